//! Signatures, and the functions that a function may call.

use super::CallConv;
use super::entities::SigRef;
use super::extname::ExternalName;
use super::function::FunctionParameters;
use super::types::Type;
use core::fmt;
use core::str::FromStr;

/// Types and passing of a function's parameters and results.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// The parameters.
    pub params: Vec<AbiParam>,
    /// The results.
    pub returns: Vec<AbiParam>,
    /// The calling convention.
    pub call_conv: CallConv,
}

impl Signature {
    /// Whether there is more than one result.
    pub fn is_multi_return(&self) -> bool {
        self.returns.len() > 1
    }

    /// A signature without parameters and results.
    pub const fn new(call_conv: CallConv) -> Self {
        Self { params: Vec::new(), returns: Vec::new(), call_conv }
    }

    /// Removes parameters and results, keeps their memory, and sets the convention.
    pub fn clear(&mut self, call_conv: CallConv) {
        self.params.clear();
        self.returns.clear();
        self.call_conv = call_conv;
    }

    /// The position of the first parameter with this purpose.
    pub fn special_param_index(&self, purpose: ArgumentPurpose) -> Option<usize> {
        self.params.iter().position(|param| param.purpose == purpose)
    }

    /// The position of the first result with this purpose.
    pub fn special_return_index(&self, purpose: ArgumentPurpose) -> Option<usize> {
        self.returns.iter().position(|param| param.purpose == purpose)
    }

    /// True where a parameter has this purpose.
    pub fn uses_special_param(&self, purpose: ArgumentPurpose) -> bool {
        self.special_param_index(purpose).is_some()
    }

    /// True where a result has this purpose.
    pub fn uses_special_return(&self, purpose: ArgumentPurpose) -> bool {
        self.special_return_index(purpose).is_some()
    }

    /// True where a parameter is the address for results in memory.
    pub fn uses_struct_return_param(&self) -> bool {
        self.uses_special_param(ArgumentPurpose::StructReturn)
    }

    /// How many parameters have a purpose of their own.
    pub fn num_special_params(&self) -> usize {
        self.params.iter().filter(|param| param.purpose != ArgumentPurpose::Normal).count()
    }

    /// How many results have a purpose of their own.
    pub fn num_special_returns(&self) -> usize {
        self.returns.iter().filter(|param| param.purpose != ArgumentPurpose::Normal).count()
    }

    /// The signature for printing; where it is that of a function with variable arguments, with
    /// `...` behind so many fixed parameters.
    pub fn display(&self, variadic: Option<usize>) -> impl fmt::Display + '_ {
        fmt::from_fn(move |f| {
            let fixed = variadic.unwrap_or(usize::MAX).min(self.params.len());
            let (fixed, variable) = self.params.split_at(fixed);
            f.write_str("(")?;
            write_list(fixed, f)?;
            if variadic.is_some() {
                f.write_str(if fixed.is_empty() { "..." } else { ", ..." })?;
                f.write_str(if variable.is_empty() { "" } else { ", " })?;
                write_list(variable, f)?;
            }
            f.write_str(")")?;
            if !self.returns.is_empty() {
                f.write_str(" -> ")?;
                write_list(&self.returns, f)?;
            }
            write!(f, " {}", self.call_conv)
        })
    }
}

fn write_list(params: &[AbiParam], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (i, param) in params.iter().enumerate() {
        write!(f, "{}{param}", if i == 0 { "" } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.display(None))
    }
}

/// One parameter or result of a signature.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct AbiParam {
    /// The type.
    pub value_type: Type,
    /// What it is for.
    pub purpose: ArgumentPurpose,
    /// How it fills a register that is wider.
    pub extension: ArgumentExtension,
}

impl AbiParam {
    /// An ordinary parameter.
    pub const fn new(value_type: Type) -> Self {
        Self::special(value_type, ArgumentPurpose::Normal)
    }

    /// A parameter with a purpose.
    pub const fn special(value_type: Type, purpose: ArgumentPurpose) -> Self {
        Self { value_type, purpose, extension: ArgumentExtension::None }
    }

