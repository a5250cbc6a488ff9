/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * ICMP errors about packets that were translated (RFC 5508 4.2): whoever sent the packet must recognise what is quoted, or
 * it never learns what size fits or that a port is closed. The quoted packet is the answer of a flow turned round, so the
 * same entry that translates answers translates the error.
 */
#include "forward.h"
#include "nat.h"

#if FAMILY == AF_INET
#include "icmp4.h"
#else
#include "icmp6.h"
#endif

/* Sends an ICMP error about a flow on to where the flow's packets come from; what concerns no flow is the host's. */
OUTLINED int forward_error(struct __sk_buff *skb)
{
	WORKSPACE(struct segment, segment);
	WORKSPACE(struct error_packet, error);
	struct route route;
	struct flow_key key;
	struct flow *flow;
	ip_address to;

	if (!segment || !error || skb->protocol != bpf_htons(ETHERTYPE) || skb->pkt_type != PACKET_HOST)
		return TC_ACT_UNSPEC;
	if (bpf_skb_load_bytes(skb, NET_OFFSET, error, sizeof(*error)) || !is_error(error))
		return TC_ACT_UNSPEC;
	key = answer_to(error);
	flow = flow_in(&nat_flows, &key);
	if (!flow)
		flow = flow_in(&nat_half_open, &key);
	to = addressee(error);
	if (!flow || !same_ip(&to, &key.dst))
		return TC_ACT_UNSPEC;
	if (hops_of(&error->ip) <= 1 || !is_sound(error))
		return drop(skb, hops_of(&error->ip) <= 1 ? REFUSAL_TTL : REFUSAL_TRUNCATED);
	segment->ip = error->ip;
	segment->key.proto = ICMP_PROTOCOL;
	if (find_route(skb, segment, &flow->to.src, &flow->to.dst, &route))
		return drop(skb, REFUSAL_NO_ROUTE);
	rewrite_error(error, &flow->to);
	bpf_skb_store_bytes(skb, NET_OFFSET, error, sizeof(*error), 0);
	return send_by(&route);
}
