/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What the hooks on socket calls share: finding the service of a destination, giving a backend, refusing. */
#include <linux/in.h>

#include "choose.h"
#include "sockets.h"

#define ALLOW 1
#define REFUSE 0
#define ECONNREFUSED 111

/* Addresses of this range belong to services, assigned or not: nothing to them leaves by the default route. 0: no range. */
const volatile __be32 vip_range_base = 0;
const volatile __be32 vip_range_mask = 0;

static __always_inline struct vip_key destination(struct bpf_sock_addr *ctx)
{
	return (struct vip_key){ .addr = ctx->user_ip4, .port = (__be16)ctx->user_port, .proto = (__u8)ctx->protocol };
}

static __always_inline int is_service_address(__be32 addr)
{
	struct vip_key whole = { .addr = addr };

	if (vip_range_base && (addr & vip_range_mask) == vip_range_base)
		return 1;
	return bpf_map_lookup_elem(&vips, &whole) != NULL;
}

static __always_inline int refuse(enum refusal reason)
{
	count_refusal(reason);
	bpf_set_retval(-ECONNREFUSED);
	return REFUSE;
}

static __always_inline void send_to(struct bpf_sock_addr *ctx, __be32 addr, __be16 port)
{
	ctx->user_ip4 = addr;
	ctx->user_port = port;
}

static __always_inline struct pair pair_of(const struct vip_key *vip, __u32 service, const struct choice *choice)
{
	return (struct pair){
		.vip_addr = vip->addr,
		.vip_port = vip->port,
		.addr = choice->backend->addr,
		.port = choice->backend->port,
		.backend = choice->index,
		.generation = choice->backend->generation,
		.service = service,
	};
}

static __always_inline struct given *given_to(struct bpf_sock_addr *ctx, __u64 flags)
{
	struct bpf_sock *socket = ctx->sk;

	return socket ? bpf_sk_storage_get(&sockets, socket, NULL, flags) : NULL;
}
