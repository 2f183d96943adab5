// A process of another machine that runs code for the test runner.
//
// A request on standard input, a socket, is a letter, a number of numbers of eight bytes, lowest
// byte first, and bytes; each is answered on the same socket by one number, and by what the request
// says:
//
//   m length              maps writable memory, zeroed: its address
//   x address length ...  fills memory that was mapped and makes it executable: 0
//   s length ...          the function of a library that has this name: its address, or 0
//   c entry callee seconds length ...
//                         calls entry(callee, values), with the bytes as values: 0 and the values;
//                         or the signal that ended the call, and its address: the values are lost
//
// The end of the input ends the process, and so does a call that takes longer than it may.

#define _GNU_SOURCE
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__aarch64__)
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.pc)
#else
#error "where signal handlers find the program counter is not known for this machine"
#endif

typedef void Entry(void *callee, void *values);

static const struct {
    const char *name;
    void *address;
} functions[] = {
    {"ceilf", ceilf},   {"ceil", ceil},           {"floorf", floorf},         {"floor", floor},
    {"truncf", truncf}, {"trunc", trunc},         {"nearbyintf", nearbyintf}, {"nearbyint", nearbyint},
    {"fmaf", fmaf},     {"fma", fma},             {"memcpy", memcpy},         {"memset", memset},
    {"memmove", memmove}, {"memcmp", memcmp},
};

static sigjmp_buf before_call;
static uint64_t fault_address;

static void on_signal(int signal, siginfo_t *info, void *context) {
    (void)info;
    fault_address = PROGRAM_COUNTER((ucontext_t *)context);
    siglongjmp(before_call, signal);
}

// All of it, or the end of the process.
static void receive(void *to, size_t length) {
    for (ssize_t n; length > 0; to = (char *)to + n, length -= n) {
        n = read(STDIN_FILENO, to, length);
        if (n <= 0) exit(n != 0);
    }
}

static void send_all(const void *from, size_t length) {
    for (ssize_t n; length > 0; from = (const char *)from + n, length -= n) {
        n = write(STDIN_FILENO, from, length);
        if (n <= 0) exit(1);
    }
}

static uint64_t receive_number(void) {
    unsigned char bytes[8];
    receive(bytes, sizeof bytes);
    uint64_t number = 0;
    for (int i = 8; i-- > 0;) number = number << 8 | bytes[i];
    return number;
}

static void send_number(uint64_t number) {
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = number >> 8 * i;
    send_all(bytes, sizeof bytes);
}

static uint64_t map(void) {
    size_t length = receive_number();
    void *start = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) exit(1);
    return (uintptr_t)start;
}

static uint64_t make_executable(void) {
    char *start = (char *)receive_number();
    size_t length = receive_number();
    receive(start, length);
    if (mprotect(start, length, PROT_READ | PROT_EXEC) != 0) exit(1);
    __builtin___clear_cache(start, start + length);
    return 0;
}

static uint64_t find(void) {
    char name[32] = "";
    size_t length = receive_number();
    if (length >= sizeof name) exit(1);
    receive(name, length);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0) return (uintptr_t)functions[i].address;
    return 0;
}

static void call(void) {
    Entry *entry = (Entry *)receive_number();
    void *callee = (void *)receive_number();
    unsigned limit = receive_number();
    size_t length = receive_number();
    // A slot of values has 16 bytes and is aligned to them.
    static _Alignas(16) char values[1 << 16];
    if (length > sizeof values) exit(1);
    receive(values, length);
    alarm(limit);
    int signal = sigsetjmp(before_call, 1);
    if (signal == 0) entry(callee, values);
    alarm(0);
    send_number(signal);
    if (signal == 0) send_all(values, length);
    else send_number(fault_address);
}

int main(void) {
    static const int signals[] = {SIGILL, SIGFPE, SIGSEGV, SIGBUS, SIGTRAP};
    static char handler_stack[1 << 16];
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    if (sigaltstack(&stack, NULL) != 0) return 1;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], &action, NULL) != 0) return 1;
    for (;;) {
        char request;
        receive(&request, 1);
        switch (request) {
        case 'm': send_number(map()); break;
        case 'x': send_number(make_executable()); break;
        case 's': send_number(find()); break;
        case 'c': call(); break;
        default: return 1;
        }
    }
}
