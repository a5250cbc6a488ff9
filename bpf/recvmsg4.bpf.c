// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A UDP socket of a pod received, over IPv4: the sender it sees is the VIP it had sent to. */
#include "include/hook4.h"
#include "include/recvmsg.h"

SEC("cgroup/recvmsg4")
int recvmsg4(struct bpf_sock_addr *ctx)
{
	return show_sender(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
