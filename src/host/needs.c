/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "arch.h"
#include "below.h"
#include "elf.h"
#include "err.h"
#include "loader.h"
#include "needs.h"
#include "opened.h"
#include "paste.h"
#include "rule.h"

enum { PATH_SIZE = 512, TABLE_MAX = 65536 /* the kernel takes no larger table of program headers */ };

/* Folders of libraries for QEMU, by the last part of its name: of Debian and Ubuntu; of QEMU's own default. */
static const char *const prefixes[] = {"/etc/qemu-binfmt/", "/usr/gnemul/qemu-"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Debian's names: of the architecture whose C library brings a loader, and of its folder of cross libraries. */
static const struct libc {
	const char *arch, *loader, *debian, *triplet;
} libcs[] = {
    {"aarch64", "/lib/ld-linux-aarch64.so.1", "libc6:arm64", "aarch64-linux-gnu"},
    {"alpha", "/lib/ld-linux.so.2", "libc6.1:alpha", "alpha-linux-gnu"},
    {"arm", "/lib/ld-linux-armhf.so.3", "libc6:armhf", "arm-linux-gnueabihf"},
    {"arm", "/lib/ld-linux.so.3", "libc6:armel", "arm-linux-gnueabi"},
    {"hppa", "/lib/ld.so.1", "libc6:hppa", "hppa-linux-gnu"},
    {"i386", "/lib/ld-linux.so.2", "libc6:i386", "i686-linux-gnu"},
    {"loongarch64", "/lib64/ld-linux-loongarch-lp64d.so.1", "libc6:loong64", "loongarch64-linux-gnu"},
    {"m68k", "/lib/ld.so.1", "libc6:m68k", "m68k-linux-gnu"},
    {"mips", "/lib/ld.so.1", "libc6:mips", "mips-linux-gnu"},
    {"mips64", "/lib64/ld.so.1", "libc6:mips64", "mips64-linux-gnuabi64"},
    {"mips64el", "/lib64/ld.so.1", "libc6:mips64el", "mips64el-linux-gnuabi64"},
    {"mipsel", "/lib/ld.so.1", "libc6:mipsel", "mipsel-linux-gnu"},
    {"mipsn32", "/lib32/ld.so.1", NULL, "mips64-linux-gnuabin32"},
    {"mipsn32el", "/lib32/ld.so.1", NULL, "mips64el-linux-gnuabin32"},
    {"ppc", "/lib/ld.so.1", "libc6:powerpc", "powerpc-linux-gnu"},
    {"ppc64", "/lib64/ld64.so.1", "libc6:ppc64", "powerpc64-linux-gnu"},
    {"ppc64le", "/lib64/ld64.so.2", "libc6:ppc64el", "powerpc64le-linux-gnu"},
    {"riscv64", "/lib/ld-linux-riscv64-lp64d.so.1", "libc6:riscv64", "riscv64-linux-gnu"},
    {"s390x", "/lib/ld64.so.1", "libc6:s390x", "s390x-linux-gnu"},
    {"sh4", "/lib/ld-linux.so.2", "libc6:sh4", "sh4-linux-gnu"},
    {"sparc64", "/lib64/ld-linux.so.2", "libc6:sparc64", "sparc64-linux-gnu"},
    {"x86_64", "/lib64/ld-linux-x86-64.so.2", "libc6:amd64", "x86_64-linux-gnu"},
    {"aarch64", "/lib/ld-musl-aarch64.so.1", "musl:arm64", NULL},
    {"arm", "/lib/ld-musl-armhf.so.1", "musl:armhf", NULL},
    {"i386", "/lib/ld-musl-i386.so.1", "musl:i386", NULL},
    {"riscv64", "/lib/ld-musl-riscv64.so.1", "musl:riscv64", NULL},
    {"s390x", "/lib/ld-musl-s390x.so.1", "musl:s390x", NULL},
    {"x86_64", "/lib/ld-musl-x86_64.so.1", "musl:amd64", NULL},
};

static const struct libc *
libc_of(const struct needs *needs)
{
	for (size_t i = 0; needs->arch && i < COUNT(libcs); i++)
		if (strcmp(libcs[i].arch, needs->arch->name) == 0 && strcmp(libcs[i].loader, needs->loader_path) == 0)
			return &libcs[i];
	return NULL;
}

static enum needs_loader
loader_missing(void)
{
	return look_absent(errno) ? LOADER_MISSING : LOADER_UNSEEN;
}

/* Looks at one place. Of a file that is there, only whether it is for the same machine as the program. */
static enum needs_loader
look_at(int root, const char *path, const unsigned char *program, const struct arch **arch)
{
	unsigned char head[PATTERN_WINDOW] = {0};
	struct stat st;
	int fd = below_open(root, path, O_PATH), readable;
	ssize_t len;

	if (fd < 0)
		return loader_missing();
	memset(&st, 0, sizeof(st));
	readable = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? below_reopen(fd, root, path, false) : -1;
	close(fd);
	if (readable < 0)
		return st.st_mode && !S_ISREG(st.st_mode) ? LOADER_OTHER : LOADER_UNSEEN;
	len = pread(readable, head, sizeof(head), 0);
	close(readable);
	if (len < 0)
		return LOADER_UNSEEN;
	if (memcmp(head, program, EI_VERSION) == 0 && memcmp(head + 18, program + 18, 2) == 0)
		return LOADER_FOUND;
	*arch = arch_of_header(head, (size_t)len);
	return LOADER_OTHER;
}

/* Follows QEMU: what is in a prefix counts if it is there at all, and then nothing else does. */
static void
look_for_loader(int root, const unsigned char *program, struct needs *needs)
{
	const char *base = needs->arch ? strchr(needs->arch->interpreter, '-') : NULL;
	const struct libc *libc = libc_of(needs);
	const struct arch *other;
	char path[PATH_SIZE];

	for (size_t i = 0; base && needs->loader_path[0] == '/' && i < COUNT(prefixes); i++) {
		snprintf(path, sizeof(path), "%s%s%s", prefixes[i], base + 1, needs->loader_path);
		needs->loader = look_at(root, path, program, &needs->loader_arch);
		needs->prefix = prefixes[i];
		if (needs->loader != LOADER_MISSING)
			return;
	}
	needs->prefix = "";
	needs->loader = needs->own_root || needs->loader_path[0] == '/'
			    ? look_at(root, needs->loader_path, program, &needs->loader_arch)
			    : LOADER_UNSEEN;
	if (needs->loader == LOADER_FOUND || !needs->own_root || !libc || !libc->triplet)
		return;
	snprintf(path, sizeof(path), "/usr/%s%s", libc->triplet, needs->loader_path);
	if (look_at(root, path, program, &other) == LOADER_FOUND)
		snprintf(needs->cross, sizeof(needs->cross), "/usr/%s", libc->triplet);
}

/* What the program headers say of the segments. */
static void
look_at_segments(int fd, const struct elf_head *elf, struct needs *needs)
{
	unsigned char header[sizeof(Elf64_Phdr)];
	struct elf_segment segment;
	ssize_t len;

	needs->end = elf_end(elf->phoff, (uint64_t)elf->phnum * elf->phentsize);
	if (elf->phentsize != (elf->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) ||
	    (uint32_t)elf->phnum * elf->phentsize > TABLE_MAX || needs->end > needs->size)
		return;
	for (size_t i = 0; i < elf->phnum; i++) {
		len = pread(fd, header, elf->phentsize, (off_t)(elf->phoff + i * elf->phentsize));
		needs->unread |= len < 0;
		if (len != elf->phentsize)
			return;
		elf_segment(header, elf, &segment);
		if (segment.type != PT_LOAD)
			continue;
		if (segment.size && elf_end(segment.offset, segment.size) > needs->end)
			needs->end = elf_end(segment.offset, segment.size);
		if (!needs->align || segment.align < needs->align)
			needs->align = segment.align ? segment.align : 1;
	}
}

/* Set-user-id and the like, as bprm_fill_uid() and get_file_caps() in the kernel read them. */
static void
look_at_ids(int fd, const struct stat *st, struct needs *needs)
{
	struct statvfs vfs;

	needs->set_uid = st->st_mode & S_ISUID;
	needs->set_gid = (st->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
	needs->capabilities = fgetxattr(fd, "security.capability", NULL, 0) > 0;
	needs->unread |= fstatvfs(fd, &vfs) < 0;
	needs->nosuid = !needs->unread && vfs.f_flag & ST_NOSUID;
	needs->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

void
needs_look(int fd, int root, const struct arch *arch, struct needs *needs)
{
	unsigned char head[sizeof(Elf64_Ehdr)];
	ssize_t len = pread(fd, head, sizeof(head), 0);
	struct elf_head elf;
	struct stat st;

	memset(needs, 0, sizeof(*needs));
	needs->arch = arch;
	needs->own_root = root == AT_FDCWD;
	needs->prefix = "";
	needs->page = (uint64_t)sysconf(_SC_PAGESIZE);
	needs->unread = len < 0 || fstat(fd, &st) < 0;
	if (needs->unread)
		return;
	needs->size = (uint64_t)st.st_size;
	look_at_ids(fd, &st, needs);
	needs->elf = len > 0 && elf_parse(head, (size_t)len, &elf) && (elf.type == ET_EXEC || elf.type == ET_DYN);
	if (!needs->elf)
		return;
	look_at_segments(fd, &elf, needs);
	errno = 0; /* so that a read that fails can be told from a damaged file */
	if (loader_path(&(struct opened){.fd = fd}, needs->loader_path) <= 0) {
		needs->unread |= errno != 0;
		return;
	}
	if (needs->loader_path[0])
		look_for_loader(root, head, needs);
	else
		needs->loader = LOADER_MISSING;
}

static const char *
short_arch(const struct needs *needs)
{
	const char *base = needs->arch ? strchr(needs->arch->interpreter, '-') : NULL;

	return base ? base + 1 : "ARCH";
}

static bool
find_loader(const struct needs *needs, const struct needs_handler *handler, struct err *out)
{
	const char *arch = needs->loader_arch ? needs->loader_arch->name : "no program of a known architecture";
	const struct libc *libc = libc_of(needs);
	bool package = libc && libc->debian && needs->loader == LOADER_MISSING;
	const char *prefix_arch = *needs->prefix ? short_arch(needs) : "";
	char word[PASTE_MAX];

	if (!handler->qemu || needs->loader == LOADER_NONE || needs->loader == LOADER_FOUND)
		return false;
	if (needs->loader == LOADER_UNSEEN) {
		err_set(out, ERR_UNKNOWN, "whether its loader %s is there cannot be seen%s", needs->loader_path,
			needs->own_root ? "" : " in that root");
		return true;
	}
	if (!needs->loader_path[0]) {
		err_note(out, "a dynamic program whose loader's name cannot be read: the file is damaged");
		return true;
	}
	if (needs->loader == LOADER_OTHER)
		err_note(out, "its loader %s%s%s is not for it: that file is %s%s", needs->prefix, prefix_arch,
			 needs->loader_path, needs->loader_arch ? "for " : "", arch);
	else
		err_note(out,
			 "its loader %s is missing%s: QEMU looks in $QEMU_LD_PREFIX, else in /etc/qemu-binfmt/%s, "
			 "then in /",
			 needs->loader_path, needs->own_root ? "" : " in that root", short_arch(needs));
	err_add(out, "; %s%s%s%s or set QEMU_LD_PREFIX to a folder that has it",
		needs->own_root ? "run the program in its own root (chroot)," : "bring it into that root,",
		package ? " install " : "", package ? libc->debian : "", package ? " (Debian multiarch)" : "");
	if (needs->cross[0] && paste_file(handler->file, true, word))
		err_fix(out, "QEMU_LD_PREFIX=%s %s", needs->cross, word);
	return true;
}

static bool
find_ids(const struct needs *needs, const struct needs_handler *handler, struct err *out)
{
	const char *what = needs->set_uid        ? "set-user-id"
			   : needs->set_gid      ? "set-group-id"
			   : needs->capabilities ? "given file capabilities"
						 : NULL;

	if (!what)
		return false;
	if (!(handler->flags & RULE_C))
		err_note(out, "it is %s, but the entry has no flag C: it runs with the caller's rights", what);
	else if (needs->nosuid)
		err_note(out, "it is %s, but on a nosuid mount: flag C has no effect, it runs with the caller's rights",
			 what);
	else if (needs->no_new_privs)
		err_note(
		    out,
		    "it is %s, but no_new_privs is set here: flag C has no effect, it runs with the caller's rights",
		    what);
	else
		return false;
	return true;
}

static bool
find_page_size(const struct needs *needs, struct err *out)
{
	if (!needs->align || needs->align >= needs->page)
		return false;
	err_note(out,
		 "its segments are aligned to %" PRIu64 " bytes, but a page of this host has %" PRIu64
		 ": it may fail to load; link it with -z max-page-size=%" PRIu64,
		 needs->align, needs->page, needs->page);
	return true;
}

static bool
find_cut(const struct needs *needs, struct err *out)
{
	if (needs->end <= needs->size)
		return false;
	err_note(out, "it is cut off at %" PRIu64 " of %" PRIu64 " bytes: copy or fetch it again", needs->size,
		 needs->end);
	return true;
}

size_t
needs_findings(const struct needs *needs, const struct needs_handler *handler,
	       struct err findings[static NEEDS_FINDINGS_MAX])
{
	size_t count = 0;

	if (needs->unread)
		err_set(&findings[count++], ERR_UNKNOWN, "it could not be read whole, so what it needs cannot be told");
	count += find_cut(needs, &findings[count]);
	count += find_loader(needs, handler, &findings[count]);
	count += find_ids(needs, handler, &findings[count]);
	count += find_page_size(needs, &findings[count]);
	return count;
}
