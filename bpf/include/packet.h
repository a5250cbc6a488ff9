/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Reading and rewriting an IPv4 packet that carries TCP or UDP, from its Ethernet header on.
 * Reading copies headers to the stack, so nothing depends on where the kernel keeps the bytes.
 * Checksums are changed by difference, which is right also for packets whose checksum the kernel has put off
 * (CHECKSUM_PARTIAL) and leaves an absent UDP checksum absent.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NET_OFFSET ETH_HLEN /* devices without Ethernet header come with WireGuard */
#define L4_OFFSET (NET_OFFSET + sizeof(struct iphdr))
#define MORE_FRAGMENTS 0x2000
#define DONT_FRAGMENT 0x4000
#define FRAGMENT_OFFSET 0x1fff

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* Addresses and ports of a packet as it is seen. Layout frozen: keys of pinned tables. */
struct flow_key {
	__be32 src;
	__be32 dst;
	__be16 sport;
	__be16 dport;
	__u8 proto;
	__u8 pad[3]; /* zero */
};

/* What the gateway needs to know of a packet. */
struct segment {
	struct flow_key key;
	struct iphdr ip;
	__u32 seq; /* TCP: host order */
	__u32 ack;
	__u32 length; /* bytes of TCP or UDP, header and payload */
	__u8 header;  /* bytes of the TCP or UDP header */
	__u8 flags;   /* TCP_SYN …; 0 for UDP */
	__u8 pad[2];
};

enum reading {
	READ,
	NOT_OURS,      /* of no concern to a gateway */
	NOT_READABLE,  /* truncated or contradicting itself */
	NOT_WHOLE,     /* the first of several fragments */
	WITH_OPTIONS,  /* of IP */
};

static __always_inline int has(const struct segment *segment, __u8 flag)
{
	return segment->flags & flag;
}

static __always_inline struct flow_key reversed(const struct flow_key *key)
{
	return (struct flow_key){
		.src = key->dst, .dst = key->src, .sport = key->dport, .dport = key->sport, .proto = key->proto,
	};
}

/* Addresses and ports. What has none (other protocols, later fragments) is not ours. */
static __always_inline enum reading read_key(struct __sk_buff *skb, struct segment *segment)
{
	struct iphdr *ip = &segment->ip;
	struct flow_key *key = &segment->key;

	if (skb->protocol != bpf_htons(ETH_P_IP) || skb->pkt_type != PACKET_HOST)
		return NOT_OURS;
	if (bpf_skb_load_bytes(skb, NET_OFFSET, ip, sizeof(*ip)) || ip->version != 4 || ip->ihl < 5)
		return NOT_READABLE;
	if ((ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) || ip->frag_off & bpf_htons(FRAGMENT_OFFSET))
		return NOT_OURS;
	if (bpf_skb_load_bytes(skb, NET_OFFSET + ip->ihl * 4, &key->sport, 4))
		return NOT_READABLE;
	key->src = ip->saddr;
	key->dst = ip->daddr;
	key->proto = ip->protocol;
	return READ;
}

/* One's complement sums (RFC 1071) of 32-bit words may be added up in 64 bits and folded in the end. */
static __always_inline __u32 folded_once(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return sum + (sum >> 32);
}

static __always_inline __u16 folded(__u64 wide)
{
	__u32 sum = folded_once(wide);

	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

static __always_inline __u64 changed(__u32 before, __u32 after)
{
	return (__u64)(__u32)~before + after;
}

static __always_inline int header_sum_holds(const struct iphdr *ip)
{
	const __u32 *words = (const __u32 *)ip;

	return folded((__u64)words[0] + words[1] + words[2] + words[3] + words[4]) == 0xffff;
}

static __always_inline enum reading read_tcp(struct __sk_buff *skb, struct segment *segment)
{
	struct tcphdr tcp;
	__u8 flags;

	if (segment->length < sizeof(tcp) || bpf_skb_load_bytes(skb, L4_OFFSET, &tcp, sizeof(tcp)))
		return NOT_READABLE;
	flags = ((__u8 *)&tcp)[13];
	segment->header = tcp.doff * 4;
	segment->seq = bpf_ntohl(tcp.seq);
	segment->ack = bpf_ntohl(tcp.ack_seq);
	segment->flags = flags;
	if (segment->header < sizeof(tcp) || segment->header > segment->length)
		return NOT_READABLE;
	if (!(flags & (TCP_SYN | TCP_ACK | TCP_RST)) || (flags & TCP_SYN && flags & (TCP_FIN | TCP_RST)))
		return NOT_READABLE;
	return READ;
}

static __always_inline enum reading read_udp(struct __sk_buff *skb, struct segment *segment)
{
	struct udphdr udp;

	if (segment->length < sizeof(udp) || bpf_skb_load_bytes(skb, L4_OFFSET, &udp, sizeof(udp)))
		return NOT_READABLE;
	segment->header = sizeof(udp);
	if (bpf_ntohs(udp.len) < sizeof(udp) || bpf_ntohs(udp.len) > segment->length)
		return NOT_READABLE;
	return READ;
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
	return segment->key.proto == IPPROTO_TCP ? read_tcp(skb, segment) : read_udp(skb, segment);
}

static __always_inline __u32 sum_offset(__u8 proto)
{
	return L4_OFFSET + (proto == IPPROTO_TCP ? offsetof(struct tcphdr, check) : offsetof(struct udphdr, check));
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
