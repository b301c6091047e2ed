/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
microseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

int
measure(char *const argv[], struct costs *costs)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), status;
	double start = now();
	struct rusage used;
	pid_t pid;

	pid = null < 0 ? -1 : vfork(); /* a fork would copy more for a larger runner */
	if (pid == 0) {
		for (int fd = 0; fd < 3; fd++)
			if (dup2(null, fd) < 0)
				_exit(127);
		execv(argv[0], argv);
		_exit(127);
	}
	if (null >= 0)
		close(null);
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || costs->rounds == ROUNDS_MAX)
		return -1;
	costs->wall[costs->rounds] = now() - start;
	costs->cpu[costs->rounds++] = microseconds(used.ru_utime) + microseconds(used.ru_stime);
	costs->faults = used.ru_minflt;
	costs->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return costs->status == 127 ? -1 : 0;
}

/* Runs a program with some words before its own; -1: it cannot be run. */
static int
run_behind(const char *const before[], char *const argv[])
{
	static struct costs costs; /* not looked at */
	const char *words[ROUNDS_MAX];
	int n = 0;

	while (*before)
		words[n++] = *before++;
	while (*argv && n < ROUNDS_MAX - 1)
		words[n++] = *argv++;
	words[n] = NULL;
	costs.rounds = 0;
	return measure((char *const *)(uintptr_t)words, &costs);
}

long
measure_syscalls(char *const argv[], const char *file)
{
	const char *const strace[] = {"/usr/bin/strace", "-f", "-qq", "-e", "signal=none", "-o", file, NULL};
	long calls = 0;
	FILE *f;
	int c;

	if (access(strace[0], X_OK) < 0 || run_behind(strace, argv) < 0 || !(f = fopen(file, "re")))
		return -1;
	while ((c = getc(f)) != EOF)
		calls += c == '\n';
	fclose(f);
	return calls;
}

long
measure_peak(char *const argv[], const char *floor, const char *file)
{
	const char *const words[] = {floor, "peak", file, NULL};
	long peak = -1;
	FILE *f;

	if (run_behind(words, argv) < 0 || !(f = fopen(file, "re")))
		return -1;
	if (fscanf(f, "%ld", &peak) != 1)
		peak = -1;
	fclose(f);
	return peak;
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double
costs_median_cpu(const struct costs *costs)
{
	double sorted[ROUNDS_MAX];

	memcpy(sorted, costs->cpu, sizeof(sorted));
	qsort(sorted, (size_t)costs->rounds, sizeof(*sorted), by_value);
	return costs->rounds ? sorted[costs->rounds / 2] : 0;
}

double
costs_least_wall(const struct costs *costs)
{
	double least = costs->rounds ? costs->wall[0] : 0;

	for (int i = 1; i < costs->rounds; i++)
		if (costs->wall[i] < least)
			least = costs->wall[i];
	return least;
}
