/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* How long connections took to be established. */
#include "sockets.h"

#define TIME_BUCKETS 14
#define FIRST_BUCKET_BITS 9 /* up to 512 microseconds; each bucket after it to twice as much, the last one to any */

/* Frozen layout; new fields take from spare. */
struct connect_times {
	__u64 sum_us;
	__u64 buckets[TIME_BUCKETS];
	__u64 spare[3];
};

/* Writer: kernel. Sparse: only pairs that were connected. The agent deletes those whose service is gone. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct traffic_key);
	__type(value, struct connect_times);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} connect_times SEC(".maps") STATE;

static __always_inline __u32 bucket_of(__u32 us)
{
	__u32 bucket = 0;

	for (__u32 rest = us ? (us - 1) >> FIRST_BUCKET_BITS : 0; rest && bucket < TIME_BUCKETS - 1; rest >>= 1)
		bucket++;
	return bucket;
}

/* Of a pair's first connection. */
static __attribute__((noinline)) struct connect_times *times_made(const struct traffic_key *key)
{
	struct connect_times none = {};

	bpf_map_update_elem(&connect_times, key, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&connect_times, key);
}

/*
 * From the SYN to its answer. The handshake's own round trip is exact; where a SYN was sent again it is that of the last one, and
 * the time since connect() says more, as coarse as the tick is.
 * @param rtt_us of the handshake
 * @param tick_us of the coarse clock
 */
static __always_inline void note_time(const struct given *given, __u32 rtt_us, __u32 tick_us)
{
	struct traffic_key key = { .service = given->connected.service, .group = given->group };
	__u64 waited_us = (bpf_ktime_get_coarse_ns() - given->since) / 1000;
	__u64 us = waited_us > rtt_us + 2ULL * tick_us ? waited_us : rtt_us;
	struct connect_times *times = bpf_map_lookup_elem(&connect_times, &key);

	if (!times)
		times = times_made(&key);
	if (!times) {
		count_refusal(REFUSAL_TRAFFIC_FULL);
		return;
	}
	__sync_fetch_and_add(&times->sum_us, us);
	__sync_fetch_and_add(&times->buckets[bucket_of(us > ~0U ? ~0U : us)], 1);
}
