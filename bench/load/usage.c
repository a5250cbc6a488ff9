// SPDX-License-Identifier: Apache-2.0
/* What a piece of work took: time, this process's share of it, and the processors of the whole machine. */
#include "load.h"

/*
 * All processors. The kernel measures how long they are idle, but only samples, at its ticks, what they do otherwise: a load that is
 * paced by a timer beats against those.
 */
static double idle_ns(void)
{
	enum { USER, NICE, SYSTEM, IDLE, IOWAIT, FIELDS };
	unsigned long long spent[FIELDS] = {};
	FILE *file = fopen("/proc/stat", "r");

	if (!file || fscanf(file, "cpu") != 0)
		fail("read /proc/stat");
	for (int i = 0; i < FIELDS; i++)
		if (fscanf(file, "%llu", &spent[i]) != 1)
			fail("read /proc/stat");
	fclose(file);
	return (spent[IDLE] + spent[IOWAIT]) * (1e9 / sysconf(_SC_CLK_TCK));
}

static uint64_t microseconds(struct timeval t)
{
	return t.tv_sec * 1000000ull + t.tv_usec;
}

static void read_all(struct usage *usage, int sign)
{
	struct rusage own;

	getrusage(RUSAGE_SELF, &own);
	usage->user_us += sign * microseconds(own.ru_utime);
	usage->system_us += sign * microseconds(own.ru_stime);
	usage->idle_ns += sign * idle_ns();
	usage->wall_ns += sign * now_ns();
}

void usage_begin(struct usage *usage)
{
	memset(usage, 0, sizeof(*usage));
	read_all(usage, -1);
}

void usage_end(struct usage *usage)
{
	read_all(usage, 1);
	usage->busy_ns = (double)usage->wall_ns * sysconf(_SC_NPROCESSORS_ONLN) - usage->idle_ns;
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t at(const uint32_t *sorted, long samples, double share)
{
	long index = samples * share;

	return sorted[index < samples ? index : samples - 1];
}

void report(const struct usage *usage, long done, long failed, int first_errno, uint32_t *latencies, long samples)
{
	printf("{\"wallNs\":%llu,\"done\":%ld,\"failed\":%ld,\"errno\":%d,\"userUs\":%llu,\"systemUs\":%llu,\"busyNs\":%.0f,\"idleNs\":%.0f",
	       (unsigned long long)usage->wall_ns, done, failed, first_errno, (unsigned long long)usage->user_us,
	       (unsigned long long)usage->system_us, usage->busy_ns, usage->idle_ns);
	if (samples > 0) {
		qsort(latencies, samples, sizeof(*latencies), ascending);
		printf(",\"latencyNs\":{\"p50\":%u,\"p90\":%u,\"p99\":%u,\"p999\":%u,\"max\":%u}", at(latencies, samples, 0.5),
		       at(latencies, samples, 0.9), at(latencies, samples, 0.99), at(latencies, samples, 0.999),
		       latencies[samples - 1]);
	}
	printf("}\n");
}
