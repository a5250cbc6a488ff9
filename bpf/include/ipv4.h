/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What a gateway's programs for IPv4 know that those for IPv6 do not. The same names are in `ipv6.h`. */
#include <linux/ip.h>
#include <linux/types.h>

#include "address.h"
#include "events.h"

typedef __be32 ip_address;
#define ip_header iphdr

#define ETHERTYPE 0x0800
#define FAMILY AF_INET
#define ICMP_PROTOCOL 1
#define NET_OFFSET 14 /* of Ethernet; devices without such a header come with WireGuard */
#define L4_OFFSET (NET_OFFSET + sizeof(struct iphdr))
#define ADDRESSES_OFFSET (NET_OFFSET + offsetof(struct iphdr, saddr))
#define UDP_NEEDS_SUM 0
#define FLOW_BYTES 64

#include "packet.h"

/* What a packet is worked on with: little enough for the stack, all in one function. */
#define OUTLINED static __always_inline
#define WORKSPACE(type, name) type name##_here = {}, *name = &name##_here

#define MORE_FRAGMENTS 0x2000
#define DONT_FRAGMENT 0x4000
#define FRAGMENT_OFFSET 0x1fff

static __always_inline struct address widened(ip_address addr)
{
	return mapped(addr);
}

static __always_inline ip_address narrowed(const struct address *addr)
{
	return addr->word[3];
}

static __always_inline int same_ip(const ip_address *a, const ip_address *b)
{
	return *a == *b;
}

static __always_inline int is_unset(const ip_address *addr)
{
	return !*addr;
}

static __always_inline __u32 hash_of(const ip_address *addr)
{
	return *addr;
}

static __always_inline __u8 hops_of(const struct iphdr *ip)
{
	return ip->ttl;
}

static __always_inline int may_be_fragmented(const struct iphdr *ip)
{
	return !(ip->frag_off & bpf_htons(DONT_FRAGMENT));
}

/* Addresses and ports. What has none (other protocols, later fragments) is not ours. */
static __always_inline enum reading read_key(struct __sk_buff *skb, struct segment *segment)
{
	struct iphdr *ip = &segment->ip;

	if (skb->protocol != bpf_htons(ETHERTYPE) || skb->pkt_type != PACKET_HOST)
		return NOT_OURS;
	if (bpf_skb_load_bytes(skb, NET_OFFSET, ip, sizeof(*ip)) || ip->version != 4 || ip->ihl < 5)
		return NOT_READABLE;
	if ((ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) || ip->frag_off & bpf_htons(FRAGMENT_OFFSET))
		return NOT_OURS;
	segment->key.src = ip->saddr;
	segment->key.dst = ip->daddr;
	segment->key.proto = ip->protocol;
	return read_ports(skb, NET_OFFSET + ip->ihl * 4, &segment->key);
}

/* Of any packet that is long enough. */
static __always_inline void tell_packet(struct __sk_buff *skb, struct event *event)
{
	event->source.word[2] = event->destination.word[2] = bpf_htonl(0xffff);
	bpf_skb_load_bytes(skb, NET_OFFSET + offsetof(struct iphdr, protocol), &event->proto, 1);
	bpf_skb_load_bytes(skb, NET_OFFSET + offsetof(struct iphdr, saddr), &event->source.word[3], 4);
	bpf_skb_load_bytes(skb, NET_OFFSET + offsetof(struct iphdr, daddr), &event->destination.word[3], 4);
}

static __always_inline int carries_icmp(const struct segment *segment)
{
	return segment->ip.protocol == ICMP_PROTOCOL;
}

static __always_inline int header_sum_holds(const struct iphdr *ip)
{
	const __u32 *words = (const __u32 *)ip;

	return folded((__u64)words[0] + words[1] + words[2] + words[3] + words[4]) == 0xffff;
}

/* The rest of the headers, of a packet whose key was read; holds them against each other and the packet's length. */
static __always_inline enum reading read_segment(struct __sk_buff *skb, struct segment *segment)
{
	__u32 present = skb->len - NET_OFFSET, total = bpf_ntohs(segment->ip.tot_len);

	if (segment->ip.frag_off & bpf_htons(MORE_FRAGMENTS))
		return NOT_WHOLE;
	if (segment->ip.ihl > 5)
		return WITH_OPTIONS;
	if (!total && skb->gso_segs)
		total = present; /* more than 64 KiB in one piece (BIG TCP) */
	if (total < sizeof(struct iphdr) || total > present || !header_sum_holds(&segment->ip))
		return NOT_READABLE;
	segment->length = total - sizeof(struct iphdr);
	return read_transport(skb, segment);
}

/* What a packet begins with after its Ethernet header, which is all that is rewritten. */
struct rewritten {
	struct iphdr ip;
	__u32 ports;
};

/* Gives the packet the addresses and ports of `to`, and one hop less to live. One store: each costs as much as a lookup. */
static __always_inline void rewrite(struct __sk_buff *skb, const struct segment *segment, const struct flow_key *to)
{
	__u32 ports = *(volatile __u32 *)&segment->key.sport, at = sum_offset(segment->key.proto);
	__u32 absent_stays = segment->key.proto == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	struct rewritten out = { .ip = segment->ip, .ports = *(volatile __u32 *)&to->sport };
	__u64 addresses = changed(out.ip.saddr, to->src) + changed(out.ip.daddr, to->dst);

	out.ip.saddr = to->src;
	out.ip.daddr = to->dst;
	out.ip.ttl--;
	out.ip.check = ~folded((__u64)(__u16)~out.ip.check + addresses + changed(bpf_htons(0x100), 0));
	bpf_skb_store_bytes(skb, NET_OFFSET, &out, sizeof(out), 0);
	bpf_l4_csum_replace(skb, at, 0, folded_once(addresses), BPF_F_PSEUDO_HDR | absent_stays);
	bpf_l4_csum_replace(skb, at, ports, out.ports, absent_stays | sizeof(ports));
}

/* The way, as the kernel asks for it and tells it. */
static __always_inline void ask_way(struct bpf_fib_lookup *fib, const struct iphdr *ip, const ip_address *src,
				    const ip_address *dst)
{
	fib->tos = ip->tos;
	fib->ipv4_src = *src;
	fib->ipv4_dst = *dst;
}

static __always_inline ip_address next_hop(const struct bpf_fib_lookup *fib)
{
	return fib->ipv4_dst;
}

static __always_inline void name_neighbour(struct bpf_redir_neigh *neighbour, const ip_address *next)
{
	neighbour->ipv4_nh = *next;
}
