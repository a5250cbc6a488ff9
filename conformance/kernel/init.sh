#!/bin/busybox sh
# The first program in the guest: the machine's files, read-only, with memory above them for what is written; then the tests.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
for module in @MODULES@; do modprobe "$module" || echo "guest: load module $module: not possible"; done
mkdir /lower /upper
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro machine /lower
mount -t tmpfs tmpfs /upper
mkdir /upper/files /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work overlay /host
mount -t proc proc /host/proc
mount -t sysfs sys /host/sys
mount --move /dev /host/dev
mkdir -p /host/dev/shm
mount -t tmpfs tmpfs /host/dev/shm
mount -t tmpfs tmpfs /host/run
mount -t cgroup2 cgroup2 /host/sys/fs/cgroup
mount -t bpf bpf /host/sys/fs/bpf
for word in $(cat /proc/cmdline); do
  case $word in sealane.script=*) script=${word#*=} ;; esac
done
exec switch_root /host /bin/sh "$script"
