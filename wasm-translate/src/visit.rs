//! Decodes and validates one operator at a time.
//!
//! [`Validated`] hands each operator to wasmparser's validator as it is decoded, and returns it:
//! one dispatch for both. SIMD operators are not handed on, so that the reader refuses them.

use wasmparser::{
    BinaryReader, FrameKind, FrameStack, FuncValidator, Operator, VisitOperator,
    WasmModuleResources,
};

/// A visitor that validates an operator and returns it.
struct Validated<V>(V);

impl<V: FrameStack> FrameStack for Validated<V> {
    fn current_frame(&self) -> Option<FrameKind> {
        self.0.current_frame()
    }
}

macro_rules! validate_and_return {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident $ann:tt)*) => {
        $(
            #[inline]
            fn $visit(&mut self $($(, $arg: $argty)*)?) -> Self::Output {
                self.0.$visit($($($arg.clone()),*)?)?;
                Ok(Operator::$op $({ $($arg),* })?)
            }
        )*
    };
}

#[allow(clippy::clone_on_copy)]
impl<'a, V> VisitOperator<'a> for Validated<V>
where
    V: VisitOperator<'a, Output = wasmparser::Result<()>>,
{
    type Output = wasmparser::Result<Operator<'a>>;

    wasmparser::for_each_visit_operator!(validate_and_return);
}

/// Reads the next operator and validates it.
#[inline]
pub(crate) fn next_operator<'a, R: WasmModuleResources>(
    reader: &mut BinaryReader<'a>,
    validator: &mut FuncValidator<R>,
) -> wasmparser::Result<Operator<'a>> {
    let position = reader.original_position();
    let mut visitor = Validated(validator.visitor(position));
    reader.visit_operator(&mut visitor)?
}
