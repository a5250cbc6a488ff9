/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What connect() and sendmsg() tell a watcher. */
#include "choose.h"
#include "say.h"

WRITES write_picked(struct bpf_sock_addr *ctx, const struct pair *pair, const struct choice *choice)
{
	struct event *event = begin_event(TOPIC_FLOWS, EVENT_PICKED, bpf_get_socket_cookie(ctx));

	if (!event)
		return;
	tell_pair(event, pair);
	event->group = choice->backend->group;
	event->cluster = choice->backend->cluster;
	event->tier = choice->tier;
	event->proto = ctx->protocol;
	end_event(event);
}

/* The same by connect(): what it remembers has all of it. */
WRITES write_given(struct bpf_sock_addr *ctx, const struct given *given)
{
	struct event *event = begin_event(TOPIC_FLOWS, EVENT_PICKED, bpf_get_socket_cookie(ctx));

	if (!event)
		return;
	tell_given(event, given);
	event->proto = ctx->protocol;
	end_event(event);
}

static __always_inline void say_given(struct bpf_sock_addr *ctx, const struct given *given)
{
	if (is_watched(TOPIC_FLOWS))
		write_given(ctx, given);
}

static __always_inline void say_picked(struct bpf_sock_addr *ctx, const struct pair *pair, const struct choice *choice)
{
	if (is_watched(TOPIC_FLOWS))
		write_picked(ctx, pair, choice);
}

WRITES write_refused(struct bpf_sock_addr *ctx, const struct vip_key *vip, enum refusal reason)
{
	struct event *event = begin_event(TOPIC_DROPS, EVENT_REFUSED, bpf_get_socket_cookie(ctx));

	if (!event)
		return;
	event->refusal = reason;
	event->destination = vip->addr;
	event->destination_port = vip->port;
	event->proto = vip->proto;
	end_event(event);
}
