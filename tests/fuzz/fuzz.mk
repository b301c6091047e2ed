# SPDX-License-Identifier: MIT
# Random input for every reader of texts and headers, with clang's libFuzzer: make fuzz SECONDS=600
SECONDS = 30
FUZZ_CC = clang
FUZZ_CFLAGS = $(BASE_CFLAGS) -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZERS = $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*.c)))
FUZZ_OBJ = $(LIB:%=build/fuzz/lib/%.o)
.SECONDARY: $(FUZZ_OBJ)

build/fuzz/lib/%.o: %.c $(HEADERS) Makefile build/settings
	@mkdir -p $(@D)
	$(call run,CC)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(FUZZ_OBJ)
	$(call run,CC)$(FUZZ_CC) $(FUZZ_CFLAGS) -iquote tests/fuzz -fsanitize=fuzzer -o $@ $< $(FUZZ_OBJ)

fuzz: $(FUZZERS:%=fuzz-%)

# One fuzzer each, so that make -j2 fuzz runs two at a time.
$(FUZZERS:%=fuzz-%): fuzz-%: build/fuzz/%
	@rm -rf $<.corpus && cp -r tests/fuzz/corpus/$* $<.corpus
	@$< -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 -print_final_stats=1 -artifact_prefix=$<.crash. \
		$<.corpus >$<.log 2>&1 || { tail -n 60 $<.log; exit 1; }
	@echo "fuzz $*: $$(sed -n 's/^stat::number_of_executed_units: *//p' $<.log) runs"

.PHONY: fuzz $(FUZZERS:%=fuzz-%)
