# SPDX-License-Identifier: MIT
CC = cc
AWK = awk
# A cross build cannot run what it builds: names a binfmtctl that runs here and prints the same completions.
NATIVE = ./binfmtctl
PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
DOCDIR = $(PREFIX)/share/doc/binfmtctl
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d

BASE_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -iquote include -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2
HARDEN_CFLAGS = -Os -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -ffile-prefix-map="$$PWD"=. $(SMALL_CFLAGS)
HARDEN_LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack $(SMALL_LDFLAGS)
# What nothing uses is left out, and what only unwinders read.
SMALL_CFLAGS = -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
SMALL_LDFLAGS = -Wl,--gc-sections
PIE_1 = -static
PIE_ = -pie
ALL_CFLAGS = $(BASE_CFLAGS) $(HARDEN_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LDFLAGS) $(PIE_$(STATIC)) $(CFLAGS) $(LDFLAGS)

# Everything but main.c, lowest folder first: none uses what stands behind it. Tests link with it.
BASE = arena caps err given number paste retry suggest text
RULE = arch arch_table buckets confline cover elf entry hex limit line pattern rule shebang tempname unit written
KERNEL = binfmt binfmt_list binfmt_open holder host_kernel keep known lift lock mount mountinfo neighbours ours planned replace snapshot userns
HOST = below boot bootfolder bootlost bootnamed bootplace bootscript bootservice bootunit bootwanted confd confd_decide confd_file confd_lines facts \
	foresee formatfile front host ids interp loader mounted mounts named native native_start needs newroot opened pathtime pathwalk persist present \
	private probe probe_alone probe_child probe_crew probe_elf probe_look probe_root probe_sweep probe_watch probe_watcher program records refused \
	rootbinds rootparts rootplace rootview segment sitter smallfile subids trust ubformat walk walker
JUDGE = accord archruns archtest bootall bootcheck bootline bootorder check confcheck danger doctor doctor_machine drift drift_fix edit elfkind \
	envcheck filecheck filekind first health inforce narrow nextboot overlap plan recall refusal remedy resolve stale takeover unitrun whose
CLI = colour columns command details help help_json json operand opt print report
CMD = cmd_completion cmd_doctor cmd_enable cmd_exec cmd_export cmd_help cmd_list cmd_load cmd_match cmd_refresh cmd_register cmd_remove cmd_status \
	cmd_test at_boot describe handlers misuse own_unit put register_all rehearse session tried
LIB = $(BASE:%=base/%) $(RULE:%=rule/%) $(KERNEL:%=kernel/%) $(HOST:%=host/%) $(JUDGE:%=judge/%) $(CLI:%=cli/%) \
	$(CMD:%=cmd/%) commands
