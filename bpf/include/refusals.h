/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Why a call or a packet was refused or dropped: one list for every program, counted per CPU.
 * Numbers are stable; a new reason goes before REFUSALS. Comments become the texts users see.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "marks.h"

/* Why a call or a packet was refused or dropped. */
enum refusal {
	/* nothing is refused */
	REFUSAL_NONE = 0,

	/* the address belongs to a service, the port does not */
	REFUSAL_UNKNOWN_PORT = 1,
	/* the service has no tiers: nothing may serve it now */
	REFUSAL_NO_TIERS = 2,
	/* no backend in any tier is eligible */
	REFUSAL_NO_BACKEND = 3,
	/* the kernel had no memory to remember the socket's backend */
	REFUSAL_NO_STORAGE = 4,
	/* the table of traffic counters is full: the call went on, uncounted */
	REFUSAL_TRAFFIC_FULL = 5,
	/* the backend has an address of the other family than the service's */
	REFUSAL_FAMILY = 6,

	/* a packet to a lane port that no exported service has */
	REFUSAL_NO_LANE = 16,
	/* the lane's service has no ready pod */
	REFUSAL_NO_POD = 17,
	/* no free source port towards a pod */
	REFUSAL_NAT_PORTS = 18,
	/* the flow table is full */
	REFUSAL_NAT_FULL = 19,
	/* a fragment, which has no ports to go by */
	REFUSAL_FRAGMENT = 20,
	/* a packet shorter than its headers say, or whose headers contradict each other */
	REFUSAL_TRUNCATED = 21,
	/* larger than the next link carries, answered with "fragmentation needed" */
	REFUSAL_TOO_BIG = 22,
	/* no flow for a packet that does not open one; TCP is answered with a reset */
	REFUSAL_NO_FLOW = 23,
	/* no route or no neighbour towards the pod or back to the caller */
	REFUSAL_NO_ROUTE = 24,
	/* time to live ran out */
	REFUSAL_TTL = 25,
	/* a packet with IP options, or extension headers of IPv6, towards a lane */
	REFUSAL_IP_OPTIONS = 27,
	/* a lane would have led back into a lane */
	REFUSAL_LOOP = 28,
	/* a datagram over IPv6 without checksum, which must have one (RFC 8200 8.1) */
	REFUSAL_NO_SUM = 29,
	/* a pod refused a connection or did not answer it, and the caller's next SYN goes to another */
	REFUSAL_POD_FAILED = 30,
	/* more probes of gateways came within a second than are answered */
	REFUSAL_PROBES = 31,

	REFUSALS = 64
};

/* Keeps the list among the object's types: TypeScript has it from there. */
const volatile enum refusal refusals_end __attribute__((used)) = REFUSALS;

/* Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32); /* enum refusal */
	__type(value, __u64);
	__uint(max_entries, REFUSALS);
} refusals SEC(".maps") STATE;

static __always_inline void count_refusal(enum refusal reason)
{
	__u32 key = reason;
	__u64 *count = bpf_map_lookup_elem(&refusals, &key);

	if (count)
		__sync_fetch_and_add(count, 1); /* a packet may interrupt a connect on the same CPU */
}
