//! Run directives: comments such as `run: %f(1, 2) == 3`.

use super::error::{Location, ParseResult};
use super::lexer::Token;
use super::parser::Parser;
use crate::ir::data_value::{DataValue, DisplayDataValues};
use crate::ir::{AbiParam, CallConv, Signature, types};
use core::fmt;

/// A call of a function with values.
#[derive(Clone, Debug, PartialEq)]
pub struct Invocation {
    /// The name of the function, without the `%`.
    pub func: String,
    /// The arguments.
    pub args: Vec<DataValue>,
}

/// How results are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// All results have the expected bits.
    Equals,
    /// Some result has other bits.
    NotEquals,
}

/// A run directive.
#[derive(Clone, Debug, PartialEq)]
pub enum RunCommand {
    /// Call and print the results.
    Print(Invocation),
    /// Call and compare the results.
    Run(Invocation, Comparison, Vec<DataValue>),
}

impl RunCommand {
    /// Whether the results of the call are those expected: by their bits, so that −0 is not +0
    /// and a NaN equals itself. Nothing is expected of a `print`.
    pub fn holds(&self, actual: &[DataValue]) -> bool {
        let RunCommand::Run(_, comparison, expected) = self else {
            return true;
        };
        // A bare `run` expects an i8, whatever the type of the result is.
        let equal = expected.len() == actual.len()
            && expected.iter().zip(actual).all(|(a, b)| a.bitwise_eq(b));
        equal == (*comparison == Comparison::Equals)
    }

    /// Makes the call by `call`, which is given name and arguments, and judges the results.
    pub fn run(
        &self,
        call: impl FnOnce(&str, &[DataValue]) -> Result<Vec<DataValue>, String>,
    ) -> Result<(), String> {
        let Invocation { func, args } = self.invocation();
        let actual = call(func, args)?;
        match self {
            RunCommand::Print(invocation) => {
                println!("{invocation} -> {}", DisplayDataValues(&actual));
                Ok(())
            }
            _ if self.holds(&actual) => Ok(()),
            _ => Err(format!("{self} failed: the results are {}", DisplayDataValues(&actual))),
        }
    }

    /// The call.
    pub fn invocation(&self) -> &Invocation {
        match self {
            RunCommand::Print(invocation) | RunCommand::Run(invocation, ..) => invocation,
        }
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}(", self.func)?;
        for (n, arg) in self.args.iter().enumerate() {
            write!(f, "{}{arg}", if n == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Comparison::Equals { "==" } else { "!=" })
    }
}

impl fmt::Display for RunCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunCommand::Print(invocation) => write!(f, "print: {invocation}"),
            RunCommand::Run(invocation, comparison, expected) => {
                write!(f, "run: {invocation} {comparison} {}", DisplayDataValues(expected))
            }
        }
    }
}

/// Reads a comment as a run directive for a function with this signature, whatever name it calls.
/// `Ok(None)` if its first word is neither `run` nor `print`.
pub fn parse_run_command(text: &str, signature: &Signature) -> ParseResult<Option<RunCommand>> {
    parse_run_command_for(text, ("default", signature), &|_| Ok(signature))
}

/// Reads a comment as a run directive of a file with several functions. `own` is what a bare
/// directive calls: the function that the comment belongs to, by name and signature. Names that
/// the directive calls are looked up by `find`, which says why one cannot be called.
pub fn parse_run_command_for<'s>(
    text: &str,
    own: (&str, &'s Signature),
    find: &dyn Fn(&str) -> Result<&'s Signature, String>,
) -> ParseResult<Option<RunCommand>> {
    let directive = text.trim_start_matches([';', ' ']);
    let mut p = Parser::new(directive, CallConv::Fast);
    let run = match p.peek() {
        Some(Token::Identifier("run")) => true,
        Some(Token::Identifier("print")) => false,
        _ => return Ok(None),
    };
    p.bump();
    // Columns count from the start of the comment.
    let shift = (text.len() - directive.len()) as u32;
    command(&mut p, run, own, find).map(Some).map_err(|mut error| {
        let Location { line_number, column } = error.location;
        if line_number == 1 {
            error.location.column = column + shift;
        }
        error
    })
}

fn command<'s>(
    p: &mut Parser<'_>,
    run: bool,
    (name, signature): (&str, &'s Signature),
    find: &dyn Fn(&str) -> Result<&'s Signature, String>,
) -> ParseResult<RunCommand> {
    if !p.optional(b':') {
        if p.peek().is_some() {
            return p.expected("`:` and a call");
        }
        let returns_int = matches!(&*signature.returns, [one] if one.value_type.is_int());
        if !signature.params.is_empty() || run && !returns_int {
            return p.fail(
                "without a call the function must have no parameters and return one integer",
            );
        }
        let invocation = Invocation { func: name.to_string(), args: Vec::new() };
        return Ok(if run {
            RunCommand::Run(invocation, Comparison::NotEquals, vec![DataValue::I8(0)])
        } else {
            RunCommand::Print(invocation)
        });
    }
    let (invocation, signature) = invocation(p, find)?;
    if !run {
        return Ok(RunCommand::Print(invocation));
    }
    let comparison = match p.peek() {
        Some(Token::Punct(b'=')) => Comparison::Equals,
        Some(Token::Punct(b'!')) => Comparison::NotEquals,
        _ => return p.expected("`==` or `!=`"),
    };
    p.bump();
    p.expect(b'=', "in `==` or `!=`")?;
    let expected = match &*signature.returns {
        [one] => vec![value(p, one)?],
        returns => {
            p.expect(
                b'[',
                "before the expected results: one result stands alone, others in a list",
            )?;
            let values = values(p, returns)?;
            p.expect(b']', "behind the expected results")?;
            values
        }
    };
    Ok(RunCommand::Run(invocation, comparison, expected))
}

