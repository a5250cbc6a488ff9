/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* Lowers the maximum segment size that a SYN or SYN-ACK offers, so that no packet outgrows the lane. */
#include "hidden.h"
#include "packet.h"

#define TCP_OPTIONS_OFFSET (L4_OFFSET + sizeof(struct tcphdr))
#define TCP_OPTIONS_MAX 40
#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2
#define OPTION_MSS_BYTES 4

struct mss_search {
	struct __sk_buff *skb;
	__u32 at;    /* bytes into the options */
	__u32 end;   /* bytes of options */
	__u32 found; /* where the size stands, bytes into the options; 0: nowhere */
};

static long next_option(__u32 step, struct mss_search *search)
{
	__u8 head[2] = {};

	if (search->at + OPTION_MSS_BYTES > search->end)
		return 1;
	if (bpf_skb_load_bytes(search->skb, TCP_OPTIONS_OFFSET + search->at, head, sizeof(head)) || head[0] == OPTION_END)
		return 1;
	if (head[0] == OPTION_MSS && head[1] == OPTION_MSS_BYTES) {
		search->found = search->at + 2;
		return 1;
	}
	if (head[0] != OPTION_NOP && head[1] < 2)
		return 1;
	search->at += head[0] == OPTION_NOP ? 1 : head[1];
	return 0;
}

static __always_inline __u16 as_summed(__u16 value, __u32 offset)
{
	return offset & 1 ? __builtin_bswap16(value) : value; /* a sum counts words from even places */
}

OUTLINED void clamp_mss(struct __sk_buff *skb, const struct segment *segment, __u32 most)
{
	struct mss_search search = { .skb = skb, .at = hidden_zero(), .end = segment->header - sizeof(struct tcphdr) };
	__u32 at, check = sum_offset(IPPROTO_TCP);
	__u16 offered, allowed = bpf_htons(most);

	if (!most || !has(segment, TCP_SYN))
		return;
	bpf_loop(TCP_OPTIONS_MAX, next_option, &search, 0);
	at = TCP_OPTIONS_OFFSET + search.found;
	if (!search.found || bpf_skb_load_bytes(skb, at, &offered, sizeof(offered)) || bpf_ntohs(offered) <= most)
		return;
	bpf_skb_store_bytes(skb, at, &allowed, sizeof(allowed), 0);
	bpf_l4_csum_replace(skb, check, as_summed(offered, at), as_summed(allowed, at), sizeof(allowed));
}
