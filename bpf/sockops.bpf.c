// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What becomes of a connection that was given a backend: established, unanswered, refused, ended. Runs a few times in the life
 * of a connection and never for a packet or a request. A backend that fails too often in a row is ejected here, and who
 * waits for one in vain gets an error while there is somebody else to try.
 */
#include "include/distance.h"
#include "include/eject.h"
#include "include/give-up.h"
#include "include/say-connection.h"
#include "include/socket-error.h"
#include "include/times.h"

#define ECONNABORTED 103
#define ECONNRESET 104

static __always_inline struct given *given_to(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *socket = ctx->sk;

	return socket ? bpf_sk_storage_get(&sockets, socket, NULL, 0) : NULL;
}

/* Asked only for what is ours: the rest costs nothing more. */
static __always_inline void connects(struct bpf_sock_ops *ctx)
{
	if (given_to(ctx))
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG |
						       BPF_SOCK_OPS_RTO_CB_FLAG);
}

static __always_inline void established(struct bpf_sock_ops *ctx)
{
	struct given *given = given_to(ctx);

	if (!given)
		return;
	given->flags &= ~(SOCKET_PENDING | SOCKET_BLAMED);
	take_up(ctx, given);
	COUNT(given->connected.service, given->group, established, 1);
	measured(given->cluster, ctx->srtt_us >> 3);
	note_time(given, ctx->srtt_us >> 3, tick_us);
	say_connection(EVENT_ESTABLISHED, ctx, given);
	acquit(given);
}

/* Before it was established: by the peer or the network; what the caller itself ends is judged in sock_release. */
static __always_inline void refused(struct bpf_sock_ops *ctx, struct given *given)
{
	int error = error_of(ctx->sk);

	if (error == ECONNABORTED) /* ended from outside: nobody is to blame, now or when the socket goes */
		given->flags |= SOCKET_BLAMED;
	else if (error)
		blame(given, FAILURE_TO_CONNECT, WHOLE);
}

static __always_inline void ended(struct bpf_sock_ops *ctx, struct given *given, __u32 before)
{
	struct traffic *counts = traffic_of(given->connected.service, given->group);
	int error = error_of(ctx->sk);

	if (counts) {
		__sync_fetch_and_add(&counts->closed, 1);
		__sync_fetch_and_add(&counts->bytes_sent, ctx->bytes_acked);
		__sync_fetch_and_add(&counts->bytes_received, ctx->bytes_received);
	}
	say_connection(EVENT_CLOSED, ctx, given);
	if (ctx->bytes_received && error != ECONNABORTED) /* that was ended from outside, which says nothing of its backend */
		trust(given);
	else if (before == BPF_TCP_ESTABLISHED && error == ECONNRESET)
		blame(given, FAILURE_TO_ANSWER, WHOLE);
}

/* @param before the state it was in */
static __always_inline void closed(struct bpf_sock_ops *ctx, __u32 before)
{
	struct given *given = given_to(ctx);

	if (!given) /* another program may have asked to be told */
		return;
	if (given->flags & SOCKET_PENDING)
		refused(ctx, given);
	else
		ended(ctx, given, before);
}

static __always_inline void unanswered(struct bpf_sock_ops *ctx)
{
	struct given *given = given_to(ctx);

	if (!given)
		return;
	if (given->flags & SOCKET_PENDING)
		blame(given, FAILURE_TO_CONNECT, WHOLE);
	if (is_in_vain(given))
		give_up(ctx, given);
	else
		take_up(ctx, given);
}

static __always_inline int timeout_of_syn(struct bpf_sock_ops *ctx)
{
	struct given *given = given_to(ctx);

	return given ? first_timeout(given->cluster) : -1;
}

SEC("sockops")
int sock_ops(struct bpf_sock_ops *ctx)
{
	__u32 op = ctx->op, from = ctx->args[0], to = ctx->args[1];

	ctx->reply = -1; /* lies where the arguments did */
	if (op == BPF_SOCK_OPS_TIMEOUT_INIT)
		ctx->reply = timeout_of_syn(ctx);
	else if (op == BPF_SOCK_OPS_TCP_CONNECT_CB)
		connects(ctx);
	else if (op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
		established(ctx);
	else if (op == BPF_SOCK_OPS_RTO_CB)
		unanswered(ctx);
	else if (op == BPF_SOCK_OPS_STATE_CB && to == BPF_TCP_CLOSE)
		closed(ctx, from);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
