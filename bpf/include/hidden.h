/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/*
 * A zero the verifier does not see through. Before Linux 6.7 it follows the step of a bpf_loop only once, from what it knows
 * of the start, and cuts away whatever that first step does not reach.
 */
static __always_inline __u32 hidden_zero(void)
{
	__u32 a = bpf_get_prandom_u32(), b = a;

	asm volatile("" : "+r"(a));
	asm volatile("" : "+r"(b));
	return a - b;
}
