// SPDX-License-Identifier: Apache-2.0
/*
 * What becomes of connections while something happens to them, one line each, times in nanoseconds of CLOCK_MONOTONIC:
 *   new BEGUN CONNECTED ENDED ERRNO ADDRESS     every new connection; CONNECTED 0: it never was
 *   kept ASKED 0 ENDED ERRNO ADDRESS            a request on a kept connection without an answer, or with a late one
 */
#include "load.h"

#define PLACES 65536
#define LATE_NS 100000000ull

struct watched {
	int fd; /* 0: free */
	bool is_kept, is_asked;
	uint32_t address;
	uint64_t begun, connected, asked, due;
};

static struct watched places[PLACES];
static int epoll;

static void begin(const struct options *options, long place, bool is_kept, long number)
{
	struct watched *one = &places[place];
	int fd = begin_connect(options, number);

	*one = (struct watched){ .fd = fd, .is_kept = is_kept, .begun = now_ns() };
	if (fd >= 0)
		return watch(epoll, EPOLL_CTL_ADD, fd, EPOLLOUT, place);
	if (!is_kept)
		printf("new %llu 0 %llu %d 0.0.0.0\n", (unsigned long long)one->begun, (unsigned long long)one->begun, errno);
	one->fd = 0;
	one->due = one->begun + 10000000; /* a kept one is tried again then */
}

static void tell(const struct watched *one, int why)
{
	struct in_addr address = { one->address };
	uint64_t begun = one->is_kept && one->asked ? one->asked : one->begun;

	if (!one->is_kept || one->asked)
		printf("%s %llu %llu %llu %d %s\n", one->is_kept ? "kept" : "new", (unsigned long long)begun,
		       one->is_kept ? 0ull : (unsigned long long)one->connected, (unsigned long long)now_ns(), why,
		       inet_ntoa(address));
}

static void finish(struct watched *one, int why)
{
	tell(one, why);
	close(one->fd);
	one->fd = 0;
	one->due = now_ns();
}

static void ask(struct watched *one, long place)
{
	one->asked = now_ns();
	one->is_asked = true;
	if (!send_frame(one->fd, WHO, 0))
		return finish(one, errno);
	watch(epoll, EPOLL_CTL_MOD, one->fd, EPOLLIN, place);
}

static void answered(const struct options *options, struct watched *one)
{
	char frame[FRAME];
	ssize_t got = recv(one->fd, frame, sizeof(frame), 0);

	if (got != FRAME)
		return finish(one, got < 0 ? errno : ECONNRESET);
	memcpy(&one->address, frame + 8, sizeof(one->address));
	one->is_asked = false;
	if (one->is_kept && now_ns() - one->asked > LATE_NS)
		tell(one, 0);
	one->due = now_ns() + options->interval * 1000000ull;
	if (!one->is_kept)
		finish(one, 0);
}

static void advance(const struct options *options, long place)
{
	struct watched *one = &places[place];

	if (!one->fd)
		return;
	if (one->connected)
		return answered(options, one);
	int why = socket_error(one->fd);

	if (why)
		return finish(one, why);
	one->connected = now_ns();
	ask(one, place);
}

static void tend_kept(const struct options *options, long place, long *number)
{
	struct watched *one = &places[place];

	if (now_ns() < one->due)
		return;
	if (!one->fd)
		begin(options, place, true, (*number)++);
	else if (one->connected && !one->is_asked)
		ask(one, place);
}

static long free_place(const struct options *options, long after)
{
	for (long tried = 0; tried < PLACES; tried++) {
		long place = options->kept + (after + tried) % (PLACES - options->kept);

		if (!places[place].fd)
			return place;
	}
	errno = EMFILE;
	fail("too many connections at once");
	return 0;
}

int observe(const struct options *options)
{
	struct epoll_event events[EVENTS];
	uint64_t start = now_ns(), end = start + options->seconds * 1000000000ull;
	long begun = 0, number = 0;

	epoll = epoll_create1(0);
	setlinebuf(stdout);
	while (now_ns() < end) {
		for (long place = 0; place < options->kept; place++)
			tend_kept(options, place, &number);
		for (; start + begun * 1000000000ull / options->rate <= now_ns(); begun++)
			begin(options, free_place(options, begun), false, number++);
		int ready = epoll_wait(epoll, events, EVENTS, 1);

		for (int i = 0; i < ready; i++)
			advance(options, events[i].data.u64);
	}
	return 0;
}
