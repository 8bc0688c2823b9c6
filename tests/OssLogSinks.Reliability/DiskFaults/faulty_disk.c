// A disk that fails now and then: loaded before the C library (LD_PRELOAD), it lets calls on one folder fail as a real disk does.
// Single calls fail at random, and now and then all calls of a kind for a while. What fails is counted in a file that is shared
// with the parent. Settings, all from the environment:
//   FAULTY_DISK_ROOT   the folder
//   FAULTY_DISK_RATE   the part of the calls that fail
//   FAULTY_DISK_SEED   where chance begins
//   FAULTY_DISK_COUNT  a file of one 64-bit number for each kind of call
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { OPEN, READ, WRITE, SYNC, REMOVE, CUT, MAKE, KINDS };

#define MOST_FILES 65536
#define BURSTS_PER_FAULT 0.02
#define LONGEST_BURST_MS 1500

static const int errors[KINDS][4] = {
    [OPEN] = { EMFILE, EACCES, EIO, EROFS },
    [READ] = { EIO, EIO, EIO, EIO },
    [WRITE] = { ENOSPC, EIO, EFBIG, EDQUOT },
    [SYNC] = { EIO, EIO, ENOSPC, EIO },
    [REMOVE] = { EROFS, EACCES, EIO, EBUSY },
    [CUT] = { EIO, EFBIG, ENOSPC, EROFS },
    [MAKE] = { ENOSPC, EROFS, EACCES, EDQUOT },
};

static const char *root;
static size_t root_length;
static double rate;
static _Atomic uint64_t chance;
static _Atomic uint64_t burst_until[KINDS];
static _Atomic uint64_t none[KINDS];
static _Atomic uint64_t *count = none;
static _Atomic unsigned char is_inside[MOST_FILES];

#define REAL(name) ((__typeof__(&name))real(&real_##name, #name))
#define SLOT(name) static void *_Atomic real_##name

static void *real(void *_Atomic *slot, const char *name)
{
    void *found = atomic_load(slot);
    if (!found)
        atomic_store(slot, found = dlsym(RTLD_NEXT, name));
    return found;
}

__attribute__((constructor)) static void begin(void)
{
    root = getenv("FAULTY_DISK_ROOT");
    root_length = root ? strlen(root) : 0;
    rate = getenv("FAULTY_DISK_RATE") ? strtod(getenv("FAULTY_DISK_RATE"), NULL) : 0;
    atomic_store(&chance, (getenv("FAULTY_DISK_SEED") ? strtoull(getenv("FAULTY_DISK_SEED"), NULL, 10) : 1) * 0x9E3779B97F4A7C15u);
    const char *file = getenv("FAULTY_DISK_COUNT");
    int fd = file ? open(file, O_RDWR | O_CLOEXEC) : -1;
    void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof none, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED)
        count = shared;
    if (fd >= 0)
        close(fd);
}

// SplitMix64.
static uint64_t draw(void)
{
    uint64_t z = atomic_fetch_add(&chance, 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double draw_part(void)
{
    return (double)(draw() >> 11) / 9007199254740992.0;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int fails(enum kind kind)
{
    int is_burst = now_ms() < atomic_load(&burst_until[kind]);
    if (!is_burst && draw_part() >= rate)
        return 0;
    if (!is_burst && draw_part() < BURSTS_PER_FAULT)
        atomic_store(&burst_until[kind], now_ms() + draw() % LONGEST_BURST_MS);
    atomic_fetch_add(&count[kind], 1);
    errno = errors[kind][draw() % 4];
    return 1;
}

static int is_path_inside(const char *path)
{
    return root && path && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int is_file_inside(int fd)
{
    return fd >= 0 && fd < MOST_FILES && atomic_load(&is_inside[fd]);
}

static int note(int fd, int inside)
{
    if (fd >= 0 && fd < MOST_FILES)
        atomic_store(&is_inside[fd], (unsigned char)inside);
    return fd;
}

// The runtime finds the C library's own functions by its name; here it is given those of the whole process, these among them.
SLOT(dlopen);
void *dlopen(const char *name, int flags)
{
    int is_c_library = name && (strcmp(name, "libc") == 0 || strcmp(name, "libc.so.6") == 0);
    return REAL(dlopen)(is_c_library ? NULL : name, flags);
}

#define OPENS(name)                                              \
    SLOT(name);                                                  \
    int name(const char *path, int flags, ...)                   \
    {                                                            \
        va_list rest;                                            \
        va_start(rest, flags);                                   \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                            \
        int inside = is_path_inside(path);                       \
        if (inside && fails(OPEN))                               \
            return -1;                                           \
        return note(REAL(name)(path, flags, mode), inside);      \
    }

OPENS(open)
OPENS(open64)

SLOT(close);
int close(int fd)
{
    note(fd, 0);
    return REAL(close)(fd);
}

#define READS(name, offset)                                      \
    SLOT(name);                                                  \
    ssize_t name(int fd, void *bytes, size_t length, offset at)  \
    {                                                            \
        return is_file_inside(fd) && fails(READ) ? -1 : REAL(name)(fd, bytes, length, at); \
    }

READS(pread, off_t)
READS(pread64, off64_t)

// A full disk often takes a part of it first.
#define WRITES(name, offset)                                     \
    SLOT(name);                                                  \
    ssize_t name(int fd, const void *bytes, size_t length, offset at) \
    {                                                            \
        if (!is_file_inside(fd) || !fails(WRITE))                \
            return REAL(name)(fd, bytes, length, at);            \
        int error = errno;                                       \
        if (length > 1 && draw() % 2)                            \
            REAL(name)(fd, bytes, (size_t)(draw() % length), at);\
        errno = error;                                           \
        return -1;                                               \
    }

WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)

SLOT(read);
ssize_t read(int fd, void *bytes, size_t length)
{
    return is_file_inside(fd) && fails(READ) ? -1 : REAL(read)(fd, bytes, length);
}

SLOT(write);
ssize_t write(int fd, const void *bytes, size_t length)
{
    return is_file_inside(fd) && fails(WRITE) ? -1 : REAL(write)(fd, bytes, length);
}

SLOT(fsync);
int fsync(int fd)
{
    return is_file_inside(fd) && fails(SYNC) ? -1 : REAL(fsync)(fd);
}

SLOT(fdatasync);
int fdatasync(int fd)
{
    return is_file_inside(fd) && fails(SYNC) ? -1 : REAL(fdatasync)(fd);
}

SLOT(ftruncate);
int ftruncate(int fd, off_t length)
{
    return is_file_inside(fd) && fails(CUT) ? -1 : REAL(ftruncate)(fd, length);
}

SLOT(ftruncate64);
int ftruncate64(int fd, off64_t length)
{
    return is_file_inside(fd) && fails(CUT) ? -1 : REAL(ftruncate64)(fd, length);
}

SLOT(unlink);
int unlink(const char *path)
{
    return is_path_inside(path) && fails(REMOVE) ? -1 : REAL(unlink)(path);
}

SLOT(rmdir);
int rmdir(const char *path)
{
    return is_path_inside(path) && fails(REMOVE) ? -1 : REAL(rmdir)(path);
}

SLOT(rename);
int rename(const char *from, const char *to)
{
    return is_path_inside(from) && fails(REMOVE) ? -1 : REAL(rename)(from, to);
}

SLOT(mkdir);
int mkdir(const char *path, mode_t mode)
{
    return is_path_inside(path) && fails(MAKE) ? -1 : REAL(mkdir)(path, mode);
}
