/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * A packet of another cluster comes in by the lanes' device, to a lane port of this gateway: give it to a ready pod of
 * this cluster, under a source address that the pod answers to. Everything else passes untouched.
 */
#include "forward.h"
#include "icmp.h"
#include "lanes.h"
#include "nat.h"
#include "pods.h"
#include "refusals.h"

#define SEQUENCE_SLACK 65536 /* data may ride on a SYN and its answer */

struct passage {
	struct flow_key to;
	struct route route;
	struct lane_pod failed; /* the pod that the caller had before; zero: none */
	__u32 lane;
	__u32 is_proven; /* with this packet */
};

#define SENT_AGAIN_NS (100 * MILLISECOND) /* before that it is the network's copy (RFC 6298: after 200 ms at the earliest) */

/* The caller answered what only the pod could have told it: it is where it says it is. */
static __always_inline int proves_itself(const struct segment *segment, const struct flow *back)
{
	if (!(back->flags & FLOW_ANSWERED))
		return 0;
	if (segment->key.proto == IPPROTO_UDP)
		return 1;
	return has(segment, TCP_ACK) && !has(segment, TCP_RST) && segment->ack - back->sequence - 1 < SEQUENCE_SLACK;
}

/* A SYN once more, and nothing of the pod: it is dead, or on its way to be. */
static __always_inline int failed_to_answer(const struct segment *segment, const struct flow *back, __u64 now)
{
	if (segment->key.proto != IPPROTO_TCP || !opens(segment) || back->flags & FLOW_ANSWERED)
		return 0;
	return back->flags & FLOW_REFUSED || now - back->begun > SENT_AGAIN_NS;
}

/*
 * The flow that the packet belongs to; one that proves itself gets its place in the table.
 * REFUSAL_POD_FAILED: it has one, whose pod does not answer.
 */
OUTLINED enum refusal find_flow(const struct segment *segment, __u64 now, struct passage *way)
{
	struct flow *flow = live_in(&nat_flows, segment, 0, now), *back;
	int half_open = !flow;

	if (half_open)
		flow = live_in(&nat_half_open, segment, 1, now);
	if (!flow)
		return REFUSAL_NO_FLOW;
	note(flow, segment, now);
	way->to = flow->to;
	way->lane = flow->lane;
	if (!half_open)
		return REFUSAL_NONE;
	back = partner_in(&nat_half_open, flow);
	if (!back)
		return REFUSAL_NONE;
	if (failed_to_answer(segment, back, now))
		return REFUSAL_POD_FAILED;
	way->is_proven = proves_itself(segment, back);
	if (!way->is_proven)
		return REFUSAL_NONE;
	return promote(&segment->key, flow, back, now);
}

static __always_inline enum refusal find_lane(const struct flow_key *key, __u32 *lane)
{
	struct lane_key port = { .addr = widened(key->dst), .port = key->dport, .proto = key->proto };
	__u32 *found = bpf_map_lookup_elem(&lane_ports, &port);

	if (!found)
		return REFUSAL_NO_LANE;
	*lane = *found;
	return REFUSAL_NONE;
}

static __always_inline ip_address source_towards(__u32 ifindex, const ip_address *own)
{
	struct snat_key key = { .ifindex = ifindex, .family = FAMILY };
	struct snat_source *source = bpf_map_lookup_elem(&snat_addrs, &key);

	return source ? narrowed(&source->addr) : *own;
}

/* What came by a lane must not leave by one. */
static __always_inline int leads_back(const struct route *route, const struct lane_pod *pod, const struct gateway *gateway)
{
	if (route->ifindex != gateway->ifindex)
		return 0;
	return !(gateway->flags & GATEWAY_ONE_DEVICE) || is_lane_port(pod->port);
}

static __always_inline enum refusal new_flow(struct __sk_buff *skb, const struct segment *segment,
					     const struct gateway *gateway, __u64 now, struct passage *way)
{
	struct flow_key back = { .proto = segment->key.proto };
	ip_address own = own_address(gateway);
	struct lane_pod pod = {};
	enum refusal reason = find_lane(&segment->key, &way->lane);

	if (reason)
		return reason;
	if (!pick_pod(way->lane, hash_of(&segment->key.src), &way->failed, &pod))
		return REFUSAL_NO_POD;
	back.src = narrowed(&pod.addr);
	back.sport = pod.port;
	reason = find_route(skb, segment, &own, &back.src, &way->route);
	if (reason)
		return reason;
	if (leads_back(&way->route, &pod, gateway))
		return REFUSAL_LOOP;
	back.dst = source_towards(way->route.ifindex, &own);
	reason = open_flow(&segment->key, &back, way->lane, now, &way->to);
	if (reason || same_ip(&way->to.dst, &back.src))
		return reason;
	return find_route(skb, segment, &way->to.src, &way->to.dst, &way->route); /* joined: another pod */
}

