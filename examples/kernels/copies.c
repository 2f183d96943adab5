// Copies and fills of 1 byte to 1 MiB: the same number of bytes, roughly, of each size; sizes that
// the compiler knows and sizes that it does not, disjoint and overlapping.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20 };

#define KNOWN(n) \
    static void known_##n(char *p, unsigned count) { \
        for (unsigned i = 0; i < count; i++) { \
            __builtin_memmove(p + 8 * (i & 7), p + 128 + 4 * (i & 15), n); \
            __builtin_memset(p + 320 + (i & 31), i, n); \
        } \
    }
KNOWN(1) KNOWN(7) KNOWN(16) KNOWN(32) KNOWN(100)

int main(void) {
    char *memory = malloc(3 * MIB);
    for (int i = 0; i < 3 * MIB; i++) memory[i] = i * 31 >> 3;
    uint32_t sum = 0;
    for (size_t size = 1; size <= MIB; size = size < 16 ? size + 1 : size + size / 2 + (size & 1)) {
        size_t step = size / 2 + 1;
        // Calls cost as much as bytes do up to some size.
        unsigned count = 64 * MIB / (size + 128);
        for (unsigned i = 0; i < count; i++) {
            size_t at = i * 13 & 255;
            memmove(memory + at, memory + MIB + (i & 63), size);
            memmove(memory + step, memory + at, size);
            memset(memory + 2 * MIB - (i & 127), i, size);
        }
        sum = sum * 33 + (unsigned char)memory[size] + (unsigned char)memory[2 * MIB];
    }
    known_1(memory, MIB), known_7(memory, MIB), known_16(memory, MIB);
    known_32(memory, MIB), known_100(memory, MIB);
    for (int i = 0; i < 3 * MIB; i++) sum = sum * 33 + (unsigned char)memory[i];
    printf("copies: %08x\n", sum);
}
