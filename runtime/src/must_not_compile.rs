//! What must not compile: to take a value of the interface for one with other data, and to implement
//! the traits that calls without checks rely on.
//!
//! Each test that must not compile has a twin that differs from it in the one respect and compiles,
//! so that it fails for no other reason. The only types with subtypes among `'static` ones are those
//! of functions that take any lifetime: `Any` below is a subtype of `Stat`.

/// A block with a function that returns what it is given; `$ty` is a type of the interface up to
/// its data.
macro_rules! coercion {
    ($ty:literal, $from:literal, $to:literal) => {
        concat!(
            "{ use windlass_runtime::*;\n",
            "type Stat = fn(&'static str); type Any = for<'a> fn(&'a str);\n",
            "fn coerce<'s>(x: ",
            $ty,
            $from,
            ">) -> ",
            $ty,
            $to,
            "> { x } }\n",
        )
    };
}

macro_rules! keeps_its_data {
    ($($name:ident: $ty:literal;)*) => { $(
        #[doc = concat!("```\n", coercion!($ty, "Any", "Any"), coercion!($ty, "Stat", "Stat"), "```")]
        #[doc = concat!("```compile_fail,E0308\n", coercion!($ty, "Any", "Stat"), "```")]
        #[doc = concat!("```compile_fail,E0308\n", coercion!($ty, "Stat", "Any"), "```")]
        pub struct $name;
    )* };
}

keeps_its_data! {
    OfStore: "Store<";
    OfReferenceToStore: "&'s Store<";
    OfStoreContext: "StoreContext<'s, ";
    OfStoreContextMut: "StoreContextMut<'s, ";
    OfCaller: "Caller<'s, ";
    OfLinker: "Linker<";
    OfReferenceToLinker: "&'s Linker<";
    OfInstancePre: "InstancePre<";
    OfReferenceToInstancePre: "&'s InstancePre<";
}

/// A store with host functions for `$own`, which is taken for one of `$other`. If that compiles,
/// `KEEP` holds a reference to a string that is gone.
macro_rules! store_program {
    ($own:literal, $other:literal, $data:literal) => {
        concat!(
            "use std::sync::Mutex; use windlass_runtime::*;\n",
            "type Stat = fn(&'static str); type Any = for<'a> fn(&'a str);\n",
            "static KEEP: Mutex<&'static str> = Mutex::new(\"\");\n",
            "fn keep(s: &'static str) { *KEEP.lock().unwrap() = s; }\n",
            "fn nop(_: &str) {}\n",
            "let engine = Engine::default();\n",
            "let mut store: Store<",
            $own,
            "> = Store::new(&engine, nop);\n",
            "let f = Func::wrap(&mut store, |c: Caller<'_, ",
            $own,
            ">| {\n",
            "    let text = String::from(\"of the host\");\n",
            "    (*c.data())(",
            $data,
            ");\n",
            "});\n",
            "let mut store: Store<",
            $other,
            "> = store;\n",
            "*store.data_mut() = keep;\n",
            "f.call(&mut store, &[], &mut []).unwrap();\n",
        )
    };
}

#[doc = concat!("```\n", store_program!("Stat", "Stat", "\"static\""), "assert_eq!(*KEEP.lock().unwrap(), \"static\");\n```")]
#[doc = concat!("```compile_fail,E0308\n", store_program!("Any", "Stat", "&text"), "```")]
pub struct StoreProgram;

/// A linker with host functions for data of `$own`, which is taken for one for `$other`.
macro_rules! linker_program {
    ($own:literal, $other:literal, $first:literal) => {
        concat!(
            "use windlass_runtime::*;\n",
            "type Stat = fn(&'static str); type Any = for<'a> fn(&'a str);\n",
            "fn keep(_: &'static str) {}\n",
            "fn nop(_: &str) {}\n",
            "let engine = Engine::default();\n",
            "let module = Module::new(&engine, r#\"(module (import \"\" \"f\" (func)))\"#).unwrap();\n",
            "let mut linker: Linker<", $own, "> = Linker::new(&engine);\n",
            "linker.func_wrap(\"\", \"f\", |mut c: Caller<'_, ", $own, ">| *c.data_mut() = ", $first, ");\n",
            "let linker: Linker<", $other, "> = linker;\n",
            "let pre: InstancePre<", $other, "> = linker.instantiate_pre(&module).unwrap();\n",
            "let mut store: Store<", $other, "> = Store::new(&engine, nop);\n",
            "pre.instantiate(&mut store).unwrap();\n",
        )
    };
}

#[doc = concat!("```\n", linker_program!("Stat", "Stat", "keep"), "```")]
#[doc = concat!("```\n", linker_program!("Any", "Any", "nop"), "```")]
#[doc = concat!("```compile_fail,E0308\n", linker_program!("Stat", "Any", "keep"), "```")]
#[doc = concat!("```compile_fail,E0308\n", linker_program!("Any", "Stat", "nop"), "```")]
pub struct LinkerProgram;

/// A function that needs the trait, called for a type that has it.
macro_rules! needs {
    ($name:literal, $own:literal) => {
        concat!(
            "{ use windlass_runtime::*;\n",
            "#[derive(Clone, Copy)] struct Mine;\n",
            "fn needs<T: ",
            $name,
            ">(_: T) {}\n",
            "fn call() { needs(",
            $own,
            "); } }\n",
        )
    };
}

/// The same with an implementation for a type of the user's.
macro_rules! implements {
    ($name:literal, $own:literal) => {
        concat!(
            "{ use windlass_runtime::*;\n",
            "#[derive(Clone, Copy)] struct Mine;\n",
            "impl ",
            $name,
            " for Mine {}\n",
            "fn needs<T: ",
            $name,
            ">(_: T) {}\n",
            "fn call() { needs(",
            $own,
            "); } }\n",
        )
    };
}

macro_rules! is_sealed {
    ($($test:ident: $name:literal, $own:literal;)*) => { $(
        #[doc = concat!("```\n", needs!($name, $own), "```")]
        #[doc = concat!("```compile_fail,E0277\n", implements!($name, $own), "```")]
        pub struct $test;
    )* };
}

is_sealed! {
    ValueIsSealed: "WasmTy", "1_i32";
    ParamsAreSealed: "WasmParams", "(1_i32, 2_i64)";
    ResultsAreSealed: "WasmResults", "(1_i32, 2_i64)";
    ReturnIsSealed: "WasmRet", "Ok::<i32, Error>(1)";
    FunctionIsSealed: "IntoFunc<(), (i32,), i32>", "|x: i32| x";
}