/*
 * The caller gets another pod where there is one: REFUSAL_POD_FAILED, its flow is no more. A pod that refused was blamed for it
 * already.
 */
OUTLINED enum refusal leave_pod(const struct segment *segment, __u64 now, struct passage *way)
{
	struct flow *flow = flow_in(&nat_half_open, &segment->key), *back = flow ? partner_in(&nat_half_open, flow) : NULL;

	if (!back)
		return REFUSAL_NO_FLOW;
	way->failed = pod_behind(&flow->to);
	if (!(back->flags & FLOW_REFUSED) && blame_pod(flow->lane, &way->failed, now))
		say_pod(EVENT_EJECTED, flow->lane, &way->failed);
	if (!has_other_pod(flow->lane, &way->failed))
		return REFUSAL_NONE;
	forget(&nat_half_open, &segment->key, flow);
	return REFUSAL_POD_FAILED;
}

static __always_inline enum refusal find_way(struct __sk_buff *skb, const struct segment *segment,
					     const struct gateway *gateway, struct passage *way)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	enum refusal reason = find_flow(segment, now, way);

	if (reason == REFUSAL_POD_FAILED)
		reason = leave_pod(segment, now, way);
	if (reason == REFUSAL_POD_FAILED) {
		note_refusal(skb, reason);
		reason = REFUSAL_NO_FLOW;
	}
	if (way->is_proven)
		acquit_pod(way->lane, &way->to, now);
	if (!reason)
		return find_route(skb, segment, &way->to.src, &way->to.dst, &way->route);
	if (reason != REFUSAL_NO_FLOW || !opens(segment))
		return reason;
	return new_flow(skb, segment, gateway, now, way);
}

/* Where the node's own address is the gateway's, its servers listen among the lane ports: kubelet does, at 10250. */
static __always_inline int is_the_nodes(const struct gateway *gateway, const struct flow_key *key)
{
	__u32 lane;

	return gateway->flags & GATEWAY_ONE_DEVICE && find_lane(key, &lane) != REFUSAL_NONE;
}

static __always_inline int is_answered(enum refusal reason)
{
	return reason == REFUSAL_NO_LANE || reason == REFUSAL_NO_POD || reason == REFUSAL_NO_FLOW;
}

static __always_inline int gateway_in_of(struct __sk_buff *skb)
{
	const struct gateway *gateway = this_gateway();
	WORKSPACE(struct segment, segment);
	WORKSPACE(struct passage, way);
	enum reading reading;
	enum refusal reason;
	ip_address own;

	if (!gateway || !segment || !way)
		return TC_ACT_UNSPEC;
	__builtin_memset(&way->failed, 0, sizeof(way->failed));
	way->is_proven = 0;
	own = own_address(gateway);
	if (is_unset(&own))
		return TC_ACT_UNSPEC;
	reading = read_key(skb, segment);
	if (reading == NOT_OURS)
		return carries_icmp(segment) ? forward_error(skb) : TC_ACT_UNSPEC;
	if (reading != READ)
		return drop(skb, REFUSAL_TRUNCATED);
	if (!same_ip(&segment->key.dst, &own) || !is_lane_port(segment->key.dport))
		return TC_ACT_UNSPEC;
	reading = read_segment(skb, segment);
	if (reading != READ)
		return is_the_nodes(gateway, &segment->key) ? TC_ACT_UNSPEC : drop(skb, refusal_of(reading));
	reason = find_way(skb, segment, gateway, way);
	if ((reason == REFUSAL_NO_LANE || reason == REFUSAL_NO_FLOW) && is_the_nodes(gateway, &segment->key))
		return TC_ACT_UNSPEC;
	if (reason)
		return is_answered(reason) ? reject(skb, segment, reason) : drop(skb, reason);
	return forward(skb, segment, &way->to, &way->route, mss_of(way->lane));
}
