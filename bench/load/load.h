/* SPDX-License-Identifier: Apache-2.0 */
/* What the ends of a measurement share. Every request and every answer is one frame, whose first byte says what is wanted. */
#pragma once
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME 64
#define MAX_TARGETS 64
#define EVENTS 256

enum wish {
	ECHO = 'e', /* answer */
	WHO = 'w', /* answer, with the address that was called in bytes 8 to 11 */
	SINK = 's', /* read as many bytes as bytes 8 to 15 say, then answer */
};

struct options {
	struct sockaddr_in to[MAX_TARGETS]; /* taken in turn */
	int targets;
	uint32_t from; /* first of `sources` addresses, taken in turn; 0: the kernel's choice */
	long sources, connections, count, bytes, rate, seconds, kept, interval, port, timeout;
};

struct usage {
	uint64_t wall_ns, user_us, system_us;
	double busy_ns, idle_ns; /* of the whole machine */
};

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

void fail(const char *what);
void usage_begin(struct usage *usage);
void usage_end(struct usage *usage);
/* Prints what was measured as one line of JSON. Latencies in nanoseconds; sorts them. */
void report(const struct usage *usage, long done, long failed, int first_errno, uint32_t *latencies, long samples);

/* A non-blocking socket that connects to the next target from the next source. @return -1 with errno */
int begin_connect(const struct options *options, long number);
/* The same, connected. */
int connect_now(const struct options *options, long number);
int socket_error(int fd);
void watch(int epoll, int op, int fd, uint32_t events, uint64_t data);
bool send_frame(int fd, enum wish wish, uint64_t value);

int serve(const struct options *options);
int requests(const struct options *options);
int connections(const struct options *options);
int stream(const struct options *options);
int paced(const struct options *options);
int observe(const struct options *options);
