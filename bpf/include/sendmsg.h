/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * An unconnected UDP socket of a pod sends. A socket keeps the backend it was given for a VIP as long as its group has
 * that backend, here or at another index, it is eligible, and it is not silent for too long while another is eligible; all of it is
 * checked on every send.
 */
#include "hook.h"
#include "silence.h"

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

static __always_inline struct pair *pair_at(struct sent *sent, int at)
{
	return &sent->pairs[at & (PAIRS - 1)];
}

static __always_inline struct silence *silence_at(struct sent *sent, int at)
{
	return &sent->silences[at & (PAIRS - 1)];
}

/* Where in the ring the newest pair for the VIP is, or NONE. */
static __always_inline int last_given(struct sent *sent, const struct vip_key *vip)
{
	for (__u32 back = 1; back <= PAIRS; back++)
		if (is_to(pair_at(sent, sent->count - back), vip))
			return (sent->count - back) & (PAIRS - 1);
	return NONE;
}

/* The same, if the socket may keep that backend. */
static __always_inline int kept_at(struct sent *sent, const struct vip_key *vip, __u32 service)
{
	int at = last_given(sent, vip);

	return at != NONE && pair_at(sent, at)->service == service && still_good(pair_at(sent, at)) ? at : NONE;
}

/* An older pair for the same VIP stays until the ring comes round: late answers still find their VIP. */
static __always_inline void remember(struct sent *sent, const struct pair *pair, const struct silence *silence)
{
	*pair_at(sent, sent->count) = *pair;
	*silence_at(sent, sent->count) = *silence;
	sent->count++;
}

/* A service that keeps clients keeps them with a silent backend too. */
static __always_inline int keeps_clients(__u32 service)
{
	__u32 *seconds = bpf_map_lookup_elem(&affinities, &service);

	return seconds && *seconds;
}

static __always_inline int send_again(struct bpf_sock_addr *ctx, const struct pair *pair)
{
	send_to(ctx, &pair->addr, pair->port);
	return ALLOW;
}

/* Those of the ring that were tried for the VIP and not heard since. */
static __always_inline struct avoided silent_ones(struct sent *sent, const struct vip_key *vip)
{
	struct avoided avoided;

	for (int at = 0; at < PAIRS; at++)
		avoided.backends[at] = silence_at(sent, at)->sends && is_to(pair_at(sent, at), vip) ? (__s32)pair_at(sent, at)->backend : NONE;
	return avoided;
}

/* All of them were tried in vain: they may be again. */
static __always_inline int stay(struct bpf_sock_addr *ctx, struct sent *sent, int kept, const struct silence *silence)
{
	for (int at = 0; at < PAIRS; at++)
		silence_at(sent, at)->sends = 0;
	*silence_at(sent, kept) = *silence;
	return send_again(ctx, pair_at(sent, kept));
}

/* Counted where the silent one is. */
static __always_inline void note_move(const struct pair *silent)
{
	struct backend *backend = bpf_map_lookup_elem(&backends, &silent->backend);

	if (backend)
		COUNT(silent->service, backend->group, moves, 1);
}

/* @param kept where the backend is that was silent for too long, or NONE */
static __always_inline int give_other(struct bpf_sock_addr *ctx, const struct vip_key *vip, __u32 service, struct sent *sent,
				      int kept)
{
	struct avoided avoided = silent_ones(sent, vip);
	struct silence silence = first_of(kept == NONE ? NULL : silence_at(sent, kept));
	struct choice choice;
	enum refusal reason = choose_for(ctx, vip, service, kept == NONE ? NULL : &avoided, &choice);

	if (reason != REFUSAL_NONE)
		return kept == NONE ? refuse(ctx, vip, reason) : stay(ctx, sent, kept, &silence);
	if (kept != NONE)
		note_move(pair_at(sent, kept));
	COUNT(service, choice.backend->group, attempts, 1);
	if (choice.backend->flags & BACKEND_PASS)
		return ALLOW;

	struct pair pair = pair_of(vip, service, &choice);

	remember(sent, &pair, &silence);
	say_picked(ctx, &pair, &choice);
	return send_again(ctx, &pair);
}

static __always_inline int give(struct bpf_sock_addr *ctx, const struct vip_key *vip, __u32 service)
{
	struct sent *sent = sent_by(ctx, BPF_SK_STORAGE_GET_F_CREATE);

	if (!sent)
		return refuse(ctx, vip, REFUSAL_NO_STORAGE);

	int kept = kept_at(sent, vip, service);

	if (kept != NONE && !(is_silent(silence_at(sent, kept)) && answers(service) && !keeps_clients(service)))
		return send_again(ctx, pair_at(sent, kept));
	return give_other(ctx, vip, service, sent, kept);
}

static __always_inline int send_by_name(struct bpf_sock_addr *ctx)
{
	struct vip_key vip = destination(ctx);
	__u32 *service = bpf_map_lookup_elem(&vips, &vip);

	if (service)
		return give(ctx, &vip, *service);
	return is_service_address(&vip.addr) ? refuse(ctx, &vip, REFUSAL_UNKNOWN_PORT) : ALLOW;
}
