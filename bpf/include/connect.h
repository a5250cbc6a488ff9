/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * A socket of a pod connects. If it connects to the address of a service, give it a backend; after this the kernel
 * carries its packets as if the application had named that backend itself.
 */
#include "eject.h"
#include "hook.h"

/* A connect() that failed, on a socket that is used again. */
static __always_inline void settle(struct bpf_sock_addr *ctx, struct given *given)
{
	if (!(given->flags & SOCKET_PENDING))
		return;
	COUNT(given->connected.service, given->group, failed, 1);
	say_failed(given, bpf_get_socket_cookie(ctx));
	blame(given, FAILURE_TO_CONNECT, WHOLE);
}

static __always_inline void forget(struct bpf_sock_addr *ctx)
{
	struct given *given = given_to(ctx, 0);

	if (!given)
		return;
	settle(ctx, given);
	bpf_sk_storage_delete(&sockets, ctx->sk);
}

/* Whoever is given a backend that is ejected is its trial. */
static __always_inline enum socket_flag flags_for(struct bpf_sock_addr *ctx, const struct backend *backend, __u64 now)
{
	if (ctx->protocol != IPPROTO_TCP)
		return 0;
	return is_ejected(health_in(backend, now), now) ? SOCKET_PENDING | SOCKET_TRIAL : SOCKET_PENDING;
}

static __always_inline int remember(struct bpf_sock_addr *ctx, const struct pair *pair, const struct choice *choice)
{
	struct given *given = given_to(ctx, BPF_SK_STORAGE_GET_F_CREATE);

	if (!given)
		return 0;
	settle(ctx, given);
	given->connected = *pair;
	given->group = choice->backend->group;
	given->cluster = choice->backend->cluster;
	given->tier = choice->tier;
	given->since = bpf_ktime_get_coarse_ns();
	given->flags = flags_for(ctx, choice->backend, given->since);
	if (given->flags & SOCKET_TRIAL)
		write_ejection(EVENT_TRIAL, given, NULL);
	say_given(ctx, given);
	return 1;
}

static __always_inline int give(struct bpf_sock_addr *ctx, const struct vip_key *vip, __u32 service)
{
	struct choice choice;
	enum refusal reason = choose_for(ctx, vip, service, NULL, &choice);

	if (reason != REFUSAL_NONE) {
		forget(ctx);
		return refuse(ctx, vip, reason);
	}
	COUNT(service, choice.backend->group, attempts, 1);
	if (choice.backend->flags & BACKEND_PASS) {
		forget(ctx);
		return ALLOW;
	}

	struct pair pair = pair_of(vip, service, &choice);

	if (!remember(ctx, &pair, &choice))
		return refuse(ctx, vip, REFUSAL_NO_STORAGE);
	send_to(ctx, &pair.addr, pair.port);
	return ALLOW;
}

static __always_inline int connect_by_name(struct bpf_sock_addr *ctx)
{
	struct vip_key vip = destination(ctx);
	__u32 *service = bpf_map_lookup_elem(&vips, &vip);

	if (service)
		return give(ctx, &vip, *service);
	forget(ctx);
	return is_service_address(&vip.addr) ? refuse(ctx, &vip, REFUSAL_UNKNOWN_PORT) : ALLOW;
}
