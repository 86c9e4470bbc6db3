/* Makes one call that writes fail, to see whether a program takes it: preloaded by the tests of disks.rs.
   FAULT_AT=n: the n-th write, sync, truncation or removal of a file under the current folder (0: none);
   FAULT_ERROR=EIO|ENOSPC|SHORT; FAULT_ONCE=1: that one call, else all from then on; FAULT_COUNT: a file for the number of calls.
   FAULT_KILL=n: the n-th renaming or removal of a file kills the program before it is done. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long calls;

/* Whether this call fails, with the errno that it gets; 0: it does not. */
static int fails(void) {
    const char *at = getenv("FAULT_AT"), *error = getenv("FAULT_ERROR"), *once = getenv("FAULT_ONCE");
    long wanted = at ? atol(at) : 0;
    calls++;
    if (!wanted || calls < wanted || (calls > wanted && once && *once == '1')) return 0;
    return error && !strcmp(error, "ENOSPC") ? ENOSPC : EIO;
}

static int is_short(void) {
    const char *error = getenv("FAULT_ERROR");
    return error && !strcmp(error, "SHORT");
}

static int is_file(int fd) {
    struct stat found;
    return !fstat(fd, &found) && S_ISREG(found.st_mode);
}

#define REAL(name, type, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t write(int fd, const void *bytes, size_t n) {
    int error = is_file(fd) ? fails() : 0;
    if (error && is_short() && n > 1) return REAL("write", ssize_t, int, const void *, size_t)(fd, bytes, n / 2);
    if (error) { errno = error; return -1; }
    return REAL("write", ssize_t, int, const void *, size_t)(fd, bytes, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
    int error = is_file(fd) ? fails() : 0;
    if (error && is_short() && n > 1) return REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t)(fd, bytes, n / 2, at);
    if (error) { errno = error; return -1; }
    return REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t)(fd, bytes, n, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { return pwrite64(fd, bytes, n, at); }

#define CHECKED(name, fd, call) { int error = is_file(fd) ? fails() : 0; if (error && !is_short()) { errno = error; return -1; } return call; }

int fsync(int fd) CHECKED("fsync", fd, REAL("fsync", int, int)(fd))
int fdatasync(int fd) CHECKED("fdatasync", fd, REAL("fdatasync", int, int)(fd))
int ftruncate64(int fd, off64_t n) CHECKED("ftruncate64", fd, REAL("ftruncate64", int, int, off64_t)(fd, n))
int ftruncate(int fd, off_t n) { return ftruncate64(fd, n); }

/* Ends the program as a power failure would, before the call that was asked for. */
static void may_kill(void) {
    static long changes;
    const char *at = getenv("FAULT_KILL");
    if (at && ++changes == atol(at)) kill(getpid(), SIGKILL);
}

int rename(const char *from, const char *to) {
    may_kill();
    return REAL("rename", int, const char *, const char *)(from, to);
}

int unlink(const char *path) {
    may_kill();
    int error = strstr(path, "-journal") ? fails() : 0;
    if (error && !is_short()) { errno = error; return -1; }
    return REAL("unlink", int, const char *)(path);
}

__attribute__((destructor)) static void tell(void) {
    const char *at = getenv("FAULT_AT"), *path = getenv("FAULT_COUNT");
    FILE *file = path && at && *at == '0' ? fopen(path, "w") : NULL;
    if (file) { fprintf(file, "%ld\n", calls); fclose(file); }
}
