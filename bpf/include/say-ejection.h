/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What becomes of backends that fail, told to a watcher with what is known against them. */
#include "health.h"
#include "say.h"

static __always_inline void tell_health(struct event *event, const struct health *health)
{
	event->proto = IPPROTO_TCP;
	event->connects = health->connects;
	event->answers = health->answers;
	event->times = health->times;
	event->term_ns = health->term;
}

/* @param health or NULL */
WRITES write_ejection(enum event_kind kind, const struct given *given, const struct health *health)
{
	struct event *event = begin_event(TOPIC_EJECTIONS, kind, 0);

	if (!event)
		return;
	tell_given(event, given);
	if (health)
		tell_health(event, health);
	end_event(event);
}
