// SPDX-License-Identifier: Apache-2.0
/* Bytes one way, over several connections; the last is counted when the other end says that it has it. */
#include "load.h"

#define CHUNK (256 * 1024)

static char chunk[CHUNK];

/* @return whether all was sent */
static bool push(int fd, long *left)
{
	while (*left > 0) {
		ssize_t sent = send(fd, chunk, *left < CHUNK ? *left : CHUNK, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN)
			return false;
		if (sent < 0)
			fail("send");
		*left -= sent;
	}
	return true;
}

static void take_receipt(int fd)
{
	char frame[FRAME];

	if (recv(fd, frame, sizeof(frame), 0) != FRAME)
		fail("receipt");
}

int stream(const struct options *options)
{
	struct epoll_event events[EVENTS];
	struct usage usage;
	int epoll = epoll_create1(0), *fds = calloc(options->connections, sizeof(int));
	long done = 0, *left = calloc(options->connections, sizeof(long));

	for (long i = 0; i < options->connections; i++) {
		fds[i] = connect_now(options, i);
		left[i] = options->bytes;
		watch(epoll, EPOLL_CTL_ADD, fds[i], EPOLLOUT, i);
	}
	usage_begin(&usage);
	for (long i = 0; i < options->connections; i++)
		if (!send_frame(fds[i], SINK, options->bytes))
			fail("send");
	while (done < options->connections) {
		int ready = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < ready; i++) {
			long at = events[i].data.u64;

			if (left[at] == 0) {
				take_receipt(fds[at]);
				watch(epoll, EPOLL_CTL_DEL, fds[at], 0, 0);
				done++;
			} else if (push(fds[at], &left[at])) {
				watch(epoll, EPOLL_CTL_MOD, fds[at], EPOLLIN, at);
			}
		}
	}
	usage_end(&usage);
	report(&usage, options->bytes * options->connections, 0, 0, NULL, 0);
	return 0;
}
