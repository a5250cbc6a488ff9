/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Reading packets that carry TCP or UDP, from their Ethernet header on: what both families share. `ipv4.h` or `ipv6.h` is
 * included first; it says what an address and a header are.
 * Reading copies headers to the stack, so nothing depends on where the kernel keeps the bytes.
 * Checksums are changed by difference, which is right also for packets whose checksum the kernel has put off
 * (CHECKSUM_PARTIAL) and leaves an absent UDP checksum absent.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* <sys/socket.h> is not for BPF */
#define AF_INET 2
#define AF_INET6 10

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* Addresses and ports of a packet as it is seen. Layout frozen: keys of pinned tables. */
struct flow_key {
	ip_address src;
	ip_address dst;
	__be16 sport;
	__be16 dport;
	__u8 proto;
	__u8 pad[3]; /* zero */
};

/* What the gateway needs to know of a packet. */
struct segment {
	struct flow_key key;
	struct ip_header ip;
	__u32 seq; /* TCP: host order */
	__u32 ack;
	__u32 length; /* bytes of TCP or UDP, header and payload */
	__u8 header;  /* bytes of the TCP or UDP header */
	__u8 flags;   /* TCP_SYN …; 0 for UDP */
	__u8 fragment; /* of IPv6: the first of several */
	__u8 pad;
};

enum reading {
	READ,
	NOT_OURS,      /* of no concern to a gateway */
	NOT_READABLE,  /* truncated or contradicting itself */
	NOT_WHOLE,     /* the first of several fragments */
	WITH_OPTIONS,  /* of IPv4, or extension headers of IPv6 */
	WITHOUT_SUM,   /* UDP over IPv6 must have one (RFC 8200 8.1) */
};

static __always_inline int has(const struct segment *segment, __u8 flag)
{
	return segment->flags & flag;
}

struct ethernet_pair {
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
};

/* Back to where it came from. */
static __always_inline void turn_ethernet(struct __sk_buff *skb)
{
	struct ethernet_pair from, to;

	bpf_skb_load_bytes(skb, 0, &from, sizeof(from));
	__builtin_memcpy(to.destination, from.source, ETH_ALEN);
	__builtin_memcpy(to.source, from.destination, ETH_ALEN);
	bpf_skb_store_bytes(skb, 0, &to, sizeof(to), 0);
}

static __always_inline struct flow_key reversed(const struct flow_key *key)
{
	return (struct flow_key){
		.src = key->dst, .dst = key->src, .sport = key->dport, .dport = key->sport, .proto = key->proto,
	};
}

static __always_inline enum reading read_ports(struct __sk_buff *skb, __u32 at, struct flow_key *key)
{
	return bpf_skb_load_bytes(skb, at, &key->sport, 4) ? NOT_READABLE : READ;
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
	return UDP_NEEDS_SUM && !udp.check ? WITHOUT_SUM : READ;
}

static __always_inline enum reading read_transport(struct __sk_buff *skb, struct segment *segment)
{
	return segment->key.proto == IPPROTO_TCP ? read_tcp(skb, segment) : read_udp(skb, segment);
}

static __always_inline __u32 sum_offset(__u8 proto)
{
	return L4_OFFSET + (proto == IPPROTO_TCP ? offsetof(struct tcphdr, check) : offsetof(struct udphdr, check));
}
