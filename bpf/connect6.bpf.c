// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A socket of a pod connects, over IPv6. If it connects to the address of a service, it is given a backend; after this the
 * kernel carries its packets as if the application had named that backend itself.
 */
#include "include/hook6.h"
#include "include/connect.h"

SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr *ctx)
{
	return connect_by_name(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
