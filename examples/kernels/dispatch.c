// Indirect calls: a table of functions.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t (*Op)(uint32_t, uint32_t);
static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t sub(uint32_t a, uint32_t b) { return a - b; }
static uint32_t mul(uint32_t a, uint32_t b) { return a * (b | 1); }
static uint32_t xor_(uint32_t a, uint32_t b) { return a ^ b; }
static uint32_t shl(uint32_t a, uint32_t b) { return a << (b & 7); }
static uint32_t rot(uint32_t a, uint32_t b) { return a << (b & 31) | a >> (-b & 31); }
static uint32_t max(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint32_t avg(uint32_t a, uint32_t b) { return (a >> 1) + (b >> 1); }
static Op volatile ops[] = {add, sub, mul, xor_, shl, rot, max, avg};

int main(void) {
    uint32_t x = 1, y = 12345;
    for (uint32_t i = 0; i < 100000000; i++) {
        y = y * 1664525 + 1013904223;
        x = ops[y >> 29](x, y);
    }
    printf("result: %u\n", x);
}
