// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A socket of a pod goes. If connect() gave it a backend and TCP never began (no route, no neighbour, no port), no other
 * hook has seen that.
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
