// Memory: neighbours in a grid, integer conditions.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { W = 512, H = 512 };
static unsigned char grid[2][H][W];

int main(void) {
    uint32_t s = 1;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) { s = s * 1103515245 + 12345; grid[0][y][x] = s >> 30 == 0; }
    for (int t = 0; t < 200; t++) {
        unsigned char(*from)[W] = grid[t & 1], (*to)[W] = grid[~t & 1];
        for (int y = 0; y < H; y++) {
            int up = (y + H - 1) % H, down = (y + 1) % H;
            for (int x = 0; x < W; x++) {
                int l = (x + W - 1) % W, r = (x + 1) % W;
                int n = from[up][l] + from[up][x] + from[up][r] + from[y][l] + from[y][r] +
                        from[down][l] + from[down][x] + from[down][r];
                to[y][x] = n == 3 || (n == 2 && from[y][x]);
            }
        }
    }
    uint32_t alive = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) alive += grid[0][y][x];
    printf("alive: %u\n", alive);
}
