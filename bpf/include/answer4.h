/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* Answers of IPv4; part of `answer.h`. */

static __always_inline struct iphdr answer_header(const struct segment *segment, __u8 proto, __u16 payload)
{
	struct iphdr ip = {
		.version = 4, .ihl = 5, .ttl = ANSWER_HOPS, .protocol = proto, .frag_off = bpf_htons(DONT_FRAGMENT),
		.tot_len = bpf_htons(sizeof(ip) + payload), .saddr = segment->key.dst, .daddr = segment->key.src,
	};

	ip.check = ~folded(bpf_csum_diff(NULL, 0, (__be32 *)&ip, sizeof(ip), 0));
	return ip;
}

/* The sum of addresses, protocol and length that TCP and UDP checksums begin with. */
static __always_inline __u32 pseudo_sum(const struct iphdr *ip, __u8 proto, __u16 length)
{
	__be32 words[3] = { ip->saddr, ip->daddr, bpf_htonl((__u32)proto << 16 | length) };

	return bpf_csum_diff(NULL, 0, words, sizeof(words), 0);
}

/* <linux/icmp.h> drags the C library in. */
#define ICMP_UNREACHABLE 3
#define ICMP_PORT 3
#define ICMP_BYTES 8
#define ICMP_FRAGMENTATION_NEEDED 4

struct icmp_error {
	struct iphdr ip;
	__u8 type;
	__u8 code;
	__u16 sum;
	__be16 unused;
	__be16 mtu;
};

/* @param mtu for "fragmentation needed", else 0 */
OUTLINED int answer_icmp(struct __sk_buff *skb, const struct segment *segment, __u8 code, __u16 mtu)
{
	__u32 quoted = segment->key.proto == IPPROTO_TCP ? QUOTED_TCP : QUOTED_UDP, sum;
	struct icmp_error error = {
		.ip = answer_header(segment, IPPROTO_ICMP, sizeof(error) + quoted),
		.type = ICMP_UNREACHABLE, .code = code, .mtu = bpf_htons(mtu),
	};

	if (bpf_skb_change_tail(skb, L4_OFFSET + quoted, 0))
		return TC_ACT_SHOT;
	sum = quoted_sum(skb, segment);
	error.sum = ~folded(bpf_csum_diff(NULL, 0, (__be32 *)&error.type, ICMP_BYTES, sum));
	if (bpf_skb_adjust_room(skb, sizeof(error), BPF_ADJ_ROOM_MAC, 0))
		return TC_ACT_SHOT;
	bpf_skb_store_bytes(skb, NET_OFFSET, &error, sizeof(error), BPF_F_RECOMPUTE_CSUM);
	turn_ethernet(skb);
	return bpf_redirect(skb->ifindex, 0);
}

static __always_inline int answer_unreachable(struct __sk_buff *skb, const struct segment *segment)
{
	return answer_icmp(skb, segment, ICMP_PORT, 0);
}

static __always_inline int answer_too_big(struct __sk_buff *skb, const struct segment *segment, __u32 mtu)
{
	return answer_icmp(skb, segment, ICMP_FRAGMENTATION_NEEDED, mtu);
}
