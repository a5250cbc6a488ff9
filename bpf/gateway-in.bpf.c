// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A packet of another cluster comes in by the lanes' device, to a lane port of this gateway: give it to a ready pod of
 * this cluster, under a source address that the pod answers to. Everything else passes untouched.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "include/forward.h"
#include "include/icmp.h"
#include "include/lanes.h"
#include "include/nat.h"
#include "include/packet.h"
#include "include/refusals.h"

#define SEQUENCE_SLACK 65536 /* data may ride on a SYN and its answer */

struct passage {
	struct flow_key to;
	struct route route;
	__u32 lane;
};

/* The caller answered what only the pod could have told it: it is where it says it is. */
static __always_inline int proves_itself(const struct segment *segment, const struct flow *back)
{
	if (!(back->flags & FLOW_ANSWERED))
		return 0;
	if (segment->key.proto == IPPROTO_UDP)
		return 1;
	return has(segment, TCP_ACK) && !has(segment, TCP_RST) && segment->ack - back->sequence - 1 < SEQUENCE_SLACK;
}

/* The flow that the packet belongs to; one that proves itself gets its place in the table. */
static __always_inline enum refusal find_flow(const struct segment *segment, __u64 now, struct passage *way)
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
	/* a SYN sent again keeps its pod; with health of pods it gets another one here */
	return back && proves_itself(segment, back) ? promote(&segment->key, flow, back, now) : REFUSAL_NONE;
}

static __always_inline enum refusal find_lane(const struct flow_key *key, __u32 *lane)
{
	struct lane_key port = { .addr = key->dst, .port = key->dport, .proto = key->proto };
	__u32 *found = bpf_map_lookup_elem(&lane_ports, &port);

	if (!found)
		return REFUSAL_NO_LANE;
	*lane = *found;
	return REFUSAL_NONE;
}

static __always_inline __be32 source_towards(__u32 ifindex, const struct gateway *gateway)
{
	struct snat_source *source = bpf_map_lookup_elem(&snat_addrs, &ifindex);

	return source ? source->addr : gateway->addr;
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
	struct lane_pod pod;
	enum refusal reason = find_lane(&segment->key, &way->lane);

	if (reason)
		return reason;
	if (!pick_pod(way->lane, &pod))
		return REFUSAL_NO_POD;
	reason = find_route(skb, segment, gateway->addr, pod.addr, &way->route);
	if (reason)
		return reason;
	if (leads_back(&way->route, &pod, gateway))
		return REFUSAL_LOOP;
	back.src = pod.addr;
	back.sport = pod.port;
	back.dst = source_towards(way->route.ifindex, gateway);
	return open_flow(&segment->key, &back, way->lane, now, &way->to);
}

static __always_inline enum refusal find_way(struct __sk_buff *skb, const struct segment *segment,
					     const struct gateway *gateway, struct passage *way)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	enum refusal reason = find_flow(segment, now, way);

	if (!reason)
		return find_route(skb, segment, way->to.src, way->to.dst, &way->route);
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

SEC("tc")
int gateway_in(struct __sk_buff *skb)
{
	const struct gateway *gateway = this_gateway();
	struct segment segment = {};
	struct passage way = {};
	enum reading reading = read_key(skb, &segment);
	enum refusal reason;

	if (!gateway || !gateway->addr)
		return TC_ACT_UNSPEC;
	if (reading == NOT_OURS)
		return segment.ip.protocol == IPPROTO_ICMP ? forward_error(skb) : TC_ACT_UNSPEC;
	if (reading != READ)
		return drop(REFUSAL_TRUNCATED);
	if (segment.key.dst != gateway->addr || !is_lane_port(segment.key.dport))
		return TC_ACT_UNSPEC;
	reading = read_segment(skb, &segment);
	if (reading != READ)
		return is_the_nodes(gateway, &segment.key) ? TC_ACT_UNSPEC : drop(refusal_of(reading));
	reason = find_way(skb, &segment, gateway, &way);
	if ((reason == REFUSAL_NO_LANE || reason == REFUSAL_NO_FLOW) && is_the_nodes(gateway, &segment.key))
		return TC_ACT_UNSPEC;
	if (reason)
		return is_answered(reason) ? reject(skb, &segment, reason) : drop(reason);
	return forward(skb, &segment, &way.to, &way.route, mss_of(way.lane));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
