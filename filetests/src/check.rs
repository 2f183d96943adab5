//! Matching of a text against the directives in comments: `check:`, `sameln:`, `nextln:`,
//! `unordered:`, `not:` and `regex:`.
//!
//! A directive's pattern is literal but for `$`: `$NAME` is the value of a variable, `$(NAME=RE)`
//! matches and binds, `$(NAME=$OTHER)` binds by the regular expression of another, `$(=RE)` only
//! matches, `$()` is empty, and `$$` is a dollar sign.

use regex_lite::Regex;
use std::collections::BTreeMap;

/// What a directive demands of its pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Check,
    Sameln,
    Nextln,
    Unordered,
    Not,
    Regex,
}

const KINDS: [(&str, Kind); 6] = [
    ("check", Kind::Check),
    ("sameln", Kind::Sameln),
    ("nextln", Kind::Nextln),
    ("unordered", Kind::Unordered),
    ("not", Kind::Not),
    ("regex", Kind::Regex),
];

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The value of a variable.
    Use(String),
    /// A regular expression, bound to a variable unless the name is empty.
    Bind(String, String),
    /// Binds by the regular expression of another variable.
    BindAs(String, String),
    Empty,
    /// A line with nothing on it.
    EmptyLine,
}

/// What is known of a variable.
#[derive(Clone, Debug)]
enum Variable {
    Text(String),
    Regex(String),
}

/// The directives of one function.
#[derive(Debug, Default)]
pub struct Checker {
    directives: Vec<(Kind, Vec<Part>, String)>,
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The directive in a comment: its kind and what follows it. One with nothing behind it is one if
/// it stands at the beginning; else it ends a sentence.
fn find_directive(comment: &str) -> Option<(Kind, &str)> {
    let mut best: Option<(usize, Kind, &str)> = None;
    let comment = comment.trim_end();
    let start = comment.len() - comment.trim_start_matches([';', ' ', '\t']).len();
    for (word, kind) in KINDS {
        for (at, _) in comment.match_indices(word) {
            let rest = &comment[at + word.len()..];
            let Some(rest) = rest.strip_prefix(':') else { continue };
            let starts = !comment[..at].ends_with(is_word);
            let earlier = best.is_none_or(|(other, ..)| at < other);
            let ends = rest.starts_with(char::is_whitespace) || rest.is_empty() && at == start;
            if starts && ends && earlier {
                best = Some((at, kind, rest.trim()));
            }
        }
    }
    best.map(|(_, kind, rest)| (kind, rest))
}

/// Splits `NAME=RE`.
fn split_binding(text: &str) -> Option<(&str, &str)> {
    let (name, re) = text.split_once('=')?;
    name.chars().all(is_word).then_some((name, re))
}

fn parse_pattern(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        literal += &rest[..at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            literal.push('$');
            rest = after;
            continue;
        }
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal)));
        }
        if let Some(inner) = rest.strip_prefix('(') {
            let end = matching_parenthesis(inner)
                .ok_or_else(|| format!("`$(` without its `)` in `{text}`"))?;
            parts.push(parse_group(&inner[..end])?);
            rest = &inner[end + 1..];
            continue;
        }
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if end == 0 {
            return Err(format!("`$` in `{text}` needs a name, `(` or another `$` behind it"));
        }
        parts.push(Part::Use(rest[..end].to_string()));
        rest = &rest[end..];
    }
    literal += rest;
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok(parts)
}

