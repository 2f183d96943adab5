//! Whether a file tests what it seems to test.
//!
//! A test that nothing is compared in, a directive that no command reads and a word that is nearly
//! a directive would pass whatever the code does. They are errors before anything is run.

use crate::calls;
use crate::check;
use crate::file::offset;
use crate::modes::{MODES, Mode, Reads};
use windlass_core::testfile::{TestCommand, TestFile};
use windlass_core::text::Comment;

/// The words of directives, by what reads them.
const CALLS: &[&str] = &["run", "print", "trap"];
const CHECKS: &[&str] = &["check", "sameln", "nextln", "unordered", "not", "regex"];
const ERRORS: &[&str] = &["error"];
const DOMINATORS: &[&str] = &["dominates"];

/// The row of a command.
pub fn mode_of(command: &TestCommand<'_>) -> Option<&'static Mode> {
    MODES.iter().find(|mode| mode.name == command.command)
}

/// Checks that a file tests something, by commands and options that exist, and that what is said
/// in comments is read. The error has a line.
pub fn audit(text: &str, file: &TestFile<'_>) -> Result<(), (usize, String)> {
    commands(file).map_err(|message| (1, message))?;
    if file.commands.iter().any(|command| command.has_flag("precise-output")) {
        // The comments are the text that is expected.
        return Ok(());
    }
    let line = |comment: &Comment<'_>| match offset(text, comment) {
        Some(at) => text[..at].matches('\n').count() + 1,
        None => 0,
    };
    for comment in &file.preamble_comments {
        behind_no_function(comment.text).map_err(|message| (line(comment), message))?;
    }
    let lists = file.functions.iter().map(|(_, details)| &details.comments);
    for comment in lists.chain([&file.preamble_comments]).flatten() {
        read_by_some(comment.text, file).map_err(|message| (line(comment), message))?;
    }
    Ok(())
}

fn commands(file: &TestFile<'_>) -> Result<(), String> {
    if file.commands.is_empty() {
        return Err(String::from("the file has no `test` line: say what is tested"));
    }
    if file.functions.is_empty() {
        return Err(String::from("the file has no function"));
    }
    for command in &file.commands {
        let Some(mode) = mode_of(command) else {
            let known: Vec<_> = MODES.iter().map(|mode| mode.name).collect();
            let known = known.join(", ");
            return Err(format!("`test {}` is unknown; known are: {known}", command.command));
        };
        let mut words = command.to_string();
        words.drain(..command.command.len());
        if let Some(word) = words.split_whitespace().find(|word| !mode.options.contains(word)) {
            return Err(format!("`test {}` has no option `{word}`", command.command));
        }
        if command.has_flag("precise-output") && command.has_flag("expect-fail") {
            return Err(format!("`test {command}`: what fails has no output to compare"));
        }
        let nothing = match mode.reads {
            Reads::Calls if calls::count(file) == 0 => "no `run:`, `print:` or `trap:` line",
            Reads::ChecksAlone if !compares(file, &[]) => "no `check:` or other directive",
            Reads::Dominators if !compares(file, DOMINATORS) => "no `dominates:` or `check:`",
            _ => continue,
        };
        return Err(format!("`test {command}` tests nothing: the file has {nothing}"));
    }
    unique_names(file)
}

/// Whether a comment matches a text, or has one of the words.
fn compares(file: &TestFile<'_>, words: &[&str]) -> bool {
    let lists = file.functions.iter().map(|(_, details)| &details.comments);
    lists.chain([&file.preamble_comments]).flatten().any(|comment| {
        let mut checker = check::Checker::default();
        // A directive that cannot be read is reported when it is matched.
        checker.add(comment.text).is_err()
            || checker.compares()
            || words.iter().any(|word| comment.text.contains(&format!("{word}:")))
    })
}

/// Calls go by name, so each name may be there once.
fn unique_names(file: &TestFile<'_>) -> Result<(), String> {
    let calls = |command| mode_of(command).is_some_and(|mode| mode.reads == Reads::Calls);
    if !file.commands.iter().any(calls) {
        return Ok(());
    }
    let mut names: Vec<_> = file.functions.iter().map(|(f, _)| f.name.to_string()).collect();
    names.sort();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two functions are called {}", pair[0])),
        None => Ok(()),
    }
}

