/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * The tables a connection walks. The agent writes all of them, the kernel none.
 *
 *   vips[address, port, protocol] -> service -> tiers -> shares -> group -> backends
 *
 * A range is one aligned 64-bit word, low half first, high half count, stored at once: a reader sees the old range or the
 * new one. What a range leaves behind is reused only after every reader that may hold it has gone (10 s).
 * The number of entries is a default; the loader may set another.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "address.h"

#define OWN_CLUSTER 0 /* index into clusters */

struct vip_key {
	struct address addr;
	__be16 port; /* 0 with proto 0: the address itself, whose other ports are refused */
	__u8 proto;  /* IPPROTO_TCP, IPPROTO_UDP */
	__u8 pad;
};

struct range {
	__u32 first;
	__u32 count;
};

/* Bits of a backend; they may be combined. */
enum backend_flag {
	/* leave the destination as the application named it */
	BACKEND_PASS = 1,
	/* eligible only while slot `slot` of `alive` holds a socket */
	BACKEND_NEEDS_SOCKET = 2,
};

/*
 * One address that may serve. It is written while no range leads to it; a generation is never used twice for one index,
 * so a socket that still names the index knows that it has become another. Generation 0 is no backend.
 */
struct backend {
	struct address addr; /* of the family of the service's address */
	__be16 port;
	__u16 cluster; /* index into clusters */
	__u32 generation;
	__u32 group; /* service x cluster: what its traffic is counted under */
	enum backend_flag flags;
	__u32 slot;
};

/* Bits of a cluster; with any of them set no new connection goes there. */
enum cluster_flag {
	/* being drained: connections end by themselves */
	CLUSTER_DRAINED = 1,
	/* not reachable */
	CLUSTER_DOWN = 2,
};

/* The value never changes in place: a service that moves gets another index. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct vip_key);
	__type(value, __u32); /* service index */
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} vips SEC(".maps");

/* When the backends of a service are ejected, and for how long. One word, stored at once. */
struct limits {
	__u16 failures; /* in a row; 0: never */
	__u8 percent;	/* at most this share of a tier, where nobody beyond it takes over; 0: never */
	__u8 resets;	/* 1: established connections of an ejected backend that wait for an answer get an error too */
	__u32 base_ms;	/* the first time; grows with each that follows */
};

#define TABLE(name, element, size)                \
	struct {                                  \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__type(key, __u32);               \
		__type(value, element);           \
		__uint(max_entries, size);        \
		__uint(map_flags, BPF_F_MMAPABLE); \
	} name SEC(".maps")

TABLE(services, __u64, 65536);	/* service -> its tiers, in order */
TABLE(tiers, __u64, 131072);	/* tier -> its shares */
TABLE(shares, __u32, 524288);	/* share -> group; elements lie 8 bytes apart */
TABLE(groups, __u64, 131072);	/* group (service x cluster) -> its backends */
TABLE(backends, struct backend, 524288);
TABLE(affinities, __u32, 65536); /* service -> seconds that a client keeps its backend, 0: not at all */
TABLE(limits, struct limits, 65536);  /* by service */
TABLE(clusters, enum cluster_flag, 1024); /* cluster -> its bits; elements lie 8 bytes apart */

/* Sockets whose life makes a backend eligible: a process puts its own in, and it leaves with the process. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 16);
} alive SEC(".maps");

static __always_inline int range_of(void *table, __u32 index, struct range *out)
{
	__u64 *word = bpf_map_lookup_elem(table, &index);
	__u64 value = word ? *(volatile __u64 *)word : 0; /* one load: clang 14 has no atomic load for BPF */

	out->first = (__u32)value;
	out->count = value >> 32;
	return out->count > 0;
}
