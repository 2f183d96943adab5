//! Runs test files: `cargo run -p windlass-filetests --example filetest PATHS…`.

fn main() {
    let paths: Vec<_> = std::env::args_os().skip(1).map(Into::into).collect();
    let report = windlass_filetests::run(&paths, windlass_filetests::Options::from_env());
    report.printed.iter().for_each(|line| println!("{line}"));
    report.failures.iter().for_each(|failure| println!("FAIL {failure}"));
    println!("{report}");
    std::process::exit(i32::from(!report.is_success()));
}
