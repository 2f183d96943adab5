// Bytes: scanning, comparing and copying text.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    static const char *words[] = {"haul", "lower", "winch", "rope", "anchor", "deck", "mast", "tide"};
    enum { N = 1 << 20 };
    char *text = malloc(N + 16);
    uint32_t s = 3, n = 0, hits = 0;
    while (n < N) {
        s = s * 1664525 + 1013904223;
        const char *word = words[s >> 29];
        size_t len = strlen(word);
        memcpy(text + n, word, len);
        n += len;
        text[n++] = ' ';
    }
    text[n] = 0;
    for (int round = 0; round < 40; round++) {
        char *p = text;
        while (*p) {
            char *start = p;
            while (*p && *p != ' ') p++;
            for (int i = 0; i < 8; i++)
                if (strlen(words[i]) == (size_t)(p - start) && !memcmp(words[i], start, p - start)) hits += i + 1;
            if (*p) p++;
        }
    }
    printf("hits: %u\n", hits);
}
