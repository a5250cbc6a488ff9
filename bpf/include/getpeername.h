/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* A pod asks whom its socket is connected to: the VIP it named. */
#include "hook.h"

static __always_inline int show_peer(struct bpf_sock_addr *ctx)
{
	struct given *given = given_to(ctx, 0);

	if (!given)
		return ALLOW;

	struct address peer = address_in(ctx);

	if (given->connected.port == (__be16)ctx->user_port && same_address(&given->connected.addr, &peer))
		send_to(ctx, &given->connected.vip_addr, given->connected.vip_port);
	return ALLOW;
}
