//! Modules that make compilers take more time or memory than is in proportion to their size:
//! shapes, put together and one in the other, and a climb to worse ones.
//!
//! A [`Genome`] says what a module consists of; [`Genome::module`] writes it, always valid, with
//! at most the given number of bytes of code. [`climb`] changes a genome step by step and keeps what
//! a measure of the caller calls worse.

use std::fmt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::str::FromStr;

use crate::rng::Rng;
use wasm_encoder::{
    BlockType, CodeSection, Function, FunctionSection, InstructionSink, MemArg, MemArgTarget,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};
use windlass_runtime::{Config, Engine, Module as Compiled};

/// A part of a function. Those that open blocks have the parts behind them inside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `n` blocks with `m` results, and two tables of branches to them with different values.
    Tables,
    /// `n` nested `if`s with a result.
    Ifs,
    /// `n` branches to one label, with an assignment to one of `m` locals between.
    Branches,
    /// `n` nested blocks, a branch to each, and an assignment behind each end.
    Blocks,
    /// `n` arms behind a table of branches, each assigning one of `m` locals.
    Arms,
    /// `n` loops with `m` parameters, one behind the other.
    Loops,
    /// `n` nested loops that assign `m` locals and go back to each header.
    Nest,
    /// `n` calls with `m` parameters and results.
    Calls,
    /// `n` operations on one value.
    Straight,
    /// `n` loads, all live at once.
    Live,
    /// `n` `if`s one behind the other, each assigning one of `m` locals.
    Diamonds,
    /// `n` times a return of `m` results out of an `if`.
    Returns,
}

/// All shapes.
pub const SHAPES: [Shape; 12] = [
    Shape::Tables,
    Shape::Ifs,
    Shape::Branches,
    Shape::Blocks,
    Shape::Arms,
    Shape::Loops,
    Shape::Nest,
    Shape::Calls,
    Shape::Straight,
    Shape::Live,
    Shape::Diamonds,
    Shape::Returns,
];

/// The worst that climbs have found, as [`Genome`] reads them.
pub const WORST: [&str; 9] = [
    "2/4/Calls:19687:8",
    "1/9/Blocks:1:61/Returns:3953:225/Loops:434:520",
    "1/1000/Diamonds:1:108/Calls:35:31",
    "1/2/Tables:730:7/Tables:8:271/Nest:47:32",
    "1/6/Ifs:1872:31/Straight:4:87",
    "1/1/Tables:2768:5/Straight:8:140",
    "5/1/Nest:10:16/Tables:3:5202",
    "22/10/Tables:479:2/Calls:178:5/Tables:3:205",
    "1/1/Nest:641:11",
];

/// A shape with its numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// The shape.
    pub shape: Shape,
    /// How many of what the shape has most.
    pub n: u32,
    /// How many results, parameters or locals.
    pub m: u32,
}

/// What a module consists of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genome {
    /// What each of its functions consists of.
    pub parts: Vec<Part>,
    /// How many functions.
    pub functions: u32,
    /// How many parameters and results each function has.
    pub results: u32,
}

impl fmt::Display for Genome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.functions, self.results)?;
        self.parts.iter().try_for_each(|part| write!(f, "/{:?}:{}:{}", part.shape, part.n, part.m))
    }
}

impl FromStr for Genome {
    type Err = String;

    /// Reads what `Display` writes: functions, results, then shapes with their numbers, with
    /// slashes between.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: Option<&str>| -> Result<u32, String> {
            let text = text.ok_or("a number is missing")?;
            text.parse().map_err(|error| format!("{text}: {error}"))
        };
        let mut fields = text.split('/');
        let (functions, results) = (number(fields.next())?, number(fields.next())?);
        let parts = fields.map(|field| {
            let mut field = field.split(':');
            let name = field.next().unwrap_or_default();
            let shape = SHAPES.into_iter().find(|shape| format!("{shape:?}") == name);
            let shape = shape.ok_or_else(|| format!("{name} is not a shape"))?;
            Ok(Part { shape, n: number(field.next())?, m: number(field.next())? })
        });
        Ok(Self { parts: parts.collect::<Result<_, String>>()?, functions, results })
    }
}

impl Genome {
    /// One function of one shape.
    pub fn of(shape: Shape, n: u32, m: u32) -> Self {
        let results = if matches!(shape, Shape::Calls | Shape::Returns) { m } else { 1 };
        Self { parts: vec![Part { shape, n, m }], functions: 1, results }
    }

