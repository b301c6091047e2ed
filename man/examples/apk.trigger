#!/bin/sh
# NAME.trigger of an Alpine package (install="NAME.trigger", triggers="NAME.trigger=/usr/bin"): QEMU was upgraded, and
# the handlers hold the file that was there before. NAME.post-install is the same with `register aarch64`.
binfmtctl -q refresh || [ $? -eq 3 ] # 3: a chroot or an image build
