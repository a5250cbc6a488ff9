/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* Answers of IPv6 (RFC 4443); part of `answer.h`. */

static __always_inline struct ip_header answer_header(const struct segment *segment, __u8 proto, __u16 payload)
{
	return (struct ip_header){
		.first = bpf_htonl(6U << 28), .payload = bpf_htons(payload), .next = proto, .hops = ANSWER_HOPS,
		.src = segment->key.dst, .dst = segment->key.src,
	};
}

/* The sum of addresses, length and protocol that every checksum above IPv6 begins with (RFC 8200 8.1). */
static __always_inline __u32 pseudo_sum(const struct ip_header *ip, __u8 proto, __u16 length)
{
	__be32 words[2] = { bpf_htonl(length), bpf_htonl(proto) };
	__u32 sum = bpf_csum_diff(NULL, 0, (__be32 *)&ip->src, 2 * sizeof(ip->src), 0);

	return bpf_csum_diff(NULL, 0, words, sizeof(words), sum);
}

#define ICMP_UNREACHABLE 1
#define ICMP_TOO_BIG 2
#define ICMP_PORT 4
#define ICMP_BYTES 8

struct icmp_error {
	struct ip_header ip;
	__u8 type;
	__u8 code;
	__u16 sum;
	__be32 mtu;
};

/* @param mtu for "packet too big", else 0 */
OUTLINED int answer_icmp(struct __sk_buff *skb, const struct segment *segment, __u8 type, __u8 code, __u32 mtu)
{
	__u32 quoted = segment->key.proto == IPPROTO_TCP ? QUOTED_TCP : QUOTED_UDP, sum;
	__u16 payload = ICMP_BYTES + sizeof(segment->ip) + quoted;
	struct icmp_error error = {
		.ip = answer_header(segment, ICMP_PROTOCOL, payload),
		.type = type, .code = code, .mtu = bpf_htonl(mtu),
	};

	if (bpf_skb_change_tail(skb, L4_OFFSET + quoted, 0))
		return TC_ACT_SHOT;
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&error.type, ICMP_BYTES, quoted_sum(skb, segment));
	error.sum = ~folded((__u64)sum + pseudo_sum(&error.ip, ICMP_PROTOCOL, payload));
	if (bpf_skb_adjust_room(skb, sizeof(error), BPF_ADJ_ROOM_MAC, 0))
		return TC_ACT_SHOT;
	bpf_skb_store_bytes(skb, NET_OFFSET, &error, sizeof(error), BPF_F_RECOMPUTE_CSUM);
	turn_ethernet(skb);
	return bpf_redirect(skb->ifindex, 0);
}

static __always_inline int answer_unreachable(struct __sk_buff *skb, const struct segment *segment)
{
	return answer_icmp(skb, segment, ICMP_UNREACHABLE, ICMP_PORT, 0);
}

static __always_inline int answer_too_big(struct __sk_buff *skb, const struct segment *segment, __u32 mtu)
{
	return answer_icmp(skb, segment, ICMP_TOO_BIG, 0, mtu);
}
