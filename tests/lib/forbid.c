/* SPDX-License-Identifier: MIT */
#include "forbid.h"
#include "harness.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
install(struct sock_filter *filter, size_t len)
{
	const struct sock_fprog program = {.len = (unsigned short)len, .filter = filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool
forbid(unsigned number, int error)
{
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA)),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return install(filter, LENGTH(filter));
}

bool
forbid_first(unsigned number, unsigned first, int error)
{
	const uint64_t one = 1;
	const size_t low_half = *(const unsigned char *)&one ? 0 : sizeof(uint32_t); /* the one that numbers are in */
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offsetof(struct seccomp_data, args) + low_half)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA)),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return install(filter, LENGTH(filter));
}

bool
forbid_processes(void)
{
	static const unsigned calls[] = {
	    SYS_clone,
#ifdef SYS_fork
	    SYS_fork,
#endif
#ifdef SYS_vfork
	    SYS_vfork,
#endif
	};

	for (size_t i = 0; i < LENGTH(calls); i++)
		if (!forbid(calls[i], EAGAIN))
			return false;
	return true;
}

bool
forbid_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capset, &header, none) == 0;
}
