// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A probe of another cluster's gateway comes in by the lanes' device, over IPv4: it is sent back as an answer. Everything else
 * passes untouched.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "include/ipv4.h"
#include "include/echo.h"

SEC("tc")
int gateway_echo(struct __sk_buff *skb)
{
	return echo(skb);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
