/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Ejection: a backend that fails too often in a row takes no connections for a while. What counts as a failure is up to the
 * caller; here it is decided whether it is one too many, and whether there is somebody else.
 */
#include "choose.h"
#include "say-ejection.h"
#include "sockets.h"

#define TALLY_BITS 15 /* STEPS_MOST fits */
#define TALLY_MASK ((1 << TALLY_BITS) - 1)
#define TALLY_OTHER_GROUP (1 << 2 * TALLY_BITS)

enum failure {
	FAILURE_TO_CONNECT,
	FAILURE_TO_ANSWER,
};

/* When a connection to a backend was last established, by index: CLOCK_MONOTONIC in nanoseconds. Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 524288);
} successes SEC(".maps") STATE;

/* Backends ejected so far, one element: who looks at it knows whether there is something new. Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
} ejections SEC(".maps") STATE;

static __always_inline void count_ejection(void)
{
	__u32 only = 0;
	__u64 *count = bpf_map_lookup_elem(&ejections, &only);

	if (count)
		__sync_fetch_and_add(count, 1);
}

static __always_inline int limits_of(__u32 service, struct limits *out)
{
	struct limits *found = bpf_map_lookup_elem(&limits, &service);
	__u64 word = found ? *(volatile __u64 *)found : 0;

	__builtin_memcpy(out, &word, sizeof(*out));
	return out->failures > 0;
}

/* Of sockets that a backend may need nothing is known here: a program that sees a socket go may not look for others. */
struct tally {
	struct walk walk;
	__u64 now;
	__u32 group;
	__u32 all;    /* backends */
	__u32 takers; /* of them, those that take connections now */
	__u32 other;  /* TALLY_OTHER_GROUP, if one of those is of another group */
};

static long count_one(__u64 unused, void *context)
{
	struct tally *tally = context;
	struct walk *walk = &tally->walk;

	if (walk->member >= walk->members.count)
		return next_share(walk) ? 0 : 1;

	__u32 index = walk->members.first + walk->member++;
	struct backend *backend = bpf_map_lookup_elem(&backends, &index);

	if (!backend)
		return 0;
	tally->all++;
	if (!is_up(backend) || is_ejected(health_in(backend, tally->now), tally->now))
		return 0;
	tally->takers++;
	if (backend->group != tally->group)
		tally->other = TALLY_OTHER_GROUP;
	return 0;
}

/*
 * Backends of a tier; in the low TALLY_BITS, those that take connections; and TALLY_OTHER_GROUP. Not static, so that it is
 * verified once.
 */
__attribute__((noinline)) int tally_in(__u32 tier, __u32 group)
{
	struct tally tally = { .now = bpf_ktime_get_coarse_ns(), .group = group, .walk.found = NONE };

	if (!range_of(&tiers, tier, &tally.walk.tier))
		return 0;
	tally.all = hidden_zero();
	tally.takers = hidden_zero();
	tally.other = hidden_zero();
	begin(&tally.walk);
	bpf_loop(STEPS_MOST, count_one, &tally, 0);
	return tally.other | (tally.all << TALLY_BITS) | tally.takers;
}

/* What a backend's ejection would leave. */
struct rest {
	__u32 all;    /* backends of its tier */
	__u32 others; /* of them, those that take connections, itself not counted */
	__u32 beyond; /* whether another tier has any; for a gateway of another cluster, whether another cluster has */
};

static __always_inline struct rest rest_without(const struct given *given, int itself_takes)
{
	struct rest rest = {};
	struct range order;

	if (!range_of(&services, given->connected.service, &order))
		return rest;
	for (__u32 i = 0; i < TIERS_MOST && i < order.count; i++) {
		__u32 tally = tally_in(order.first + i, given->group);
		__u32 takers = tally & TALLY_MASK;

		if (i != given->tier) {
			rest.beyond |= takers > 0;
			continue;
		}
		rest.all = tally >> TALLY_BITS & TALLY_MASK;
		rest.others = itself_takes && takers ? takers - 1 : takers;
		rest.beyond |= given->cluster != OWN_CLUSTER && tally & TALLY_OTHER_GROUP;
	}
	return rest;
}

