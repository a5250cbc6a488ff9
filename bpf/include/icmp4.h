/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* ICMP errors of IPv4; part of `icmp.h`. */

#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETER 12

/* An ICMP error as far as it is rewritten, after the Ethernet header. */
struct error_packet {
	struct iphdr ip;
	__u8 type;
	__u8 code;
	__u16 sum;
	__u32 rest;
	struct iphdr quoted;
	__u32 ports;
};

static __always_inline int is_error(const struct error_packet *error)
{
	if (error->ip.version != 4 || error->ip.ihl != 5 || error->quoted.ihl != 5)
		return 0;
	if (error->ip.protocol != ICMP_PROTOCOL || error->ip.frag_off & bpf_htons(MORE_FRAGMENTS | FRAGMENT_OFFSET))
		return 0;
	return error->type == ICMP_UNREACHABLE || error->type == ICMP_TIME_EXCEEDED || error->type == ICMP_PARAMETER;
}

static __always_inline struct flow_key answer_to(const struct error_packet *error)
{
	struct flow_key quoted = {
		.src = error->quoted.saddr, .dst = error->quoted.daddr, .proto = error->quoted.protocol,
		.sport = (__u16)error->ports, .dport = error->ports >> 16,
	};

	return reversed(&quoted);
}

static __always_inline void readdress(struct iphdr *ip, __be32 src, __be32 dst)
{
	ip->check = ~folded((__u64)(__u16)~ip->check + changed(ip->saddr, src) + changed(ip->daddr, dst));
	ip->saddr = src;
	ip->daddr = dst;
}

/* @param to what an answer of the flow becomes; the quoted packet goes the other way */
static __always_inline void rewrite_error(struct error_packet *error, const struct flow_key *to)
{
	__u32 ports = (__u32)to->dport | (__u32)to->sport << 16;

	/* the quoted header sums to the same as before, so only the ports change the sum */
	error->sum = ~folded((__u64)(__u16)~error->sum + changed(error->ports, ports));
	error->ports = ports;
	readdress(&error->quoted, to->dst, to->src);
	readdress(&error->ip, to->src, to->dst);
	error->ip.check = ~folded((__u64)(__u16)~error->ip.check + changed(bpf_htons(0x100), 0));
	error->ip.ttl--;
}

static __always_inline int is_sound(const struct error_packet *error)
{
	return header_sum_holds(&error->ip);
}

static __always_inline ip_address addressee(const struct error_packet *error)
{
	return error->ip.daddr;
}
