// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A pod answers a caller of another cluster, over IPv4: what it sends to the translated source goes back out by the lanes' device,
 * as if the gateway's lane port had answered. Sits on every device that pods may answer by; everything else passes.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "include/ipv4.h"
#include "include/gateway-back.h"

SEC("tc")
int gateway_back(struct __sk_buff *skb)
{
	return gateway_back_of(skb);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
