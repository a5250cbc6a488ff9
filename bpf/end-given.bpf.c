// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The agent ends sockets that it has found by list_given and written into `doomed`: their callers get ECONNABORTED. Walks the sockets of
 * one network namespace, that of the agent's thread; says the cookie of each that was ended. From Linux 6.5.
 */
#include "include/doomed.h"
#include "include/given-socket.h"

extern int bpf_sock_destroy(struct sock_common *sk) __ksym;

/* Only while it holds what it was found with: its socket may have been connected anew since. */
static __always_inline int is_doomed(struct sock_common *sk, const struct given *given, __u64 cookie)
{
	struct doom *doom = bpf_map_lookup_elem(&doomed, &cookie);

	return doom && given->connected.backend == doom->backend && given->connected.generation == doom->generation &&
	       holds(sk, given);
}

static __always_inline void say(struct bpf_iter_meta *meta, __u64 cookie)
{
	bpf_seq_write(meta->seq, &cookie, sizeof(cookie));
}

SEC("iter/tcp")
int end_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;
	struct tcp_sock *tcp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;
	struct given *given = tcp ? bpf_sk_storage_get(&sockets, tcp, NULL, 0) : NULL;
	__u64 cookie = given ? bpf_get_socket_cookie(tcp) : 0;

	if (given && is_doomed(sk, given, cookie) && !bpf_sock_destroy(sk))
		say(ctx->meta, cookie);
	return 0;
}

SEC("iter/udp")
int end_udp(struct bpf_iter__udp *ctx)
{
	struct udp_sock *udp = ctx->udp_sk;
	struct given *given = udp ? bpf_sk_storage_get(&sockets, udp, NULL, 0) : NULL;
	__u64 cookie = given ? bpf_get_socket_cookie(udp) : 0;

	if (given && is_doomed((struct sock_common *)udp, given, cookie) && !bpf_sock_destroy((struct sock_common *)udp))
		say(ctx->meta, cookie);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
