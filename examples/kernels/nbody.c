// Floats: divisions and square roots, many values live.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>

typedef struct { double x, y, z, vx, vy, vz, m; } Body;

static Body bodies[5] = {
    {0, 0, 0, 0, 0, 0, 39.47},
    {4.84, -1.16, -0.10, 0.606, 2.81, -0.02, 0.0376},
    {8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.0112},
    {12.89, -15.11, -0.22, 1.08, 0.868, -0.01, 0.0017},
    {15.37, -25.91, 0.179, 0.979, 0.594, -0.034, 0.002},
};

static void advance(double dt) {
    for (int i = 0; i < 5; i++)
        for (int j = i + 1; j < 5; j++) {
            Body *p = &bodies[i], *q = &bodies[j];
            double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
            double d2 = dx * dx + dy * dy + dz * dz, mag = dt / (d2 * sqrt(d2));
            p->vx -= dx * q->m * mag; p->vy -= dy * q->m * mag; p->vz -= dz * q->m * mag;
            q->vx += dx * p->m * mag; q->vy += dy * p->m * mag; q->vz += dz * p->m * mag;
        }
    for (int i = 0; i < 5; i++) {
        Body *p = &bodies[i];
        p->x += dt * p->vx; p->y += dt * p->vy; p->z += dt * p->vz;
    }
}

int main(void) {
    for (int i = 0; i < 2000000; i++) advance(0.001);
    double e = 0;
    for (int i = 0; i < 5; i++)
        e += bodies[i].m * (bodies[i].vx * bodies[i].vx + bodies[i].vy * bodies[i].vy + bodies[i].vz * bodies[i].vz) / 2;
    printf("energy: %.9f\n", e);
}
