//! `run:`, `print:` and `trap:` directives.
//!
//! `run:` and `print:` are those of the reference. `trap: %f(0) == int_divz` is ours: the call must
//! end in that trap.

use windlass_core::data_value::{DataValue, DisplayDataValues};
use windlass_core::ir::{Signature, TrapCode};
use windlass_core::text::{Comparison, Invocation, RunCommand, parse_run_command};

/// What a call must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// Return these values, or anything else.
    Values(Comparison, Vec<DataValue>),
    /// End in this trap.
    Trap(TrapCode),
    /// Return; what it returns is shown.
    Print,
}

/// A directive.
#[derive(Clone, Debug, PartialEq)]
pub struct Directive {
    /// The call. A bare `run` calls `default`.
    pub invocation: Invocation,
    /// What it must do.
    pub expected: Expected,
}

/// How a call ended: with results, with a trap of this code, or in a way that no test wants.
pub type Outcome = Result<Vec<DataValue>, Ending>;

/// How a call ended that did not return.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// In a trap.
    Trap(TrapCode),
    /// In another way.
    Other(String),
}

impl Directive {
    /// Compares what a call did with what it must do.
    pub fn judge(&self, got: &Outcome) -> Result<(), String> {
        let got = match got {
            Ok(got) => got,
            Err(Ending::Trap(code)) => {
                return match &self.expected {
                    Expected::Trap(want) if want == code => Ok(()),
                    Expected::Trap(want) => Err(format!("expected trap {want}, got trap {code}")),
                    _ => Err(format!("the call ended in trap {code}")),
                };
            }
            Err(Ending::Other(what)) => return Err(what.clone()),
        };
        let shown = DisplayDataValues(got);
        let (comparison, want) = match &self.expected {
            Expected::Print => return Ok(()),
            Expected::Trap(want) => return Err(format!("expected trap {want}, got {shown}")),
            Expected::Values(comparison, want) => (comparison, want),
        };
        let equal = want.len() == got.len() && want.iter().zip(got).all(|(a, b)| a.bitwise_eq(b));
        if equal == (*comparison == Comparison::Equals) {
            return Ok(());
        }
        Err(format!("expected {comparison} {}, got {shown}", DisplayDataValues(want)))
    }
}

/// The directive of a comment, for a function of this signature; none where there is none.
pub fn parse(comment: &str, signature: &Signature) -> Result<Option<Directive>, String> {
    let text = comment.trim_start_matches([';', ' ', '\t']);
    if let Some(call) = text.strip_prefix("trap:") {
        return parse_trap(call, signature).map(Some);
    }
    let command = parse_run_command(comment, signature).map_err(|error| error.message)?;
    Ok(command.map(|command| match command {
        RunCommand::Print(invocation) => Directive { invocation, expected: Expected::Print },
        RunCommand::Run(invocation, comparison, values) => {
            Directive { invocation, expected: Expected::Values(comparison, values) }
        }
    }))
}

/// A call is read as that of a `print:`; behind it stand `==` and the code.
fn parse_trap(call: &str, signature: &Signature) -> Result<Directive, String> {
    let (call, code) =
        call.rsplit_once("==").ok_or("expected `==` and a trap code behind the call")?;
    let command = parse_run_command(&format!("print: {call}"), signature);
    let Some(RunCommand::Print(invocation)) = command.map_err(|error| error.message)? else {
        return Err(String::from("expected a call behind `trap:`, as in %f(0)"));
    };
    let code = code.split_whitespace().next().unwrap_or("");
    let code = code.parse().map_err(|()| format!("`{code}` is not a trap code"))?;
    Ok(Directive { invocation, expected: Expected::Trap(code) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::ir::AbiParam;
    use windlass_core::ir::types::I8;
    use windlass_core::isa::CallConv;

    fn signature(params: usize) -> Signature {
        let mut signature = Signature::new(CallConv::Fast);
        signature.params.extend(vec![AbiParam::new(I8); params]);
        signature.returns.push(AbiParam::new(I8));
        signature
    }

    #[test]
    fn directives_are_told_from_prose() {
        let sig = signature(0);
        assert_eq!(parse("; running water", &sig), Ok(None));
        assert_eq!(parse("; trap the mouse", &sig), Ok(None));
        assert!(parse("; run it twice", &sig).is_err());
        let bare = parse(";; run", &sig).unwrap().unwrap();
        assert!(bare.judge(&Ok(vec![DataValue::I8(1)])).is_ok());
        assert!(bare.judge(&Ok(vec![DataValue::I8(0)])).is_err());
    }

    #[test]
    fn outcomes_are_judged() {
        let sig = signature(1);
        let trap = parse("; trap: %f(0) == int_divz", &sig).unwrap().unwrap();
        assert!(trap.judge(&Err(Ending::Trap(TrapCode::INTEGER_DIVISION_BY_ZERO))).is_ok());
        assert!(trap.judge(&Err(Ending::Trap(TrapCode::INTEGER_OVERFLOW))).is_err());
        assert!(trap.judge(&Ok(vec![DataValue::I8(0)])).is_err());
        for bad in ["trap: %f(0)", "trap: %f(0) == 5", "trap: %f() == int_ovf", "trap: == int_ovf"]
        {
            assert!(parse(bad, &sig).is_err(), "{bad}");
        }
        let different = parse("; run: %f(0) != 3", &sig).unwrap().unwrap();
        assert!(different.judge(&Ok(vec![DataValue::I8(0)])).is_ok());
        assert!(different.judge(&Ok(vec![DataValue::I8(3)])).is_err());
        assert!(different.judge(&Err(Ending::Other("stuck".into()))).is_err());
    }
}
