/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* ICMPv6 errors (RFC 4443 3); part of `icmp.h`. */

#define ICMP_TIME_EXCEEDED 3
#define ICMP_PARAMETER 4

/* An ICMPv6 error as far as it is rewritten, after the Ethernet header. */
struct error_packet {
	struct ip_header ip;
	__u8 type;
	__u8 code;
	__u16 sum;
	__u32 rest;
	struct ip_header quoted;
	__u32 ports;
};

/* Messages below 128 are errors; neighbour discovery and the like are the host's. */
static __always_inline int is_error(const struct error_packet *error)
{
	if (error->ip.next != ICMP_PROTOCOL || (error->quoted.next != IPPROTO_TCP && error->quoted.next != IPPROTO_UDP))
		return 0;
	return error->type >= ICMP_UNREACHABLE && error->type <= ICMP_PARAMETER;
}

static __always_inline struct flow_key answer_to(const struct error_packet *error)
{
	struct flow_key quoted = {
		.src = error->quoted.src, .dst = error->quoted.dst, .proto = error->quoted.next,
		.sport = (__u16)error->ports, .dport = error->ports >> 16,
	};

	return reversed(&quoted);
}

/* @param to what an answer of the flow becomes; the quoted packet goes the other way */
static __always_inline void rewrite_error(struct error_packet *error, const struct flow_key *to)
{
	__u32 ports = (__u32)to->dport | (__u32)to->sport << 16;
	__u64 change = changed(error->ports, ports);

	/* nothing in a header makes up for its addresses, and the error's own are part of the sum too */
	change += changed_ip(&error->quoted.src, &to->dst) + changed_ip(&error->quoted.dst, &to->src);
	change += changed_ip(&error->ip.src, &to->src) + changed_ip(&error->ip.dst, &to->dst);
	error->sum = ~folded((__u64)(__u16)~error->sum + folded_once(change));
	error->ports = ports;
	error->quoted.src = to->dst;
	error->quoted.dst = to->src;
	error->ip.src = to->src;
	error->ip.dst = to->dst;
	error->ip.hops--;
}

static __always_inline int is_sound(const struct error_packet *error)
{
	return 1;
}

static __always_inline ip_address addressee(const struct error_packet *error)
{
	return error->ip.dst;
}
