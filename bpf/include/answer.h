/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Turns a packet that is refused into the answer to its sender: a TCP reset (RFC 9293 3.10.7.1) or an ICMP error (RFC 792,
 * RFC 4443) that quotes it, back through the device and to the Ethernet address it came from.
 */
#include "packet.h"

#define ANSWER_HOPS 64
#define QUOTED_UDP 8
#define QUOTED_TCP 20

/*
 * Whether the kernel still owes this packet its checksum (CHECKSUM_PARTIAL), so that it will be put in on the way out.
 * A plain difference does not touch such a field: try one, and take it back.
 */
static __always_inline int sum_is_owed(struct __sk_buff *skb, __u8 proto)
{
	__u32 at = sum_offset(proto);
	__be16 before = 0, after = 0;

	bpf_skb_load_bytes(skb, at, &before, sizeof(before));
	bpf_l4_csum_replace(skb, at, 0, bpf_htons(1), sizeof(__u16));
	bpf_skb_load_bytes(skb, at, &after, sizeof(after));
	bpf_skb_store_bytes(skb, at, &before, sizeof(before), 0);
	return before == after;
}

static __always_inline struct tcphdr reset_of(const struct segment *segment)
{
	struct tcphdr tcp = { .source = segment->key.dport, .dest = segment->key.sport, .doff = sizeof(tcp) / 4, .rst = 1 };
	__u32 taken = segment->length - segment->header + !!has(segment, TCP_SYN) + !!has(segment, TCP_FIN);

	if (has(segment, TCP_ACK)) {
		tcp.seq = bpf_htonl(segment->ack);
	} else {
		tcp.ack = 1;
		tcp.ack_seq = bpf_htonl(segment->seq + taken);
	}
	return tcp;
}

/*
 * The sum of what an ICMP error quotes. Where the TCP or UDP checksum is owed, the header will sum to the complement of
 * what the field holds now, whatever else the header says.
 */
static __always_inline __u32 quoted_sum(struct __sk_buff *skb, const struct segment *segment)
{
	__be32 bytes[QUOTED_TCP / 4] = {};
	__u32 ip = bpf_csum_diff(NULL, 0, (__be32 *)&segment->ip, sizeof(segment->ip), 0);
	__be16 field = 0;

	if (sum_is_owed(skb, segment->key.proto)) {
		bpf_skb_load_bytes(skb, sum_offset(segment->key.proto), &field, sizeof(field));
		return bpf_csum_diff(NULL, 0, (__be32[]){ (__u16)~field }, sizeof(__u32), ip);
	}
	if (segment->key.proto == IPPROTO_TCP)
		bpf_skb_load_bytes(skb, L4_OFFSET, bytes, QUOTED_TCP);
	else
		bpf_skb_load_bytes(skb, L4_OFFSET, bytes, QUOTED_UDP);
	return bpf_csum_diff(NULL, 0, bytes, sizeof(bytes), ip);
}

#if FAMILY == AF_INET
#include "answer4.h"
#else
#include "answer6.h"
#endif

OUTLINED int answer_reset(struct __sk_buff *skb, const struct segment *segment)
{
	struct ip_header ip = answer_header(segment, IPPROTO_TCP, sizeof(struct tcphdr));
	struct tcphdr tcp = reset_of(segment);
	__u32 pseudo = pseudo_sum(&ip, IPPROTO_TCP, sizeof(tcp));

	if (has(segment, TCP_RST) || bpf_skb_change_tail(skb, L4_OFFSET + sizeof(tcp), 0))
		return TC_ACT_SHOT;
	tcp.check = sum_is_owed(skb, IPPROTO_TCP) ? folded(pseudo)
						  : (__u16)~folded(bpf_csum_diff(NULL, 0, (__be32 *)&tcp, sizeof(tcp), pseudo));
	bpf_skb_store_bytes(skb, L4_OFFSET, &tcp, sizeof(tcp), BPF_F_RECOMPUTE_CSUM);
	bpf_skb_store_bytes(skb, NET_OFFSET, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM);
	turn_ethernet(skb);
	return bpf_redirect(skb->ifindex, 0);
}
