// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A socket of a pod goes. If connect() gave it a backend and the connection never came to be (refused, no route, no
 * neighbour, given up), this is where that is counted, and the backend blamed: some of it no other hook sees. Nor does any see
 * the end of connected UDP.
 */
#include "include/distance.h"
#include "include/eject.h"

/* A caller that gave up says something of the backend only if it waited for long enough, and then half as much. */
static __always_inline void unfinished(struct given *given, __u32 state)
{
	if (state != BPF_TCP_SYN_SENT)
		blame(given, FAILURE_TO_CONNECT, WHOLE);
	else if (bpf_ktime_get_coarse_ns() - given->since > patience_ns(given->cluster))
		blame(given, FAILURE_TO_CONNECT, HALF);
}

static __always_inline void failed(struct bpf_sock *socket, struct given *given)
{
	COUNT(given->connected.service, given->group, failed, 1);
	say_failed(given, bpf_get_socket_cookie(socket));
	unfinished(given, socket->state);
}

SEC("cgroup/sock_release")
int sock_release(struct bpf_sock *socket)
{
	struct given *given = bpf_sk_storage_get(&sockets, socket, NULL, 0);

	if (!given)
		return 1;
	if (given->flags & SOCKET_PENDING)
		failed(socket, given);
	else if (socket->protocol == IPPROTO_UDP && is_watched(TOPIC_FLOWS))
		write_end(EVENT_CLOSED, IPPROTO_UDP, given, bpf_get_socket_cookie(socket));
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