/*
 * The last one never is. Where somebody beyond takes over, all may be; else the first of a tier, and then no larger share of it
 * than the policy says.
 */
static __always_inline int may_be_ejected(const struct rest *rest, const struct limits *limits)
{
	if (!limits->percent || rest->beyond)
		return rest->beyond && limits->percent;
	if (!rest->others)
		return 0;
	return rest->others + 1 >= rest->all || (rest->all - rest->others) * 100 <= limits->percent * rest->all;
}

static __always_inline struct health *health_known(const struct given *given, __u64 now)
{
	return health_of(&given->connected.addr, given->connected.port, given->group, now);
}

static __always_inline int succeeded_lately(const struct given *given, __u64 now)
{
	__u64 *last = bpf_map_lookup_elem(&successes, &given->connected.backend);

	return last && now < *(volatile __u64 *)last + SECOND;
}

static __always_inline void take_back(const struct given *given, struct health *health)
{
	if (*(volatile __u64 *)&health->until)
		write_ejection(EVENT_BACK, given, health);
	health->until = 0;
}

/* It stays what it is. One in its trial takes connections again if it is the last: better than none. */
static __always_inline void spare(const struct given *given, struct health *health, const struct rest *rest)
{
	if (given->flags & SOCKET_TRIAL && !rest->others && !rest->beyond)
		take_back(given, health);
}

/* Not static, so that it is verified once. */
__attribute__((noinline)) int judge(const struct given *given, struct health *health)
{
	struct limits limits;

	if (!given || !health || !limits_of(given->connected.service, &limits))
		return 0;

	__u64 now = bpf_ktime_get_coarse_ns();
	__u64 until = *(volatile __u64 *)&health->until;
	int trial = given->flags & SOCKET_TRIAL;

	if (now < until && !trial)
		return 0;

	struct rest rest = rest_without(given, now >= until);

	if (!may_be_ejected(&rest, &limits)) {
		spare(given, health, &rest);
		return 0;
	}

	__u64 end = claim_ejection(health, until, limits.base_ms, now);

	if (!end)
		return 0;
	/* Who was judged at the same time was still counted. A swap is a barrier: now one at least sees the other gone, and gives way. */
	rest = rest_without(given, 0);
	if (!may_be_ejected(&rest, &limits)) {
		if (__sync_val_compare_and_swap(&health->until, end, until) == end)
			spare(given, health, &rest);
		return 0;
	}
	note_ejection(health, end - now);
	count_ejection();
	write_ejection(EVENT_EJECTED, given, health);
	return 1;
}

/* A connection failed. @param weight WHOLE or HALF */
static __always_inline void blame(struct given *given, enum failure kind, __u32 weight)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	struct limits limits;

	if (given->flags & SOCKET_BLAMED || !limits_of(given->connected.service, &limits))
		return;
	given->flags |= SOCKET_BLAMED;
	be_concerned(now);

	struct health *health = health_made(&given->connected.addr, given->connected.port, given->group);

	if (!health)
		return;

	__u32 *count = kind == FAILURE_TO_CONNECT ? &health->connects : &health->answers;
	__u32 failures = __sync_fetch_and_add(count, weight) + weight;

	if (!(given->flags & SOCKET_TRIAL)) {
		if (failures < limits.failures * WHOLE)
			return;
		if (kind == FAILURE_TO_CONNECT && failures <= WHOLE && succeeded_lately(given, now)) /* one word against another */
			return;
	}
	judge(given, health);
}

/* A connection was established. */
static __always_inline void acquit(struct given *given)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	__u64 *last = bpf_map_lookup_elem(&successes, &given->connected.backend);
	struct health *health = health_known(given, now);
	struct limits limits;

	if (last)
		*(volatile __u64 *)last = now;
	if (!health)
		return;
	health->connects = 0;
	if (!limits_of(given->connected.service, &limits) || health->answers < limits.failures * WHOLE)
		take_back(given, health);
}

/* A connection ended that had an answer. */
static __always_inline void trust(struct given *given)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	struct health *health = health_known(given, now);

	if (!health)
		return;
	health->answers = 0;
	health->times = 0;
	if (given->flags & SOCKET_TRIAL)
		take_back(given, health);
}
