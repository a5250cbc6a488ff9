// SPDX-License-Identifier: Apache-2.0
/* Requests on kept connections: each follows an answer, or each is sent when it is due. */
#include "load.h"

#define WARM_UP 50

static int *opened(const struct options *options, int epoll)
{
	int *fds = calloc(options->connections, sizeof(int));

	for (long i = 0; i < options->connections; i++) {
		fds[i] = connect_now(options, i);
		watch(epoll, EPOLL_CTL_ADD, fds[i], EPOLLIN, i);
	}
	return fds;
}

/* Answers are one segment; one in pieces, or none, ends the measurement. */
static void take_answer(int fd)
{
	char frame[FRAME];
	ssize_t got = recv(fd, frame, sizeof(frame), 0);

	if (got >= 0 && got != FRAME)
		errno = ECONNRESET;
	if (got != FRAME)
		fail("answer");
}

static void ask(int fd)
{
	if (!send_frame(fd, ECHO, 0))
		fail("request");
}

/* @param sent when the request of each connection was; of what is answered the latency is noted where there is room */
static void closed_loop(const struct options *options, int epoll, const int *fds, long count, uint32_t *latencies)
{
	struct epoll_event events[EVENTS];
	uint64_t *sent = calloc(options->connections, sizeof(*sent));
	long asked = 0, done = 0;

	for (; asked < options->connections && asked < count; asked++) {
		sent[asked] = now_ns();
		ask(fds[asked]);
	}
	while (done < count) {
		int ready = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < ready; i++) {
			long at = events[i].data.u64;
			uint64_t now;

			take_answer(fds[at]);
			now = now_ns();
			if (latencies)
				latencies[done] = now - sent[at];
			done++;
			if (asked++ >= count)
				continue;
			sent[at] = now;
			ask(fds[at]);
		}
	}
	free(sent);
}

int requests(const struct options *options)
{
	int epoll = epoll_create1(0), *fds = opened(options, epoll);
	uint32_t *latencies = calloc(options->count, sizeof(*latencies));
	struct usage usage;

	closed_loop(options, epoll, fds, WARM_UP * options->connections, NULL);
	usage_begin(&usage);
	closed_loop(options, epoll, fds, options->count, latencies);
	usage_end(&usage);
	report(&usage, options->count, 0, 0, latencies, options->count);
	return 0;
}

struct pace {
	long asked, done, total;
	uint64_t begun, step;
	int idle_count;
	int *idle; /* connections that wait for no answer */
	uint64_t *due; /* of the request of each connection */
};

static uint64_t due_at(const struct pace *pace, long number)
{
	return pace->begun + number * pace->step;
}

/* What is due and finds no connection idle waits, and the waiting counts. */
static void ask_what_is_due(struct pace *pace, const int *fds)
{
	while (pace->asked < pace->total && pace->idle_count > 0 && due_at(pace, pace->asked) <= now_ns()) {
		int at = pace->idle[--pace->idle_count];

		pace->due[at] = due_at(pace, pace->asked++);
		ask(fds[at]);
	}
}

static int wait_until_due(const struct pace *pace, int epoll, struct epoll_event *events)
{
	struct timespec left = { .tv_sec = 1 };

	if (pace->asked < pace->total && pace->idle_count > 0) {
		int64_t ns = due_at(pace, pace->asked) - now_ns();

		left = (struct timespec){ .tv_nsec = ns < 0 ? 0 : ns > 999999999 ? 999999999 : ns };
	}
	return epoll_pwait2(epoll, events, EVENTS, &left, NULL);
}

int paced(const struct options *options)
{
	int epoll = epoll_create1(0), *fds = opened(options, epoll);
	struct epoll_event events[EVENTS];
	struct pace pace = { .total = options->rate * options->seconds, .step = 1000000000 / options->rate };
	uint32_t *latencies = calloc(pace.total, sizeof(*latencies));
	struct usage usage;

	pace.idle = calloc(options->connections, sizeof(int));
	pace.due = calloc(options->connections, sizeof(uint64_t));
	closed_loop(options, epoll, fds, WARM_UP * options->connections, NULL);
	for (long i = 0; i < options->connections; i++)
		pace.idle[pace.idle_count++] = i;
	usage_begin(&usage);
	pace.begun = now_ns();
	while (pace.done < pace.total) {
		ask_what_is_due(&pace, fds);
		int ready = wait_until_due(&pace, epoll, events);

		for (int i = 0; i < ready; i++) {
			long at = events[i].data.u64;

			take_answer(fds[at]);
			latencies[pace.done++] = now_ns() - pace.due[at];
			pace.idle[pace.idle_count++] = at;
		}
	}
	usage_end(&usage);
	report(&usage, pace.total, 0, 0, latencies, pace.total);
	return 0;
}
