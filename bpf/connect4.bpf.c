// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "include/hook4.h"
#include "include/connect.h"

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *ctx)
{
	return connect_by_name(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
