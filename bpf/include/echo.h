/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Answers the probes of other clusters' gateways: the same datagram back, its kind changed. `ipv4.h` or `ipv6.h` comes first.
 * No amplifier: an answer is as long as its question, is no question itself, keeps what it has left to live, and there are so many
 * a second at most.
 */
#include <linux/pkt_cls.h>

#include "duration.h"
#include "gateway.h"
#include "marks.h"
#include "refusals.h"

#define PROBE_MAGIC 0x534c4e50 /* SLNP */

/* What a datagram to the probe port is. */
enum probe_kind {
	/* asked by another gateway */
	PROBE_QUESTION = 1,
	/* sent back */
	PROBE_ANSWER = 2,
};

/* What a datagram to the probe port carries, and nothing else. Network order. */
struct probe {
	__be32 magic;
	__be32 kind;	/* enum probe_kind */
	__u64 nonce[2]; /* of the prober's choice: who did not see it cannot answer */
};

#define PROBE_OFFSET (L4_OFFSET + sizeof(struct udphdr))

/* Keeps the words among the object's types: TypeScript has them from there. */
const volatile enum probe_kind probe_kinds_end __attribute__((used)) = PROBE_ANSWER;

const volatile __u16 probe_port = 9959;
/* On each processor. */
const volatile __u32 echoes_a_second = 10000;

struct echoes {
	__u64 second;
	__u64 count;
};

/* Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct echoes);
	__uint(max_entries, 1);
} echoes SEC(".maps") STATE;

/* Told for nearly every packet by a look at two bytes, without a copy: a probe has neither options nor extension headers. */
static __always_inline int is_elsewhere(struct __sk_buff *skb)
{
	struct udphdr *udp = (void *)(long)skb->data + L4_OFFSET;

	return (void *)(udp + 1) <= (void *)(long)skb->data_end && udp->dest != bpf_htons(probe_port);
}

static __always_inline int is_too_many(void)
{
	__u64 second = bpf_ktime_get_coarse_ns() / SECOND;
	__u32 only = 0;
	struct echoes *now = bpf_map_lookup_elem(&echoes, &only);

	if (!now)
		return 1;
	if (now->second != second) {
		now->second = second;
		now->count = 0;
	}
	return ++now->count > echoes_a_second;
}

static __always_inline int is_question(struct __sk_buff *skb)
{
	struct udphdr udp;
	struct probe probe;

	if (bpf_skb_load_bytes(skb, L4_OFFSET, &udp, sizeof(udp)) || !udp.check)
		return 0;
	if (udp.len != bpf_htons(sizeof(udp) + sizeof(probe)))
		return 0;
	if (bpf_skb_load_bytes(skb, PROBE_OFFSET, &probe, sizeof(probe)))
		return 0;
	return probe.magic == bpf_htonl(PROBE_MAGIC) && probe.kind == bpf_htonl(PROBE_QUESTION);
}

/* Addresses and ports that are exchanged leave every checksum as it was; the kind does not. */
static __always_inline int send_back(struct __sk_buff *skb, const struct flow_key *key)
{
	struct { ip_address src, dst; } addresses = { key->dst, key->src };
	struct { __be16 from, to; } ports = { key->dport, key->sport };
	__be32 answer = bpf_htonl(PROBE_ANSWER);

	bpf_skb_store_bytes(skb, ADDRESSES_OFFSET, &addresses, sizeof(addresses), 0);
	bpf_skb_store_bytes(skb, L4_OFFSET, &ports, sizeof(ports), 0);
	bpf_skb_store_bytes(skb, PROBE_OFFSET + offsetof(struct probe, kind), &answer, sizeof(answer), 0);
	bpf_l4_csum_replace(skb, sum_offset(IPPROTO_UDP), bpf_htonl(PROBE_QUESTION), answer,
			    BPF_F_MARK_MANGLED_0 | sizeof(answer));
	turn_ethernet(skb);
	return bpf_redirect(skb->ifindex, 0);
}

static __always_inline int echo(struct __sk_buff *skb)
{
	const struct gateway *gateway = this_gateway();
	struct segment segment = {};
	ip_address own;

	if (!gateway || is_elsewhere(skb))
		return TC_ACT_UNSPEC;
	own = own_address(gateway);
	if (is_unset(&own) || read_key(skb, &segment) != READ || segment.key.proto != IPPROTO_UDP)
		return TC_ACT_UNSPEC;
	if (!same_ip(&segment.key.dst, &own) || segment.key.dport != bpf_htons(probe_port))
		return TC_ACT_UNSPEC;
	if (read_segment(skb, &segment) != READ || !is_question(skb))
		return TC_ACT_UNSPEC;
	if (is_too_many()) {
		count_refusal(REFUSAL_PROBES);
		return TC_ACT_SHOT;
	}
	return send_back(skb, &segment.key);
}
