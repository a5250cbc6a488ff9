// SPDX-License-Identifier: Apache-2.0
#include "load.h"

static int open_socket(const struct options *options, long number, int flags)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | flags, 0);
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(options->from + number % options->sources) };

	if (fd < 0)
		fail("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	/* The port is chosen when the destination is known: each source has all ports towards each target. */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (options->from && bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0)
		fail("bind");
	return fd;
}

static int connect_to(const struct options *options, long number, int flags)
{
	const struct sockaddr_in *to = &options->to[number % options->targets];
	int fd = open_socket(options, number, flags);

	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 || errno == EINPROGRESS)
		return fd;
	int why = errno;

	close(fd);
	errno = why;
	return -1;
}

int begin_connect(const struct options *options, long number)
{
	return connect_to(options, number, SOCK_NONBLOCK);
}

int connect_now(const struct options *options, long number)
{
	int fd = connect_to(options, number, 0);

	if (fd < 0)
		fail("connect");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int socket_error(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

void watch(int epoll, int op, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = { .events = events, .data.u64 = data };

	if (epoll_ctl(epoll, op, fd, &event) < 0)
		fail("epoll_ctl");
}

bool send_frame(int fd, enum wish wish, uint64_t value)
{
	char frame[FRAME] = { (char)wish };

	memcpy(frame + 8, &value, sizeof(value));
	return send(fd, frame, sizeof(frame), MSG_NOSIGNAL) == sizeof(frame);
}
