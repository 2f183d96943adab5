// Floats: comparisons in a loop, conversions.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    enum { N = 700 };
    uint32_t sum = 0;
    for (int y = 0; y < N; y++)
        for (int x = 0; x < N; x++) {
            float cr = 2.0f * x / N - 1.5f, ci = 2.0f * y / N - 1.0f, zr = 0, zi = 0;
            int n = 0;
            while (n < 200 && zr * zr + zi * zi <= 4.0f) {
                float t = zr * zr - zi * zi + cr;
                zi = 2.0f * zr * zi + ci;
                zr = t;
                n++;
            }
            sum = sum * 31 + n;
        }
    printf("mandelbrot: %u\n", sum);
}
