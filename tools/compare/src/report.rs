//! What was measured, as a table, as CSV and as a plot.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use plotters::prelude::*;

use crate::stats::{geometric_mean, median, spread};

/// Samples of one quantity of one engine on one program.
#[derive(Clone, Debug)]
pub struct Series {
    /// The program; empty where the quantity has none.
    pub program: String,
    /// The quantity, with its unit.
    pub quantity: String,
    /// The engine.
    pub engine: String,
    /// What was found, in the order of the rounds.
    pub samples: Vec<f64>,
}

/// All that was measured.
#[derive(Default, Debug)]
pub struct Results {
    series: Vec<Series>,
}

/// A program's figures for two engines.
struct Pair<'a> {
    program: &'a str,
    ours: &'a Series,
    theirs: &'a Series,
    ratio: f64,
}

impl Results {
    /// Adds a sample.
    pub fn add(&mut self, program: &str, quantity: &str, engine: &str, sample: f64) {
        let same =
            |s: &&mut Series| s.program == program && s.quantity == quantity && s.engine == engine;
        match self.series.iter_mut().find(same) {
            Some(series) => series.samples.push(sample),
            None => self.series.push(Series {
                program: program.to_string(),
                quantity: quantity.to_string(),
                engine: engine.to_string(),
                samples: vec![sample],
            }),
        }
    }

    /// The pairs of `ours` with `theirs` for a quantity, worst first.
    fn pairs(&self, quantity: &str, ours: &str, theirs: &str) -> Vec<Pair<'_>> {
        let of = |engine: &str, program: &str| {
            self.series
                .iter()
                .find(|s| s.quantity == quantity && s.engine == engine && s.program == program)
        };
        let mine = self.series.iter().filter(|s| s.quantity == quantity && s.engine == ours);
        let mut pairs: Vec<Pair<'_>> = mine
            .filter_map(|series| {
                let peer = of(theirs, &series.program)?;
                let ratio = median(&series.samples) / median(&peer.samples);
                Some(Pair { program: &series.program, ours: series, theirs: peer, ratio })
            })
            .collect();
        pairs.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
        pairs
    }

    fn distinct(&self, key: impl Fn(&Series) -> &str) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for series in &self.series {
            let name = key(series);
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    /// A table for every quantity and peer, worst first; `ours` is compared with all others.
    pub fn table(&self, ours: &str) -> String {
        let mut out = String::new();
        for quantity in self.distinct(|s| &s.quantity) {
            for peer in self.distinct(|s| &s.engine).into_iter().filter(|e| *e != ours) {
                let pairs = self.pairs(quantity, ours, peer);
                if pairs.is_empty() {
                    continue;
                }
                let _ = writeln!(
                    out,
                    "\n{quantity}: {ours} against {peer}\n{:24} {:>14} {:>7} {:>14} {:>7} {:>7}",
                    "program", ours, "spread", peer, "spread", "ratio"
                );
                for pair in &pairs {
                    let _ = writeln!(
                        out,
                        "{:24} {:>14} {:>6.1}% {:>14} {:>6.1}% {:>7.3}",
                        pair.program,
                        number(median(&pair.ours.samples)),
                        100.0 * spread(&pair.ours.samples),
                        number(median(&pair.theirs.samples)),
                        100.0 * spread(&pair.theirs.samples),
                        pair.ratio,
                    );
                }
                let mean = geometric_mean(pairs.iter().map(|pair| pair.ratio));
                let _ = writeln!(out, "{:24} {mean:>59.3}", "geometric mean");
            }
        }
        out
    }

    /// Every series in a line: medians, spreads and all samples.
    pub fn csv(&self) -> String {
        let mut out = String::from("quantity,program,engine,median,spread,samples\n");
        for s in &self.series {
            let samples: Vec<String> = s.samples.iter().map(f64::to_string).collect();
            let (median, spread) = (median(&s.samples), spread(&s.samples));
            let _ = writeln!(
                out,
                "{},{},{},{median},{spread},{}",
                s.quantity,
                s.program,
                s.engine,
                samples.join(" ")
            );
        }
        out
    }

    /// Draws the ratios of `ours` to every peer for a quantity, programs worst first.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn plot(&self, quantity: &str, ours: &str, file: &Path) -> Result<()> {
        let peers: Vec<&str> = self.distinct(|s| &s.engine);
        let mut lines: Vec<(&str, Vec<Pair<'_>>)> = Vec::new();
        for peer in peers.into_iter().filter(|peer| *peer != ours) {
            let pairs = self.pairs(quantity, ours, peer);
            if !pairs.is_empty() {
                lines.push((peer, pairs));
            }
        }
        let Some(first) = lines.first() else { return Ok(()) };
        // The axis goes upwards: the worst comes last.
        let order: Vec<&str> = first.1.iter().rev().map(|pair| pair.program).collect();
        let ratios = lines.iter().flat_map(|line| line.1.iter().map(|pair| pair.ratio));
        let (low, high) = ratios.fold((0.8f64, 1.25f64), |(l, h), r| (l.min(r), h.max(r)));
        let size = (900, 120 + 26 * order.len() as u32);
        let root = SVGBackend::new(file, size).into_drawing_area();
        let draw = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            root.fill(&WHITE)?;
            let mut chart = ChartBuilder::on(&root)
                .caption(
                    format!("{quantity}: {ours} as a multiple of its peers"),
                    ("sans-serif", 18),
                )
                .margin(10)
                .x_label_area_size(30)
                .y_label_area_size(150)
                .build_cartesian_2d(low * 0.95..high * 1.05, -0.5..order.len() as f64 - 0.5)?;
            let label = |at: &f64| match at.fract() == 0.0 && *at >= 0.0 {
                true => order.get(*at as usize).map(|n| n.to_string()).unwrap_or_default(),
                false => String::new(),
            };
            chart
                .configure_mesh()
                .x_labels(10)
                .y_labels(order.len() + 1)
                .y_label_formatter(&label)
                .x_desc("below 1: less than the peer")
                .draw()?;
            chart.draw_series(LineSeries::new(
                [(1.0, -0.5), (1.0, order.len() as f64 - 0.5)],
                BLACK,
            ))?;
            for (n, (peer, pairs)) in lines.iter().enumerate() {
                let colour = Palette99::pick(n).to_rgba();
                let points = pairs.iter().filter_map(|pair| {
                    let at = order.iter().position(|name| *name == pair.program)?;
                    Some(Circle::new((pair.ratio, at as f64), 5, colour.filled()))
                });
                chart
                    .draw_series(points)?
                    .label(*peer)
                    .legend(move |(x, y)| Circle::new((x + 8, y), 5, colour.filled()));
            }
            chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()?;
            root.present()?;
            Ok(())
        };
        draw()
            .map_err(|error| anyhow::anyhow!("{error}"))
            .with_context(|| format!("drawing {}", file.display()))
    }
}

/// A number with four significant digits.
fn number(n: f64) -> String {
    match n.abs() {
        m if m >= 1e4 => format!("{n:.0}"),
        m if m >= 1.0 => format!("{n:.3}"),
        m if m >= 1e-3 => format!("{:.3} m", n * 1e3),
        m if m >= 1e-6 => format!("{:.3} µ", n * 1e6),
        _ => format!("{:.3} n", n * 1e9),
    }
}
