/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* What a socket was given when it was condemned. */
struct doom {
	__u32 backend; /* index */
	__u32 generation;
};

/* Sockets that are to be ended, by cookie, while that is done. Writer: agent. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u64);
	__type(value, struct doom);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} doomed SEC(".maps");
