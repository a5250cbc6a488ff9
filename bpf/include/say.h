/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * What the hooks on sockets tell a watcher. Where calls come by all the time it is asked in place whether somebody watches; what
 * writes the event has a frame of its own, so that the hooks' are as small as before.
 */
#include <linux/in.h>

#include "events.h"
#include "sockets.h"

#define WRITES static __attribute__((noinline)) void

static __always_inline void tell_pair(struct event *event, const struct pair *pair)
{
	event->destination = pair->vip_addr;
	event->destination_port = pair->vip_port;
	event->backend = pair->addr;
	event->backend_port = pair->port;
	event->service = pair->service;
}

static __always_inline void tell_given(struct event *event, const struct given *given)
{
	tell_pair(event, &given->connected);
	event->group = given->group;
	event->cluster = given->cluster;
	event->tier = given->tier;
}

static __always_inline void tell_duration(struct event *event, const struct given *given)
{
	event->lasted_ns = bpf_ktime_get_coarse_ns() - given->since;
}

/* What ends with no more to tell of it than what was given. @param socket its cookie */
WRITES write_end(enum event_kind kind, __u8 proto, const struct given *given, __u64 socket)
{
	struct event *event = begin_event(TOPIC_FLOWS, kind, socket);

	if (!event)
		return;
	tell_given(event, given);
	tell_duration(event, given);
	event->proto = proto;
	end_event(event);
}

/* A connect() of TCP that did not become a connection. */
static __always_inline void say_failed(const struct given *given, __u64 socket)
{
	write_end(EVENT_FAILED, IPPROTO_TCP, given, socket);
}
