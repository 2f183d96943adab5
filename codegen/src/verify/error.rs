//! Errors of the verifier, and how a report of them is printed.

use core::fmt::{self, Write};

use crate::FxHashMap;
use crate::ir::Function;
use crate::ir::entities::AnyEntity;
use crate::text::{Details, write_function_with};

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierError {
    /// The entity that the error concerns.
    pub location: AnyEntity,
    /// The instruction as text, if it is one.
    pub context: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl VerifierError {
    /// The error with the place of what it concerns, in the text that the function was read from.
    pub fn located(&self, details: &Details<'_>) -> String {
        let place = details.place(self.location);
        match &self.context {
            Some(context) => format!("{place}: `{context}`: {}", self.message),
            None => format!("{place}: {}: {}", self.location, self.message),
        }
    }
}

impl fmt::Display for VerifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.context {
            Some(context) => write!(f, "{} ({context}): {}", self.location, self.message),
            None => write!(f, "{}: {}", self.location, self.message),
        }
    }
}

impl std::error::Error for VerifierError {}

/// All errors of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifierErrors(pub Vec<VerifierError>);

/// A result, or all errors.
pub type VerifierResult<T> = Result<T, VerifierErrors>;

/// Whether there is no error so far.
pub type VerifierStepResult = Result<(), ()>;

/// After so many errors, verification ends: more would not be read.
const MAX_ERRORS: usize = 1000;

impl VerifierErrors {
    /// An empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there are no errors.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there are errors.
    pub fn has_error(&self) -> bool {
        !self.0.is_empty()
    }

    /// `Ok` if there are no errors.
    pub fn as_result(&self) -> VerifierStepResult {
        if self.0.is_empty() { Ok(()) } else { Err(()) }
    }

    /// Adds an error, unless the report is full.
    pub fn report(&mut self, error: impl Into<VerifierError>) {
        if !self.is_full() {
            self.0.push(error.into());
        }
    }

    /// Adds an error after which verification cannot go on.
    pub fn fatal(&mut self, error: impl Into<VerifierError>) -> VerifierStepResult {
        self.report(error);
        Err(())
    }

    /// Adds an error after which verification can go on.
    pub fn nonfatal(&mut self, error: impl Into<VerifierError>) -> VerifierStepResult {
        self.report(error);
        Ok(())
    }

    /// Whether no more errors are taken.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MAX_ERRORS
    }
}

impl<L: Into<AnyEntity>, M: Into<String>> From<(L, M)> for VerifierError {
    fn from((location, message): (L, M)) -> Self {
        Self { location: location.into(), context: None, message: message.into() }
    }
}

impl<L: Into<AnyEntity>, C: Into<String>, M: Into<String>> From<(L, C, M)> for VerifierError {
    fn from((location, context, message): (L, C, M)) -> Self {
        let context = Some(context.into());
        Self { location: location.into(), context, message: message.into() }
    }
}

impl From<Vec<VerifierError>> for VerifierErrors {
    fn from(errors: Vec<VerifierError>) -> Self {
        Self(errors)
    }
}

impl From<VerifierErrors> for Vec<VerifierError> {
    fn from(errors: VerifierErrors) -> Self {
        errors.0
    }
}

impl From<VerifierErrors> for VerifierResult<()> {
    fn from(errors: VerifierErrors) -> Self {
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl fmt::Display for VerifierErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|error| writeln!(f, "- {error}"))
    }
}

impl std::error::Error for VerifierErrors {}

/// The function as text, each error behind the line that it concerns, the others at the end.
pub fn pretty_verifier_error(func: &Function, errors: &VerifierErrors) -> String {
    let mut by_entity = FxHashMap::<AnyEntity, Vec<&VerifierError>>::default();
    for error in &errors.0 {
        by_entity.entry(error.location).or_default().push(error);
    }
    let mut text = String::new();
    let written = write_function_with(&mut text, func, &mut |w, entity, indent| {
        for error in by_entity.remove(&entity).into_iter().flatten() {
            writeln!(w, ";{:1$}^ error: {2}", "", indent.saturating_sub(1), error.message)?;
        }
        Ok(())
    });
    written.expect("a string can be written to");
    for error in errors.0.iter().filter(|error| by_entity.contains_key(&error.location)) {
        let _ = writeln!(text, "; error: {error}");
    }
    let count = errors.0.len();
    let plural = if count == 1 { "" } else { "s" };
    let _ = writeln!(text, "\n; {count} verifier error{plural} (see above). Compilation aborted.");
    text
}

/// The first line's worth of something printed.
pub(super) fn clipped(what: &dyn fmt::Display) -> String {
    struct Clip(String);
    impl Write for Clip {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.push_str(text);
            if self.0.len() < 200 { Ok(()) } else { Err(fmt::Error) }
        }
    }
    let mut clip = Clip(String::new());
    if write!(clip, "{what}").is_err() {
        clip.0.push('…');
    }
    clip.0
}
