/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * What a gateway knows of its lanes. The agent writes these tables, the kernel only `lane_flows`.
 *
 *   lane_ports[gateway address, lane port, protocol] -> lane -> pods of this cluster
 *
 * Only pods of this cluster stand here: what came by a lane never goes into another one.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "address.h"
#include "gateway.h"
#include "marks.h"

/* Bits of a lane. */
enum lane_flag {
	/* a caller meets the same pod again and again, as long as that one is ready */
	LANE_KEEPS_CALLERS = 1,
};

#define LANES 16384
#define LANE_PODS 131072

struct lane_key {
	struct address addr;
	__be16 port;
	__u8 proto;
	__u8 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct lane_key);
	__type(value, __u32); /* lane; never changes in place */
	__uint(max_entries, LANES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} lane_ports SEC(".maps");

#define LANE_ARRAY(name, size, type_)             \
	struct {                                  \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__type(key, __u32);               \
		__type(value, type_);             \
		__uint(max_entries, size);        \
		__uint(map_flags, BPF_F_MMAPABLE);\
	} name SEC(".maps")

LANE_ARRAY(lanes, LANES, __u64);      /* lane -> its range of lane_pods: first, and count in the upper half */
LANE_ARRAY(lane_flags, LANES, enum lane_flag);
LANE_ARRAY(lane_mss, LANES, __u32);   /* lane -> the most a segment may carry, bytes; 0: as offered */


/* lane -> flows begun. Writer: kernel. */
LANE_ARRAY(lane_flows, LANES, __u64) STATE;

enum lane_pod_flags {
	POD_READY = 1,
	POD_LAST_RESORT = 2, /* terminating but still serving: only when none is ready */
};

/*
 * Written while no lane leads to it, and written again only 10 s after the last lane that did: nobody reads half of another
 * pod. Withdrawing one is a store of zero flags.
 */
struct lane_pod {
	struct address addr; /* of the family of the lane's address */
	__be16 port;
	__u16 flags; /* enum lane_pod_flags; 0: takes no new flow */
	__u32 spare;
};
LANE_ARRAY(lane_pods, LANE_PODS, struct lane_pod);

/* The source address of a family that pods behind a device see; without one, the gateway's. */
struct snat_source {
	struct address addr;
};

struct snat_key {
	__u32 ifindex;
	__u32 family; /* AF_INET, AF_INET6 */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct snat_key);
	__type(value, struct snat_source);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} snat_addrs SEC(".maps");

/* Lane ports, inclusive, host order. */
const volatile __u16 lane_port_first = 10000;
const volatile __u16 lane_port_last = 14999;

static __always_inline int is_lane_port(__u16 port)
{
	__u16 number = bpf_ntohs(port);

	return number >= lane_port_first && number <= lane_port_last;
}

static __always_inline __u32 mss_of(__u32 lane)
{
	__u32 *mss = bpf_map_lookup_elem(&lane_mss, &lane);

	return mss ? *mss : 0;
}

static __always_inline void count_flow(__u32 lane)
{
	__u64 *flows = bpf_map_lookup_elem(&lane_flows, &lane);

	if (flows)
		__sync_fetch_and_add(flows, 1);
}

static __always_inline __u32 mixed(__u32 value)
{
	value = (value ^ value >> 16) * 0x7feb352d;
	value = (value ^ value >> 15) * 0x846ca68b;
	return value ^ value >> 16;
}
