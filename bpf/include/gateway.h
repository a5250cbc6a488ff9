/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* Which addresses of this node are a gateway's. `ipv4.h` or `ipv6.h` is included first. Writer: agent. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "address.h"

enum gateway_flags {
	/* The gateway's address is the node's own: its servers listen there too, and pods may be reached through that device. */
	GATEWAY_ONE_DEVICE = 1,
};

/* Written once, before the programs are attached. */
struct gateway {
	struct address ipv4; /* zero: no gateway of this family here, everything passes */
	struct address ipv6;
	__u32 ifindex; /* device that lanes come in by */
	__u32 flags;   /* enum gateway_flags */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct gateway);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
} gateway SEC(".maps");

static __always_inline const struct gateway *this_gateway(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&gateway, &zero);
}

/* Of the family of this program; unset where there is no gateway of it. */
static __always_inline ip_address own_address(const struct gateway *gateway)
{
	return narrowed(FAMILY == AF_INET ? &gateway->ipv4 : &gateway->ipv6);
}
