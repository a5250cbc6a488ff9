/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Which pod of a lane a new flow gets, and what a gateway has seen of those that fail: its callers know the gateway only, and
 * would blame that.
 */
#include "health.h"
#include "hidden.h"
#include "lanes.h"
#include "say-pod.h"

#define PICK_DRAWS 4   /* at random, so that gaps do not burden the pod after them */
#define PICK_STEPS 256 /* then in a row */
#define POD_FAILURES 3 /* in a row eject a pod */
#define POD_EJECTED_MS 5000 /* the first time */

struct pick {
	__u32 first;
	__u32 count;
	__u32 start;
	__u32 found; /* flags of the pod chosen so far */
	__u32 caller; /* a hash; 0: whoever it is */
	__u32 weight; /* of the pod chosen so far, for this caller */
	__u32 lane;
	__u32 index; /* of the pod chosen so far */
	__u16 any;   /* nobody is left out */
	__be16 not_port;
	struct address not_addr;
};

/* Highest random weight: a pod that goes moves its own callers only, one that comes takes a fair part of everybody's. */
static __always_inline __u32 weight_for(__u32 caller, const struct lane_pod *pod)
{
	return mixed(mixed(pod->addr.word[3] ^ pod->addr.word[2] * 31 ^ pod->addr.word[1] * 17 ^ pod->port) ^ caller);
}

/* Ejected, or the one that is not wanted. */
static __always_inline int is_left_out(const struct pick *pick, const struct lane_pod *pod)
{
	__u64 now = bpf_ktime_get_coarse_ns();

	if (pick->any)
		return 0;
	if (pod->port == pick->not_port && same_address(&pod->addr, &pick->not_addr))
		return 1;
	return is_ejected(health_of(&pod->addr, pod->port, LANE_HEALTH | pick->lane, now), now);
}

static long weigh(__u32 step, struct pick *pick)
{
	__u32 index = pick->first + step;
	struct lane_pod *pod = step < pick->count ? bpf_map_lookup_elem(&lane_pods, &index) : NULL;
	__u16 flags;
	__u32 weight;

	if (!pod)
		return 1;
	flags = *(volatile __u16 *)&pod->flags;
	weight = weight_for(pick->caller, pod);
	if (!flags || (pick->found & POD_READY && !(flags & POD_READY)) || is_left_out(pick, pod))
		return 0;
	if (!pick->found || (flags & POD_READY) > (pick->found & POD_READY) || weight > pick->weight) {
		pick->index = index;
		pick->found = flags;
		pick->weight = weight;
	}
	return 0;
}

static long consider(__u32 step, struct pick *pick)
{
	__u32 draw = step < PICK_DRAWS ? bpf_get_prandom_u32() : pick->start + step;
	__u32 index = pick->first + draw % pick->count;
	struct lane_pod *pod = bpf_map_lookup_elem(&lane_pods, &index);
	__u16 flags;

	if (!pod)
		return 0;
	flags = *(volatile __u16 *)&pod->flags; /* it may be withdrawn meanwhile */
	if (!flags || (pick->found && !(flags & POD_READY)) || is_left_out(pick, pod))
		return 0;
	pick->index = index;
	pick->found = flags;
	return flags & POD_READY;
}

static __always_inline int keeps_callers(__u32 lane)
{
	__u32 *flags = bpf_map_lookup_elem(&lane_flags, &lane);

	return flags && *flags & LANE_KEEPS_CALLERS;
}

static __always_inline void search_pod(struct pick *pick)
{
	pick->found = hidden_zero();
	pick->weight = hidden_zero();
	if (pick->caller)
		bpf_loop(pick->count, weigh, pick, 0);
	else
		bpf_loop(PICK_DRAWS + (pick->count < PICK_STEPS ? pick->count : PICK_STEPS), consider, pick, 0);
}

static __always_inline struct pick pick_of(__u32 lane)
{
	__u64 *word = bpf_map_lookup_elem(&lanes, &lane);
	__u64 range = word ? *(volatile __u64 *)word : 0;

	return (struct pick){
		.first = (__u32)range,
		.count = range >> 32,
		.start = bpf_get_prandom_u32(),
		.lane = lane,
	};
}

/*
 * A ready pod of the lane at random, or always the same for a caller; the last resorts only where none is ready. Those that are
 * ejected only where there is nobody else.
 * @param caller a hash of its address
 * @param but the pod that is not wanted, zero: none
 */
OUTLINED int pick_pod(__u32 lane, __u32 caller, const struct lane_pod *but, struct lane_pod *pod)
{
	struct pick pick = pick_of(lane);
	struct lane_pod *found;

	if (!pick.count)
		return 0;
	pick.caller = keeps_callers(lane) ? caller ?: 1 : 0;
	pick.not_addr = but->addr;
	pick.not_port = but->port;
	search_pod(&pick);
	if (!pick.found) {
		pick.any = 1;
		search_pod(&pick);
	}
	found = pick.found ? bpf_map_lookup_elem(&lane_pods, &pick.index) : NULL;
	if (!found)
		return 0;
	*pod = *found;
	return 1;
}

/* The pod that a flow leads to. @param to what packets towards it become */
static __always_inline struct lane_pod pod_behind(const struct flow_key *to)
{
	return (struct lane_pod){ .addr = widened(to->dst), .port = to->dport };
}

/* Whether a pod of the lane but this one would take a connection. */
OUTLINED int has_other_pod(__u32 lane, const struct lane_pod *but)
{
	struct pick pick = pick_of(lane);

	if (!pick.count)
		return 0;
	pick.not_addr = but->addr;
	pick.not_port = but->port;
	search_pod(&pick);
	return pick.found & POD_READY;
}

/* It did not answer a SYN, or refused it. Whether it is ejected for that. */
OUTLINED int blame_pod(__u32 lane, const struct lane_pod *pod, __u64 now)
{
	struct health *health = health_made(&pod->addr, pod->port, LANE_HEALTH | lane);
	__u64 until;

	be_concerned(now);
	if (!health)
		return 0;
	until = *(volatile __u64 *)&health->until;
	if (__sync_fetch_and_add(&health->connects, WHOLE) + WHOLE < POD_FAILURES * WHOLE || now < until)
		return 0;
	return eject(health, until, POD_EJECTED_MS, now);
}

/* It answered, and its answer was heard. @param to what packets towards it become */
OUTLINED void acquit_pod(__u32 lane, const struct flow_key *to, __u64 now)
{
	struct lane_pod pod = pod_behind(to);
	struct health *health = health_of(&pod.addr, pod.port, LANE_HEALTH | lane, now);

	if (!health)
		return;
	if (health->until)
		say_pod(EVENT_BACK, lane, &pod);
	health->connects = 0;
	health->times = 0;
	health->until = 0;
}
