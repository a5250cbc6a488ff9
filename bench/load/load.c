// SPDX-License-Identifier: Apache-2.0
/*
 * Both ends of every measurement: a server, and callers that do a fixed piece of work and print what it took as JSON.
 *
 *   load serve port=8080
 *   load requests    to=A:P[,A:P…] connections=16 count=100000          a request follows the answer, on kept connections
 *   load connections to=… from=10.1.0.1 sources=4096 connections=64 count=20000   a connection a request
 *   load stream      to=… connections=4 bytes=1000000000                bytes of each connection, one way
 *   load paced       to=… connections=16 rate=5000 seconds=2            requests when they are due, whatever the answers do
 *   load observe     to=… rate=200 kept=16 interval=20 seconds=60       one line for what becomes of each connection
 */
#include "load.h"

void fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void parse_targets(struct options *options, char *list)
{
	for (char *one = strtok(list, ","); one && options->targets < MAX_TARGETS; one = strtok(NULL, ",")) {
		struct sockaddr_in *to = &options->to[options->targets++];
		char *colon = strchr(one, ':');

		errno = EINVAL;
		if (!colon)
			fail(one);
		*colon = 0;
		to->sin_family = AF_INET;
		to->sin_port = htons(atoi(colon + 1));
		if (inet_pton(AF_INET, one, &to->sin_addr) != 1)
			fail(one);
	}
}

static void parse(struct options *options, char *word)
{
	struct {
		const char *name;
		long *value;
	} numbers[] = {
		{ "sources", &options->sources }, { "connections", &options->connections }, { "count", &options->count },
		{ "bytes", &options->bytes },	  { "rate", &options->rate },		    { "seconds", &options->seconds },
		{ "kept", &options->kept },	  { "interval", &options->interval },	    { "port", &options->port },
		{ "timeout", &options->timeout },
	};
	char *value = strchr(word, '=');

	errno = EINVAL;
	if (!value)
		fail(word);
	*value++ = 0;
	if (!strcmp(word, "to"))
		return parse_targets(options, value);
	if (!strcmp(word, "from")) {
		options->from = ntohl(inet_addr(value));
		return;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (!strcmp(word, numbers[i].name)) {
			*numbers[i].value = atol(value);
			return;
		}
	fail(word);
}

int main(int argc, char **argv)
{
	struct {
		const char *name;
		int (*run)(const struct options *options);
	} modes[] = {
		{ "serve", serve }, { "requests", requests }, { "connections", connections },
		{ "stream", stream }, { "paced", paced }, { "observe", observe },
	};
	struct options options = { .sources = 1, .connections = 1, .count = 1, .rate = 1000, .seconds = 1, .interval = 20, .timeout = 60 };

	signal(SIGPIPE, SIG_IGN);
	for (int i = 2; i < argc; i++)
		parse(&options, argv[i]);
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(argv[1], modes[i].name)) {
			if (modes[i].run != serve)
				alarm(options.timeout); /* work that hangs is a failed measurement */
			return modes[i].run(&options);
		}
	errno = EINVAL;
	fail(argc > 1 ? argv[1] : "no mode");
}
