/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* A UDP socket of a pod received: the sender it sees is the VIP it had sent to. */
#include "hook.h"
#include "silence.h"

static __always_inline int is_from(const struct pair *pair, const struct address *addr, __be16 port)
{
	return pair->generation && pair->port == port && same_address(&pair->addr, addr);
}

static __always_inline const struct pair *connected_to(struct bpf_sock_addr *ctx, const struct address *addr, __be16 port)
{
	const struct given *given = given_to(ctx, 0);

	return given && is_from(&given->connected, addr, port) ? &given->connected : NULL;
}

static __always_inline const struct pair *sent_to(struct bpf_sock_addr *ctx, const struct address *addr, __be16 port)
{
	struct sent *sent = sent_by(ctx, 0);

	for (__u32 back = 1; sent && back <= PAIRS; back++) {
		__u32 at = (sent->count - back) & (PAIRS - 1);

		if (!is_from(&sent->pairs[at], addr, port))
			continue;
		heard(&sent->silences[at]);
		return &sent->pairs[at];
	}
	return NULL;
}

static __always_inline int show_sender(struct bpf_sock_addr *ctx)
{
	struct address from = address_in(ctx);
	const struct pair *pair = connected_to(ctx, &from, ctx->user_port);

	if (!pair)
		pair = sent_to(ctx, &from, ctx->user_port);
	if (!pair)
		return ALLOW;
	note_answer(pair->service);
	send_to(ctx, &pair->vip_addr, pair->vip_port);
	return ALLOW;
}
