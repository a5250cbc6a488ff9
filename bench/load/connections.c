// SPDX-License-Identifier: Apache-2.0
/* A connection a request: made, asked, answered, closed; so many at a time. */
#include "load.h"

struct call {
	int fd;
	bool asked;
	uint64_t begun;
};

struct work {
	const struct options *options;
	int epoll, first_errno;
	struct call *calls;
	uint32_t *latencies;
	long begun, done, failed;
};

static void note_failure(struct work *work, int why)
{
	work->failed++;
	if (!work->first_errno)
		work->first_errno = why;
}

/* The next connection in a place that is free; those refused at once are counted and passed over. */
static void begin(struct work *work, long place)
{
	struct call *call = &work->calls[place];

	while (work->begun < work->options->count) {
		call->begun = now_ns();
		call->asked = false;
		call->fd = begin_connect(work->options, work->begun++);
		if (call->fd >= 0) {
			watch(work->epoll, EPOLL_CTL_ADD, call->fd, EPOLLOUT, place);
			return;
		}
		note_failure(work, errno);
	}
}

static void end(struct work *work, long place, int why)
{
	struct call *call = &work->calls[place];

	if (why)
		note_failure(work, why);
	else
		work->latencies[work->done++] = now_ns() - call->begun;
	close(call->fd);
	begin(work, place);
}

static void advance(struct work *work, long place)
{
	struct call *call = &work->calls[place];
	char frame[FRAME];

	if (call->asked) {
		ssize_t got = recv(call->fd, frame, sizeof(frame), 0);

		return end(work, place, got == FRAME ? 0 : got < 0 ? errno : ECONNRESET);
	}
	int why = socket_error(call->fd);

	if (!why && !send_frame(call->fd, ECHO, 0))
		why = errno;
	if (why)
		return end(work, place, why);
	call->asked = true;
	watch(work->epoll, EPOLL_CTL_MOD, call->fd, EPOLLIN, place);
}

int connections(const struct options *options)
{
	struct epoll_event events[EVENTS];
	struct work work = { .options = options, .epoll = epoll_create1(0) };
	struct usage usage;

	work.calls = calloc(options->connections, sizeof(struct call));
	work.latencies = calloc(options->count, sizeof(uint32_t));
	usage_begin(&usage);
	for (long place = 0; place < options->connections; place++)
		begin(&work, place);
	while (work.done + work.failed < options->count) {
		int ready = epoll_wait(work.epoll, events, EVENTS, -1);

		for (int i = 0; i < ready; i++)
			advance(&work, events[i].data.u64);
	}
	usage_end(&usage);
	report(&usage, work.done, work.failed, work.first_errno, work.latencies, work.done);
	return 0;
}