fn invocation<'s>(
    p: &mut Parser<'_>,
    find: &dyn Fn(&str) -> Result<&'s Signature, String>,
) -> ParseResult<(Invocation, &'s Signature)> {
    let Some(Token::Name(func)) = p.peek() else {
        return p.expected("the name of a function, as in %f");
    };
    let signature = match find(func) {
        Ok(signature) => signature,
        Err(why) => return p.fail(why),
    };
    p.bump();
    p.expect(b'(', "before the arguments")?;
    let args = values(p, &signature.params)?;
    p.expect(b')', &format!("behind {} arguments", signature.params.len()))?;
    Ok((Invocation { func: func.to_string(), args }, signature))
}

fn values(p: &mut Parser<'_>, params: &[AbiParam]) -> ParseResult<Vec<DataValue>> {
    let mut values = Vec::with_capacity(params.len());
    for (n, param) in params.iter().enumerate() {
        if n > 0 {
            p.expect(b',', &format!("and a value of type {}", param.value_type))?;
        }
        values.push(value(p, param)?);
    }
    Ok(values)
}

fn value(p: &mut Parser<'_>, param: &AbiParam) -> ParseResult<DataValue> {
    let ty = param.value_type;
    let bits = if ty.is_vector() {
        if ty.bits() > 128 {
            return p.fail(format!("values of type {ty} cannot be passed: 16 bytes at most"));
        }
        let data = p.vector_literal(ty)?;
        let mut bytes = [0; 16];
        bytes[..data.len()].copy_from_slice(data.as_slice());
        u128::from_le_bytes(bytes)
    } else if ty == types::INVALID || ty.is_dynamic_vector() {
        return p.fail(format!("values of type {ty} cannot be passed"));
    } else {
        p.scalar_literal(ty)?
    };
    match DataValue::from_bits(ty, bits) {
        Ok(value) => Ok(value),
        Err(why) => p.fail(why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(params: &[crate::ir::Type], returns: &[crate::ir::Type]) -> Signature {
        let mut signature = Signature::new(CallConv::Fast);
        signature.params.extend(params.iter().copied().map(AbiParam::new));
        signature.returns.extend(returns.iter().copied().map(AbiParam::new));
        signature
    }

    #[test]
    fn directives_print_as_they_are_read() {
        use types::{F32, F64, I8, I32, I32X4, I128};
        for (text, params, returns) in [
            ("run: %add(1, 2) == 3", &[I32, I32][..], &[I32][..]),
            ("run: %swap(1, -2) == [-2, 1]", &[I32, I32], &[I32, I32]),
            ("run: %fsum(0x1.800000p1, -0.0) != 0x1.800000p1", &[F32, F32], &[F32]),
            ("run: %store_only(7) == []", &[I8], &[]),
            ("print: %f(+NaN:0x1)", &[F64], &[I8]),
            ("run: %big(170141183460469231731687303715884105727) == -1", &[I128], &[I8]),
        ] {
            let command = parse_run_command(&format!("; {text}"), &signature(params, returns));
            assert_eq!(command.unwrap().unwrap().to_string(), text);
        }
        let lanes = "run: %lanes([1 2 3 4], 0x01) == [2 2 3 4] and text behind";
        let command = parse_run_command(lanes, &signature(&[I32X4, I32X4], &[I32X4]));
        let Ok(Some(RunCommand::Run(_, Comparison::Equals, expected))) = command else {
            panic!("{command:?}")
        };
        assert_eq!(expected[0].bits(), 0x00000004_00000003_00000002_00000002);
    }

    #[test]
    fn bare_directives_and_errors() {
        use types::{F32, I8, I32};
        let bare = parse_run_command("; run", &signature(&[], &[I8])).unwrap().unwrap();
        assert_eq!(bare.run(|name, _| Ok(vec![(name.len() as i8).into()])), Ok(()));
        assert!(bare.run(|_, _| Ok(vec![0i8.into()])).is_err());
        assert!(bare.holds(&[DataValue::I8(1)]) && !bare.holds(&[DataValue::I8(0)]));
        let wide = parse_run_command("; run", &signature(&[], &[I32])).unwrap().unwrap();
        assert!(wide.holds(&[DataValue::I32(0)]));
        assert_eq!(parse_run_command("; check: x", &signature(&[], &[])), Ok(None));
        for (text, params) in [
            ("; run it twice", &[][..]),
            ("; run", &[I8]),
            ("; run: %f(1) == 2", &[I8, I8]),
            ("; run: %f(1, 2) == 2", &[I8]),
            ("; run: %f(256) == 2", &[I8]),
            ("; run: %f(1) = 2", &[I8]),
            ("; run: f(1) == 2", &[I8]),
            ("; run: %f(1.0) == 2", &[F32]),
        ] {
            assert!(parse_run_command(text, &signature(params, &[I8])).is_err(), "{text}");
        }
        let error = parse_run_command("; run: %f(1) == 256", &signature(&[I8], &[I8])).unwrap_err();
        assert_eq!(error.location.column, 17);
    }
}
