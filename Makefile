# SPDX-License-Identifier: MIT
CC = cc
AWK = awk
PREFIX = /usr/local
SBINDIR = $(PREFIX)/sbin
MANDIR = $(PREFIX)/share/man
DOCDIR = $(PREFIX)/share/doc/binfmtctl

BASE_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -iquote include -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2
HARDEN_CFLAGS = -O2 -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -ffile-prefix-map=$(CURDIR)=.
HARDEN_LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack
PIE_1 = -static
PIE_ = -pie
ALL_CFLAGS = $(BASE_CFLAGS) $(HARDEN_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LDFLAGS) $(PIE_$(STATIC)) $(CFLAGS) $(LDFLAGS)

# Everything but main.c, lowest folder first: none uses what stands behind it. Tests link with it.
BASE = arena caps err paste suggest text
RULE = arch arch_table confline elf entry hex limit line pattern rule shebang tempname
KERNEL = binfmt binfmt_list binfmt_open holder keep mount mountinfo ours planned replace snapshot userns
HOST = below boot confd confd_lines facts host interp loader native native_start needs opened persist probe \
	probe_alone probe_child probe_elf probe_look probe_root probe_sweep probe_watch records segment smallfile trust walk walker
JUDGE = archtest bootcheck bootorder check danger doctor doctor_machine drift elfkind envcheck filecheck filekind health inforce \
	overlap remedy resolve stale
CLI = columns help json operand opt print report
CMD = cmd_completion cmd_doctor cmd_enable cmd_list cmd_match cmd_refresh cmd_register cmd_remove cmd_status cmd_test \
	plan put session
LIB = $(BASE:%=base/%) $(RULE:%=rule/%) $(KERNEL:%=kernel/%) $(HOST:%=host/%) $(JUDGE:%=judge/%) $(CLI:%=cli/%) \
	$(CMD:%=cmd/%) commands
LIB_OBJ = $(LIB:%=build/%.o)
HEADERS = $(wildcard include/*.h)
MAGIC = $(filter-out magic/mktable.awk,$(wildcard magic/*))

all: binfmtctl

binfmtctl: build/main.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) -o $@ build/main.o $(LIB_OBJ) $(ALL_LDFLAGS)

vpath %.c src build

build/%.o: %.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The folder counts too: a file taken away must leave the table.
build/rule/arch_table.c: $(MAGIC) magic magic/mktable.awk
	@mkdir -p $(@D)
	LC_ALL=C $(AWK) -f magic/mktable.awk $$(LC_ALL=C; for f in magic/*; do [ "$$f" = magic/mktable.awk ] || echo "$$f"; done) >$@.tmp
	mv $@.tmp $@

# Unit tests first; those against the kernel make namespaces of their own and need no root.
TESTS = $(sort $(wildcard tests/unit/*.c)) $(sort $(wildcard tests/kernel/*.c))
TEST_LIB = $(patsubst %.c,build/%.o,$(sort $(wildcard tests/lib/*.c)))
TEST_HEADERS = $(wildcard tests/lib/*.h)
TEST_BIN = $(TESTS:%.c=build/%)

build/tests/lib/%.o: tests/lib/%.c $(TEST_HEADERS) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -iquote tests/lib -c -o $@ $<

build/tests/%: tests/%.c $(TEST_HEADERS) $(TEST_LIB) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -iquote tests/lib -o $@ $< $(TEST_LIB) $(LIB_OBJ) $(ALL_LDFLAGS) -lcmocka

.SECONDARY: $(TEST_LIB)

check: all $(TEST_BIN)
	@tests/run $(filter -j%,$(MAKEFLAGS)) $(TEST_BIN)

# Random input for every reader of texts and headers, with clang's libFuzzer: make fuzz SECONDS=600
SECONDS = 30
FUZZ_CC = clang
FUZZ_CFLAGS = $(BASE_CFLAGS) -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZERS = $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*.c)))
FUZZ_OBJ = $(LIB:%=build/fuzz/lib/%.o)
.SECONDARY: $(FUZZ_OBJ)

build/fuzz/lib/%.o: %.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(FUZZ_OBJ)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -iquote tests/fuzz -fsanitize=fuzzer -o $@ $< $(FUZZ_OBJ)

fuzz: $(FUZZERS:%=fuzz-%)

# One fuzzer each, so that make -j2 fuzz runs two at a time.
$(FUZZERS:%=fuzz-%): fuzz-%: build/fuzz/%
	@rm -rf $<.corpus && cp -r tests/fuzz/corpus/$* $<.corpus
	@$< -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 -print_final_stats=1 -artifact_prefix=$<.crash. \
		$<.corpus >$<.log 2>&1 || { tail -n 60 $<.log; exit 1; }
	@echo "fuzz $*: $$(sed -n 's/^stat::number_of_executed_units: *//p' $<.log) runs"

demo: all
	@tests/demo

lint:
	clang-format --dry-run -Werror $$(find src include tests -name '*.[ch]')
	mandoc -T lint man/binfmtctl.8

install: all
	mkdir -p $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANDIR)/man8
	install -m 755 binfmtctl $(DESTDIR)$(SBINDIR)/binfmtctl
	install -m 644 man/binfmtctl.8 $(DESTDIR)$(MANDIR)/man8/binfmtctl.8
	mkdir -p $(DESTDIR)$(DOCDIR)/examples
	install -m 644 man/examples/* $(DESTDIR)$(DOCDIR)/examples

clean:
	rm -rf build binfmtctl

.PHONY: all check fuzz $(FUZZERS:%=fuzz-%) demo lint install clean
