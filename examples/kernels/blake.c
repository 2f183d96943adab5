// A hash over sixteen words of state and sixteen of the message (BLAKE2s).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t IV[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const unsigned char ORDER[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static uint32_t rotr(uint32_t x, int r) { return x >> r | x << (32 - r); }

#define MIX(a, b, c, d, x, y) \
    a += b + (x); d = rotr(d ^ a, 16); c += d; b = rotr(b ^ c, 12); \
    a += b + (y); d = rotr(d ^ a, 8); c += d; b = rotr(b ^ c, 7);

static void compress(uint32_t h[8], const uint32_t m[16], uint64_t counter, uint32_t last) {
    uint32_t v0 = h[0], v1 = h[1], v2 = h[2], v3 = h[3], v4 = h[4], v5 = h[5], v6 = h[6], v7 = h[7];
    uint32_t v8 = IV[0], v9 = IV[1], va = IV[2], vb = IV[3];
    uint32_t vc = IV[4] ^ (uint32_t)counter, vd = IV[5] ^ (uint32_t)(counter >> 32);
    uint32_t ve = IV[6] ^ last, vf = IV[7];
    for (int round = 0; round < 10; round++) {
        const unsigned char *s = ORDER[round];
        MIX(v0, v4, v8, vc, m[s[0]], m[s[1]]) MIX(v1, v5, v9, vd, m[s[2]], m[s[3]])
        MIX(v2, v6, va, ve, m[s[4]], m[s[5]]) MIX(v3, v7, vb, vf, m[s[6]], m[s[7]])
        MIX(v0, v5, va, vf, m[s[8]], m[s[9]]) MIX(v1, v6, vb, vc, m[s[10]], m[s[11]])
        MIX(v2, v7, v8, vd, m[s[12]], m[s[13]]) MIX(v3, v4, v9, ve, m[s[14]], m[s[15]])
    }
    h[0] ^= v0 ^ v8; h[1] ^= v1 ^ v9; h[2] ^= v2 ^ va; h[3] ^= v3 ^ vb;
    h[4] ^= v4 ^ vc; h[5] ^= v5 ^ vd; h[6] ^= v6 ^ ve; h[7] ^= v7 ^ vf;
}

int main(void) {
    enum { WORDS = 1 << 14 };
    uint32_t *text = malloc(4 * WORDS), h[8], s = 1;
    for (int i = 0; i < WORDS; i++) text[i] = s = s * 1664525 + 1013904223;
    memcpy(h, IV, sizeof h);
    h[0] ^= 0x01010020;
    uint64_t counter = 0;
    for (int round = 0; round < 1200; round++)
        for (int at = 0; at < WORDS; at += 16) compress(h, text + at, counter += 64, 0);
    compress(h, text, counter + 64, 0xffffffff);
    printf("blake: %08x%08x\n", h[0], h[7]);
}
