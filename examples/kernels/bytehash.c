// Hashes that read byte by byte: each step depends on the last.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static uint32_t fnv(const unsigned char *p, size_t n, uint32_t h) {
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 16777619;
    return h;
}

__attribute__((noinline)) static uint32_t times33(const char *p, uint32_t h) {
    while (*p) h = h * 33 + (unsigned char)*p++;
    return h;
}

__attribute__((noinline)) static uint32_t one_at_a_time(const unsigned char *p, size_t n, uint32_t h) {
    for (size_t i = 0; i < n; i++) {
        h += p[i];
        h += h << 10;
        h ^= h >> 6;
    }
    h += h << 3;
    h ^= h >> 11;
    return h + (h << 15);
}

static uint32_t table[256];

__attribute__((noinline)) static uint32_t crc(const unsigned char *p, size_t n, uint32_t h) {
    h = ~h;
    while (n--) h = table[(h ^ *p++) & 255] ^ h >> 8;
    return ~h;
}

__attribute__((noinline)) static uint32_t sums(const unsigned char *p, size_t n, uint32_t h) {
    uint32_t a = h & 0xffff, b = h >> 16;
    while (n--) {
        a = (a + *p++) % 65521;
        b = (a + b) % 65521;
    }
    return b << 16 | a;
}

int main(void) {
    enum { N = 1 << 14 };
    unsigned char *text = malloc(N + 1);
    uint32_t s = 7, h = 1;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int k = 0; k < 8; k++) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
    }
    for (int i = 0; i < N; i++) text[i] = (s = s * 1664525 + 1013904223) >> 24 | 1;
    text[N] = 0;
    for (int round = 0; round < 1500; round++) {
        h = fnv(text, N, h);
        h = times33((char *)text, h);
        h = one_at_a_time(text, N, h);
        h = crc(text, N, h);
        h = sums(text, N, h);
    }
    printf("bytehash: %08x\n", h);
}
