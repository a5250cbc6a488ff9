/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* How far other clusters are: what a SYN may be waited for. */
#include "marks.h"
#include "tables.h"

#define RTO_LEAST_US 200000
#define RTO_MOST_US 1000000 /* the kernel's own first one (RFC 6298 2.1) */

/* CLOCK_MONOTONIC_COARSE's resolution in microseconds, a jiffy; 0: not known, the kernel's own timeouts stay. */
const volatile __u32 tick_us = 0;

/* Round trip to a cluster in microseconds, smoothed; 0: not known. Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 1024);
} distances SEC(".maps") STATE;

/* When a TCP connection to a cluster was last established, CLOCK_MONOTONIC in nanoseconds; 0: never. Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1024);
} reached SEC(".maps") STATE;

static __always_inline __u32 distance_to(__u32 cluster)
{
	__u32 *us = bpf_map_lookup_elem(&distances, &cluster);

	return us ? *(volatile __u32 *)us : 0;
}

/* @param us of a handshake that is over */
static __always_inline void measured(__u32 cluster, __u32 us)
{
	__u32 *smoothed = bpf_map_lookup_elem(&distances, &cluster);
	__u32 before = smoothed ? *(volatile __u32 *)smoothed : 0;
	__u64 *last = bpf_map_lookup_elem(&reached, &cluster);

	if (last)
		*(volatile __u64 *)last = bpf_ktime_get_coarse_ns();
	if (smoothed && us)
		*(volatile __u32 *)smoothed = before ? before - before / 8 + us / 8 : us;
}

/* How long a caller must have waited in vain for it to say something of the backend. */
static __always_inline __u64 patience_ns(__u32 cluster)
{
	__u32 us = distance_to(cluster);

	return (us ? 2ULL * us : RTO_MOST_US) * 1000;
}

/* The first timeout of a SYN in jiffies, or -1: the kernel's own. Must give the same when it is asked again. */
static __always_inline int first_timeout(__u32 cluster)
{
	__u32 us = cluster == OWN_CLUSTER ? 0 : distance_to(cluster);

	if (!us || !tick_us)
		return -1;
	us = us > RTO_MOST_US / 3 ? RTO_MOST_US : us * 3;
	return (us < RTO_LEAST_US ? RTO_LEAST_US : us) / tick_us;
}
