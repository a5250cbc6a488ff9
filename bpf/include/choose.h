/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Which backend a new connection gets: tier by tier, in order. Within a tier a few random draws, each share as likely as
 * its weight says; if all meet what is not eligible, a walk over the whole tier finds what is.
 */
#include "clients.h"
#include "health.h"
#include "hidden.h"
#include "refusals.h"
#include "tables.h"

#define TIERS_MOST 16
#define DRAWS 4
#define NONE -1
#define STEPS_MOST 8192 /* shares and backends looked at in one walk */
#define GROUPS_KEPT 8	/* groups a walk remembers having walked */

static __always_inline int holds_socket(__u32 slot)
{
	struct bpf_sock *socket = bpf_map_lookup_elem(&alive, &slot);

	if (!socket)
		return 0;
	bpf_sk_release(socket);
	return 1;
}

static __always_inline int cluster_takes(__u32 cluster)
{
	__u32 *flags = bpf_map_lookup_elem(&clusters, &cluster);

	return flags && !(*(volatile __u32 *)flags & (CLUSTER_DRAINED | CLUSTER_DOWN));
}

static __always_inline int is_up(const struct backend *backend)
{
	return backend->generation && cluster_takes(backend->cluster);
}

static __always_inline struct health *health_in(const struct backend *backend, __u64 now)
{
	return health_of(&backend->addr, backend->port, backend->group, now);
}

/* Whoever may try a backend does: that is asked last. */
static __always_inline int eligible(const struct backend *backend)
{
	if (!is_up(backend) || (backend->flags & BACKEND_NEEDS_SOCKET && !holds_socket(backend->slot)))
		return 0;

	__u64 now = bpf_ktime_get_coarse_ns();

	return may_try(health_in(backend, now), now);
}

static __always_inline __u32 any_of(const struct range *range)
{
	return range->first + bpf_get_prandom_u32() % range->count;
}

static __always_inline int takes(__u32 index)
{
	struct backend *backend = bpf_map_lookup_elem(&backends, &index);

	return backend && eligible(backend);
}

static __always_inline int group_of(__u32 share, __u32 *group)
{
	__u32 *found = bpf_map_lookup_elem(&shares, &share);

	if (!found)
		return 0;
	*group = *(volatile __u32 *)found;
	return 1;
}

/* A backend by the weights, eligible or not. */
static __always_inline int draw(const struct range *tier, __u32 *index)
{
	struct range members;
	__u32 group;

	if (!group_of(any_of(tier), &group) || !range_of(&groups, group, &members))
		return 0;
	*index = any_of(&members);
	return 1;
}

#define AVOIDED_MOST 4

/* Backends that are not to be chosen, or NONE. */
struct avoided {
	__s32 backends[AVOIDED_MOST];
};

static __always_inline int is_avoided(const struct avoided *avoided, __u32 index)
{
	for (int i = 0; avoided && i < AVOIDED_MOST; i++)
		if ((__u32)avoided->backends[i] == index)
			return 1;
	return 0;
}

/* A walk over a tier, one share or one backend a step. */
struct walk {
	struct range tier, members;
	__u32 share, member; /* steps taken within each */
	__u32 start;
	__s32 found; /* backend, or NONE */
	__u32 walked[GROUPS_KEPT]; /* the last groups, newest first */
};

/* One that looks for a backend. Who only counts has no room on the stack for more than the walk. */
struct hunt {
	struct walk walk;
	const struct avoided *avoided; /* or NULL */
};

/* Moved along rather than counted: the verifier would follow a counter through every step. */
static __always_inline int was_walked(struct walk *walk, __u32 group)
{
	for (int i = 0; i < GROUPS_KEPT; i++)
		if (walk->walked[i] == group)
			return 1;
	for (int i = GROUPS_KEPT - 1; i > 0; i--)
		walk->walked[i] = walk->walked[i - 1];
	walk->walked[0] = group;
	return 0;
}

static __always_inline int next_share(struct walk *walk)
{
	__u32 group;

	if (walk->share >= walk->tier.count)
		return 0;
	__u32 share = walk->tier.first + (walk->start + walk->share++) % walk->tier.count;
	walk->member = 0;
	if (!group_of(share, &group) || was_walked(walk, group) || !range_of(&groups, group, &walk->members))
		walk->members.count = 0;
	return 1;
}

static long step(__u64 unused, void *context)
{
	struct hunt *hunt = context;
	struct walk *walk = &hunt->walk;

	if (walk->member >= walk->members.count)
		return next_share(walk) ? 0 : 1;

	__u32 index = walk->members.first + walk->member++;

	if (is_avoided(hunt->avoided, index) || !takes(index))
		return 0;
	walk->found = index;
	return 1;
}

static __always_inline void begin(struct walk *walk)
{
	walk->share = hidden_zero();
	walk->member = hidden_zero();
	walk->members.count = hidden_zero();
	__builtin_memset(walk->walked, 0xff, sizeof(walk->walked));
}

static __always_inline int sweep(const struct range *tier, const struct avoided *avoided)
{
	struct hunt hunt = {
		.walk = { .tier = *tier, .start = bpf_get_prandom_u32(), .found = NONE },
		.avoided = avoided,
	};

	begin(&hunt.walk);
	bpf_loop(STEPS_MOST, step, &hunt, 0);
	return hunt.walk.found;
}

/*
 * A backend of the tier, or NONE. Not static, so that it is verified once and not once a tier.
 * @param avoided or NULL
 */
__attribute__((noinline)) int choose_in(__u32 tier, const struct avoided *avoided)
{
	struct range range;
	__u32 index;

	if (!range_of(&tiers, tier, &range))
		return NONE;
	for (int i = 0; i < DRAWS; i++)
		if (draw(&range, &index) && !is_avoided(avoided, index) && takes(index))
			return index;
	return sweep(&range, avoided);
}

/* Looks for one share or one backend in a range. */
struct search {
	struct range range;
	const struct client *client;
	__s32 found; /* index, or NONE */
};

static long match_share(__u32 step, void *context)
{
	struct search *search = context;
	__u32 group;

	if (step >= search->range.count)
		return 1;
	if (!group_of(search->range.first + step, &group) || group != search->client->group)
		return 0;
	search->found = search->range.first + step;
	return 1;
}

static long match_backend(__u32 step, void *context)
{
	struct search *search = context;
	__u32 index = search->range.first + step;
	struct backend *backend;

	if (step >= search->range.count)
		return 1;
	backend = bpf_map_lookup_elem(&backends, &index);
	if (!backend || backend->port != search->client->port || !same_address(&backend->addr, &search->client->addr))
		return 0;
	search->found = eligible(backend) ? (__s32)index : NONE;
	return 1;
}

/* The backend that a client had, if its group has it still and it takes connections; else NONE. */
__attribute__((noinline)) int kept_by(const struct client *client)
{
	struct search search = { .client = client, .found = NONE };

	if (!client || !range_of(&groups, client->group, &search.range))
		return NONE;
	bpf_loop(STEPS_MOST, match_backend, &search, 0);
	return search.found;
}

/* The same, if the tier has a share for its group. */
__attribute__((noinline)) int kept_in(__u32 tier, const struct client *client)
{
	struct search search = { .client = client, .found = NONE };

	if (!client || !range_of(&tiers, tier, &search.range))
		return NONE;
	bpf_loop(STEPS_MOST, match_share, &search, 0);
	return search.found == NONE ? NONE : kept_by(client);
}

struct choice {
	struct backend *backend;
	__u32 index;
	__u32 tier; /* counted within the service */
};

/*
 * REFUSAL_NONE with a choice, or why there is none.
 * @param client what this client had, or NULL: it is kept while no tier before its own has anybody
 * @param avoided or NULL
 */
static __always_inline enum refusal choose(__u32 service, const struct client *client, const struct avoided *avoided,
					   struct choice *choice)
{
	struct range order;

	if (!range_of(&services, service, &order))
		return REFUSAL_NO_TIERS;
	for (__u32 i = 0; i < TIERS_MOST && i < order.count; i++) {
		int index = client ? kept_in(order.first + i, client) : NONE;

		if (index == NONE)
			index = choose_in(order.first + i, avoided);
		if (index == NONE)
			continue;
		choice->index = index;
		choice->tier = i;
		choice->backend = bpf_map_lookup_elem(&backends, &choice->index);
		if (choice->backend)
			return REFUSAL_NONE;
	}
	return REFUSAL_NO_BACKEND;
}
