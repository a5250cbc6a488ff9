// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "include/hook6.h"
#include "include/sendmsg.h"

SEC("cgroup/sendmsg6")
int sendmsg6(struct bpf_sock_addr *ctx)
{
	return send_by_name(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
