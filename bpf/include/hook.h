/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What the hooks on socket calls share, whatever the family: finding the service of a destination, giving a backend, refusing. */
#include <linux/in.h>

#include "choose.h"
#include "say-call.h"
#include "sockets.h"

#define ALLOW 1
#define REFUSE 0
#define ECONNREFUSED 111

#define VIP_RANGES 2 /* one a family */

/* Addresses of these ranges belong to services, assigned or not: nothing to them leaves by the default route. Mask 0: no range. */
const volatile struct address vip_range_base[VIP_RANGES] = {};
const volatile struct address vip_range_mask[VIP_RANGES] = {};

static __always_inline struct vip_key destination(struct bpf_sock_addr *ctx)
{
	return (struct vip_key){ .addr = address_in(ctx), .port = (__be16)ctx->user_port, .proto = (__u8)ctx->protocol };
}

static __always_inline int is_in_range(const struct address *addr, int range)
{
	__be32 outside = 0, mask = 0;

	for (int i = 0; i < 4; i++) {
		outside |= (addr->word[i] & vip_range_mask[range].word[i]) ^ vip_range_base[range].word[i];
		mask |= vip_range_mask[range].word[i];
	}
	return mask && !outside;
}

static __always_inline int is_service_address(const struct address *addr)
{
	struct vip_key whole = { .addr = *addr };

	for (int range = 0; range < VIP_RANGES; range++)
		if (is_in_range(addr, range))
			return 1;
	return bpf_map_lookup_elem(&vips, &whole) != NULL;
}

static __always_inline int refuse(struct bpf_sock_addr *ctx, const struct vip_key *vip, enum refusal reason)
{
	count_refusal(reason);
	write_refused(ctx, vip, reason);
	bpf_set_retval(-ECONNREFUSED);
	return REFUSE;
}

static __always_inline void send_to(struct bpf_sock_addr *ctx, const struct address *addr, __be16 port)
{
	write_address(ctx, addr);
	ctx->user_port = port;
}

/* A socket of one family cannot be sent to an address of the other; what the agent wrote wrongly is refused. */
static __always_inline int keeps_family(const struct vip_key *vip, const struct backend *backend)
{
	return is_mapped(&vip->addr) == is_mapped(&backend->addr);
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

static __always_inline struct sent *sent_by(struct bpf_sock_addr *ctx, __u64 flags)
{
	struct bpf_sock *socket = ctx->sk;

	return socket ? bpf_sk_storage_get(&datagrams, socket, NULL, flags) : NULL;
}

/* A backend for a client that keeps to the one it had; each use begins its time anew, as kube-proxy does. */
static __always_inline enum refusal choose_again(struct bpf_sock_addr *ctx, __u32 service, __u32 seconds, struct choice *choice)
{
	struct client_key key = { .netns = bpf_get_netns_cookie(ctx), .service = service };
	struct client *last = bpf_map_lookup_elem(&clients, &key);
	__u64 now = bpf_ktime_get_coarse_ns();
	struct client client = {};
	enum refusal reason;

	if (last)
		client = *last;
	reason = choose(service, client.until > now ? &client : NULL, NULL, choice);
	if (reason != REFUSAL_NONE)
		return reason;
	client.addr = choice->backend->addr;
	client.port = choice->backend->port;
	client.group = choice->backend->group;
	client.until = now + seconds * SECOND;
	bpf_map_update_elem(&clients, &key, &client, BPF_ANY);
	return REFUSAL_NONE;
}

/* @param avoided or NULL; of no account where clients are kept */
static __always_inline enum refusal choose_for(struct bpf_sock_addr *ctx, const struct vip_key *vip, __u32 service,
					       const struct avoided *avoided, struct choice *choice)
{
	__u32 *seconds = bpf_map_lookup_elem(&affinities, &service);
	enum refusal reason = seconds && *seconds ? choose_again(ctx, service, *seconds, choice)
						  : choose(service, NULL, avoided, choice);

	if (reason == REFUSAL_NONE && !(choice->backend->flags & BACKEND_PASS) && !keeps_family(vip, choice->backend))
		return REFUSAL_FAMILY;
	return reason;
}