/// The word with which a comment begins, and what stands behind its colon.
fn first_word(comment: &str) -> Option<(&str, &str)> {
    let text = comment.trim_start_matches([';', ' ', '\t']);
    let (word, rest) = text.split_once(':')?;
    word.chars().all(|c| c.is_ascii_lowercase()).then_some((word, rest))
}

/// Whether what stands behind a colon is a call.
fn is_call(rest: &str) -> bool {
    rest.trim_start().starts_with('%')
}

/// Directives that belong to a function cannot stand before the first one.
fn behind_no_function(comment: &str) -> Result<(), String> {
    match first_word(comment) {
        Some((word, rest))
            if CALLS.contains(&word) && is_call(rest)
                || ERRORS.contains(&word)
                || DOMINATORS.contains(&word) =>
        {
            Err(format!("`{word}:` stands before the first function and is not read there"))
        }
        _ => Ok(()),
    }
}

/// Checks that a directive is read by a command of the file, and is none in all but a letter.
fn read_by_some(comment: &str, file: &TestFile<'_>) -> Result<(), String> {
    let Some((word, rest)) = first_word(comment) else { return Ok(()) };
    let reads = |wanted: &[Reads]| {
        let mut modes = file.commands.iter().filter_map(mode_of);
        modes.any(|mode| wanted.contains(&mode.reads))
    };
    let checks = reads(&[Reads::Checks, Reads::ChecksAlone, Reads::Dominators]);
    for (words, is_read, commands) in [
        (CALLS, reads(&[Reads::Calls]), "`test run` or `test interpret`"),
        (CHECKS, checks, "a command that prints, such as `test cat` or `test compile`"),
        (ERRORS, reads(&[Reads::Errors]), "`test verifier`"),
        (DOMINATORS, reads(&[Reads::Dominators]), "`test domtree`"),
    ] {
        if words == CALLS && !is_call(rest) {
            continue;
        }
        if words.contains(&word) {
            if !is_read {
                return Err(format!("no command of the file reads `{word}:`: add {commands}"));
            }
            if words == CHECKS && !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
                return Err(format!("a blank is wanted behind `{word}:`"));
            }
            return Ok(());
        }
        if !is_read {
            continue;
        }
        if let Some(meant) = words.iter().find(|known| resembles(word, known)) {
            return Err(format!("`{word}:` is no directive; is `{meant}:` meant?"));
        }
    }
    Ok(())
}

/// Whether a word is a known one with a slip in it: up to two letters in words of six and more, one
/// in shorter ones, and in those of three letters only two letters that changed places.
fn resembles(word: &str, known: &str) -> bool {
    let (a, b) = (word.as_bytes(), known.as_bytes());
    let swapped = a.len() == b.len() && {
        let differ: Vec<usize> = (0..a.len()).filter(|&n| a[n] != b[n]).collect();
        matches!(differ[..], [x, y] if y == x + 1 && a[x] == b[y] && a[y] == b[x])
    };
    let allowed = match known.len() {
        0..=3 => 0,
        4..=5 => 1,
        _ => 2,
    };
    swapped || distance(a, b) <= allowed
}

/// How many letters must be put in, taken out or changed to make one word of the other.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (n, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], n + 1);
        for (m, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[m + 1];
            row[m + 1] = change.min(row[m] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_words() {
        for (slip, known) in [
            ("chek", "check"),
            ("chekc", "check"),
            ("nextline", "nextln"),
            ("sameline", "sameln"),
            ("unorderd", "unordered"),
            ("nto", "not"),
            ("regx", "regex"),
            ("dominate", "dominates"),
        ] {
            assert!(resembles(slip, known), "{slip}");
        }
        for (other, known) in [("note", "not"), ("nit", "not"), ("rum", "run"), ("next", "check")] {
            assert!(!resembles(other, known), "{other}");
        }
    }
}
