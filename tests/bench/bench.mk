# SPDX-License-Identifier: MIT
# What commands cost beside a bare C program, and beside other programs that do the same: make bench ROUNDS=31
ROUNDS = 15
BENCH_CC = $(shell command -v musl-gcc || echo $(CC))

build/bench/binfmtctl: $(patsubst src/rule/arch_table.c,build/rule/arch_table.c,$(LIB:%=src/%.c)) src/main.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(call run,CC)$(BENCH_CC) $(BASE_CFLAGS) $(HARDEN_CFLAGS) -static -s -o $@ $(filter %.c,$^) $(HARDEN_LDFLAGS)

build/bench/floor: tests/bench/floor.c
	@mkdir -p $(@D)
	$(call run,CC)$(BENCH_CC) $(BASE_CFLAGS) -O2 -static -s -o $@ $<

build/bench/dynamic: binfmtctl
	@mkdir -p $(@D)
	@strip -o $@ $<

build/bench/bench: tests/bench/bench.c tests/bench/measure.c tests/bench/measure.h $(TEST_LIB) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -iquote tests/bench -o $@ $(filter %.c %.o,$^) \
		$(ALL_LDFLAGS) -lcmocka

bench: build/bench/bench build/bench/floor build/bench/binfmtctl build/bench/dynamic
	@build/bench/bench build/bench/floor build/bench/binfmtctl build/bench/dynamic $(ROUNDS)

.PHONY: bench
