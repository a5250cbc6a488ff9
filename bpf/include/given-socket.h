/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * A socket that was given a backend, as those who look for it from outside see it. Fields of the kernel's own structures are found
 * by name, wherever this kernel has them.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "address.h"
#include "marks.h"
#include "sockets.h"
#include "socket-fields.h"

/* A socket that holds a connection to the backend it was given. */
struct given_socket {
	__u64 cookie; /* of the socket, never used twice */
	struct address local;
	struct address remote; /* the backend */
	__u32 netns; /* inode of its network namespace */
	__u32 device; /* that it is bound to, by index; 0: to none */
	__u32 service;
	__u32 group;
	__u32 backend; /* index */
	__u32 generation; /* of the backend */
	enum socket_flag flags;
	__u16 local_port;
	__be16 remote_port;
	__u16 cluster; /* index into clusters */
	__u8 protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	__u8 state; /* of TCP, 1 for connected UDP */
	__u32 pad;
} RECORD;

/* Keeps it among the object's types: TypeScript has it from there. */
const volatile struct given_socket *const given_socket_kept __attribute__((used)) = NULL;

static __always_inline struct address remote_of(const struct sock_common *sk)
{
	const __be32 *six = sk->skc_v6_daddr.in6_u.u6_addr32;

	return sk->skc_family == AF_INET6 ? (struct address){ .word = { six[0], six[1], six[2], six[3] } } : mapped(sk->skc_daddr);
}

static __always_inline struct address local_of(const struct sock_common *sk)
{
	const __be32 *six = sk->skc_v6_rcv_saddr.in6_u.u6_addr32;

	return sk->skc_family == AF_INET6 ? (struct address){ .word = { six[0], six[1], six[2], six[3] } } : mapped(sk->skc_rcv_saddr);
}

/* One that disconnected, or never was connected, or was connected elsewhere since, is none of ours whatever lies on it. */
static __always_inline int holds(const struct sock_common *sk, const struct given *given)
{
	struct address remote = remote_of(sk);

	return sk->skc_state != BPF_TCP_CLOSE && sk->skc_dport == given->connected.port &&
	       same_address(&remote, &given->connected.addr);
}
