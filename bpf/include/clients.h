/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * What a client was given, for services that keep to it (sessionAffinity: ClientIP). A client is a network namespace: before its
 * socket connects, a pod has no address that it could be told by.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "address.h"
#include "marks.h"

struct client_key {
	__u64 netns; /* cookie */
	__u32 service;
	__u32 pad;
};

/* Frozen layout; new fields take from spare. */
struct client {
	struct address addr;
	__be16 port;
	__u16 pad;
	__u32 group;
	__u64 until; /* CLOCK_MONOTONIC, nanoseconds */
	__u64 spare;
};

/* Writer: kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct client_key);
	__type(value, struct client);
	__uint(max_entries, 65536);
} clients SEC(".maps") STATE;
