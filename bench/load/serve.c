// SPDX-License-Identifier: Apache-2.0
/* The pod: answers frames on every address it has. */
#include "load.h"

#define MOST_CONNECTIONS 65536
#define CHUNK (256 * 1024)

/* Of a connection, by its descriptor. */
struct reader {
	uint64_t sinking; /* bytes that are still to come */
	uint16_t have;
	char frame[FRAME];
};

static struct reader readers[MOST_CONNECTIONS];
static char chunk[CHUNK];

static int listen_on(long port)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 4096) < 0)
		fail("listen");
	return fd;
}

static void take(int epoll, int listener)
{
	int one = 1;

	for (int i = 0; i < 32; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

		if (fd < 0)
			return;
		if (fd >= MOST_CONNECTIONS) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		readers[fd].sinking = readers[fd].have = 0;
		watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, fd);
	}
}

static void say_who(int fd, char *frame)
{
	struct sockaddr_in own;
	socklen_t length = sizeof(own);

	getsockname(fd, (struct sockaddr *)&own, &length);
	memcpy(frame + 8, &own.sin_addr, sizeof(own.sin_addr));
}

static bool answer(int fd, struct reader *reader)
{
	char *frame = reader->frame;

	reader->have = 0;
	if (frame[0] == SINK) {
		memcpy(&reader->sinking, frame + 8, sizeof(reader->sinking));
		return true;
	}
	if (frame[0] == WHO)
		say_who(fd, frame);
	return send(fd, frame, FRAME, MSG_NOSIGNAL) == FRAME;
}

/* @return false when the connection is over */
static bool sink(int fd, struct reader *reader)
{
	ssize_t got = recv(fd, chunk, reader->sinking < CHUNK ? reader->sinking : CHUNK, 0);

	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	reader->sinking -= got;
	return reader->sinking > 0 || send_frame(fd, SINK, 0);
}

static bool hear(int fd)
{
	struct reader *reader = &readers[fd];

	if (reader->sinking)
		return sink(fd, reader);
	ssize_t got = recv(fd, reader->frame + reader->have, FRAME - reader->have, 0);

	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	reader->have += got;
	return reader->have < FRAME || answer(fd, reader);
}

int serve(const struct options *options)
{
	struct epoll_event events[EVENTS];
	int epoll = epoll_create1(0), listener = listen_on(options->port);

	watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, listener);
	printf("serving\n");
	fflush(stdout);
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			int fd = events[i].data.u64;

			if (fd == listener)
				take(epoll, listener);
			else if (!hear(fd))
				close(fd);
		}
	}
}
