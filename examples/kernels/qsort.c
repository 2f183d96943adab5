// Comparisons through a callback, memory moves.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

int main(void) {
    enum { N = 2000000 };
    uint32_t *v = malloc(N * sizeof *v), s = 7, sum = 0;
    for (int i = 0; i < N; i++) { s = s * 1103515245 + 12345; v[i] = s ^ s >> 16; }
    qsort(v, N, sizeof *v, compare);
    for (int i = 0; i < N; i += 1000) sum = sum * 31 + v[i];
    printf("sorted: %u\n", sum);
}
