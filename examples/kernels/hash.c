// Integers: 64-bit multiplications, rotations, shifts.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t rotl(uint64_t x, int r) { return x << r | x >> (64 - r); }

int main(void) {
    uint64_t h = 0x9e3779b97f4a7c15u, s = 1;
    for (uint64_t i = 0; i < 120000000; i++) {
        s ^= s << 13; s ^= s >> 7; s ^= s << 17;
        h = rotl(h ^ (s * 0xff51afd7ed558ccdu), 31) * 5 + 0x52dce729;
    }
    printf("hash: %016llx\n", (unsigned long long)h);
}
