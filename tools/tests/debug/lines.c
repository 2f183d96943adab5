/* A program without a library, for debuggers. Built with its DWARF, for N 4 and 5, by
     clang --target=wasm32 -nostdlib -O1 -g -gdwarf-N -fdebug-compilation-dir=/windlass \
         -Wl,--no-entry -Wl,--export=_start lines.c -o linesN.wasm */

static volatile int total;

__attribute__((noinline)) static int add_twice(int left, int right) {
    total += left;
    total += right * 2;
    return total;
}

__attribute__((noinline)) static int repeat_add(int times) {
    int sum = 0;
    for (int i = 0; i < times; i++) {
        sum += add_twice(i, times);
    }
    return sum;
}

void _start(void) {
    total = 1;
    if (repeat_add(3) == 0) {
        __builtin_trap();
    }
}
