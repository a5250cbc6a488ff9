// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A socket of a pod goes. If connect() gave it a backend and the connection never came to be (refused, no route, no
 * neighbour, given up), this is where that is counted: some of it no other hook sees.
 */
#include "include/sockets.h"

SEC("cgroup/sock_release")
int sock_release(struct bpf_sock *socket)
{
	struct given *given = bpf_sk_storage_get(&sockets, socket, NULL, 0);

	if (given && (given->flags & SOCKET_PENDING))
		COUNT(given->connected.service, given->group, failed, 1);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
