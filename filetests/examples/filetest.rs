//! Runs test files: `cargo run -p windlass-filetests --example filetest PATHS…`.

use std::process::ExitCode;

fn main() -> std::io::Result<ExitCode> {
    let paths: Vec<_> = std::env::args_os().skip(1).map(Into::into).collect();
    let success = windlass_filetests::command(&paths, false)?;
    Ok(ExitCode::from(u8::from(!success)))
}
