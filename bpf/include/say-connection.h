/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What the life of a TCP connection tells a watcher. */
#include "say.h"

#define AF_INET 2

/* Both are read and one is taken: of a load in either branch the compiler would make one that the verifier does not follow. */
static __always_inline void tell_source(struct event *event, volatile struct bpf_sock_ops *ctx)
{
	struct address six = { .word = { ctx->local_ip6[0], ctx->local_ip6[1], ctx->local_ip6[2], ctx->local_ip6[3] } };
	__be32 four = ctx->local_ip4;

	event->source = ctx->family == AF_INET ? mapped(four) : six;
	event->source_port = bpf_htons(ctx->local_port);
}

WRITES write_connection(enum event_kind kind, struct bpf_sock_ops *ctx, const struct given *given)
{
	struct event *event = begin_event(TOPIC_FLOWS, kind, bpf_get_socket_cookie(ctx));

	if (!event)
		return;
	tell_given(event, given);
	tell_duration(event, given);
	event->proto = IPPROTO_TCP;
	tell_source(event, ctx);
	event->rtt_us = ctx->srtt_us >> 3;
	event->bytes_sent = ctx->bytes_acked;
	event->bytes_received = ctx->bytes_received;
	end_event(event);
}

static __always_inline void say_connection(enum event_kind kind, struct bpf_sock_ops *ctx, const struct given *given)
{
	if (is_watched(TOPIC_FLOWS))
		write_connection(kind, ctx, given);
}
