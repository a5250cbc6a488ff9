// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * An unconnected UDP socket of a pod sends, over IPv4. It keeps the backend it was given for a VIP as long as that backend is
 * of its service and eligible; both are checked on every send.
 */
#include "include/hook4.h"
#include "include/sendmsg.h"

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *ctx)
{
	return send_by_name(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
