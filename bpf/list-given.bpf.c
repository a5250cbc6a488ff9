// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The agent asks which sockets hold a connection to the backend they were given, in all network namespaces: all of them, or those that
 * wait for it in vain while others could serve, or those of UDP. Each is a record of fixed size (struct given_socket).
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>

#define bpf_ktime_get_coarse_ns bpf_ktime_get_ns /* the same clock; a program of this kind may not ask for the coarse one */

#include "include/give-up.h"
#include "include/given-socket.h"

static __always_inline void list(struct bpf_iter__bpf_sk_storage_map *ctx, struct sock *sk, const struct given *given)
{
	struct sock_common *common = &sk->__sk_common;
	struct given_socket record = {
		.cookie = bpf_get_socket_cookie(sk),
		.local = local_of(common),
		.remote = given->connected.addr,
		.netns = common->skc_net.net->ns.inum,
		.device = common->skc_bound_dev_if,
		.service = given->connected.service,
		.group = given->group,
		.backend = given->connected.backend,
		.generation = given->connected.generation,
		.flags = given->flags,
		.local_port = common->skc_num,
		.remote_port = given->connected.port,
		.cluster = given->cluster,
		.protocol = sk->sk_protocol,
		.state = common->skc_state,
	};

	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
}

/* Of a socket that holds it still, or NULL. */
static __always_inline struct given *held_by(struct sock *sk)
{
	struct given *given = sk ? bpf_sk_storage_get(&sockets, sk, NULL, 0) : NULL;

	return given && holds(&sk->__sk_common, given) ? given : NULL;
}

SEC("iter/bpf_sk_storage_map")
int list_given(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct given *given = held_by(sk);

	if (given)
		list(ctx, sk, given);
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int list_in_vain(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct given *given = held_by(sk);

	if (given && is_in_vain(given))
		list(ctx, sk, given);
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int list_udp(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct given *given = held_by(sk);

	if (given && sk->sk_protocol == IPPROTO_UDP)
		list(ctx, sk, given);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
