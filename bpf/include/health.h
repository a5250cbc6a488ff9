/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * What the kernel has seen of backends that fail. A backend that never failed has no entry, and while nothing has failed for a
 * while nobody looks for one.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "address.h"
#include "duration.h"
#include "marks.h"

#define CONCERN (600 * SECOND) /* how long a failure is remembered at least */
#define TIMES_MOST 20	       /* an ejection is at most so many times the first */

/* Weights of a failure. */
#define WHOLE 2
#define HALF 1

/* Its index would not do: that changes whenever another backend of its group does. */
struct health_key {
	struct address addr;
	__be16 port;
	__u16 pad;
	__u32 group; /* or LANE_HEALTH with a lane */
};

#define LANE_HEALTH (1U << 31)

/* Failures count twice, so that half of one can be told. Frozen layout; new fields take from spare. */
struct health {
	__u64 until;	/* ejected until then, CLOCK_MONOTONIC in nanoseconds; 0: not ejected */
	__u64 term;	/* of the ejection, nanoseconds */
	__u32 connects; /* failures to connect since the last success, twice */
	__u32 answers;	/* connections reset before their first byte since the last that had one, twice */
	__u32 times;	/* ejected so often in a row */
	__u32 pad;
	__u64 ejections; /* ever */
	__u8 spare[24];
};

/* Writer: kernel. An entry that is pushed out is a backend that is tried again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct health_key);
	__type(value, struct health);
	__uint(max_entries, 8192);
} health SEC(".maps") STATE;

/* Until when entries of `health` matter, CLOCK_MONOTONIC in nanoseconds. Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} concern SEC(".maps") STATE;

static __always_inline int is_concerned(__u64 now)
{
	__u32 only = 0;
	__u64 *until = bpf_map_lookup_elem(&concern, &only);

	return until && now < *(volatile __u64 *)until;
}

static __always_inline void be_concerned(__u64 now)
{
	__u32 only = 0;
	__u64 *until = bpf_map_lookup_elem(&concern, &only);

	if (until)
		*(volatile __u64 *)until = now + CONCERN;
}

/* Of a backend that failed of late, or NULL. */
static __always_inline struct health *health_of(const struct address *addr, __be16 port, __u32 group, __u64 now)
{
	struct health_key key = { .addr = *addr, .port = port, .group = group };

	return is_concerned(now) ? bpf_map_lookup_elem(&health, &key) : NULL;
}

static __always_inline struct health *health_made(const struct address *addr, __be16 port, __u32 group)
{
	struct health_key key = { .addr = *addr, .port = port, .group = group };
	struct health *found = bpf_map_lookup_elem(&health, &key);
	struct health none = {};

	if (found)
		return found;
	bpf_map_update_elem(&health, &key, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&health, &key);
}

static __always_inline int is_ejected(const struct health *health, __u64 now)
{
	return health && now < *(volatile __u64 *)&health->until;
}

/*
 * Whether a connection may go there. After an ejection that is one, the trial, until it is known what became of it.
 * @param health or NULL
 */
static __always_inline int may_try(struct health *health, __u64 now)
{
	__u64 until = health ? *(volatile __u64 *)&health->until : 0;

	if (!until)
		return 1;
	return now >= until && __sync_val_compare_and_swap(&health->until, until, now + health->term) == until;
}

/* Between 7/8 and 9/8 of what is due, so that not everybody tries at once. */
static __always_inline __u64 term_of(__u32 base_ms, __u32 times)
{
	__u64 due = base_ms * MILLISECOND * (times < TIMES_MOST ? times : TIMES_MOST);

	return due / 1024 * (896 + (bpf_get_prandom_u32() & 255));
}

/*
 * @param until as it was when this was decided: of two that decide at once one does it
 * @returns until when it is ejected now; 0: the other did it
 */
static __always_inline __u64 claim_ejection(struct health *health, __u64 until, __u32 base_ms, __u64 now)
{
	__u64 end = now + term_of(base_ms, health->times + 1);

	return __sync_val_compare_and_swap(&health->until, until, end) == until ? end : 0;
}

static __always_inline void note_ejection(struct health *health, __u64 term)
{
	health->term = term;
	health->times++;
	health->ejections++;
}

/* Both, where nothing can speak against it in between. @returns whether it was done here */
static __always_inline int eject(struct health *health, __u64 until, __u32 base_ms, __u64 now)
{
	__u64 end = claim_ejection(health, until, base_ms, now);

	if (end)
		note_ejection(health, end - now);
	return end != 0;
}
