/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Whether a backend of unconnected UDP has been silent for so long that another is to be tried. Nothing tells that it failed, and silence
 * may be all there ever is (syslog, statsd): so it counts only where the service is known to answer, says nothing of the backend to
 * anybody else, and who is moved in vain is moved more and more rarely.
 */
#include "duration.h"
#include "marks.h"
#include "sockets.h"

#define SILENT_SENDS 3U /* that three in a row are lost by chance is one in a million where one in a hundred is */
#define SILENT_MS 1000U /* since the first of them: no round trip takes so long (RFC 6298 2.1), and a burst is over sooner */
#define MOVES_COUNTED 10U /* each doubles both: 17 minutes at most */
#define ANSWERS_S 3600 /* how long a service that has answered is one that does */

/* When somebody on this node last heard a service over UDP, by index: CLOCK_MONOTONIC in seconds, 0: never. Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 65536);
} heard_at SEC(".maps") STATE;

static __always_inline __u32 seconds_now(void)
{
	return bpf_ktime_get_coarse_ns() / SECOND + 1;
}

static __always_inline int answers(__u32 service)
{
	__u32 *at = bpf_map_lookup_elem(&heard_at, &service);
	__u32 last = at ? *(volatile __u32 *)at : 0;

	return last && seconds_now() - last < ANSWERS_S;
}

/* Written once a second at most: many processors would else fight over it. */
static __always_inline void note_answer(__u32 service)
{
	__u32 *at = bpf_map_lookup_elem(&heard_at, &service);
	__u32 now = seconds_now();

	if (at && *(volatile __u32 *)at != now)
		*(volatile __u32 *)at = now;
}

static __always_inline __u32 milliseconds_now(void)
{
	return bpf_ktime_get_coarse_ns() / MILLISECOND;
}

/* One more is sent to it. */
static __always_inline int is_silent(struct silence *silence)
{
	__u32 doubled = silence->moves < MOVES_COUNTED ? silence->moves : MOVES_COUNTED;

	if (!silence->sends)
		silence->since_ms = milliseconds_now();
	if (silence->sends >= SILENT_SENDS << doubled && milliseconds_now() - silence->since_ms >= SILENT_MS << doubled)
		return 1;
	if (silence->sends < 0xffff)
		silence->sends++;
	return 0;
}

/* The first is sent to it. @param before of the one that it is tried in the place of, or NULL */
static __always_inline struct silence first_of(const struct silence *before)
{
	__u16 moves = before ? before->moves + (before->moves < MOVES_COUNTED) : 0;

	return (struct silence){ .since_ms = milliseconds_now(), .sends = 1, .moves = moves };
}

static __always_inline void heard(struct silence *silence)
{
	silence->sends = 0;
	silence->moves = 0;
}
