// Floats: products of dense matrices.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 320 };
static double a[N][N], b[N][N], c[N][N];

int main(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (i * 7 + j * 3) % 11 * 0.5;
            b[i][j] = (i * 5 + j * 2) % 13 * 0.25;
        }
    for (int round = 0; round < 4; round++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double sum = 0;
                for (int k = 0; k < N; k++) sum += a[i][k] * b[k][j];
                c[i][j] = sum + c[i][j] * 0.5;
            }
    double trace = 0;
    for (int i = 0; i < N; i++) trace += c[i][i];
    printf("trace: %.6f\n", trace);
}
