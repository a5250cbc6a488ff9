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
	struct sock *sk = tcp_of(ctx);
	struct given *given = held_by(sk);

	if (given)
		list(ctx->meta, sk, given);
	return 0;
}

SEC("iter/tcp")
int walk_tcp_in_vain(struct bpf_iter__tcp *ctx)
{
	struct sock *sk = tcp_of(ctx);
	struct given *given = held_by(sk);

	if (given && is_in_vain(given))
		list(ctx->meta, sk, given);
	return 0;
}

SEC("iter/udp")
int walk_udp(struct bpf_iter__udp *ctx)
{
	struct sock *sk = (struct sock *)ctx->udp_sk;
	struct given *given = held_by(sk);

	if (given)
		list(ctx->meta, sk, given);
	return 0;
}

SEC("iter/udp")
int walk_udp_in_vain(struct bpf_iter__udp *ctx)
{
	struct sock *sk = (struct sock *)ctx->udp_sk;
	struct given *given = held_by(sk);

	if (given && is_in_vain(given))
		list(ctx->meta, sk, given);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
