# SPDX-License-Identifier: MIT
# Real kernels, booted in QEMU, with what `tests/setup --vm` installs: make check-vm. Of each series that Debian's
# archive has the oldest and the newest; KERNELS='5.10.223-1 ...' are others (tests/vm/kernels list names them).
# make check-vm-ends: only the oldest and the newest of all.
KERNELS = all
VM = $(addprefix vm/,absent commands flags places storm)
VM_BIN = $(VM:%=build/tests/%)
# Those in private namespaces that need no more than a guest has; before Linux 6.7 there are none.
VM_PRIVATE = $(addprefix kernel/,disabled enable match_oracle mount remove replace scope swap test)
VM_ALL = $(VM) $(VM_PRIVATE)

build/tests/vm/guest.o: tests/vm/guest.c tests/vm/guest.h $(TEST_HEADERS) $(HEADERS) Makefile build/settings
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -c -o $@ $<

$(VM_BIN): build/tests/%: tests/%.c build/tests/vm/guest.o $(TEST_LIB) $(LIB_OBJ)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -o $@ $^ $(ALL_LDFLAGS) -lcmocka

# Static, whatever this tree is built as.
build/vm/binfmtctl: build/main.o $(LIB_OBJ)
	@mkdir -p $(@D)
	$(call run,LD)$(CC) $(ALL_CFLAGS) -o $@ $^ $(HARDEN_LDFLAGS) -static $(CFLAGS) $(LDFLAGS)

build/vm/image: build/vm/binfmtctl $(VM_ALL:%=build/tests/%) tests/vm/image tests/vm/init tests/vm/cc
	$(call run,IMAGE)tests/vm/image $< $(VM_ALL:%=build/tests/%)

unplan = rm -rf build/vm/runs build/vm/planned
plan_initramfs = tests/vm/plan tests/vm/boot $(1) -- $(VM_ALL)

check-vm: build/vm/image
	@$(unplan) && $(call plan_initramfs,$(KERNELS)) && tests/vm/run

check-vm-ends: build/vm/image
	@$(unplan) && $(call plan_initramfs,ends) && tests/vm/run

.PHONY: check-vm check-vm-ends