fn matching_parenthesis(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The part of what stands between `$(` and `)`.
fn parse_group(inner: &str) -> Result<Part, String> {
    if inner.is_empty() {
        return Ok(Part::Empty);
    }
    let (name, re) = split_binding(inner)
        .ok_or_else(|| format!("`$({inner})` is neither $(NAME=RE) nor $()"))?;
    match re.strip_prefix('$') {
        Some(other) if !name.is_empty() && other.chars().all(is_word) && !other.is_empty() => {
            Ok(Part::BindAs(name.to_string(), other.to_string()))
        }
        _ => Ok(Part::Bind(name.to_string(), re.to_string())),
    }
}

/// The regular expression of a pattern, given the variables.
fn compile(parts: &[Part], variables: &BTreeMap<String, Variable>) -> Result<Regex, String> {
    let mut re = String::from("(?m)");
    let boundary = |part: Option<&Part>, last: bool| match part {
        Some(Part::Text(text)) => {
            let edge = if last { text.chars().next_back() } else { text.chars().next() };
            if edge.is_some_and(is_word) { r"\b" } else { "" }
        }
        _ => "",
    };
    re += boundary(parts.first(), false);
    for part in parts {
        match part {
            Part::Text(text) => re += &regex_lite::escape(text),
            Part::Use(name) => match variables.get(name) {
                Some(Variable::Text(text)) => re += &regex_lite::escape(text),
                Some(Variable::Regex(other)) => re += &format!("(?:{other})"),
                None => return Err(format!("the variable `${name}` has no value yet")),
            },
            Part::Bind(name, inner) if name.is_empty() => re += &format!("(?:{inner})"),
            Part::Bind(name, inner) => re += &format!("(?P<{name}>{inner})"),
            Part::BindAs(name, other) => match variables.get(other) {
                Some(Variable::Regex(inner)) => re += &format!("(?P<{name}>{inner})"),
                Some(Variable::Text(text)) => {
                    re += &format!("(?P<{name}>{})", regex_lite::escape(text));
                }
                None => return Err(format!("the variable `${other}` has no value yet")),
            },
            Part::Empty => {}
            Part::EmptyLine => re += "^$",
        }
    }
    re += boundary(parts.last(), true);
    Regex::new(&re).map_err(|error| format!("wrong regular expression: {error}"))
}

impl Checker {
    /// Adds the directive of a comment, if there is one in it.
    pub fn add(&mut self, comment: &str) -> Result<(), String> {
        let Some((kind, rest)) = find_directive(comment) else { return Ok(()) };
        let parts = if kind == Kind::Regex {
            let (name, re) = split_binding(rest)
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| format!("`regex: {rest}` is not NAME=RE"))?;
            Regex::new(re).map_err(|error| format!("wrong regular expression: {error}"))?;
            vec![Part::Bind(name.to_string(), re.to_string())]
        } else if kind == Kind::Nextln && rest.is_empty() {
            vec![Part::EmptyLine]
        } else {
            parse_pattern(rest)?
        };
        if parts.iter().all(|part| *part == Part::Empty) {
            return Err(format!("`{}` has no pattern: it would match anything", comment.trim()));
        }
        let binds = parts.iter().any(|part| {
            matches!(part, Part::Bind(name, _) if !name.is_empty())
                || matches!(part, Part::BindAs(..))
        });
        if kind == Kind::Not && binds {
            return Err(format!(
                "`not: {rest}` binds a variable, but what it matches is not there"
            ));
        }
        self.directives.push((kind, parts, comment.trim().to_string()));
        Ok(())
    }

    /// Whether there are directives that compare something.
    pub fn compares(&self) -> bool {
        self.directives.iter().any(|(kind, ..)| *kind != Kind::Regex)
    }

    /// Matches all directives against a text; the error says which one failed and where.
    pub fn check(&self, text: &str) -> Result<(), String> {
        Matcher::new(text).run(&self.directives)
    }
}

struct Matcher<'a> {
    text: &'a str,
    variables: BTreeMap<String, Variable>,
    /// Whether anything has matched, and the end of the last ordered match.
    matched: bool,
    ordered_end: usize,
    /// The end of the last of all matches.
    end: usize,
    /// What must not match from these places to the next match.
    pending: Vec<(usize, Regex, String)>,
}

