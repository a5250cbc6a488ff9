/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Sockets that wait in vain: the kernel is told to end one at its next timeout, milliseconds away, so that the caller has
 * an error and can try again; else it would wait for minutes.
 */
#include "distance.h"
#include "eject.h"

#define SOL_TCP 6
#define TCP_USER_TIMEOUT 18
#define AT_ONCE_MS 1
#define LATE_MS 20 /* what an answer may take beyond its round trips */

static __always_inline int is_down(__u32 cluster)
{
	__u32 *flags = bpf_map_lookup_elem(&clusters, &cluster);

	return flags && *(volatile __u32 *)flags & CLUSTER_DOWN;
}

static __always_inline int has_others(const struct given *given)
{
	struct rest rest = rest_without(given, 0);

	return rest.others || rest.beyond;
}

/* Established connections of an ejected backend are kept, unless the policy says otherwise. */
static __always_inline int was_ejected(const struct given *given)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	struct limits limits;

	if (!limits_of(given->connected.service, &limits) || !is_ejected(health_known(given, now), now))
		return 0;
	return given->flags & SOCKET_PENDING || limits.resets;
}

/* A new connection is worth more than this one. */
__attribute__((noinline)) int is_in_vain(const struct given *given)
{
	return given && (is_down(given->cluster) || was_ejected(given)) && has_others(given);
}

/*
 * Milliseconds since the first packet that was not acknowledged. A SYN is about to be sent once more, and a gateway may have found
 * another pod for it: its answer is waited for.
 */
static __always_inline int last_wait(const struct given *given)
{
	if (!(given->flags & SOCKET_PENDING))
		return AT_ONCE_MS;
	return (bpf_ktime_get_coarse_ns() - given->since) / MILLISECOND + 2 * distance_to(given->cluster) / 1000 + LATE_MS;
}

static __always_inline void give_up(struct bpf_sock_ops *ctx, struct given *given)
{
	int after = last_wait(given), before = 0;

	if (given->flags & SOCKET_GIVEN_UP)
		return;
	if (bpf_getsockopt(ctx, SOL_TCP, TCP_USER_TIMEOUT, &before, sizeof(before)))
		return;
	given->user_timeout_ms = before;
	given->flags |= SOCKET_GIVEN_UP;
	bpf_setsockopt(ctx, SOL_TCP, TCP_USER_TIMEOUT, &after, sizeof(after));
}

/* Puts back what the application had set. */
static __always_inline void take_up(struct bpf_sock_ops *ctx, struct given *given)
{
	int before = given->user_timeout_ms;

	if (!(given->flags & SOCKET_GIVEN_UP))
		return;
	given->flags &= ~SOCKET_GIVEN_UP;
	bpf_setsockopt(ctx, SOL_TCP, TCP_USER_TIMEOUT, &before, sizeof(before));
}
