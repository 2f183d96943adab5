//! GDB and LLDB, run by tests with scripts.

use std::path::Path;

use super::programs::command;

/// Checks that a text has all of these pieces, in this order.
#[track_caller]
pub fn in_order(text: &str, pieces: &[&str]) {
    let mut rest = text;
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            panic!("`{piece}` should be in:\n{rest}\nof\n{text}");
        };
        rest = &rest[at + piece.len()..];
    }
}

/// Runs a program under GDB; returns all that both print.
pub fn gdb(folder: &Path, script: &str, program: &[&str]) -> String {
    let begin = "set pagination off\nset debuginfod enabled off\nset width 0\nset confirm off\n\
                 set breakpoint pending on\nset disable-randomization off\n";
    std::fs::write(folder.join("gdb-script"), format!("{begin}{script}")).unwrap();
    let base = ["-nx", "-q", "-batch", "-x", "gdb-script", "--args"];
    let output = command(folder, "gdb", &[&base[..], program].concat());
    both(&output)
}

/// Runs a program under LLDB; returns all that both print.
pub fn lldb(folder: &Path, script: &str, program: &[&str]) -> String {
    let begin = "settings set plugin.jit-loader.gdb.enable on\n\
                 settings set target.disable-aslr false\nsettings set use-color false\n";
    std::fs::write(folder.join("lldb-script"), format!("{begin}{script}")).unwrap();
    let base = ["--no-lldbinit", "-b", "-s", "lldb-script", "--"];
    let output = command(folder, "lldb", &[&base[..], program].concat());
    both(&output)
}

fn both(output: &std::process::Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