    /// The parameter, zero-extended to the register.
    #[must_use]
    pub const fn uext(self) -> Self {
        Self { extension: ArgumentExtension::Uext, ..self }
    }

    /// The parameter, sign-extended to the register.
    #[must_use]
    pub const fn sext(self) -> Self {
        Self { extension: ArgumentExtension::Sext, ..self }
    }
}

impl fmt::Display for AbiParam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value_type)?;
        match self.extension {
            ArgumentExtension::None => {}
            ArgumentExtension::Uext => f.write_str(" uext")?,
            ArgumentExtension::Sext => f.write_str(" sext")?,
        }
        if self.purpose == ArgumentPurpose::Normal {
            Ok(())
        } else {
            write!(f, " {}", self.purpose)
        }
    }
}

/// How a narrow integer fills the register that carries it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum ArgumentExtension {
    /// The bits above the value are undefined.
    None,
    /// The bits above are zero.
    Uext,
    /// The bits above are copies of the sign.
    Sext,
}

/// What a parameter or result is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum ArgumentPurpose {
    /// An ordinary one.
    Normal,
    /// The address of a structure of so many bytes, which is passed by value.
    StructArgument(u32),
    /// The address where the caller wants the result.
    StructReturn,
    /// The context that `vmctx` globals denote.
    VMContext,
}

impl fmt::Display for ArgumentPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => f.write_str("normal"),
            Self::StructArgument(size) => write!(f, "sarg({size})"),
            Self::StructReturn => f.write_str("sret"),
            Self::VMContext => f.write_str("vmctx"),
        }
    }
}

impl FromStr for ArgumentPurpose {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "normal" => Ok(Self::Normal),
            "sret" => Ok(Self::StructReturn),
            "vmctx" => Ok(Self::VMContext),
            _ => {
                let size = word.strip_prefix("sarg(").and_then(|rest| rest.strip_suffix(')'));
                size.and_then(|size| size.parse().ok()).map(Self::StructArgument).ok_or(())
            }
        }
    }
}

/// A function that may be called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExtFuncData {
    /// The name.
    pub name: ExternalName,
    /// The signature.
    pub signature: SigRef,
    /// True where the function is defined near enough for a direct relative call.
    pub colocated: bool,
}

impl ExtFuncData {
    /// The declaration for printing; with the parameters of the function, user names print as
    /// `u0:5`.
    pub fn display<'a>(&'a self, params: Option<&'a FunctionParameters>) -> impl fmt::Display + 'a {
        let colocated = if self.colocated { "colocated " } else { "" };
        fmt::from_fn(move |f| {
            write!(f, "{colocated}{} {}", self.name.display(params), self.signature)
        })
    }

    /// True where the address may be further away than a direct call reaches.
    pub const fn is_far(&self) -> bool {
        !self.colocated
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::{I8, I32, I64};
    use super::*;

    #[test]
    fn signatures_print_with_their_annotations() {
        let mut signature = Signature::new(CallConv::Fast);
        assert_eq!(signature.to_string(), "() fast");
        signature.params.push(AbiParam::special(I64, ArgumentPurpose::VMContext));
        signature.params.push(AbiParam::new(I8).uext());
        signature.params.push(AbiParam::special(I64, ArgumentPurpose::StructArgument(16)));
        signature.returns.extend([AbiParam::new(I32).sext(), AbiParam::new(I64)]);
        signature.call_conv = CallConv::Tail;
        assert_eq!(
            signature.to_string(),
            "(i64 vmctx, i8 uext, i64 sarg(16)) -> i32 sext, i64 tail"
        );
        assert_eq!(signature.special_param_index(ArgumentPurpose::VMContext), Some(0));
        assert_eq!(signature.num_special_params(), 2);
        assert_eq!("sarg(16)".parse(), Ok(ArgumentPurpose::StructArgument(16)));
        assert_eq!("sarg(x)".parse::<ArgumentPurpose>(), Err(()));
    }
}
