// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What became of a connection that was given a backend: established, ended. Runs a few times in the life of a connection
 * and never for a packet or a request. One that is never established is counted when its socket goes.
 */
#include "include/sockets.h"

static __always_inline struct given *given_to(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *socket = ctx->sk;

	return socket ? bpf_sk_storage_get(&sockets, socket, NULL, 0) : NULL;
}

/* Its end is told only to who asks, and from now on: what is not ours, or fails, costs nothing more. */
static __always_inline void established(struct bpf_sock_ops *ctx)
{
	struct given *given = given_to(ctx);

	if (!given)
		return;
	given->flags &= ~SOCKET_PENDING;
	COUNT(given->connected.service, given->group, established, 1);
	bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
}

static __always_inline void ended(struct bpf_sock_ops *ctx)
{
	struct given *given = given_to(ctx);
	struct traffic *counts;

	if (!given || given->flags & SOCKET_PENDING) /* another program may have asked to be told */
		return;
	counts = traffic_of(given->connected.service, given->group);
	if (!counts)
		return;
	__sync_fetch_and_add(&counts->closed, 1);
	__sync_fetch_and_add(&counts->bytes_sent, ctx->bytes_acked);
	__sync_fetch_and_add(&counts->bytes_received, ctx->bytes_received);
}

SEC("sockops")
int sock_ops(struct bpf_sock_ops *ctx)
{
	ctx->reply = -1;
	if (ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
		established(ctx);
	else if (ctx->op == BPF_SOCK_OPS_STATE_CB && ctx->args[1] == BPF_TCP_CLOSE)
		ended(ctx);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
