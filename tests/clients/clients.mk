# SPDX-License-Identifier: MIT
# Programs that people run foreign programs with, through our handlers, with what `tests/setup --clients` installs:
# make check-clients. The first makes a tree that the others wait for, but the second, which needs it last, so two at a
# time go on. check-clients-slow: what takes many minutes.
CLIENTS = mmdebstrap containerfile enter setuid build images rootless
CLIENTS_SLOW = slow noroot
CLIENT_LIB = $(patsubst %,build/tests/clients/%.o,client containers room tree user)

build/tests/clients/%.o: tests/clients/%.c $(wildcard tests/clients/*.h) $(TEST_HEADERS) $(HEADERS) Makefile build/settings
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -c -o $@ $<

build/tests/clients/%: tests/clients/%.c $(CLIENT_LIB) $(TEST_LIB) $(LIB_OBJ)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -o $@ $^ $(ALL_LDFLAGS) -lcmocka

.SECONDARY: $(CLIENT_LIB)

check-clients: all $(CLIENTS:%=build/tests/clients/%)
	@tests/run -j2 $(CLIENTS:%=build/tests/clients/%)

check-clients-slow: all $(CLIENTS_SLOW:%=build/tests/clients/%)
	@tests/run -j2 $(CLIENTS_SLOW:%=build/tests/clients/%)

.PHONY: check-clients check-clients-slow
