// Branches that cannot be predicted, 64-bit arithmetic.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    uint64_t best = 0, longest = 0;
    for (uint64_t i = 1; i < 2500000; i++) {
        uint64_t n = i, steps = 0;
        while (n != 1) {
            n = n & 1 ? 3 * n + 1 : n / 2;
            steps++;
        }
        if (steps > longest) { longest = steps; best = i; }
    }
    printf("longest: %llu (%llu steps)\n", (unsigned long long)best, (unsigned long long)longest);
}
