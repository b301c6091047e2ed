# SPDX-License-Identifier: MIT
CC = cc
AWK = awk
PREFIX = /usr/local
SBINDIR = $(PREFIX)/sbin
MANDIR = $(PREFIX)/share/man
DOCDIR = $(PREFIX)/share/doc/binfmtctl

BASE_CFLAGS = -std=c11 -D_GNU_SOURCE -iquote include -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2
HARDEN_CFLAGS = -O2 -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -ffile-prefix-map=$(CURDIR)=.
HARDEN_LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack
PIE_1 = -static
PIE_ = -pie
ALL_CFLAGS = $(BASE_CFLAGS) $(HARDEN_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LDFLAGS) $(PIE_$(STATIC)) $(CFLAGS) $(LDFLAGS)

# Everything but main.c; tests link with it.
LIB = advice arch binfmt binfmt_list binfmt_mount binfmtd boot change check cmd cmd_completion cmd_doctor cmd_enable \
	cmd_list cmd_match cmd_refresh cmd_register cmd_remove cmd_status cmd_test conf doctor elf_head entry \
	err facts field fold handler health help interp json match mount native near note opt out owners pick \
	probe probe_file replace rule stale table target trial view
LIB_OBJ = $(LIB:%=build/%.o) build/arch_table.o
HEADERS = $(wildcard include/*.h)
MAGIC = $(filter-out magic/mktable.awk,$(wildcard magic/*))

all: binfmtctl

binfmtctl: build/main.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) -o $@ build/main.o $(LIB_OBJ) $(ALL_LDFLAGS)

vpath %.c src tests build

build/%.o: %.c $(HEADERS) Makefile
	@mkdir -p build
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The folder counts too: a file taken away must leave the table.
build/arch_table.c: $(MAGIC) magic magic/mktable.awk
	@mkdir -p build
	LC_ALL=C $(AWK) -f magic/mktable.awk $$(LC_ALL=C; for f in magic/*; do [ "$$f" = magic/mktable.awk ] || echo "$$f"; done) >$@.tmp
	mv $@.tmp $@

# Unit tests first; those against the kernel make namespaces of their own and need no root.
TESTS = $(sort $(wildcard tests/unit_*.c)) $(sort $(wildcard tests/kernel_*.c))
TEST_HEADERS = $(wildcard tests/*.h)
TEST_BIN = $(TESTS:tests/%.c=build/%)

build/harness.o: $(TEST_HEADERS)

$(TEST_BIN): build/%: tests/%.c $(TEST_HEADERS) build/harness.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) -iquote tests -o $@ $< build/harness.o $(LIB_OBJ) $(ALL_LDFLAGS) -lcmocka

check: all $(TEST_BIN)
	@for t in $(TEST_BIN); do echo "== $$t"; $$t || exit 1; done

# Random input for every reader of texts and headers, with clang's libFuzzer: make fuzz SECONDS=600
SECONDS = 30
FUZZ_CC = clang
FUZZ_CFLAGS = $(BASE_CFLAGS) -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZERS = $(patsubst tests/fuzz_%.c,%,$(sort $(wildcard tests/fuzz_*.c)))
FUZZ_OBJ = $(LIB:%=build/fuzz/%.o) build/fuzz/arch_table.o

build/fuzz/%.o: %.c $(HEADERS) Makefile
	@mkdir -p build/fuzz
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

build/fuzz_%: tests/fuzz_%.c $(FUZZ_OBJ)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_OBJ)

fuzz: $(FUZZERS:%=build/fuzz_%)
	@for f in $(FUZZERS); do rm -rf build/corpus_$$f && cp -r tests/corpus/$$f build/corpus_$$f && \
		build/fuzz_$$f -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 -print_final_stats=1 \
			-artifact_prefix=build/crash_$${f}_ build/corpus_$$f >build/fuzz_$$f.log 2>&1 || \
		{ tail -n 60 build/fuzz_$$f.log; exit 1; }; \
		echo "fuzz_$$f: $$(sed -n 's/^stat::number_of_executed_units: *//p' build/fuzz_$$f.log) runs"; done

demo: all
	@tests/demo

lint:
	clang-format --dry-run -Werror src/*.c include/*.h tests/*.[ch]
	mandoc -T lint man/binfmtctl.8

install: all
	mkdir -p $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANDIR)/man8
	install -m 755 binfmtctl $(DESTDIR)$(SBINDIR)/binfmtctl
	install -m 644 man/binfmtctl.8 $(DESTDIR)$(MANDIR)/man8/binfmtctl.8
	mkdir -p $(DESTDIR)$(DOCDIR)/examples
	install -m 644 man/examples/* $(DESTDIR)$(DOCDIR)/examples

clean:
	rm -rf build binfmtctl

.PHONY: all check fuzz demo lint install clean
