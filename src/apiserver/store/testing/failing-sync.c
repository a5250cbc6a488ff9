/*
 * Preloaded into a process: while the file named by SYNC_FAILS is there, what belongs on the disk does not get there (EIO), for
 * files whose path ends as that file says; an empty one means all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(int fd) {
  char ending[64], link[64], path[4096];
  const char *name = getenv("SYNC_FAILS");
  int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  ssize_t wanted = read(file, ending, sizeof(ending));
  close(file);
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof(path));
  return wanted >= 0 && length >= wanted && memcmp(path + length - wanted, ending, wanted) == 0;
}

static int sync_with(long call, int fd) {
  if (!fails(fd)) return syscall(call, fd);
  errno = EIO;
  return -1;
}

int fsync(int fd) { return sync_with(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }
