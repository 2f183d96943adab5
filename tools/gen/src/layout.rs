//! How generated Rust is laid out: a statement a line, no line wider than `WIDTH`.
//!
//! The generators write statements one after the other; here each gets its line. A condition is
//! broken before `&&`, anything else behind a comma, where the line is full.

/// The widest line.
const WIDTH: usize = 120;

/// Lays out a whole file. Lines that are no statements stay as they are, if they are not too wide.
pub fn file(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        if code.starts_with("//") || code.is_empty() {
            out.push_str(line);
            out.push('\n');
        } else {
            let (code, comment) = code.split_once(" // ").unwrap_or((code, ""));
            if !comment.is_empty() {
                self::line(indent, &format!("// {comment}"), &mut out);
            }
            statements(code, indent, &mut out);
        }
    }
    out
}

/// Writes statements; what opens a block that is not closed here, or closes one, stands alone.
fn statements(code: &str, indent: usize, out: &mut String) {
    let mut rest = code.trim();
    while !rest.is_empty() {
        let end = statement_end(rest);
        statement(rest[..end].trim(), indent, out);
        rest = rest[end..].trim_start();
    }
}

/// Where the first statement ends: behind a semicolon, or behind a block.
fn statement_end(code: &str) -> usize {
    let is_block = code.starts_with("if ") || code.starts_with('{');
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth -= 1;
                if c == '}' && depth == 0 && is_block {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn statement(code: &str, indent: usize, out: &mut String) {
    let is_block = code.starts_with("if ") || code.starts_with('{');
    let block = code.strip_suffix('}').filter(|_| is_block);
    let Some(open) = block.and_then(|code| break_at(code, "{").next()) else {
        let opens = code.strip_suffix('{').filter(|code| code.starts_with("if "));
        match opens {
            Some(condition) => header(condition.trim(), indent, out),
            None => filled(code, ", ", indent, out),
        }
        return;
    };
    header(code[..open].trim(), indent, out);
    statements(&code[open + 1..code.len() - 1], indent + 4, out);
    line(indent, "}", out);
}

/// Writes an `if` and what opens its block.
fn header(condition: &str, indent: usize, out: &mut String) {
    if condition.is_empty() {
        line(indent, "{", out);
    } else if indent + condition.len() + 2 <= WIDTH {
        line(indent, &format!("{condition} {{"), out);
    } else {
        filled(condition, " && ", indent, out);
        line(indent, "{", out);
    }
}

fn line(indent: usize, code: &str, out: &mut String) {
    out.push_str(&" ".repeat(indent));
    out.push_str(code);
    out.push('\n');
}

/// Where `separator` stands outside of parentheses.
fn break_at<'a>(code: &'a str, separator: &'a str) -> impl Iterator<Item = usize> + 'a {
    let mut depth = 0;
    code.char_indices().filter_map(move |(at, c)| {
        let here = depth == 0 && code[at..].starts_with(separator);
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        here.then_some(at)
    })
}

/// Writes one statement, broken at separators where the line is full: at the outermost ones of a
/// condition, anywhere in a list.
fn filled(code: &str, separator: &str, indent: usize, out: &mut String) {
    if indent + code.len() <= WIDTH {
        return line(indent, code, out);
    }
    let breaks: Vec<usize> = match separator {
        // The operator begins the next line.
        " && " => break_at(code, separator).map(|at| at + 1).collect(),
        _ => code.match_indices(separator).map(|(at, _)| at + separator.len()).collect(),
    };
    let (mut start, mut end, mut indent_now) = (0, 0, indent);
    for at in breaks.into_iter().chain([code.len()]) {
        if indent_now + code[start..at].trim_end().len() > WIDTH && end > start {
            line(indent_now, code[start..end].trim_end(), out);
            (start, indent_now) = (end, indent + 4);
        }
        end = at;
    }
    line(indent_now, code[start..].trim_end(), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_a_line() {
        let text = "fn f() {\n    // a rule\n    if a && let x = b { let y = cx.reg(x); \
                    if c { return Some({ z }); } return true; }\n    false\n}\n";
        let expected = "fn f() {\n    // a rule\n    if a && let x = b {\n        \
                        let y = cx.reg(x);\n        if c {\n            return Some({ z });\n        \
                        }\n        return true;\n    }\n    false\n}\n";
        assert_eq!(file(text), expected);
        assert_eq!(file(expected), expected);
    }

    #[test]
    fn no_line_is_too_wide() {
        let condition = ["let Some(x) = cx.node(d.args[0], Opcode::Iadd)"; 8].join(" && ");
        let args = vec!["Arg::Reg(t1)"; 20].join(", ");
        let text = format!("    if {condition} {{ cx.put(Op::Add, size(ty), &[{args}]); }}\n");
        let out = file(&text);
        assert!(out.lines().all(|line| line.len() <= WIDTH), "{out}");
        assert_eq!(out.matches("\n        && let").count(), 3, "{out}");
        let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
        assert_eq!(words(&out), words(&text));
    }
}