impl<'a> Matcher<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            variables: BTreeMap::new(),
            matched: false,
            ordered_end: 0,
            end: 0,
            pending: Vec::new(),
        }
    }

    fn run(mut self, directives: &[(Kind, Vec<Part>, String)]) -> Result<(), String> {
        for (kind, parts, source) in directives {
            self.step(*kind, parts, source)
                .map_err(|error| format!("{error}\n  directive: {source}\n{}", self.context()))?;
        }
        self.refuse(self.text.len())
    }

    fn step(&mut self, kind: Kind, parts: &[Part], source: &str) -> Result<(), String> {
        if let (Kind::Regex, [Part::Bind(name, re)]) = (kind, parts) {
            self.variables.insert(name.clone(), Variable::Regex(re.clone()));
            return Ok(());
        }
        let re = compile(parts, &self.variables)?;
        if kind == Kind::Not {
            self.pending.push((self.end, re, source.to_string()));
            return Ok(());
        }
        let line_end =
            |from: usize| self.text[from..].find('\n').map_or(self.text.len(), |n| from + n);
        let range = match kind {
            Kind::Check => self.end..self.text.len(),
            Kind::Unordered => self.ordered_end..self.text.len(),
            Kind::Sameln => self.end..line_end(self.end),
            _ => {
                let start = line_end(self.end) + 1;
                if start >= self.text.len() {
                    return Err(String::from("there is no next line"));
                }
                start..line_end(start)
            }
        };
        let captures = match re.captures_at(&self.text[..range.end], range.start) {
            Some(captures) => captures,
            None => return Err(String::from("not found")),
        };
        let whole = captures.get(0).expect("a match has a whole");
        let mut bound = Vec::new();
        for name in re.capture_names().flatten() {
            let value = captures.name(name).map_or("", |m| m.as_str());
            bound.push((name.to_string(), Variable::Text(value.to_string())));
        }
        self.variables.extend(bound);
        if kind == Kind::Unordered {
            self.end = self.end.max(whole.end());
        } else {
            self.refuse(whole.start())?;
            (self.ordered_end, self.end) = (whole.end(), whole.end());
        }
        self.matched = true;
        Ok(())
    }

    /// Checks what must not stand before this place.
    fn refuse(&mut self, until: usize) -> Result<(), String> {
        for (from, re, source) in self.pending.drain(..) {
            if let Some(found) = re.find_at(&self.text[..until.max(from)], from) {
                let line = self.text[..found.start()].matches('\n').count() + 1;
                let found = found.as_str();
                return Err(format!("`{found}` stands in line {line} of the text: {source}"));
            }
        }
        Ok(())
    }

    /// The text with a mark at the end of the last match.
    fn context(&self) -> String {
        if !self.matched {
            return format!("  in the text:\n{}", self.text);
        }
        let line = self.text[..self.end].matches('\n').count() + 1;
        format!("  after line {line} of the text:\n{}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(directives: &[&str], text: &str) -> bool {
        let mut checker = Checker::default();
        for directive in directives {
            checker.add(directive).unwrap();
        }
        checker.check(text).is_ok()
    }

    const TEXT: &str =
        "block0(v0: i32):\n    v1 = iadd v0, v0\n    v10 = isub v1, v0\n    return v1\n";

    #[test]
    fn order_and_lines() {
        assert!(matches(&["; check: block0", "; nextln: v1 = iadd", "; check: return"], TEXT));
        assert!(!matches(&["; check: return", "; check: block0"], TEXT));
        assert!(!matches(&["; check: block0", "; nextln: return"], TEXT));
        assert!(matches(&["; check: block0", "; sameln: i32"], TEXT));
        assert!(!matches(&["; check: block0", "; sameln: iadd"], TEXT));
        assert!(matches(&["; sameln: i32", "; nextln: iadd"], TEXT));
        assert!(matches(&["; nextln: iadd"], TEXT));
        assert!(!matches(&["; nextln: block0"], TEXT));
    }

    #[test]
    fn words_have_boundaries() {
        assert!(!matches(&["; check: lock0"], TEXT));
        assert!(matches(&["; check: $()lock0"], TEXT));
        assert!(!matches(&["; check: retur"], TEXT));
        assert!(matches(&["; check: retur$()"], TEXT));
        assert!(matches(&["; prose before check:   v10 ="], TEXT));
        assert!(matches(&["; precheck: nothing", "; check:nothing", "; nothing"], TEXT));
    }

    #[test]
    fn unordered_and_not() {
        assert!(matches(&["; unordered: return", "; unordered: iadd"], TEXT));
        assert!(!matches(&["; unordered: return", "; unordered: iadd", "; check: isub"], TEXT));
        assert!(matches(&["; check: iadd", "; not: imul", "; check: return"], TEXT));
        assert!(!matches(&["; check: iadd", "; not: isub", "; check: return"], TEXT));
        assert!(!matches(&["; check: iadd", "; not: return"], TEXT));
        assert!(matches(&["; check: isub", "; not: iadd"], TEXT));
    }

    #[test]
    fn every_directive_can_fail() {
        let text = "one two\n\nthree\n";
        for (holds, fails) in [
            (&["check: two"][..], &["check: four"][..]),
            (&["check: one", "sameln: two"], &["check: one", "sameln: three"]),
            (&["check: one", "nextln:", "nextln: three"], &["check: one", "nextln: three"]),
            (&["check: one", "nextln:  "], &["check: three", "nextln:"]),
            (&["check: two", "nextln: $(=.*)"], &["check: three", "nextln: $(=.*)"]),
            (&["unordered: three", "unordered: one"], &["unordered: three", "unordered: four"]),
            (&["not: four"], &["not: three"]),
            (&["regex: X=t\\w+", "check: $X"], &["regex: X=f\\w+", "check: $X"]),
        ] {
            assert!(matches(holds, text), "{holds:?}");
            assert!(!matches(fails, text), "{fails:?}");
        }
        // Without a pattern, all but one would hold of any text or of none.
        for kind in ["check", "sameln", "unordered", "not", "regex"] {
            assert!(Checker::default().add(&format!("; {kind}:")).is_err(), "{kind}");
            assert!(Checker::default().add(&format!("; {kind}: $()$()")).is_err(), "{kind}");
        }
        assert!(matches(&["; the end of a check:"], text));
    }

    #[test]
    fn variables_bind_and_match() {
        assert!(matches(&["; check: $(x=v[0-9]+) = iadd", "; check: return $x"], TEXT));
        assert!(!matches(&["; check: $(x=v[0-9]+) = isub", "; check: return $x"], TEXT));
        let regex = "; regex: V=v\\d+";
        assert!(!matches(&[regex, "; check: $V = iadd $(a=$V), $a$()"], TEXT));
        assert!(matches(&[regex, "; check: iadd $(a=$V)", "; check: isub $V, $a"], TEXT));
        assert!(matches(&["; check: $(=(b|c)lock)0"], TEXT));
        assert!(matches(&["; check: $$5"], "costs $5"));
        for bad in [
            "; check: $(x",
            "; check: $ x",
            "; check: $(x)",
            "; not: $(x=a)",
            "; regex: 5",
            "; regex: x=(",
        ] {
            assert!(Checker::default().add(bad).is_err(), "{bad}");
        }
    }
}