LIB_OBJ = $(LIB:%=build/%.o)
HEADERS = $(wildcard include/*.h)
MAGIC = $(filter-out magic/mktable.awk,$(wildcard magic/*))
COMPLETIONS = $(addprefix build/completion/,bash/binfmtctl zsh/_binfmtctl fish/binfmtctl.fish)

all: binfmtctl $(COMPLETIONS)

include tests/fuzz/fuzz.mk

# What was built how: a change of it is noticed, and a later `make install` keeps it.
define SETTINGS
CC = $(value CC)
CFLAGS = $(value CFLAGS)
LDFLAGS = $(value LDFLAGS)
STATIC = $(value STATIC)
# $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)
# $(FUZZ_CC) $(FUZZ_CFLAGS)
endef
ifeq ($(MAKECMDGOALS),install)
-include build/settings
endif
build/settings: export TEXT = $(SETTINGS)
build/settings: $(if $(findstring <$(strip $(SETTINGS))>,<$(strip $(shell cat build/settings 2>/dev/null))>),,FORCE)
	@mkdir -p build
	@printf '%s\n' "$$TEXT" >$@

# One short line for each command: V=1 shows the whole, make -s nothing.
silent = $(findstring s,$(firstword -$(MAKEFLAGS)))
run = $(if $(filter 1,$(V)),,@$(if $(silent),,echo '  $1 $@';))

binfmtctl: build/main.o $(LIB_OBJ)
	$(call run,LD)$(CC) $(ALL_CFLAGS) -o $@ build/main.o $(LIB_OBJ) $(ALL_LDFLAGS)

$(COMPLETIONS): binfmtctl
	@mkdir -p $(@D)
	$(call run,GEN)$(NATIVE) completion $(notdir $(@D)) >$@ || { rm $@; \
		echo "$@: left out, as $(NATIVE) does not run here; NATIVE= may name one that does" >&2; }

vpath %.c src build

build/%.o: %.c $(HEADERS) Makefile build/settings
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The folder counts too: a file taken away must leave the table.
build/rule/arch_table.c: $(MAGIC) magic magic/mktable.awk
	@mkdir -p $(@D)
	$(call run,AWK)LC_ALL=C $(AWK) -f magic/mktable.awk \
		$$(LC_ALL=C; for f in magic/*; do [ "$$f" = magic/mktable.awk ] || echo "$$f"; done) >$@.tmp
	@mv $@.tmp $@

# Unit tests first; those against the kernel make namespaces of their own and need no root.
TESTS = $(sort $(wildcard tests/unit/*.c)) $(sort $(wildcard tests/kernel/*.c))
TEST_LIB = $(patsubst %.c,build/%.o,$(sort $(wildcard tests/lib/*.c)))
TEST_HEADERS = $(wildcard tests/lib/*.h)
TEST_BIN = $(TESTS:%.c=build/%)

build/tests/lib/%.o: tests/lib/%.c $(TEST_HEADERS) $(HEADERS) Makefile build/settings
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -c -o $@ $<

build/tests/%: tests/%.c $(TEST_HEADERS) $(TEST_LIB) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -o $@ $< $(TEST_LIB) $(LIB_OBJ) $(ALL_LDFLAGS) -lcmocka

.SECONDARY: $(TEST_LIB)

include tests/bench/bench.mk
include tests/clients/clients.mk
include tests/vm/vm.mk

check: all $(TEST_BIN)
	@tests/run $(filter -j%,$(MAKEFLAGS)) $(TEST_BIN)

demo: all
	@tests/demo

lint:
	clang-format --dry-run -Werror $$(find src include tests -name '*.[ch]')
	cd man && mandoc -T lint *.[58] # here it finds what the pages say of each other

# What goes where, for install and uninstall: file=folder.
FILES = binfmtctl=$(BINDIR) $(foreach f,$(wildcard man/*.[1-9]),$f=$(MANDIR)/man$(subst .,,$(suffix $f))) \
	$(patsubst %,%=$(DOCDIR)/examples,$(wildcard man/examples/*)) \
	$(join $(COMPLETIONS),$(BASHDIR:%==%) $(ZSHDIR:%==%) $(FISHDIR:%==%))

install: all
	@set -e; umask 022; for pair in $(FILES); do \
		file=$${pair%%=*} folder=$$DESTDIR$${pair#*=} mode=644; \
		[ -e "$$file" ] || continue; \
		[ "$$file" != binfmtctl ] || mode=755; \
		mkdir -p "$$folder"; install -m $$mode "$$file" "$$folder"; done
	@cd "$$DESTDIR$(DOCDIR)/examples" && sed -i 's|/usr/local/bin/|$(BINDIR)/|' binfmtctl.*

uninstall:
	@for pair in $(FILES); do file=$${pair%%=*}; rm -f "$$DESTDIR$${pair#*=}/$${file##*/}"; done
	@rmdir "$$DESTDIR$(DOCDIR)/examples" "$$DESTDIR$(DOCDIR)" 2>/dev/null || :

clean:
	rm -rf build binfmtctl

.PHONY: all check demo lint install uninstall clean FORCE
