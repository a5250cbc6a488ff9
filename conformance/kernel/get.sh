#!/bin/sh
# Gets what it takes to boot Debian 12's kernel beside the machine's own: QEMU by apt-get, the kernel's package unpacked (never
# installed), and a first file system for it. Prints the folder that has `vmlinuz` and `initramfs`. Done twice, it takes no time.
set -eu
cd "$(dirname "$0")/../.."
here=$PWD/conformance/kernel
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() { echo "kernel: $1" >&2; }
fail() { say "$1"; exit 1; }

case $(uname -m) in
x86_64) arch=amd64 qemu=qemu-system-x86 program=qemu-system-x86_64 ;;
aarch64) arch=arm64 qemu=qemu-system-arm program=qemu-system-aarch64 ;;
*) fail "boot a kernel on $(uname -m): x86_64 and aarch64 are supported" ;;
esac
# virtio and 9p: the way to the machine's files. The rest is what the tests ask of a kernel.
MODULES='crc32c_generic virtio_pci 9pnet_virtio 9p overlay veth dummy cls_bpf sch_ingress nf_tables nft_limit bridge inet_diag tcp_diag udp_diag'

apt() { apt-get -o DPkg::Lock::Timeout=120 "$@" >"$work/log" 2>&1; }

# With the package lists as they are, and if that fails with new ones.
with_lists() {
  "$@" && return 0
  say 'package lists may be old: updating them (apt-get update)'
  apt update || true
  "$@" || { tail -n 20 "$work/log" >&2; fail "$*: failed, see above"; }
}

install_qemu() { DEBIAN_FRONTEND=noninteractive apt install -y --no-install-recommends "$qemu"; }

download() {
  image=$(apt-cache depends "linux-image-$arch" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1)
  [ -n "$image" ] && (cd "$work" && apt download "$image" busybox-static)
}

unpack() {
  mkdir -p "$work/root/bin" "$work/busybox"
  dpkg-deb -x "$work"/busybox-static_*.deb "$work/busybox"
  cp "$work/busybox/bin/busybox" "$work/root/bin/"
  # Of the package's 400 MB.
  dpkg-deb --fsys-tarfile "$work"/linux-image-*.deb | tar -x -C "$work/root" --wildcards './boot/vmlinuz-*' './lib/modules/*/modules.*' \
    './lib/modules/*/kernel/drivers/virtio/*' './lib/modules/*/kernel/net/9p/*' './lib/modules/*/kernel/fs/9p/*' \
    './lib/modules/*/kernel/fs/fscache/*' './lib/modules/*/kernel/fs/netfs/*' './lib/modules/*/kernel/fs/overlayfs/*' \
    './lib/modules/*/kernel/drivers/net/veth.ko' './lib/modules/*/kernel/drivers/net/dummy.ko' './lib/modules/*/kernel/net/sched/*' \
    './lib/modules/*/kernel/net/bridge/bridge.ko' './lib/modules/*/kernel/net/802/*' './lib/modules/*/kernel/net/llc/*' './lib/modules/*/kernel/net/netfilter/*' './lib/modules/*/kernel/net/ipv4/*_diag.ko' './lib/modules/*/kernel/lib/libcrc32c.ko' './lib/modules/*/kernel/crypto/crc32c_generic.ko'
}

pack() {
  cd "$work/root"
  mv boot/vmlinuz-* "$work/vmlinuz"
  bin/busybox depmod -b . "$(ls lib/modules)"
  mkdir -p proc sys dev host
  sed "s/@MODULES@/$MODULES/" "$here/init.sh" >init
  chmod 755 init
  find . -path ./boot -prune -o -print | bin/busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$work/initramfs"
}

mkdir -p build
work=$(mktemp -d build/kernel.XXXXXX)
work=$PWD/$work
trap 'rm -rf "$work"' EXIT

if ! command -v $program >/dev/null 2>&1; then
  say "will install with apt-get: $qemu"
  with_lists install_qemu
fi
stamp=$(cat "$here/get.sh" "$here/init.sh" | sha256sum | cut -c1-16)
ready=$PWD/build/kernel-$stamp
if [ ! -e "$ready" ]; then
  say "getting Debian's kernel (about 70 MB), which is unpacked below build/ and not installed"
  with_lists download
  unpack
  (pack)
  rm -rf "$work"/*.deb "$work/root" "$work/busybox" "$work/log"
  mv -T "$work" "$ready"
fi
echo "$ready"
