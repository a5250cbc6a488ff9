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

#include "marks.h"

#define LANES 16384
#define LANE_PODS 131072

struct lane_key {
	__be32 addr;
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
LANE_ARRAY(lane_mss, LANES, __u32);   /* lane -> the most a segment may carry, bytes; 0: as offered */


/* lane -> flows begun. Writer: kernel. */
LANE_ARRAY(lane_flows, LANES, __u64) STATE;

enum lane_pod_flags {
	POD_READY = 1,
	POD_LAST_RESORT = 2, /* terminating but still serving: only when none is ready */
};

/* One aligned word, stored at once. Withdrawing a pod is one store of zero flags. */
struct lane_pod {
	__be32 addr;
	__be16 port;
	__u16 flags; /* enum lane_pod_flags; 0: takes no new flow */
};
LANE_ARRAY(lane_pods, LANE_PODS, struct lane_pod);

/* The source address that pods behind a device see; without one, the gateway's. */
struct snat_source {
	__be32 addr;
	__u32 spare;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32); /* ifindex */
	__type(value, struct snat_source);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} snat_addrs SEC(".maps");

enum gateway_flags {
	/* The gateway's address is the node's own: its servers listen there too, and pods may be reached through that device. */
	GATEWAY_ONE_DEVICE = 1,
};

/* Written once, before the programs are attached. */
struct gateway {
	__be32 addr;    /* 0: no gateway here, everything passes */
	__u32 ifindex; /* device that lanes come in by */
	__u32 flags;   /* enum gateway_flags */
	__u32 spare;
};
LANE_ARRAY(gateway, 1, struct gateway);

/* Lane ports, inclusive, host order. */
const volatile __u16 lane_port_first = 10000;
const volatile __u16 lane_port_last = 14999;

static __always_inline const struct gateway *this_gateway(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&gateway, &zero);
}

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

#define PICK_DRAWS 4   /* at random, so that gaps do not burden the pod after them */
#define PICK_STEPS 256 /* then in a row */

struct pick {
	__u32 first;
	__u32 count;
	__u32 start;
	__u32 found; /* flags of the pod chosen so far */
	struct lane_pod pod;
};

static long consider(__u32 step, struct pick *pick)
{
	__u32 draw = step < PICK_DRAWS ? bpf_get_prandom_u32() : pick->start + step;
	__u32 index = pick->first + draw % pick->count;
	struct lane_pod *entry = bpf_map_lookup_elem(&lane_pods, &index);
	struct lane_pod pod;

	if (!entry)
		return 0;
	*(__u64 *)&pod = *(volatile __u64 *)entry; /* one load: never half of another pod */
	if (!pod.addr || !pod.flags || (pick->found && !(pod.flags & POD_READY)))
		return 0;
	pick->pod = pod;
	pick->found = pod.flags;
	return pod.flags & POD_READY;
}

/* A ready pod of the lane at random; the last resorts only where none is ready. Its own health joins here. */
static __always_inline int pick_pod(__u32 lane, struct lane_pod *pod)
{
	__u64 *word = bpf_map_lookup_elem(&lanes, &lane);
	__u64 range = word ? *(volatile __u64 *)word : 0;
	struct pick pick = { .first = (__u32)range, .count = range >> 32, .start = bpf_get_prandom_u32() };

	if (!pick.count)
		return 0;
	bpf_loop(PICK_DRAWS + (pick.count < PICK_STEPS ? pick.count : PICK_STEPS), consider, &pick, 0);
	*pod = pick.pod;
	return pick.found;
}
