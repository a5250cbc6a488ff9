/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * The address of an IPv6 hook's context. Sockets of IPv6 reach IPv4 by mapped addresses; for them connect(), getpeername() and
 * recvmsg() run the hooks of IPv6, sendmsg() that of IPv4.
 */
#include <linux/bpf.h>

#include "address.h"

static __always_inline struct address address_in(const struct bpf_sock_addr *ctx)
{
	return (struct address){ .word = { ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3] } };
}

static __always_inline void write_address(struct bpf_sock_addr *ctx, const struct address *address)
{
	ctx->user_ip6[0] = address->word[0];
	ctx->user_ip6[1] = address->word[1];
	ctx->user_ip6[2] = address->word[2];
	ctx->user_ip6[3] = address->word[3];
}
