/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * What a gateway tells a watcher. Of a packet, what it carries; nothing of it is handed over, for the frames of callers are as large
 * as they may be.
 */
#include "events.h"
#include "packet.h"

static __always_inline void tell_ports(struct __sk_buff *skb, struct event *event)
{
	if (event->proto == IPPROTO_TCP || event->proto == IPPROTO_UDP)
		bpf_skb_load_bytes(skb, L4_OFFSET, &event->source_port, 2 * sizeof(__be16));
}

static __noinline void write_refused(struct __sk_buff *skb, enum refusal reason)
{
	struct event *event = begin_event(TOPIC_DROPS, EVENT_REFUSED, 0);

	if (!event)
		return;
	event->refusal = reason;
	event->device = skb->ifindex;
	tell_packet(skb, event);
	tell_ports(skb, event);
	end_event(event);
}

/* Counts a packet that is refused, and tells of it. */
static __noinline void note_refusal(struct __sk_buff *skb, enum refusal reason)
{
	count_refusal(reason);
	write_refused(skb, reason);
}
