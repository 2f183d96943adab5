// Counts the words of its standard input, or of the files named on the command line, and prints
// the most frequent ones. A WASI program: it reads arguments, files and the clock.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1 << 16, MAX_WORD = 64, SHOWN = 10 };

typedef struct Entry {
    struct Entry *next;
    unsigned count;
    char word[];
} Entry;

static Entry *table[BUCKETS];
static unsigned long words, distinct;

static void add(const char *word, size_t len) {
    unsigned h = 2166136261u;
    for (size_t i = 0; i < len; i++) h = (h ^ (unsigned char)word[i]) * 16777619u;
    Entry **slot = &table[h % BUCKETS];
    words++;
    for (Entry *e = *slot; e; e = e->next)
        if (!strcmp(e->word, word)) {
            e->count++;
            return;
        }
    Entry *e = malloc(sizeof *e + len + 1);
    if (!e) exit(3);
    memcpy(e->word, word, len + 1);
    e->count = 1;
    e->next = *slot;
    *slot = e;
    distinct++;
}

static void count(FILE *in) {
    char word[MAX_WORD + 1];
    size_t len = 0;
    for (int c; (c = getc(in)) != EOF;) {
        if (isalpha(c)) {
            if (len < MAX_WORD) word[len++] = tolower(c);
        } else if (len) {
            word[len] = 0;
            add(word, len);
            len = 0;
        }
    }
    if (len) {
        word[len] = 0;
        add(word, len);
    }
}

static int by_count(const void *a, const void *b) {
    const Entry *x = *(Entry *const *)a, *y = *(Entry *const *)b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->word, y->word);
}

int main(int argc, char **argv) {
    if (argc < 2) count(stdin);
    for (int i = 1; i < argc; i++) {
        FILE *in = fopen(argv[i], "r");
        if (!in) {
            perror(argv[i]);
            return 1;
        }
        count(in);
        fclose(in);
    }
    Entry **all = malloc((distinct + 1) * sizeof *all);
    size_t n = 0;
    for (int b = 0; b < BUCKETS; b++)
        for (Entry *e = table[b]; e; e = e->next) all[n++] = e;
    qsort(all, n, sizeof *all, by_count);
    printf("%lu words, %lu different\n", words, distinct);
    for (size_t i = 0; i < n && i < SHOWN; i++) printf("%6u %s\n", all[i]->count, all[i]->word);
}
