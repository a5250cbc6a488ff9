/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * An unconnected UDP socket of a pod sends. A socket keeps the backend it was given for a VIP as long as its group has
 * that backend, here or at another index, and it is eligible; all of it is checked on every send.
 */
#include "hook.h"

static __always_inline int is_to(const struct pair *pair, const struct vip_key *vip)
{
	return pair->vip_port == vip->port && same_address(&pair->vip_addr, &vip->addr) && pair->generation;
}

static __always_inline int find_again(struct pair *pair, __u32 group)
{
	struct client client = { .addr = pair->addr, .port = pair->port, .group = group };
	__u32 index = kept_by(&client);
	struct backend *backend = bpf_map_lookup_elem(&backends, &index);

	if (!backend)
		return 0;
	pair->backend = index;
	pair->generation = backend->generation;
	return 1;
}

static __always_inline int still_good(struct pair *pair)
{
	struct backend *backend = bpf_map_lookup_elem(&backends, &pair->backend);
	struct range members;

	if (!backend || backend->generation != pair->generation || !range_of(&groups, backend->group, &members))
		return 0;
	return pair->backend - members.first < members.count ? eligible(backend) : find_again(pair, backend->group);
}

/* The newest pair for the VIP. */
static __always_inline struct pair *last_given(struct sent *sent, const struct vip_key *vip)
{
	for (__u32 back = 1; back <= PAIRS; back++) {
		struct pair *pair = &sent->pairs[(sent->count - back) & (PAIRS - 1)];

		if (is_to(pair, vip))
			return pair;
	}
	return NULL;
}

/* An older pair for the same VIP stays until the ring comes round: late answers still find their VIP. */
static __always_inline void remember(struct sent *sent, const struct pair *pair)
{
	sent->pairs[sent->count & (PAIRS - 1)] = *pair;
	sent->count++;
}

static __always_inline int give(struct bpf_sock_addr *ctx, const struct vip_key *vip, __u32 service)
{
	struct sent *sent = sent_by(ctx, BPF_SK_STORAGE_GET_F_CREATE);
	struct choice choice;

	if (!sent)
		return refuse(ctx, vip, REFUSAL_NO_STORAGE);

	struct pair *last = last_given(sent, vip);

	if (last && last->service == service && still_good(last)) {
		send_to(ctx, &last->addr, last->port);
		return ALLOW;
	}

	enum refusal reason = choose_for(ctx, vip, service, &choice);

	if (reason != REFUSAL_NONE)
		return refuse(ctx, vip, reason);
	COUNT(service, choice.backend->group, attempts, 1);
	if (choice.backend->flags & BACKEND_PASS)
		return ALLOW;

	struct pair pair = pair_of(vip, service, &choice);

	remember(sent, &pair);
	say_picked(ctx, &pair, &choice);
	send_to(ctx, &pair.addr, pair.port);
	return ALLOW;
}

static __always_inline int send_by_name(struct bpf_sock_addr *ctx)
{
	struct vip_key vip = destination(ctx);
	__u32 *service = bpf_map_lookup_elem(&vips, &vip);

	if (service)
		return give(ctx, &vip, *service);
	return is_service_address(&vip.addr) ? refuse(ctx, &vip, REFUSAL_UNKNOWN_PORT) : ALLOW;
}
