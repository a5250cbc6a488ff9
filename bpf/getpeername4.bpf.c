// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A pod asks whom its socket is connected to: the VIP it named. */
#include "include/hook.h"

SEC("cgroup/getpeername4")
int getpeername4(struct bpf_sock_addr *ctx)
{
	struct given *given = given_to(ctx, 0);

	if (!given || !(given->flags & SOCKET_CONNECTED))
		return ALLOW;
	if (given->connected.addr == ctx->user_ip4 && given->connected.port == (__be16)ctx->user_port)
		send_to(ctx, given->connected.vip_addr, given->connected.vip_port);
	return ALLOW;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
