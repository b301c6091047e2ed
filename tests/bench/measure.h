/* SPDX-License-Identifier: MIT */
#ifndef MEASURE_H
#define MEASURE_H

enum { ROUNDS_MAX = 512 };

/* What runs of one command cost. Times are in microseconds of each round, processes that it waited for included. */
struct costs {
	double cpu[ROUNDS_MAX], wall[ROUNDS_MAX];
	int rounds;
	int status;  /* of the last run: exit status, or 128 + signal */
	long faults; /* page faults of the last run */
};

/* Runs a program by its path once, with nothing on its descriptors, and adds what it cost. -1: it cannot be run. */
int measure(char *const argv[], struct costs *costs);

/* Its syscalls, those of its children included; -1: this machine has no strace. `file` is for its log. */
long measure_syscalls(char *const argv[], const char *file);

/* The memory that it takes at most, in KiB; -1 on an error. By way of the floor, see there. */
long measure_peak(char *const argv[], const char *floor, const char *file);

double costs_median_cpu(const struct costs *costs);
double costs_least_wall(const struct costs *costs);

#endif
