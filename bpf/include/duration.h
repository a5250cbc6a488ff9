/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/* In nanoseconds, as the kernel's clocks count. */
#define SECOND 1000000000ULL
#define MILLISECOND 1000000ULL
