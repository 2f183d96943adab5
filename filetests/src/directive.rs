//! `run:`, `print:` and `trap:` directives.
//!
//! `run:` and `print:` are those of the reference, and call the function that they name.
//! `trap: %f(0) == int_divz` is ours: the call must end in that trap.

use windlass_core::data_value::{DataValue, DisplayDataValues};
use windlass_core::ir::{Function, Signature, TrapCode, UserFuncName};
use windlass_core::text::{Comparison, Details, Invocation, RunCommand, parse_run_command_for};

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
    /// The call.
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

/// The functions that the directives of a file may call.
#[derive(Clone, Copy, Debug)]
pub struct Callees<'a> {
    functions: &'a [(Function, Details<'a>)],
    /// The function that the directive belongs to.
    own: usize,
}

impl<'a> Callees<'a> {
    /// For a directive that belongs to the function `own` of a file.
    pub fn new(functions: &'a [(Function, Details<'a>)], own: usize) -> Self {
        Self { functions, own }
    }

    fn own(&self) -> &'a Function {
        &self.functions[self.own].0
    }

    /// The function that a directive calls by this name, written without `%`. A function whose
    /// name is two numbers cannot be named: directives behind it that name no other call it.
    pub fn find(&self, name: &str) -> Result<usize, String> {
        if plain(&self.own().name) == name {
            return Ok(self.own);
        }
        let named = self.functions.iter().position(|(function, _)| plain(&function.name) == name);
        match (named, &self.own().name) {
            (Some(index), _) => Ok(index),
            (None, UserFuncName::User(_)) => Ok(self.own),
            (None, own) => Err(format!(
                "the file has no function `%{name}` (the line belongs to `{own}`): a directive \
                 calls the function that it names"
            )),
        }
    }

    fn signature(&self, name: &str) -> Result<&'a Signature, String> {
        self.find(name).map(|index| &self.functions[index].0.signature)
    }
}

/// A name as directives write it: without `%`.
pub fn plain(name: &UserFuncName) -> String {
    let name = name.to_string();
    name.strip_prefix('%').map(str::to_string).unwrap_or(name)
}

/// The directive of a comment; none where there is none.
pub fn parse(comment: &str, callees: &Callees<'_>) -> Result<Option<Directive>, String> {
    let text = comment.trim_start_matches([';', ' ', '\t']);
    if let Some(call) = text.strip_prefix("trap:") {
        return parse_trap(call, callees).map(Some);
    }
    Ok(read(comment, callees)?.map(|command| match command {
        RunCommand::Print(invocation) => Directive { invocation, expected: Expected::Print },
        RunCommand::Run(invocation, comparison, values) => {
            Directive { invocation, expected: Expected::Values(comparison, values) }
        }
    }))
}

fn read(text: &str, callees: &Callees<'_>) -> Result<Option<RunCommand>, String> {
    let own = plain(&callees.own().name);
    let own = (own.as_str(), &callees.own().signature);
    let command = parse_run_command_for(text, own, &|name| callees.signature(name));
    command.map_err(|error| error.message)
}

/// A call is read as that of a `print:`; behind it stand `==` and the code.
fn parse_trap(call: &str, callees: &Callees<'_>) -> Result<Directive, String> {
    let (call, code) =
        call.rsplit_once("==").ok_or("expected `==` and a trap code behind the call")?;
    let Some(RunCommand::Print(invocation)) = read(&format!("print: {call}"), callees)? else {
        return Err(String::from("expected a call behind `trap:`, as in %f(0)"));
    };
    let code = code.split_whitespace().next().unwrap_or("");
    let code = code.parse().map_err(|()| format!("`{code}` is not a trap code"))?;
    Ok(Directive { invocation, expected: Expected::Trap(code) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::testfile::{ParseOptions, parse_test};

    /// Reads a comment behind `%f`, which takes so many parameters and is followed by `%g(i8)`.
    fn parse_behind(comment: &str, params: usize) -> Result<Option<Directive>, String> {
        let types = vec!["i8"; params].join(", ");
        let text = format!("function %f({types}) -> i8 {{}} function %g(i8) -> i16 {{}}");
        let file = parse_test(&text, ParseOptions::default()).unwrap();
        parse(comment, &Callees::new(&file.functions, 0))
    }

    #[test]
    fn directives_are_told_from_prose() {
        assert_eq!(parse_behind("; running water", 0), Ok(None));
        assert_eq!(parse_behind("; trap the mouse", 0), Ok(None));
        assert!(parse_behind("; run it twice", 0).is_err());
        let bare = parse_behind(";; run", 0).unwrap().unwrap();
        assert_eq!(bare.invocation.func, "f");
        assert!(bare.judge(&Ok(vec![DataValue::I8(1)])).is_ok());
        assert!(bare.judge(&Ok(vec![DataValue::I8(0)])).is_err());
    }

    #[test]
    fn arguments_and_results_are_those_of_the_function_named() {
        let other = parse_behind("; run: %g(1) == 300", 0).unwrap().unwrap();
        assert_eq!(other.expected, Expected::Values(Comparison::Equals, vec![300i16.into()]));
        assert!(parse_behind("; run: %f() == 300", 0).is_err());
        assert!(parse_behind("; trap: %g(1) == int_ovf", 0).unwrap().is_some());
        for wrong in ["run: %h() == 1", "print: %h()", "trap: %h() == int_ovf"] {
            let error = parse_behind(wrong, 0).unwrap_err();
            assert!(error.contains("no function `%h`"), "{error}");
        }
    }

    #[test]
    fn outcomes_are_judged() {
        let trap = parse_behind("; trap: %f(0) == int_divz", 1).unwrap().unwrap();
        assert!(trap.judge(&Err(Ending::Trap(TrapCode::INTEGER_DIVISION_BY_ZERO))).is_ok());
        assert!(trap.judge(&Err(Ending::Trap(TrapCode::INTEGER_OVERFLOW))).is_err());
        assert!(trap.judge(&Ok(vec![DataValue::I8(0)])).is_err());
        for bad in ["trap: %f(0)", "trap: %f(0) == 5", "trap: %f() == int_ovf", "trap: == int_ovf"]
        {
            assert!(parse_behind(bad, 1).is_err(), "{bad}");
        }
        let different = parse_behind("; run: %f(0) != 3", 1).unwrap().unwrap();
        assert!(different.judge(&Ok(vec![DataValue::I8(0)])).is_ok());
        assert!(different.judge(&Ok(vec![DataValue::I8(3)])).is_err());
        assert!(different.judge(&Err(Ending::Other("stuck".into()))).is_err());
    }
}
