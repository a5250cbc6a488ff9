/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What a gateway's programs for IPv6 know that those for IPv4 do not. The same names are in `ipv4.h`. */
#include <linux/ipv6.h>
#include <linux/types.h>

#include "address.h"
#include "events.h"
#include "marks.h"

typedef struct address ip_address;

/* Tables and the structures in them have another layout here, so they have other names. */
#define flow_key flow6_key
#define flow flow6
#define nat_flows nat6_flows
#define nat_half_open nat6_half_open
#define nat_slots nat6_slots
#define nat_hand nat6_hand

/* RFC 8200 3. */
struct ip_header {
	__be32 first; /* version, traffic class, flow label */
	__be16 payload;
	__u8 next;
	__u8 hops;
	ip_address src;
	ip_address dst;
};

#define ETHERTYPE 0x86dd
#define FAMILY AF_INET6
#define ICMP_PROTOCOL 58
#define NET_OFFSET 14
#define L4_OFFSET (NET_OFFSET + sizeof(struct ip_header))
#define ADDRESSES_OFFSET (NET_OFFSET + offsetof(struct ip_header, src))
#define UDP_NEEDS_SUM 1
#define FLOW_BYTES 88

#include "packet.h"

/*
 * What a packet is worked on with is too much for the 512 bytes of stack: some functions have a frame of their own, and the
 * largest values are kept beside. A program on a device is never interrupted by itself on one processor.
 */
#define OUTLINED static __noinline
#define WORKSPACE(type, name) type *name = workspace(WORK_##name)
#define WORK_BYTES 128

enum work_slot {
	WORK_segment,
	WORK_way,
	WORK_error,
	WORK_there,
	WORK_copy,
	WORKS,
};

struct work {
	__u8 bytes[WORK_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32); /* enum work_slot */
	__type(value, struct work);
	__uint(max_entries, WORKS);
} work6 SEC(".maps") STATE;

static __always_inline void *workspace(__u32 which)
{
	struct work *work = bpf_map_lookup_elem(&work6, &which);

	if (work)
		__builtin_memset(work, 0, sizeof(*work));
	return work;
}

/* BPF_F_IPV6 where the kernel has it: without, a sum that the device took over the whole packet is put wrong. */
const volatile __u64 ipv6_sum = 0;

/* Extension headers that may stand before TCP or UDP, and how many of them are walked. */
#define HOP_BY_HOP 0
#define ROUTING 43
#define FRAGMENT 44
#define DESTINATION_OPTIONS 60
#define EXTENSIONS 6

struct extension {
	__u8 next;
	__u8 units; /* of eight bytes, after the first; FRAGMENT: reserved */
	__be16 offset; /* FRAGMENT: offset, and M in the last bit */
	__be32 id;
};

static __always_inline struct address widened(ip_address addr)
{
	return addr;
}

static __always_inline ip_address narrowed(const struct address *addr)
{
	return *addr;
}

static __always_inline int same_ip(const ip_address *a, const ip_address *b)
{
	return same_address(a, b);
}

static __always_inline int is_unset(const ip_address *addr)
{
	return !(addr->word[0] | addr->word[1] | addr->word[2] | addr->word[3]);
}

static __always_inline __u32 hash_of(const ip_address *addr)
{
	return addr->word[0] * 31 ^ addr->word[1] * 17 ^ addr->word[2] * 7 ^ addr->word[3];
}

static __always_inline __u8 hops_of(const struct ip_header *ip)
{
	return ip->hops;
}

/* Only who sends a packet may fragment it. */
static __always_inline int may_be_fragmented(const struct ip_header *ip)
{
	return 0;
}

/* The way past one extension header. */
struct walk6 {
	struct __sk_buff *skb;
	__u32 at;
	__u8 next;
	__u8 fragment; /* a fragment header was met */
	__u8 later;    /* … of a fragment that has no ports */
	__u8 unreadable;
};

static __always_inline int is_extension(__u8 header)
{
	return header == HOP_BY_HOP || header == ROUTING || header == FRAGMENT || header == DESTINATION_OPTIONS;
}

static __always_inline void step_over(struct walk6 *walk)
{
	struct extension header;

	if (walk->unreadable || walk->later || !is_extension(walk->next))
		return;
	if (bpf_skb_load_bytes(walk->skb, walk->at, &header, sizeof(header))) {
		walk->unreadable = 1;
		return;
	}
	if (walk->next == FRAGMENT) {
		walk->fragment = 1;
		walk->later = !!(header.offset & bpf_htons(0xfff8));
		walk->at += sizeof(header);
	} else {
		walk->at += (header.units + 1) * 8;
	}
	walk->next = header.next;
}

