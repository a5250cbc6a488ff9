/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* The error that lies on a TCP socket, by the kernel's own structures: the loader finds the fields wherever this kernel has them. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define BY_NAME __attribute__((preserve_access_index))

struct sock {
	int sk_err;
	int sk_err_soft; /* an ICMP error that was met while the socket was in use has only this */
} BY_NAME;

struct inet_sock {
	struct sock sk;
} BY_NAME;

struct inet_connection_sock {
	struct inet_sock icsk_inet;
} BY_NAME;

struct tcp_sock {
	struct inet_connection_sock inet_conn;
} BY_NAME;

/* errno, or 0 */
static __always_inline int error_of(struct bpf_sock *socket)
{
	struct tcp_sock *tcp = socket ? (struct tcp_sock *)bpf_skc_to_tcp_sock(socket) : NULL;

	if (!tcp)
		return 0;
	return tcp->inet_conn.icsk_inet.sk.sk_err ?: tcp->inet_conn.icsk_inet.sk.sk_err_soft;
}
