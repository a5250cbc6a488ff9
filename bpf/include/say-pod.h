/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What becomes of a gateway's pods that fail, told to a watcher. */
#include "events.h"
#include "health.h"
#include "lanes.h"

/* Rare: whether somebody watches, and what is known of the pod, is asked here, so that the frames of callers are no larger. */
static __noinline void say_pod(enum event_kind kind, __u32 lane, const struct lane_pod *pod)
{
	struct health_key key = { .addr = pod->addr, .port = pod->port, .group = LANE_HEALTH | lane };
	struct health *known = bpf_map_lookup_elem(&health, &key);
	struct event *event = known ? begin_event(TOPIC_EJECTIONS, kind, 0) : NULL;

	if (!event)
		return;
	event->lane = lane;
	event->backend = pod->addr;
	event->backend_port = pod->port;
	event->connects = known->connects;
	event->times = known->times;
	event->term_ns = known->term;
	end_event(event);
}
