/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * A pod answers a caller of another cluster: what it sends to the translated source goes back out by the lanes' device,
 * as if the gateway's lane port had answered. Sits on every device that pods may answer by; everything else passes.
 */
#include "forward.h"
#include "icmp.h"
#include "lanes.h"
#include "nat.h"
#include "pods.h"
#include "refusals.h"

/* The live entry for a packet of a pod. What is over is left for a new flow to clear away. */
static __always_inline struct flow *live_entry(const struct flow_key *key, __u64 now, int *half_open)
{
	struct flow *flow = flow_in(&nat_flows, key);

	*half_open = !flow;
	if (flow)
		return is_over(flow, partner_if_idle(&nat_flows, flow, now), 0, now) ? NULL : flow;
	flow = flow_in(&nat_half_open, key);
	return flow && !is_over(flow, partner_if_idle(&nat_half_open, flow, now), 1, now) ? flow : NULL;
}

static __always_inline void note_answer(struct flow *flow, const struct segment *segment)
{
	if (has(segment, TCP_SYN))
		flow->sequence = segment->seq;
	if (segment->key.proto == IPPROTO_UDP || has(segment, TCP_SYN))
		flow->flags |= FLOW_ANSWERED;
}

/* A pod refuses a SYN and another could take it: the caller is not told, and its next SYN goes there. */
OUTLINED int is_refused_in_vain(const struct segment *segment, struct flow *flow, __u64 now)
{
	struct flow_key to = reversed(&segment->key);
	struct lane_pod pod = pod_behind(&to);

	if (!has(segment, TCP_RST) || flow->flags & FLOW_ANSWERED)
		return 0;
	if (!(flow->flags & FLOW_REFUSED) && blame_pod(flow->lane, &pod, now))
		say_pod(EVENT_EJECTED, flow->lane, &pod);
	if (!has_other_pod(flow->lane, &pod))
		return 0;
	flow->flags |= FLOW_REFUSED;
	return 1;
}

static __always_inline int answer(struct __sk_buff *skb, const struct segment *segment, struct flow *flow, int half_open,
				  __u64 now)
{
	const struct gateway *gateway = this_gateway();
	struct flow_key to = flow->to;
	__u32 mss = has(segment, TCP_SYN) ? mss_of(flow->lane) : 0;
	struct route route;
	enum refusal reason;

	if (half_open && is_refused_in_vain(segment, flow, now))
		return drop(skb, REFUSAL_POD_FAILED);
	note(flow, segment, now);
	if (half_open)
		note_answer(flow, segment);
	reason = find_route(skb, segment, &to.src, &to.dst, &route);
	if (reason || !gateway)
		return drop(skb, reason);
	if (route.ifindex != gateway->ifindex)
		return drop(skb, REFUSAL_NO_ROUTE); /* callers are reached where they came from, or not at all */
	return forward(skb, segment, &to, &route, mss);
}

static __always_inline int gateway_back_of(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	WORKSPACE(struct segment, segment);
	struct flow *flow;
	enum reading reading;
	int half_open;

	if (!segment)
		return TC_ACT_UNSPEC;
	reading = read_key(skb, segment);
	if (reading == NOT_OURS && carries_icmp(segment))
		return forward_error(skb);
	if (reading != READ || !is_snat_port(segment->key.dport))
		return TC_ACT_UNSPEC;
	flow = live_entry(&segment->key, now, &half_open);
	if (!flow)
		return TC_ACT_UNSPEC;
	reading = read_segment(skb, segment);
	if (reading != READ)
		return drop(skb, refusal_of(reading));
	return answer(skb, segment, flow, half_open, now);
}
