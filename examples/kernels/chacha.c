// A stream cipher: additions, rotations and exclusive ors over sixteen words (ChaCha20).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t rotl(uint32_t x, int r) { return x << r | x >> (32 - r); }

static void quarter(uint32_t *x, int a, int b, int c, int d) {
    x[a] += x[b]; x[d] = rotl(x[d] ^ x[a], 16);
    x[c] += x[d]; x[b] = rotl(x[b] ^ x[c], 12);
    x[a] += x[b]; x[d] = rotl(x[d] ^ x[a], 8);
    x[c] += x[d]; x[b] = rotl(x[b] ^ x[c], 7);
}

static void block(const uint32_t state[16], uint32_t out[16]) {
    uint32_t x[16];
    memcpy(x, state, sizeof x);
    for (int round = 0; round < 20; round += 2) {
        for (int i = 0; i < 4; i++) quarter(x, i, 4 + i, 8 + i, 12 + i);
        for (int i = 0; i < 4; i++) quarter(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (int i = 0; i < 16; i++) out[i] = x[i] + state[i];
}

int main(void) {
    enum { WORDS = 1 << 14 };
    uint32_t *text = calloc(WORDS, 4), sum = 0;
    uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (int i = 4; i < 12; i++) state[i] = 0x01020304u * i;
    for (int round = 0; round < 1500; round++) {
        for (int at = 0; at < WORDS; at += 16) {
            uint32_t key[16];
            block(state, key);
            for (int i = 0; i < 16; i++) text[at + i] ^= key[i];
            state[12]++;
        }
    }
    for (int i = 0; i < WORDS; i++) sum = rotl(sum, 5) + text[i];
    printf("chacha: %08x\n", sum);
}
