/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* What is read of the kernel's sockets and of the contexts of its iterators: the loader finds the fields wherever this kernel has them. */
#include <linux/bpf.h>
#include <linux/types.h>

#define AF_INET6 10
#define BY_NAME __attribute__((preserve_access_index))

struct ns_common {
	__u32 inum;
} BY_NAME;

struct net {
	struct ns_common ns;
} BY_NAME;

typedef struct {
	struct net *net;
} BY_NAME possible_net_t;

struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
} BY_NAME;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num; /* own port, in the machine's order */
	unsigned short skc_family;
	volatile unsigned char skc_state;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
} BY_NAME;

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
} BY_NAME;

struct inet_sock {
	struct sock sk;
} BY_NAME;

struct udp_sock {
	struct inet_sock inet;
} BY_NAME;

struct bpf_iter_meta {
	struct seq_file *seq;
} BY_NAME;

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct sock *sk;
	void *value;
} BY_NAME;

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
} BY_NAME;

struct bpf_iter__udp {
	struct bpf_iter_meta *meta;
	struct udp_sock *udp_sk;
} BY_NAME;
