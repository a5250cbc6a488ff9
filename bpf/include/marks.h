/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * STATE marks a table that the kernel writes and that outlives an upgrade: its layout is frozen, with spare bytes to grow
 * into. Every other table belongs to the agent, which can write it anew. The mark travels in BTF; the loader reads it.
 */
#define STATE __attribute__((btf_decl_tag("state")))

/* A structure that leaves the kernel elsewhere than in a table: a record of an iterator, or of a ring. */
#define RECORD __attribute__((btf_decl_tag("record")))
