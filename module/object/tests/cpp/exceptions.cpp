// The other half of the exceptions test: throws through compiled functions, and catches what they
// do not.
#include <cstdio>
#include <string>

struct Problem {
    int first, second;
    ~Problem() { alive--; }
    Problem(int a, int b) : first(a), second(b) { alive++; }
    Problem(const Problem &other) : first(other.first), second(other.second) { alive++; }
    static int alive;
};
int Problem::alive = 0;

extern "C" {
typedef int (*Catches)(int);
typedef int (*Cleans)(int, int);

int notes[16];
int noted = 0;

void note(int value) {
    notes[noted++] = value;
}

int thrower(int kind) {
    switch (kind) {
    case 1: throw 40;
    case 2: throw Problem(1, 2002);
    case 3: throw std::string("text");
    default: return kind * 10;
    }
}

// Registers that calls preserve hold values across each call here.
int drive(Catches catches, Cleans cleans) {
    char line[256];
    int sum = 0;
    for (int kind = 0; kind < 5; kind++) {
        int result = catches(kind);
        sum += result * (kind + 1);
        printf("catches(%d) = %d\n", kind, result);
    }
    for (int kind = 0; kind < 5; kind++) {
        noted = 0;
        try {
            int result = cleans(kind, 100 + kind);
            snprintf(line, sizeof line, "returned %d", result);
        } catch (const Problem &problem) {
            snprintf(line, sizeof line, "Problem %d %d", problem.first, problem.second);
        } catch (const std::string &text) {
            snprintf(line, sizeof line, "string %s", text.c_str());
        }
        printf("cleans(%d): %s, notes", kind, line);
        for (int n = 0; n < noted; n++)
            printf(" %d", notes[n]);
        printf("\n");
    }
    printf("sum %d, problems alive %d\n", sum, Problem::alive);
    fflush(stdout);
    return sum;
}
}

#ifdef WITH_MAIN
extern "C" int catches(int);
extern "C" int cleans(int, int);
int main() {
    return drive(catches, cleans) == 0;
}
#endif
