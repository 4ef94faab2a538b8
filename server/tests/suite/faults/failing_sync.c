/* Preloaded into the server: while the file named in FAILING_SYNC exists, writing a SQLite log to disk fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fdatasync(int file) {
    char link[64], path[4096];
    const char *flag = getenv("FAILING_SYNC");
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (flag && length > 4 && !memcmp(path + length - 4, "-wal", 4) && !access(flag, F_OK)) {
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return real(file);
}
