// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * As list-given, for kernels that let nobody walk over a map: walks all sockets of one network namespace, that of the agent's thread.
 */
#include "include/list-socket.h"

static __always_inline struct sock *tcp_of(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;

	return common ? (struct sock *)bpf_skc_to_tcp_sock(common) : NULL;
}

SEC("iter/tcp")
int walk_tcp(struct bpf_iter__tcp *ctx)
{
	return list_held(ctx->meta, tcp_of(ctx));
}

SEC("iter/tcp")
int walk_tcp_in_vain(struct bpf_iter__tcp *ctx)
{
	return list_held_in_vain(ctx->meta, tcp_of(ctx));
}

SEC("iter/udp")
int walk_udp(struct bpf_iter__udp *ctx)
{
	return list_held(ctx->meta, (struct sock *)ctx->udp_sk);
}

SEC("iter/udp")
int walk_udp_in_vain(struct bpf_iter__udp *ctx)
{
	return list_held_in_vain(ctx->meta, (struct sock *)ctx->udp_sk);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
