/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* The last steps of both gateway programs: where a packet goes next, whether it fits, and what becomes of a refused one. */
#include <linux/pkt_cls.h>

#include "answer.h"
#include "lanes.h"
#include "mss.h"
#include "refusals.h"
#include "say-packet.h"

struct route {
	__u32 ifindex;
	ip_address next; /* the neighbour to send to */
};

static __always_inline int send_by(const struct route *route)
{
	struct bpf_redir_neigh next;

	__builtin_memset(&next, 0, sizeof(next)); /* all of the union: before 6.3 a helper may not read what was not written */
	next.nh_family = FAMILY;
	name_neighbour(&next, &route->next);
	return bpf_redirect_neigh(route->ifindex, &next, sizeof(next), 0);
}

OUTLINED enum refusal find_route(struct __sk_buff *skb, const struct segment *segment, const ip_address *src,
					       const ip_address *dst, struct route *route)
{
	struct bpf_fib_lookup fib;
	long answer;

	/* tot_len stays 0: with offloads the packet is larger than any link, and each piece is not */
	__builtin_memset(&fib, 0, sizeof(fib));
	fib.family = FAMILY;
	fib.l4_protocol = segment->key.proto;
	ask_way(&fib, &segment->ip, src, dst);
	fib.ifindex = skb->ifindex;
	answer = bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
	/* a neighbour is found when the packet is sent; whether the packet fits is asked later, segment by segment */
	if (answer != BPF_FIB_LKUP_RET_SUCCESS && answer != BPF_FIB_LKUP_RET_NO_NEIGH && answer != BPF_FIB_LKUP_RET_FRAG_NEEDED)
		return REFUSAL_NO_ROUTE;
	route->ifindex = fib.ifindex;
	route->next = next_hop(&fib);
	return REFUSAL_NONE;
}

static __always_inline int drop(struct __sk_buff *skb, enum refusal reason)
{
	note_refusal(skb, reason);
	return TC_ACT_SHOT;
}

/* Refuses so that the sender notices at once. */
static __always_inline int reject(struct __sk_buff *skb, const struct segment *segment, enum refusal reason)
{
	note_refusal(skb, reason);
	return segment->key.proto == IPPROTO_TCP ? answer_reset(skb, segment)
						 : answer_unreachable(skb, segment);
}

static __always_inline enum refusal refusal_of(enum reading reading)
{
	if (reading == NOT_WHOLE)
		return REFUSAL_FRAGMENT;
	if (reading == WITHOUT_SUM)
		return REFUSAL_NO_SUM;
	return reading == WITH_OPTIONS ? REFUSAL_IP_OPTIONS : REFUSAL_TRUNCATED;
}

static __always_inline int too_big(struct __sk_buff *skb, const struct segment *segment, __u32 mtu)
{
	note_refusal(skb, REFUSAL_TOO_BIG);
	if (may_be_fragmented(&segment->ip))
		return TC_ACT_SHOT;
	return answer_too_big(skb, segment, mtu);
}

/* Sends the packet on as `to`. */
static __always_inline int forward(struct __sk_buff *skb, const struct segment *segment, const struct flow_key *to,
				   const struct route *route, __u32 mss)
{
	__u32 mtu = 0;
	long misfit;

	if (hops_of(&segment->ip) <= 1)
		return drop(skb, REFUSAL_TTL);
	misfit = bpf_check_mtu(skb, route->ifindex, &mtu, 0, BPF_MTU_CHK_SEGS);
	if (misfit < 0)
		return drop(skb, REFUSAL_NO_ROUTE);
	if (misfit)
		return too_big(skb, segment, mtu);
	rewrite(skb, segment, to);
	clamp_mss(skb, segment, mss);
	return send_by(route);
}
