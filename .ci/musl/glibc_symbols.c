// Debian has musl's C library, but GCC's run-time libraries and OpenSSL for glibc only. The .NET runtime for musl needs all of them. This library has
// the few symbols of glibc that those ask for, so that they load beside musl. It takes the name of glibc's loader, which they ask for as well. For
// tests only.
typedef unsigned long size;

struct segment { unsigned type, flags; size offset, address, physical, in_file, in_memory, align; };
struct object { size base; const char *name; const struct segment *segments; unsigned short count; };
struct found { unsigned long long flags; void *start, *end, *link_map, *eh_frame; unsigned long long reserved[7]; };
struct search { size address; struct found *found; };

int dl_iterate_phdr(int (*)(struct object *, size, void *), void *);
size strftime_l(char *, size, const char *, const void *, void *);
long syscall(long, ...);

// Thread-local objects of C++ are not destroyed at the end of a thread.
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library) { (void)destroy; (void)object; (void)library; return 0; }

char __libc_single_threaded = 0;
unsigned __cpu_model[4];
int __cpu_indicator_init(void) { return 0; }

size __strftime_l(char *text, size length, const char *format, const void *time, void *locale) { return strftime_l(text, length, format, time, locale); }

unsigned arc4random(void)
{
    const long getrandom = 318;
    unsigned number = 0;
    syscall(getrandom, &number, sizeof number, 0);
    return number;
}

// What glibc's checks of buffers call; here nothing is checked.
typedef __builtin_va_list arguments;
void *memcpy(void *, const void *, size);
void *memset(void *, int, size);
char *strcat(char *, const char *);
int vfprintf(void *, const char *, arguments);
int vsprintf(char *, const char *, arguments);
void vsyslog(int, const char *, arguments);

void *__memcpy_chk(void *to, const void *from, size length, size space) { (void)space; return memcpy(to, from, length); }
void *__memset_chk(void *to, int value, size length, size space) { (void)space; return memset(to, value, length); }
char *__strcat_chk(char *to, const char *from, size space) { (void)space; return strcat(to, from); }
long __fdelt_chk(long descriptor) { return descriptor / 64; }
int __vfprintf_chk(void *file, int flag, const char *format, arguments list) { (void)flag; return vfprintf(file, format, list); }

int __fprintf_chk(void *file, int flag, const char *format, ...)
{
    arguments list;
    (void)flag;
    __builtin_va_start(list, format);
    int written = vfprintf(file, format, list);
    __builtin_va_end(list);
    return written;
}

int __sprintf_chk(char *text, int flag, size space, const char *format, ...)
{
    arguments list;
    (void)flag;
    (void)space;
    __builtin_va_start(list, format);
    int written = vsprintf(text, format, list);
    __builtin_va_end(list);
    return written;
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
    arguments list;
    (void)flag;
    __builtin_va_start(list, format);
    vsyslog(priority, format, list);
    __builtin_va_end(list);
}

// For OpenSSL's asynchronous jobs, which .NET does not use.
int getcontext(void *context) { (void)context; return -1; }
int setcontext(const void *context) { (void)context; return -1; }
void makecontext(void *context, void (*start)(void), int count, ...) { (void)context; (void)start; (void)count; }

static int is_in(struct object *object, size length, void *data)
{
    const unsigned load = 1, eh_frame = 0x6474e550;
    struct search *search = data;
    size start = ~0UL, end = 0;
    void *frame = 0;
    int hit = 0;
    (void)length;
    for (unsigned short i = 0; i < object->count; i++)
    {
        const struct segment *segment = object->segments + i;
        size from = object->base + segment->address, to = from + segment->in_memory;
        if (segment->type == eh_frame)
            frame = (void *)from;
        if (segment->type != load)
            continue;
        if (from < start)
            start = from;
        if (to > end)
            end = to;
        if (search->address >= from && search->address < to)
            hit = 1;
    }

    if (!hit || !frame)
        return 0;
    search->found->flags = 0;
    search->found->start = (void *)start;
    search->found->end = (void *)end;
    search->found->link_map = 0;
    search->found->eh_frame = frame;
    return 1;
}

// How GCC's unwinder finds the tables of a C++ exception.
int _dl_find_object(void *address, struct found *found)
{
    struct search search = { (size)address, found };
    return dl_iterate_phdr(is_in, &search) == 1 ? 0 : -1;
}
