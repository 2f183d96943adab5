// Memory: bytes written with strides.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    enum { N = 5000000 };
    unsigned char *composite = calloc(N + 1, 1);
    unsigned total = 0;
    for (int round = 0; round < 8; round++) {
        memset(composite, 0, N + 1);
        unsigned count = 0;
        for (unsigned i = 2; i <= N; i++) {
            if (composite[i]) continue;
            count++;
            for (uint64_t j = (uint64_t)i * i; j <= N; j += i) composite[j] = 1;
        }
        total += count;
    }
    printf("primes: %u\n", total);
}
