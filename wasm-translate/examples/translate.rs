//! Translates every function of a module and says how much IR that is: `translate FILE.wasm`.

#[path = "../tests/common/mod.rs"]
mod common;

use common::TestEnv;
use windlass_core::ir::{Function, UserFuncName};
use windlass_wasm::types::DefinedFuncIndex;
use windlass_wasm::{FuncTranslator, WasmFeatures, translate_module};

fn main() {
    let path = std::env::args().nth(1).expect("usage: translate FILE.wasm");
    let verify = std::env::args().nth(2).is_some_and(|arg| arg == "--verify");
    let bytes = std::fs::read(&path).expect("the file can be read");
    let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
    let mut env = TestEnv::new(&module.info);
    let mut translator = FuncTranslator::new();
    let mut func = Function::new();
    let (mut insts, mut blocks, mut values, mut params, mut refused) = (0, 0, 0, 0, 0);
    let mut code = 0;
    for index in 0..module.info.defined_functions() {
        let index = DefinedFuncIndex::new(index);
        func.clear();
        func.name = UserFuncName::user(0, module.info.function(index).0);
        match translator.translate(&module, &mut env, index, &mut func) {
            Ok(()) => {
                if verify {
                    common::verify(&func);
                }
                insts += func.dfg.num_insts();
                blocks += func.dfg.num_blocks();
                values += func.dfg.num_values();
                let all = func.layout.blocks().map(|block| func.dfg.num_block_params(block));
                params += all.sum::<usize>();
                code += module.bodies[index.index()].len();
            }
            Err(error) => {
                refused += 1;
                println!("{error}");
            }
        }
    }
    println!(
        "{code} bytes, {insts} instructions, {blocks} blocks, {values} values, \
         {params} parameters, {refused} functions refused"
    );
}
