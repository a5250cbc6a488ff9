// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A packet of another cluster comes in by the lanes' device, over IPv6, to a lane port of this gateway: it is given to a ready pod
 * of this cluster, under a source address that the pod answers to. Everything else passes untouched.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "include/ipv6.h"
#include "include/gateway-in.h"

SEC("tc")
int gateway_in6(struct __sk_buff *skb)
{
	return gateway_in_of(skb);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
