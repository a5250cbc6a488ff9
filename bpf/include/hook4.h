/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* The address of an IPv4 hook's context: what the application named, or is shown. */
#include <linux/bpf.h>

#include "address.h"

static __always_inline struct address address_in(const struct bpf_sock_addr *ctx)
{
	return mapped(ctx->user_ip4);
}

static __always_inline void write_address(struct bpf_sock_addr *ctx, const struct address *address)
{
	ctx->user_ip4 = address->word[3];
}
