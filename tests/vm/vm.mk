# SPDX-License-Identifier: MIT
# Real kernels, booted in QEMU, with what `tests/setup --vm` installs: make check-vm. Of each series that Debian's
# archive has the oldest and the newest; KERNELS='5.10.223-1 ...' are others (tests/vm/kernels list names them).
# make check-vm-ends: only the oldest and the newest of all; make check-vm-systemd: only those with systemd as PID 1;
# make check-vm-hosts: only other machines than x86-64.
KERNELS = all
SYSTEMD_KERNELS = 6.1
VM = $(addprefix vm/,absent commands flags places storm)
# One for each boot of a machine with systemd, in this order.
VM_SYSTEMD = $(addprefix vm/systemd/,first persisted unit load support)
# Those in private namespaces that need no more than a guest has; before Linux 6.7 there are none.
VM_PRIVATE = $(addprefix kernel/,disabled enable match_oracle mount remove replace scope swap test)
VM_ALL = $(VM) $(VM_PRIVATE)
VM_IMAGE = $(VM_ALL) vm/native
# On other hosts (tests/vm/hosts) the unit tests too, but for those of this tree: text, scripts, objects; on those that
# differ from this machine in their kernel only, none; on those with something taken away that they could run, what
# depends on it.
VM_UNIT = $(filter-out $(addprefix unit/,docs docs_json layers make mktable run), \
	$(patsubst tests/%.c,%,$(filter tests/unit/%,$(TESTS))))
VM_HOSTS = vm/native $(filter-out vm/storm,$(VM))
HOSTS = $(addsuffix :newest,arm64 armhf i386 s390x)
HOSTS_KERNEL = uml:newest
HOSTS_NATIVE = $(addsuffix :newest,amd64 amd64-only arm64-only)
VM_BIN = $(VM_IMAGE:%=build/tests/%) $(VM_SYSTEMD:%=build/tests/%)

VM_LIB = build/tests/vm/guest.o build/tests/vm/foretold.o

$(VM_LIB): build/tests/%.o: tests/%.c $(wildcard tests/vm/*.h) $(TEST_HEADERS) $(HEADERS) Makefile build/settings
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -c -o $@ $<

$(filter build/tests/vm/%,$(VM_BIN)): build/tests/%: tests/%.c $(VM_LIB) $(TEST_LIB) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -iquote tests/vm -o $@ $^ $(ALL_LDFLAGS) -lcmocka

# Static, whatever this tree is built as.
build/vm/binfmtctl: build/main.o $(LIB_OBJ)
	@mkdir -p $(@D)
	$(call run,LD)$(CC) $(ALL_CFLAGS) -o $@ $^ $(HARDEN_LDFLAGS) -static $(CFLAGS) $(LDFLAGS)

build/vm/image: build/vm/binfmtctl $(VM_IMAGE:%=build/tests/%) $(addprefix tests/vm/,archive hosts image init cc)
	$(call run,IMAGE)tests/vm/image $< $(VM_IMAGE:%=build/tests/%)

unplan = rm -rf build/vm/runs build/vm/planned
plan_kernels = tests/vm/plan tests/vm/boot $(1) -- $(VM_ALL)
plan_systemd = tests/vm/plan tests/vm/boot-systemd $(SYSTEMD_KERNELS) -- $(VM_SYSTEMD)
plan_hosts = tests/vm/plan tests/vm/boot $(HOSTS) -- $(VM_HOSTS) $(VM_UNIT) && \
	tests/vm/plan tests/vm/boot $(HOSTS_KERNEL) -- $(VM_HOSTS) && \
	tests/vm/plan tests/vm/boot $(HOSTS_NATIVE) -- vm/native

check-vm check-vm-ends check-vm-systemd check-vm-hosts: build/vm/image build/vm/binfmtctl $(VM_BIN)

check-vm:
	@$(unplan) && $(call plan_kernels,$(KERNELS)) && $(plan_systemd) && $(plan_hosts) && tests/vm/run

check-vm-ends:
	@$(unplan) && $(call plan_kernels,ends) && tests/vm/run

check-vm-systemd:
	@$(unplan) && $(plan_systemd) && tests/vm/run

check-vm-hosts:
	@$(unplan) && $(plan_hosts) && tests/vm/run

.PHONY: check-vm check-vm-ends check-vm-systemd check-vm-hosts
