// A sieve that fits the first cache: loops of a few instructions, each with a store.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 8191 };
static unsigned char flags[N + 1];

__attribute__((noinline)) static unsigned sieve(void) {
    unsigned count = 0;
    for (int i = 2; i <= N; i++) flags[i] = 1;
    for (int i = 2; i <= N; i++) {
        if (!flags[i]) continue;
        for (int k = i + i; k <= N; k += i) flags[k] = 0;
        count++;
    }
    return count;
}

int main(void) {
    unsigned total = 0;
    for (int round = 0; round < 25000; round++) total += sieve();
    printf("flags: %u\n", total);
}
