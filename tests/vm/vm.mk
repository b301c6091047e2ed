# SPDX-License-Identifier: MIT
# Real kernels, booted in QEMU, with what `tests/setup --vm` installs: make check-vm. Of each series that Debian's
# archive has the oldest and the newest; KERNELS='5.10.223-1 ...' are others (tests/vm/kernels list names them).
# make check-vm-ends: only the oldest and the newest of all; make check-vm-systemd: only those with systemd as PID 1.
KERNELS = all
SYSTEMD_KERNELS = 6.1
VM = $(addprefix vm/,absent commands flags places storm)
# One for each boot of a machine with systemd, in this order.
VM_SYSTEMD = $(addprefix vm/systemd/,first persisted unit load support)
VM_BIN = $(VM:%=build/tests/%)
# Those in private namespaces that need no more than a guest has; before Linux 6.7 there are none.
VM_PRIVATE = $(addprefix kernel/,disabled enable match_oracle mount remove replace scope swap test)
VM_ALL = $(VM) $(VM_PRIVATE)

VM_LIB = build/tests/vm/guest.o build/tests/vm/foretold.o

$(VM_LIB): build/tests/%.o: tests/%.c $(wildcard tests/vm/*.h) $(TEST_HEADERS) $(HEADERS) Makefile build/settings
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -c -o $@ $<

$(VM_BIN) $(VM_SYSTEMD:%=build/tests/%): build/tests/%: tests/%.c $(VM_LIB) $(TEST_LIB) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -iquote tests/vm -o $@ $^ $(ALL_LDFLAGS) -lcmocka

# Static, whatever this tree is built as.
build/vm/binfmtctl: build/main.o $(LIB_OBJ)
	@mkdir -p $(@D)
	$(call run,LD)$(CC) $(ALL_CFLAGS) -o $@ $^ $(HARDEN_LDFLAGS) -static $(CFLAGS) $(LDFLAGS)

build/vm/image: build/vm/binfmtctl $(VM_ALL:%=build/tests/%) tests/vm/image tests/vm/init tests/vm/cc
	$(call run,IMAGE)tests/vm/image $< $(VM_ALL:%=build/tests/%)

VM_MACHINE = build/vm/binfmtctl $(VM_SYSTEMD:%=build/tests/%)
unplan = rm -rf build/vm/runs build/vm/planned
plan_initramfs = tests/vm/plan tests/vm/boot $(1) -- $(VM_ALL)
plan_systemd = tests/vm/plan tests/vm/boot-systemd $(SYSTEMD_KERNELS) -- $(VM_SYSTEMD)

check-vm: build/vm/image $(VM_MACHINE)
	@$(unplan) && $(call plan_initramfs,$(KERNELS)) && $(plan_systemd) && tests/vm/run

check-vm-ends: build/vm/image
	@$(unplan) && $(call plan_initramfs,ends) && tests/vm/run

check-vm-systemd: $(VM_MACHINE)
	@$(unplan) && $(plan_systemd) && tests/vm/run

.PHONY: check-vm check-vm-ends check-vm-systemd
