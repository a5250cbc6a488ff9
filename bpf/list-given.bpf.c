// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The agent asks which sockets hold a connection to the backend they were given, in all network namespaces: all of them, or those that
 * wait for it in vain while others could serve, or those of UDP. Each is a record of fixed size (struct given_socket).
 */
#include "include/list-socket.h"

SEC("iter/bpf_sk_storage_map")
int list_given(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	return list_held(ctx->meta, ctx->sk);
}

SEC("iter/bpf_sk_storage_map")
int list_in_vain(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	return list_held_in_vain(ctx->meta, ctx->sk);
}

SEC("iter/bpf_sk_storage_map")
int list_udp(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;

	return sk && sk->sk_protocol == IPPROTO_UDP ? list_held(ctx->meta, sk) : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
