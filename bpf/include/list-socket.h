/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What programs say of the sockets that they walk over: one record of fixed size for each that holds the backend it was given. */
#include <linux/bpf.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>

#define bpf_ktime_get_coarse_ns bpf_ktime_get_ns /* the same clock; a program of this kind may not ask for the coarse one */

#include "give-up.h"
#include "given-socket.h"

static __always_inline void list(struct bpf_iter_meta *meta, struct sock *sk, const struct given *given)
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

	bpf_seq_write(meta->seq, &record, sizeof(record));
}

/* Of a socket that holds it still, or NULL. */
static __always_inline struct given *held_by(struct sock *sk)
{
	struct given *given = sk ? bpf_sk_storage_get(&sockets, sk, NULL, 0) : NULL;

	return given && holds(&sk->__sk_common, given) ? given : NULL;
}

static __always_inline int list_held(struct bpf_iter_meta *meta, struct sock *sk)
{
	struct given *given = held_by(sk);

	if (given)
		list(meta, sk, given);
	return 0;
}

static __always_inline int list_held_in_vain(struct bpf_iter_meta *meta, struct sock *sk)
{
	struct given *given = held_by(sk);

	if (given && is_in_vain(given))
		list(meta, sk, given);
	return 0;
}
