// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A UDP socket of a pod received: the sender it sees is the VIP it had sent to. */
#include "include/hook.h"

static __always_inline int is_from(const struct pair *pair, __be32 addr, __be16 port)
{
	return pair->generation && pair->addr == addr && pair->port == port;
}

static __always_inline const struct pair *pair_from(const struct given *given, __be32 addr, __be16 port)
{
	if ((given->flags & SOCKET_CONNECTED) && is_from(&given->connected, addr, port))
		return &given->connected;
	for (__u32 back = 1; back <= PAIRS; back++) {
		const struct pair *pair = &given->pairs[(given->sent - back) & (PAIRS - 1)];

		if (is_from(pair, addr, port))
			return pair;
	}
	return NULL;
}

SEC("cgroup/recvmsg4")
int recvmsg4(struct bpf_sock_addr *ctx)
{
	const struct given *given = given_to(ctx, 0);

	if (!given)
		return ALLOW;

	const struct pair *pair = pair_from(given, ctx->user_ip4, ctx->user_port);

	if (pair)
		send_to(ctx, pair->vip_addr, pair->vip_port);
	return ALLOW;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
