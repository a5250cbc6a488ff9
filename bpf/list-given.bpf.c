// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The agent asks which sockets hold a connection to the backend they were given, in all network namespaces: all of them, or those that
 * wait for it in vain while others could serve, or those of UDP. Each is a record of fixed size (struct given_socket).
 */
#include "include/list-socket.h"

SEC("iter/bpf_sk_storage_map")
int list_given(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct given *given = held_by(sk);

	if (given)
		list(ctx->meta, sk, given);
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int list_in_vain(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct given *given = held_by(sk);

	if (given && is_in_vain(given))
		list(ctx->meta, sk, given);
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int list_udp(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct given *given = held_by(sk);

	if (given && sk->sk_protocol == IPPROTO_UDP)
		list(ctx->meta, sk, given);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
