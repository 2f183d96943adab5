//! How a compilation goes on, on modules that take longer than a second.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use windlass_runtime::Config;

/// Nothing is shown before.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows a bar on standard error while functions are compiled, if that is a terminal.
pub(crate) fn show(config: &mut Config) {
    let (start, bar) = (Instant::now(), OnceLock::new());
    config.compile_progress(move |done, all| {
        if done < all && start.elapsed() < PATIENCE {
            return;
        }
        if done == all {
            if let Some(bar) = bar.get() {
                ProgressBar::finish_and_clear(bar);
            }
            return;
        }
        let make = || {
            let bar = ProgressBar::new(all as u64);
            let style = ProgressStyle::with_template("compiling [{bar:40}] {pos}/{len} functions");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        };
        bar.get_or_init(make).set_position(done as u64);
    });
}