    /// The module, whose code has at most `bytes` bytes, as far as numbers above 1 can be made
    /// smaller.
    pub fn module(&self, bytes: usize) -> Vec<u8> {
        let mut genome = self.clone();
        loop {
            let body = genome.body();
            let len = body.byte_len() * genome.functions as usize;
            let largest = genome.parts.iter_mut().max_by_key(|part| part.n);
            match largest {
                Some(part) if len > bytes && part.n > 1 => {
                    let fits = part.n as usize * bytes / len;
                    part.n = (fits as u32).clamp(1, part.n - 1);
                }
                _ if len > bytes && genome.functions > 1 => genome.functions /= 2,
                _ => return genome.write(&body),
            }
        }
    }

    fn locals(&self) -> u32 {
        self.parts.iter().map(|part| part.m).max().unwrap_or(0).clamp(1, 10_000)
    }

    fn write(&self, body: &Function) -> Vec<u8> {
        let mut types = TypeSection::new();
        let arity = self.results.clamp(1, 1_000) as usize;
        types.ty().function(vec![ValType::I32; arity], vec![ValType::I32; arity]);
        // Types of blocks: for each part one without parameters and one of a loop.
        for part in &self.parts {
            let many = part.m.clamp(1, 1_000) as usize;
            types.ty().function([], vec![ValType::I32; many]);
            types.ty().function(vec![ValType::I32; many], vec![ValType::I32; many]);
        }
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for _ in 0..self.functions {
            functions.function(0);
            code.function(body);
        }
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&code);
        module.finish()
    }

    fn body(&self) -> Function {
        let mut body = Function::new([(self.locals(), ValType::I32)]);
        let arity = self.results.clamp(1, 1_000);
        let mut writer = Writer { arity, sink: body.instructions(), parts: &self.parts };
        writer.parts(0);
        for _ in 0..arity {
            writer.sink.local_get(arity);
        }
        writer.sink.end();
        body
    }
}

struct Writer<'a> {
    arity: u32,
    sink: InstructionSink<'a>,
    parts: &'a [Part],
}

impl Writer<'_> {
    /// The local with this number, behind the parameters.
    fn local(&self, at: usize, n: u32) -> u32 {
        self.arity + n % self.parts[at].m.clamp(1, 10_000)
    }

    fn count(&mut self, at: usize, n: u32) {
        let local = self.local(at, n);
        self.sink.local_get(local).i32_const(1).i32_add().local_set(local);
    }

    /// Writes the part at this place and, inside or behind it, those that follow.
    fn parts(&mut self, at: usize) {
        let Some(&Part { shape, n, m }) = self.parts.get(at) else { return };
        let many = m.clamp(1, 1_000);
        let results = BlockType::FunctionType(1 + 2 * at as u32);
        let params = BlockType::FunctionType(2 + 2 * at as u32);
        let constants = |sink: &mut InstructionSink<'_>, from: u32| {
            for k in 0..many {
                sink.i32_const(((from + k) % 60) as i32);
            }
        };
        match shape {
            Shape::Tables => {
                for _ in 0..n {
                    self.sink.block(results);
                }
                self.parts(at + 1);
                self.sink.local_get(0).if_(BlockType::Empty);
                constants(&mut self.sink, 0);
                self.sink.local_get(0).br_table(1..n, n);
                self.sink.end();
                constants(&mut self.sink, 1);
                self.sink.local_get(0).br_table(0..n - 1, n - 1);
                for k in 0..n {
                    self.sink.end();
                    // Every other block ends with the values of the one inside it.
                    if k + 1 < n && k % 2 == 1 {
                        for _ in 0..many {
                            self.sink.drop();
                        }
                        constants(&mut self.sink, k);
                    }
                }
                for _ in 0..many {
                    self.sink.drop();
                }
            }
            Shape::Ifs => {
                for _ in 0..n {
                    self.sink.local_get(0).if_(BlockType::Result(ValType::I32));
                }
                self.parts(at + 1);
                self.sink.i32_const(1);
                for _ in 0..n {
                    self.sink.else_().i32_const(2).end();
                }
                let local = self.local(at, 0);
                self.sink.local_set(local);
            }
            Shape::Branches => {
                self.sink.block(BlockType::Empty);
                for k in 0..n {
                    self.sink.local_get(0).br_if(0);
                    self.count(at, k);
                }
                self.parts(at + 1);
                self.sink.end();
            }
            Shape::Blocks => {
                for _ in 0..n {
                    self.sink.block(BlockType::Empty);
                }
                for k in 0..n {
                    self.sink.local_get(0).br_if(k);
                    self.count(at, k);
                }
                self.parts(at + 1);
                for k in 0..n {
                    self.sink.end();
                    self.count(at, k);
                }
            }
            Shape::Arms => {
                for _ in 0..n + 1 {
                    self.sink.block(BlockType::Empty);
                }
                self.sink.local_get(0).br_table(0..n, n);
                for k in 0..n {
                    self.sink.end();
                    self.count(at, k);
                    if k == 0 {
                        self.parts(at + 1);
                    }
                    self.sink.br(n - k - 1);
                }
                self.sink.end();
            }
            Shape::Loops => {
                constants(&mut self.sink, 0);
                for k in 0..n {
                    let local = self.local(at, k);
                    self.sink.loop_(params).local_set(local).local_get(0);
                    self.sink.local_get(0).br_if(0).end();
                }
                for _ in 0..many {
                    self.sink.drop();
                }
                self.parts(at + 1);
            }
            Shape::Nest => {
                for _ in 0..n {
                    self.sink.loop_(BlockType::Empty);
                }
                for k in 0..m {
                    self.count(at, k);
                }
                self.parts(at + 1);
                for k in 0..n {
                    let local = self.local(at, k);
                    self.sink.local_get(local).i32_const(k as i32).i32_lt_u().br_if(0).end();
                }
            }
            Shape::Calls => {
                for k in 0..self.arity {
                    self.sink.i32_const((k % 60) as i32);
                }
                for _ in 0..n {
                    self.sink.call(0);
                }
                for _ in 0..self.arity {
                    self.sink.drop();
                }
                self.parts(at + 1);
            }
            Shape::Straight => {
                let local = self.local(at, 0);
                self.sink.local_get(0);
                for k in 0..n {
                    self.sink.local_get(0).i32_mul().i32_const((k % 50) as i32).i32_add();
                }
                self.sink.local_set(local);
                self.parts(at + 1);
            }
            Shape::Live => {
                let local = self.local(at, 0);
                for k in 0..n {
                    self.sink.local_get(0).i32_load(MemArg {
                        offset: u64::from(4 * k),
                        align: 2,
                        target: MemArgTarget::Memory(0),
                        ordering: None,
                    });
                }
                self.parts(at + 1);
                for _ in 1..n {
                    self.sink.i32_add();
                }
                self.sink.local_set(local);
            }
            Shape::Diamonds => {
                for k in 0..n {
                    let local = self.local(at, k);
                    self.sink.local_get(0).if_(BlockType::Empty).local_get(0).local_set(local);
                    if k == 0 {
                        self.parts(at + 1);
                    }
                    self.sink.end();
                }
            }
            Shape::Returns => {
                for _ in 0..self.arity {
                    self.sink.local_get(0);
                }
                let block = BlockType::FunctionType(0);
                for _ in 0..n {
                    self.sink.local_get(0).if_(block).return_().end();
                }
                for _ in 0..self.arity {
                    self.sink.drop();
                }
                self.parts(at + 1);
            }
        }
    }
}

