/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * An unconnected UDP socket of a pod sends. A socket keeps the backend it was given for a VIP as long as that backend
 * is the same one and eligible; both are checked on every send.
 */
#include "hook.h"

static __always_inline int is_to(const struct pair *pair, const struct vip_key *vip)
{
	return pair->vip_port == vip->port && same_address(&pair->vip_addr, &vip->addr) && pair->generation;
}

static __always_inline int still_good(const struct pair *pair)
{
	struct backend *backend = bpf_map_lookup_elem(&backends, &pair->backend);

	return backend && backend->generation == pair->generation && eligible(backend);
}

/* The newest pair for the VIP. */
static __always_inline struct pair *last_given(struct given *given, const struct vip_key *vip)
{
	for (__u32 back = 1; back <= PAIRS; back++) {
		struct pair *pair = &given->pairs[(given->sent - back) & (PAIRS - 1)];

		if (is_to(pair, vip))
			return pair;
	}
	return NULL;
}

/* An older pair for the same VIP stays until the ring comes round: late answers still find their VIP. */
static __always_inline void remember(struct given *given, const struct pair *pair)
{
	given->pairs[given->sent & (PAIRS - 1)] = *pair;
	given->sent++;
}

static __always_inline int give(struct bpf_sock_addr *ctx, const struct vip_key *vip, __u32 service)
{
	struct given *given = given_to(ctx, BPF_SK_STORAGE_GET_F_CREATE);
	struct choice choice;

	if (!given)
		return refuse(REFUSAL_NO_STORAGE);

	struct pair *last = last_given(given, vip);

	if (last && last->service == service && still_good(last)) {
		send_to(ctx, &last->addr, last->port);
		return ALLOW;
	}

	enum refusal reason = choose_for(ctx, vip, service, &choice);

	if (reason != REFUSAL_NONE)
		return refuse(reason);
	COUNT(service, choice.backend->group, attempts, 1);
	if (choice.backend->flags & BACKEND_PASS)
		return ALLOW;

	struct pair pair = pair_of(vip, service, &choice);

	remember(given, &pair);
	send_to(ctx, &pair.addr, pair.port);
	return ALLOW;
}

static __always_inline int send_by_name(struct bpf_sock_addr *ctx)
{
	struct vip_key vip = destination(ctx);
	__u32 *service = bpf_map_lookup_elem(&vips, &vip);

	if (service)
		return give(ctx, &vip, *service);
	return is_service_address(&vip.addr) ? refuse(REFUSAL_UNKNOWN_PORT) : ALLOW;
}
