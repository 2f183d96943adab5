// br_table: a byte code interpreter.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PUSH, ADD, SUB, MUL, DUP, SWAP, JNZ, DEC, XOR, SHR, POP, AND, HALT };

static uint32_t run(const unsigned char *code, uint32_t n) {
    uint32_t stack[64], *sp = stack, pc = 0;
    *sp++ = 1;
    *sp++ = n;
    for (;;) {
        switch (code[pc++]) {
        case PUSH: *sp++ = code[pc++]; break;
        case ADD: sp--; sp[-1] += sp[0]; break;
        case SUB: sp--; sp[-1] -= sp[0]; break;
        case MUL: sp--; sp[-1] *= sp[0]; break;
        case DUP: sp[0] = sp[-1]; sp++; break;
        case SWAP: { uint32_t t = sp[-1]; sp[-1] = sp[-2]; sp[-2] = t; break; }
        case JNZ: { uint32_t t = code[pc++]; if (sp[-1]) pc = t; break; }
        case DEC: sp[-1]--; break;
        case XOR: sp--; sp[-1] ^= sp[0]; break;
        case SHR: sp[-1] >>= 1; break;
        case POP: sp--; break;
        case AND: sp--; sp[-1] &= sp[0]; break;
        case HALT: return sp[-2];
        default: abort();
        }
    }
}

int main(void) {
    static const unsigned char code[] = {
        SWAP, PUSH, 7, MUL, PUSH, 13, ADD, DUP, SHR, XOR, SWAP, DEC, JNZ, 0, HALT,
    };
    printf("result: %u\n", run(code, 20000000));
}
