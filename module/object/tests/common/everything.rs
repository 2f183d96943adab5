//! A module with data and functions of all kinds, and a C program that uses them.

use windlass_core::Context;
use windlass_core::ir::{AbiParam, Signature, types};
use windlass_core::isa::CallConv;
use windlass_core::testfile::parse_functions;
use windlass_module::{DataDescription, Linkage, Module, define_functions, name_references};
use windlass_object::ObjectModule;

/// A number as the contents of data.
pub fn bytes(value: i64) -> Box<[u8]> {
    value.to_le_bytes().into()
}

/// What the C programs below are linked with.
pub fn everything(module: &mut ObjectModule) {
    let mut data = DataDescription::new();
    let counter = module.declare_data("counter", Linkage::Export, true, true).unwrap();
    data.define(bytes(40));
    module.define_data(counter, &data).unwrap();
    let zeroed = module.declare_data("zeroed", Linkage::Local, true, true).unwrap();
    data.clear();
    data.define_zeroinit(64);
    module.define_data(zeroed, &data).unwrap();
    let shared = module.declare_data("shared_word", Linkage::Export, true, false).unwrap();
    data.clear();
    data.define(bytes(7));
    module.define_data(shared, &data).unwrap();
    let hidden = module.declare_data("hidden_zeros", Linkage::Hidden, true, false).unwrap();
    data.clear();
    data.define_zeroinit(4096);
    data.set_align(256);
    module.define_data(hidden, &data).unwrap();
    let weak = module.declare_data("weak_word", Linkage::Preemptible, false, false).unwrap();
    data.clear();
    data.define(bytes(1));
    module.define_data(weak, &data).unwrap();
    let kept = module.declare_data("kept", Linkage::Local, false, false).unwrap();
    data.clear();
    data.define((*b"nobody refers to this\0").into());
    data.set_used(true);
    module.define_data(kept, &data).unwrap();
    let functions = parse_functions(
        "function %bump(i64) -> i64 system_v {
             gv0 = symbol tls %counter
             gv1 = symbol tls %zeroed+8
         block0(v0: i64):
             v1 = tls_value.i64 gv0
             v2 = load.i64 v1
             v3 = iadd v2, v0
             store v3, v1
             v4 = tls_value.i64 gv1
             v5 = load.i64 v4
             v6 = iadd v5, v0
             store v6, v4
             v7 = iadd v3, v6
             return v7
         }
         function %sum() -> i64 system_v {
             gv0 = symbol %shared_word
             gv1 = symbol %hidden_zeros+16
             gv2 = symbol %weak_word
             gv3 = symbol %from_c
             fn0 = %callback(i64) -> i64 system_v
         block0:
             v0 = symbol_value.i64 gv0
             v1 = load.i64 v0
             v2 = symbol_value.i64 gv1
             v3 = load.i64 v2
             v4 = symbol_value.i64 gv2
             v5 = load.i64 v4
             v6 = symbol_value.i64 gv3
             v7 = load.i64 v6
             v8 = iadd v1, v3
             v9 = iadd v8, v5
             v10 = iadd v9, v7
             v11 = call fn0(v10)
             return v11
         }
         function %at_start() system_v {
             gv0 = symbol %hidden_zeros
         block0:
             v0 = symbol_value.i64 gv0
             v1 = iconst.i64 500
             store v1, v0+16
             return
         }
         function %address_of_sum() -> i64 system_v {
             fn0 = colocated %sum() -> i64 system_v
         block0:
             v0 = func_addr.i64 fn0
             return v0
         }
         function %floor_of(f64) -> f64 system_v {
         block0(v0: f64):
             v1 = floor v0
             return v1
         }",
    );
    let ids = define_functions(module, functions.unwrap()).unwrap();
    // Weak: the program may have its own.
    let mut signature = Signature::new(CallConv::SystemV);
    signature.returns.push(AbiParam::new(types::I32));
    for (name, linkage, value) in [
        ("weak_function", Linkage::Preemptible, 1),
        ("other_weak", Linkage::Preemptible, 2),
        ("hidden_function", Linkage::Hidden, 3),
    ] {
        let id = module.declare_function(name, linkage, &signature).unwrap();
        let text = format!(
            "function %f() -> i32 system_v {{ block0: v0 = iconst.i32 {value} return v0 }}"
        );
        let mut function = parse_functions(&text).unwrap().pop().unwrap();
        name_references(module, &mut function).unwrap();
        module.define_function(id, &mut Context::for_function(function)).unwrap();
    }
    // Runs before `main`.
    let list = module.declare_anonymous_data(true, false).unwrap();
    data.clear();
    data.define(bytes(0));
    data.set_segment_section("", ".init_array");
    let start = module.declare_func_in_data(ids[2], &mut data);
    data.write_function_addr(0, start);
    module.define_data(list, &data).unwrap();
    // A table of addresses, in a section that linkers name the ends of.
    let table = module.declare_data("table", Linkage::Export, false, false).unwrap();
    data.clear();
    data.define(vec![0; 24].into());
    data.set_segment_section("", "our_table");
    let function = module.declare_func_in_data(ids[1], &mut data);
    data.write_function_addr(0, function);
    let word = module.declare_data_in_data(shared, &mut data);
    data.write_data_addr(8, word, 3);
    data.write_data_addr(16, word, 0);
    module.define_data(table, &data).unwrap();
}

/// A C program that uses all of it.
pub const PROGRAM: &str = r#"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
extern __thread long counter;
extern long shared_word, weak_word;
extern void *table[3], *__start_our_table[], *__stop_our_table[];
long from_c = 30;
long bump(long), sum(void), (*address_of_sum(void))(void);
double floor_of(double);
int weak_function(void), other_weak(void);
int weak_function(void) { return 10; }
long callback(long x) { return 2 * x; }
static void *thread(void *out) { *(long *)out = bump(2); return 0; }
int main(void) {
    long other = 0;
    pthread_t t;
    printf("%ld %ld\n", bump(1), bump(1));
    pthread_create(&t, 0, thread, &other);
    pthread_join(t, 0);
    printf("%ld %ld\n", other, counter);
    printf("%ld %ld\n", sum(), address_of_sum()());
    shared_word = 1007;
    printf("%ld %d %d\n", sum(), weak_function(), other_weak());
    long (*first)(void) = (long (*)(void))table[0];
    printf("%ld %d %ld\n", first(), table[2] == &shared_word, (char *)table[1] - (char *)table[2]);
    printf("%.1f\n", floor_of(-1.5));
    return 0;
}
"#;

/// What the program prints.
pub const OUTPUT: &str = "44 42\n44 42\n1076 1076\n3076 10 2\n3076 1 3\n-2.0\n";
