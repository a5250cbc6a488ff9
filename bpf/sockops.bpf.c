// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What became of a connection that was given a backend: begun, established, ended. Runs a few times in the life of a
 * connection and never for a packet or a request.
 */
#include "include/sockets.h"

static __always_inline void begun(struct bpf_sock_ops *ctx, struct given *given)
{
	given->flags &= ~SOCKET_PENDING;
	bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
}

static __always_inline void established(struct given *given)
{
	given->flags |= SOCKET_ESTABLISHED;
	COUNT(given->connected.service, given->group, established, 1);
}

static __always_inline void ended(struct bpf_sock_ops *ctx, struct given *given)
{
	struct traffic *counts = traffic_of(given->connected.service, given->group);

	if (!counts)
		return;
	if (!(given->flags & SOCKET_ESTABLISHED)) {
		__sync_fetch_and_add(&counts->failed, 1);
		return;
	}
	__sync_fetch_and_add(&counts->closed, 1);
	__sync_fetch_and_add(&counts->bytes_sent, ctx->bytes_acked);
	__sync_fetch_and_add(&counts->bytes_received, ctx->bytes_received);
}

static __always_inline int is_ours(const struct bpf_sock_ops *ctx)
{
	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		return 1;
	case BPF_SOCK_OPS_STATE_CB:
		return ctx->args[1] == BPF_TCP_CLOSE;
	default:
		return 0;
	}
}

SEC("sockops")
int sock_ops(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *socket = ctx->sk;
	struct given *given;

	ctx->reply = -1;
	if (!is_ours(ctx) || !socket)
		return 1;
	given = bpf_sk_storage_get(&sockets, socket, NULL, 0);
	if (!given || !(given->flags & SOCKET_CONNECTED))
		return 1;
	if (ctx->op == BPF_SOCK_OPS_TCP_CONNECT_CB)
		begun(ctx, given);
	else if (ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
		established(given);
	else
		ended(ctx, given);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
