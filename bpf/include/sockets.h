/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What a socket was given. It goes when the socket goes. */
#include "marks.h"
#include "refusals.h"
#include "tables.h"

#define PAIRS 4 /* a power of two */

enum socket_flag {
	/* connect() of TCP chose a backend and the connection is not established: a socket that ends so has failed */
	SOCKET_PENDING = 1,
	/* its backend was blamed for it: that is done once a connection */
	SOCKET_BLAMED = 2,
	/* the one connection that tries a backend whose ejection is over */
	SOCKET_TRIAL = 4,
	/* TCP_USER_TIMEOUT is ours; the application's is in user_timeout_ms */
	SOCKET_GIVEN_UP = 8,
};

/* One backend given for one VIP. */
struct pair {
	struct address vip_addr;
	__be16 vip_port;
	__be16 port;
	struct address addr;
	__u32 backend; /* index */
	__u32 generation;
	__u32 service;
};

/* By connect(), for TCP or UDP. Frozen layout; new fields take from spare. */
struct given {
	struct pair connected;
	__u32 group; /* of connected */
	enum socket_flag flags;
	__u64 since;	       /* of connect(), CLOCK_MONOTONIC in nanoseconds, as coarse as the tick */
	__u32 user_timeout_ms; /* while SOCKET_GIVEN_UP */
	__u16 cluster;	       /* of connected */
	__u8 tier;	       /* it was found in, counted within the service */
	__u8 pad;
	__u8 spare[48];
};

/* Writer: kernel. Made for each connection, so small: 192 bytes with what the kernel puts before it. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__type(key, int);
	__type(value, struct given);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} sockets SEC(".maps") STATE;

/* What was sent to a backend since it was last heard. */
struct silence {
	__u32 since_ms; /* of the first, CLOCK_MONOTONIC, as coarse as the tick; goes round */
	__u16 sends;
	__u16 moves; /* from one silent backend to another, in a row */
};

/* By sendmsg(), for UDP. Frozen layout; new fields take from spare. */
struct sent {
	__u32 count; /* pairs ever stored */
	__u32 pad;
	struct pair pairs[PAIRS]; /* a ring: the last destinations */
	struct silence silences[PAIRS]; /* of each */
	__u8 spare[24];
};

/* Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__type(key, int);
	__type(value, struct sent);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} datagrams SEC(".maps") STATE;

struct traffic_key {
	__u32 service;
	__u32 group;
};

/* Frozen layout; new fields take from spare. Bytes are of connections that have ended; SYN and FIN count as one each. */
struct traffic {
	__u64 attempts;	   /* connect() calls, and UDP destinations, that were given a backend */
	__u64 established; /* TCP */
	__u64 closed;	   /* TCP, after being established */
	__u64 failed;	   /* TCP, without having been established */
	__u64 bytes_sent;  /* acknowledged by the peer */
	__u64 bytes_received;
	__u64 moves; /* UDP, from a backend that was silent to another */
	__u64 spare[3];
};

/* Writer: kernel. Sparse: only pairs that were used. The agent deletes those whose service is gone. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct traffic_key);
	__type(value, struct traffic);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} traffic SEC(".maps") STATE;

static __always_inline struct traffic *traffic_of(__u32 service, __u32 group)
{
	struct traffic_key key = { .service = service, .group = group };
	struct traffic *found = bpf_map_lookup_elem(&traffic, &key);

	if (found)
		return found;
	struct traffic none = {};

	bpf_map_update_elem(&traffic, &key, &none, BPF_NOEXIST);
	found = bpf_map_lookup_elem(&traffic, &key);
	if (!found)
		count_refusal(REFUSAL_TRAFFIC_FULL);
	return found;
}

#define COUNT(service, group, field, by)                                \
	do {                                                            \
		struct traffic *counts = traffic_of(service, group);    \
		if (counts)                                             \
			__sync_fetch_and_add(&counts->field, by);       \
	} while (0)