/// What compiling took.
#[derive(Clone, PartialEq, Debug)]
pub struct Cost {
    /// Bytes of the module.
    pub bytes: usize,
    /// Steps that were counted, if it was compiled.
    pub work: u64,
    /// Functions that went to the single-pass allocator.
    pub fell_back: usize,
    /// Why it was refused, or nothing.
    pub refused: String,
    /// Seconds of processor time.
    pub seconds: f64,
    /// The most memory of the process, in KiB: measured in a process of its own, else 0.
    pub peak: u64,
}

/// Compiles a module in this thread.
pub fn compile(bytes: &[u8]) -> Cost {
    let mut config = Config::new();
    config.parallel_compilation(false);
    let engine = Engine::new(&config).expect("a host with back end");
    let start = processor_seconds();
    let (work, fell_back, refused) = match Compiled::from_binary(&engine, bytes) {
        Ok(module) => {
            let stats = module.compile_stats();
            (stats.work, stats.fell_back, String::new())
        }
        Err(error) => (0, 0, format!("{error:#}")),
    };
    let seconds = processor_seconds() - start;
    Cost { bytes: bytes.len(), work, fell_back, refused, seconds, peak: 0 }
}

/// What this thread has had of a processor so far.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat");
    let text = text.expect("this system tells what threads take");
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse::<f64>().ok());
    nanoseconds.expect("the first number is of nanoseconds") / 1e9
}

/// Runs [`compile`] in a process of its own, which is this program with the arguments that
/// [`as_child`] understands.
pub fn compile_in_child(genome: &Genome, bytes: usize) -> Cost {
    let program = std::env::current_exe().expect("the path of this program");
    child(&program, &genome.to_string(), bytes)
}

