/* SPDX-License-Identifier: MIT */
/* A room for programs that want a whole machine: many ids, processes that end with the test, a cgroup file system. */
#ifndef ROOM_H
#define ROOM_H

/*
 * For ns_run_in: this process is root of a user namespace in which others' ids are there too (all of this machine's, or
 * for a user those of /etc/subuid), and of mount, PID and cgroup namespaces. It may return in another process: what the
 * test starts there ends with it. NULL, or why that is not possible.
 */
const char *room_become_root(void);

/* Skips where /sys/fs/cgroup is no cgroup2, and none can be mounted there: podman's containers want that. */
void room_need_cgroup2(void);

/* A folder for what tests make there, on a file system that ends with the room; with root and tmp in it. */
const char *room_place(void);

#endif