/* Addresses and ports, behind whatever stands before them. What has none (other protocols, later fragments) is not ours. */
static __always_inline enum reading read_key(struct __sk_buff *skb, struct segment *segment)
{
	struct ip_header *ip = &segment->ip;
	struct walk6 walk = { .skb = skb, .at = L4_OFFSET };

	if (skb->protocol != bpf_htons(ETHERTYPE) || skb->pkt_type != PACKET_HOST)
		return NOT_OURS;
	if (bpf_skb_load_bytes(skb, NET_OFFSET, ip, sizeof(*ip)) || (bpf_ntohl(ip->first) >> 28) != 6)
		return NOT_READABLE;
	walk.next = ip->next;
	for (int i = 0; i < EXTENSIONS; i++)
		step_over(&walk);
	if (walk.unreadable)
		return NOT_READABLE;
	if (walk.later || (walk.next != IPPROTO_TCP && walk.next != IPPROTO_UDP))
		return NOT_OURS;
	segment->key.src = ip->src;
	segment->key.dst = ip->dst;
	segment->key.proto = walk.next;
	segment->fragment = walk.fragment;
	return read_ports(skb, walk.at, &segment->key);
}

/* Of any packet that is long enough. */
static __always_inline void tell_packet(struct __sk_buff *skb, struct event *event)
{
	bpf_skb_load_bytes(skb, NET_OFFSET + offsetof(struct ip_header, next), &event->proto, 1);
	bpf_skb_load_bytes(skb, NET_OFFSET + offsetof(struct ip_header, src), &event->source, 2 * sizeof(struct address));
}

static __always_inline int carries_icmp(const struct segment *segment)
{
	return segment->ip.next == ICMP_PROTOCOL;
}

/* The rest of the headers, of a packet whose key was read; holds them against each other and the packet's length. */
static __always_inline enum reading read_segment(struct __sk_buff *skb, struct segment *segment)
{
	__u32 present = skb->len - L4_OFFSET, payload = bpf_ntohs(segment->ip.payload);

	if (segment->fragment)
		return NOT_WHOLE;
	if (segment->ip.next != segment->key.proto)
		return WITH_OPTIONS;
	if (!payload && skb->gso_segs)
		payload = present; /* more than 64 KiB in one piece (BIG TCP) */
	if (payload > present)
		return NOT_READABLE;
	segment->length = payload;
	return read_transport(skb, segment);
}

static __always_inline __u64 changed_ip(const ip_address *before, const ip_address *after)
{
	return changed(before->word[0], after->word[0]) + changed(before->word[1], after->word[1]) +
	       changed(before->word[2], after->word[2]) + changed(before->word[3], after->word[3]);
}

/* What a packet begins with after its Ethernet header, which is all that is rewritten. */
struct rewritten {
	struct ip_header ip;
	__u32 ports;
};

/* Gives the packet the addresses and ports of `to`, and one hop less to live. */
OUTLINED void rewrite(struct __sk_buff *skb, const struct segment *segment, const struct flow_key *to)
{
	__u32 ports = *(volatile __u32 *)&segment->key.sport, at = sum_offset(segment->key.proto);
	__u32 never_zero = segment->key.proto == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	struct rewritten out = { .ip = segment->ip, .ports = *(volatile __u32 *)&to->sport };
	__u64 addresses = changed_ip(&out.ip.src, &to->src) + changed_ip(&out.ip.dst, &to->dst);

	out.ip.src = to->src;
	out.ip.dst = to->dst;
	out.ip.hops--;
	bpf_skb_store_bytes(skb, NET_OFFSET, &out, sizeof(out), 0);
	bpf_l4_csum_replace(skb, at, 0, folded_once(addresses), BPF_F_PSEUDO_HDR | ipv6_sum | never_zero);
	bpf_l4_csum_replace(skb, at, ports, out.ports, never_zero | sizeof(ports));
}

static __always_inline void put_words(__be32 *to, const ip_address *from)
{
	for (int i = 0; i < 4; i++)
		to[i] = from->word[i];
}

/* The way, as the kernel asks for it and tells it. */
static __always_inline void ask_way(struct bpf_fib_lookup *fib, const struct ip_header *ip, const ip_address *src,
				    const ip_address *dst)
{
	fib->flowinfo = ip->first & bpf_htonl(0x0fffffff);
	put_words(fib->ipv6_src, src);
	put_words(fib->ipv6_dst, dst);
}

static __always_inline ip_address next_hop(const struct bpf_fib_lookup *fib)
{
	return (ip_address){ .word = { fib->ipv6_dst[0], fib->ipv6_dst[1], fib->ipv6_dst[2], fib->ipv6_dst[3] } };
}

static __always_inline void name_neighbour(struct bpf_redir_neigh *neighbour, const ip_address *next)
{
	put_words(neighbour->ipv6_nh, next);
}
