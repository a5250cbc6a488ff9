/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * What happens, for somebody who watches. Nobody does most of the time: then each place costs one load. A watcher says until when
 * it watches and puts that off; what it forgot to end ends by itself.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "address.h"
#include "marks.h"
#include "refusals.h"

/* What may be watched. */
enum topic {
	/* what becomes of calls */
	TOPIC_FLOWS,
	/* calls and packets that are refused */
	TOPIC_DROPS,
	/* backends that are left out, and come back */
	TOPIC_EJECTIONS,
	TOPICS,
};

/* What is watched of a topic. */
struct watch {
	__u64 until; /* CLOCK_MONOTONIC, nanoseconds; 0: nobody watches. The kernel clears what is over */
	__u32 one_in; /* of so many sockets one is told of, all that happens to it; 0 and 1: every one */
	__u32 most; /* events a processor in WINDOW_BITS of nanoseconds; 0: as many as there are */
};

/* Writer: who watches. By topic. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32); /* enum topic */
	__type(value, struct watch);
	__uint(max_entries, TOPICS);
	__uint(map_flags, BPF_F_MMAPABLE);
} watches SEC(".maps");

#define WINDOW_BITS 27 /* 134 ms */

/* What a watcher was not told, and what is needed to know it. By topic after each of these. */
enum event_count {
	/* no room in the ring: events come faster than they are read */
	EVENTS_LOST = 0,
	/* more than the watcher wants to hear of */
	EVENTS_HELD_BACK = TOPICS,
	/* the window, and how many there were in it */
	EVENTS_WINDOW = 2 * TOPICS,
	EVENT_COUNTS = 3 * TOPICS,
};

/* Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32); /* enum event_count + enum topic */
	__type(value, __u64);
	__uint(max_entries, EVENT_COUNTS);
} event_counts SEC(".maps") STATE;

/* What happened. */
enum event_kind {
	/* a call was given a backend */
	EVENT_PICKED = 1,
	/* its connection is established */
	EVENT_ESTABLISHED = 2,
	/* it has ended; of UDP, a socket that was connected */
	EVENT_CLOSED = 3,
	/* it ended without having been established */
	EVENT_FAILED = 4,
	/* a call or a packet was refused */
	EVENT_REFUSED = 5,
	/* a backend failed too often: it takes no connections for a while */
	EVENT_EJECTED = 6,
	/* its time is over, one connection tries it */
	EVENT_TRIAL = 7,
	/* it takes connections again */
	EVENT_BACK = 8,
};

/* One record of the ring. What does not apply is zero. */
struct event {
	__u64 at;     /* CLOCK_MONOTONIC, nanoseconds */
	__u64 socket; /* cookie; 0: no socket of this node, a packet */
	struct address source;
	struct address destination; /* as the caller named it: of a service, or of a gateway */
	struct address backend;
	__be16 source_port;
	__be16 destination_port;
	__be16 backend_port;
	__u16 cluster; /* of the backend, index into clusters */
	enum event_kind kind;
	enum refusal refusal;
	__u32 service;
	__u32 group;
	__u32 device; /* that a packet came in by */
	__u32 lane;   /* of a gateway's pod */
	__u8 proto;
	__u8 tier; /* counted within the service */
	__u16 pad;
	__u32 rtt_us;	/* smoothed */
	__u64 lasted_ns; /* since connect(), as coarse as the tick */
	__u64 bytes_sent;
	__u64 bytes_received;
	__u64 term_ns;	/* of an ejection */
	__u32 connects; /* failures to connect since the last success, twice */
	__u32 answers;	/* connections reset before their first byte since the last that had one, twice */
	__u32 times;	/* ejected so often in a row */
	__u32 spare;
} RECORD;

/* Keeps these among the object's types: TypeScript has them from there. */
const volatile struct event *const event_kept __attribute__((used)) = NULL;
const volatile enum topic topics_end __attribute__((used)) = TOPICS;
const volatile enum event_count event_counts_end __attribute__((used)) = EVENT_COUNTS;

/* Read by who watches, in a rhythm of its own: nobody is woken. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024); /* bytes */
} events SEC(".maps");

static __always_inline struct watch *watch_of(enum topic topic)
{
	__u32 key = topic;

	return bpf_map_lookup_elem(&watches, &key);
}

/* One load, and nothing else while nobody watches. */
static __always_inline int is_watched(enum topic topic)
{
	struct watch *watch = watch_of(topic);

	return watch && *(volatile __u64 *)&watch->until;
}

static __always_inline void count_event(__u32 which)
{
	__u64 *count = bpf_map_lookup_elem(&event_counts, &which);

	if (count)
		__sync_fetch_and_add(count, 1);
}

/* Whether there were too many of late; a packet may interrupt a call, then one may be too many. */
static __always_inline int is_held_back(enum topic topic, __u32 most, __u64 now)
{
	__u32 key = EVENTS_WINDOW + topic;
	__u64 *window = bpf_map_lookup_elem(&event_counts, &key);
	__u32 current = now >> WINDOW_BITS;

	if (!most || !window)
		return 0;
	if (*window >> 32 != current)
		*window = (__u64)current << 32;
	if ((__u32)*window >= most)
		return 1;
	*window += 1;
	return 0;
}

/* A watcher that was killed did not end its watch. */
static __always_inline int has_watcher(struct watch *watch)
{
	__u64 until = *(volatile __u64 *)&watch->until;

	if (!until || bpf_ktime_get_coarse_ns() < until)
		return until != 0;
	__sync_val_compare_and_swap(&watch->until, until, 0);
	return 0;
}

/* All events of a socket or none: cookies are given in a row. */
static __always_inline int is_sampled(const struct watch *watch, __u64 socket)
{
	return watch->one_in < 2 || socket % watch->one_in == 0;
}

/*
 * Room for an event, all zero but for these; it must be submitted. NULL: nobody wants it, or there is no room.
 * Written where it will be read: it is too large for the stack.
 */
static __always_inline struct event *begin_event(enum topic topic, enum event_kind kind, __u64 socket)
{
	struct watch *watch = watch_of(topic);
	struct event *event;
	__u64 now;

	if (!watch || !has_watcher(watch) || !is_sampled(watch, socket))
		return NULL;
	now = bpf_ktime_get_ns();
	if (is_held_back(topic, watch->most, now)) {
		count_event(EVENTS_HELD_BACK + topic);
		return NULL;
	}
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_event(EVENTS_LOST + topic);
		return NULL;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->at = now;
	event->kind = kind;
	event->socket = socket;
	return event;
}

static __always_inline void end_event(struct event *event)
{
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}
