//! Errors next to the function that they concern.

use windlass_core::CodegenError;
use windlass_core::ir::Function;
use windlass_core::text::FuncWriter;
use windlass_core::verify::VerifierErrors;

/// A verifier's report as text: the function, each error behind the line that it concerns. A
/// writer is asked for nothing: lines are printed as usual.
pub fn pretty_verifier_error<'a>(
    func: &Function,
    _func_w: Option<Box<dyn FuncWriter + 'a>>,
    errors: VerifierErrors,
) -> String {
    windlass_core::verify::pretty_verifier_error(func, &errors)
}

/// An error as text, with the function where that helps.
pub fn pretty_error(func: &Function, err: CodegenError) -> String {
    match err {
        CodegenError::Verifier(errors) => pretty_verifier_error(func, None, errors),
        err => err.to_string(),
    }
}