fn child(program: &Path, genome: &str, bytes: usize) -> Cost {
    let output = Command::new(program).args(["compile", genome, &bytes.to_string()]).output();
    let output = output.expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let fields: Vec<&str> = text.trim_end().splitn(6, ' ').collect();
    let [bytes, work, fell_back, seconds, peak, refused] = fields[..] else {
        let error = String::from_utf8_lossy(&output.stderr);
        panic!("{genome} ended the process: {} {text} {error}", output.status);
    };
    let number = |text: &str| text.parse::<u64>().expect("a number");
    Cost {
        bytes: number(bytes) as usize,
        work: number(work),
        fell_back: number(fell_back) as usize,
        refused: refused.trim_matches('"').to_string(),
        seconds: seconds.parse().expect("a number"),
        peak: number(peak),
    }
}

/// Does what [`compile_in_child`] asks of its child, if the arguments of this process say so.
pub fn as_child() -> Option<ExitCode> {
    let args: Vec<String> = std::env::args().collect();
    let [_, command, genome, bytes] = &args[..] else { return None };
    if command != "compile" {
        return None;
    }
    let genome: Genome = genome.parse().expect("a genome");
    let cost = compile(&genome.module(bytes.parse().expect("a number of bytes")));
    let status = std::fs::read_to_string("/proc/self/status").expect("this system has /proc");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.expect("the most memory is told").trim().trim_end_matches(" kB").to_string();
    let Cost { bytes, work, fell_back, refused, seconds, .. } = cost;
    println!("{bytes} {work} {fell_back} {seconds} {peak} \"{}\"", refused.replace('\n', " "));
    Some(ExitCode::SUCCESS)
}

fn random_part(rng: &mut Rng) -> Part {
    let number = |rng: &mut Rng| {
        let bits = rng.range(1, 12);
        1 + rng.below(1 << bits) as u32
    };
    Part { shape: rng.pick(&SHAPES), n: number(rng), m: number(rng).min(1_000) }
}

/// A genome that differs in one place.
pub fn vary(genome: &Genome, rng: &mut Rng) -> Genome {
    let mut genome = genome.clone();
    let scale = |n: u32, rng: &mut Rng| match rng.below(5) {
        0 => n.saturating_mul(2),
        1 => n / 2,
        2 => n.saturating_add(1 + n / 8),
        3 => n.saturating_sub(1 + n / 8),
        _ => {
            let bits = rng.range(1, 13);
            1 + rng.below(1 << bits) as u32
        }
    };
    let at = rng.below(genome.parts.len().max(1));
    match rng.below(10) {
        0 if genome.parts.len() < 8 => genome.parts.insert(at, random_part(rng)),
        1 if genome.parts.len() > 1 => drop(genome.parts.remove(at)),
        2 => genome.parts[at].shape = rng.pick(&SHAPES),
        3 => {
            let other = rng.below(genome.parts.len());
            genome.parts.swap(at, other);
        }
        4 => genome.functions = scale(genome.functions, rng).clamp(1, 4_000),
        5 => genome.results = scale(genome.results, rng).clamp(1, 1_000),
        6 | 7 => genome.parts[at].m = scale(genome.parts[at].m, rng).clamp(1, 10_000),
        _ => genome.parts[at].n = scale(genome.parts[at].n, rng).clamp(1, 20_000),
    }
    genome
}

/// Climbs `steps` steps from a random genome: keeps what `measure` gives more for. Returns the
/// worst genome and its measure.
pub fn climb(seed: u64, steps: usize, mut measure: impl FnMut(&Genome) -> f64) -> (Genome, f64) {
    let mut rng = Rng::new(seed);
    let parts = (0..rng.range(1, 3)).map(|_| random_part(&mut rng)).collect();
    // Every third climb begins with many functions, which share what is granted beside their bytes.
    let functions = if rng.one_in(3) { 1 << rng.range(1, 12) } else { 1 };
    let mut best = Genome { parts, functions, results: 1 };
    let mut most = measure(&best);
    for _ in 0..steps {
        let mut next = vary(&best, &mut rng);
        if rng.one_in(3) {
            next = vary(&next, &mut rng);
        }
        let found = measure(&next);
        if found >= most {
            (best, most) = (next, found);
        }
    }
    (best, most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{Validator, WasmFeatures};

    #[test]
    fn every_genome_is_a_valid_module_of_the_size() {
        let mut rng = Rng::new(1);
        let mut genome = Genome::of(Shape::Tables, 3, 2);
        for step in 0..400 {
            genome = vary(&genome, &mut rng);
            let bytes = genome.module(4_000);
            let valid = Validator::new_with_features(WasmFeatures::WASM2).validate_all(&bytes);
            assert!(valid.is_ok(), "step {step}: {genome:?}: {:?}", valid.err());
            assert_eq!(genome.to_string().parse(), Ok(genome.clone()));
        }
        for shape in SHAPES {
            let bytes = Genome::of(shape, 100_000, 3).module(50_000);
            assert!(bytes.len() < 52_000 && bytes.len() > 40_000, "{shape:?}: {}", bytes.len());
        }
    }
}
