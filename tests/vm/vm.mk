# SPDX-License-Identifier: MIT
# Real kernels, booted in QEMU, with what `tests/setup --vm` installs: make check-vm. Of each series that Debian's
# archive has the oldest and the newest; KERNELS='5.10.223-1 ...' are others (tests/vm/kernels list names them).
# make check-vm-ends: only the oldest and the newest of all. make check-vm-hosts: other machines than x86-64.
KERNELS = all
VM = $(addprefix vm/,absent commands flags places storm)
VM_BIN = $(VM:%=build/tests/%) build/tests/vm/native
# Those in private namespaces that need no more than a guest has; before Linux 6.7 there are none.
VM_PRIVATE = $(addprefix kernel/,disabled enable match_oracle mount remove replace scope swap test)
VM_ALL = $(VM) $(VM_PRIVATE)
VM_IMAGE = $(VM_ALL) vm/native
# On other hosts (tests/vm/hosts) the unit tests too, but for those of this tree: text, scripts, objects. Where a host
# has something taken away that it could run, what depends on it.
VM_UNIT = $(filter-out $(addprefix unit/,docs docs_json layers make mktable run), \
	$(patsubst tests/%.c,%,$(filter tests/unit/%,$(TESTS))))
VM_HOST = vm/native $(filter-out vm/storm,$(VM))
HOSTS = arm64:newest armhf:newest i386:newest s390x:newest -- $(VM_HOST) $(VM_UNIT) -- uml:newest -- $(VM_HOST) -- \
	amd64:newest amd64-only:newest arm64-only:newest -- vm/native

build/tests/vm/guest.o: tests/vm/guest.c tests/vm/guest.h $(TEST_HEADERS) $(HEADERS) Makefile build/settings
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -c -o $@ $<

$(VM_BIN): build/tests/%: tests/%.c build/tests/vm/guest.o $(TEST_LIB) $(LIB_OBJ)
	$(call run,CC)$(CC) $(ALL_CFLAGS) -iquote tests/lib -o $@ $^ $(ALL_LDFLAGS) -lcmocka

# Static, whatever this tree is built as.
build/vm/binfmtctl: build/main.o $(LIB_OBJ)
	@mkdir -p $(@D)
	$(call run,LD)$(CC) $(ALL_CFLAGS) -o $@ $^ $(HARDEN_LDFLAGS) -static $(CFLAGS) $(LDFLAGS)

build/vm/image: build/vm/binfmtctl $(VM_IMAGE:%=build/tests/%) $(addprefix tests/vm/,archive hosts image init cc)
	$(call run,IMAGE)tests/vm/image $< $(VM_IMAGE:%=build/tests/%)

check-vm: build/vm/image
	@tests/vm/run $(KERNELS) -- $(VM_ALL) -- $(HOSTS)

check-vm-hosts: build/vm/image
	@tests/vm/run $(HOSTS)

check-vm-ends: build/vm/image
	@tests/vm/run ends -- $(VM_ALL)

.PHONY: check-vm check-vm-hosts check-vm-ends
