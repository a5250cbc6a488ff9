// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A pod asks whom its socket is connected to, over IPv4: the VIP it named. */
#include "include/hook4.h"
#include "include/getpeername.h"

SEC("cgroup/getpeername4")
int getpeername4(struct bpf_sock_addr *ctx)
{
	return show_peer(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
