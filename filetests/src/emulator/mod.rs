//! Calls of code for another machine, under an emulator.
//!
//! The host compiles and links. A small process of the other machine, the agent (`agent.c`, which
//! says how one speaks to it), maps the code and calls it: one for each file, so that nothing that
//! code does outlives its file. Every answer has a time limit, and the process ends with its value
//! here. What is needed is a row in [`MACHINES`]; a compiler or an emulator that is missing is an
//! error.

use crate::calls::Place;
use crate::directive::{Ending, Outcome};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use target_lexicon::{Aarch64Architecture, Architecture, Triple};
use windlass_core::data_value::DataValue;
use windlass_core::ir::{Endianness, ExternalName, Function, Signature, TrapCode, Type};
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::machine::buffer::FinalizedRelocTarget;
use windlass_jit::trampoline::{self, Slot};
use windlass_jit::{ImageError, JitError, Unit, UnitFunction, libcalls};

/// What a call may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A machine that is emulated here.
pub struct Machine {
    architecture: Architecture,
    /// The C compiler, and the package that has it.
    compiler: [&'static str; 2],
    /// The emulator of programs, and the package that has it.
    emulator: [&'static str; 2],
    /// The agent, compiled for the machine when it is first needed; its file has no name any more.
    agent: OnceLock<Result<File, String>>,
}

static MACHINES: [Machine; 1] = [Machine {
    architecture: Architecture::Aarch64(Aarch64Architecture::Aarch64),
    compiler: ["aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"],
    emulator: ["qemu-aarch64-static", "qemu-user-static"],
    agent: OnceLock::new(),
}];

impl Machine {
    /// The machine of a triple.
    pub fn of(triple: &Triple) -> Option<&'static Machine> {
        MACHINES.iter().find(|machine| machine.architecture == triple.architecture)
    }

    fn missing(&self, [program, _]: [&str; 2], error: &io::Error) -> String {
        format!(
            "{program}: {error}; running code for {} takes the packages {} and {}, which \
             tools/check installs",
            self.architecture, self.compiler[1], self.emulator[1]
        )
    }

    fn compile_agent(&self) -> Result<File, String> {
        let text = |error: io::Error| format!("the agent of the emulator: {error}");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let folder =
            std::env::temp_dir().join(format!("windlass-agent-{}-{now}", self.architecture));
        std::fs::create_dir(&folder).map_err(text)?;
        let path = folder.join("agent");
        let mut compiler = Command::new(self.compiler[0]);
        compiler.args(["-x", "c", "-", "-std=gnu11", "-static", "-O1", "-Wall", "-Werror", "-o"]);
        compiler.arg(&path).arg("-lm").stdin(Stdio::piped()).stderr(Stdio::piped());
        let compiled = compiler.spawn().and_then(|mut child| {
            let mut input = child.stdin.take().expect("a pipe was asked for");
            // A compiler that does not read says why.
            let written = input.write_all(include_bytes!("agent.c"));
            drop(input);
            let output = child.wait_with_output()?;
            written?;
            Ok(output)
        });
        let file = match compiled {
            Err(error) => Err(self.missing(self.compiler, &error)),
            Ok(output) if output.status.success() => File::open(&path).map_err(text),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        };
        std::fs::remove_dir_all(&folder).map_err(text)?;
        file
    }
}

/// A process of another machine.
struct Agent {
    process: Child,
    socket: UnixStream,
    /// What a call may take.
    limit: Duration,
}

impl Agent {
    fn start(machine: &Machine, limit: Duration) -> Result<Self, String> {
        let agent = machine.agent.get_or_init(|| machine.compile_agent());
        let agent = agent.as_ref().map_err(String::clone)?;
        let path = format!("/proc/{}/fd/{}", std::process::id(), agent.as_raw_fd());
        let started = UnixStream::pair().and_then(|(socket, other)| {
            // An emulator that hangs does not see its own limit.
            socket.set_read_timeout(Some(limit + Duration::from_secs(30)))?;
            let mut emulator = Command::new(machine.emulator[0]);
            let process = emulator.arg(path).stdin(OwnedFd::from(other)).spawn()?;
            Ok(Self { process, socket, limit })
        });
        started.map_err(|error| machine.missing(machine.emulator, &error))
    }

    /// Sends a request; what it is answered with comes in a number.
    fn ask(&mut self, request: u8, numbers: &[usize], bytes: &[u8]) -> io::Result<usize> {
        let mut message = vec![request];
        numbers.iter().for_each(|number| message.extend((*number as u64).to_le_bytes()));
        message.extend(bytes);
        self.socket.write_all(&message)?;
        self.number()
    }

    fn number(&mut self) -> io::Result<usize> {
        let mut bytes = [0; 8];
        self.socket.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes) as usize)
    }

    fn map(&mut self, bytes: usize) -> io::Result<usize> {
        self.ask(b'm', &[bytes], &[])
    }

    fn publish(&mut self, address: usize, code: &[u8]) -> io::Result<()> {
        self.ask(b'x', &[address, code.len()], code).map(drop)
    }

    fn find(&mut self, name: &str) -> io::Result<Option<usize>> {
        let address = self.ask(b's', &[name.len()], name.as_bytes())?;
        Ok((address != 0).then_some(address))
    }

    /// The error within is the address of an instruction that faulted.
    fn call(
        &mut self,
        entry: usize,
        callee: usize,
        values: &mut [u8],
    ) -> io::Result<Result<(), usize>> {
        let numbers = [entry, callee, self.limit.as_secs() as usize, values.len()];
        Ok(match self.ask(b'c', &numbers, values)? {
            0 => Ok(self.socket.read_exact(values)?),
            _signal => Err(self.number()?),
        })
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // A process that has ended cannot be ended, and one that ends leaves nothing to be told.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Functions of another machine.
pub struct Emulated {
    isa: OwnedTargetIsa,
    agent: Agent,
    unit: Unit,
    /// By name; addresses are known once they are linked.
    functions: HashMap<String, (Signature, usize)>,
    trampolines: HashMap<Signature, usize>,
    /// The reasons of traps, by the address of the instruction.
    traps: HashMap<usize, TrapCode>,
}

impl Emulated {
    /// Without any function.
    pub fn new(machine: &'static Machine, isa: OwnedTargetIsa) -> Result<Self, String> {
        Ok(Self {
            unit: Unit::new(&*isa),
            isa,
            agent: Agent::start(machine, LIMIT)?,
            functions: HashMap::new(),
            trampolines: HashMap::new(),
            traps: HashMap::new(),
        })
    }

    /// Links functions and puts them into the process: each with its address.
    fn load(&mut self, unit: Unit) -> Result<Vec<(UnitFunction, usize)>, JitError> {
        let (agent, isa) = (&mut self.agent, &*self.isa);
        let memory = |source| ImageError::Memory { bytes: 0, source };
        let (builder, functions) = unit.finish(|name, target| {
            let FinalizedRelocTarget::ExternalName(ExternalName::LibCall(call)) = target else {
                return Err(JitError::Undefined(name.to_string()));
            };
            if let Some(message) = libcalls::wrong_convention(isa) {
                return Err(JitError::LibraryCall(message));
            }
            let address = agent.find(call.default_symbol()).map_err(memory)?;
            address.ok_or_else(|| JitError::Undefined(call.to_string()))
        })?;
        let mut base = 0;
        let linked = builder.link_at(|bytes| {
            base = agent.map(bytes).map_err(memory)?;
            Ok(base)
        })?;
        agent.publish(base, &linked.bytes).map_err(memory)?;
        let starts = linked.functions.iter().map(|(start, _)| base + *start as usize);
        Ok(functions.into_iter().zip(starts).collect())
    }

    fn trampoline(&mut self, signature: &Signature) -> Result<usize, JitError> {
        if let Some(known) = self.trampolines.get(signature) {
            return Ok(*known);
        }
        let mut unit = Unit::new(&*self.isa);
        unit.define(&*self.isa, "trampoline", &trampoline::build(signature))?;
        let address = self.load(unit)?[0].1;
        self.trampolines.insert(signature.clone(), address);
        Ok(address)
    }
}

impl Place for Emulated {
    fn define(&mut self, name: &str, function: &Function) -> Result<(), JitError> {
        self.unit.define(&*self.isa, name, function)?;
        self.functions.insert(name.to_string(), (function.signature.clone(), 0));
        Ok(())
    }

    fn finalize(&mut self) -> Result<(), JitError> {
        let unit = std::mem::replace(&mut self.unit, Unit::new(&*self.isa));
        for (function, address) in self.load(unit)? {
            self.functions.get_mut(&function.name).expect("put there by `define`").1 = address;
            let traps = function.traps.iter();
            self.traps.extend(traps.map(|(offset, code)| (address + *offset as usize, *code)));
        }
        Ok(())
    }

    fn call(&mut self, name: &str, arguments: &[DataValue]) -> Outcome {
        let other = |error: JitError| Ending::Other(error.to_string());
        let (signature, callee) = self.functions.get(name).cloned().expect("it was defined");
        let order = self.isa.endianness();
        let mut values = trampoline::slots_of(name, &signature, arguments).map_err(other)?;
        let mut bytes = Vec::new();
        for (slot, param) in values.iter().zip(&signature.params) {
            bytes.extend(in_memory(slot.0, param.value_type, order));
        }
        bytes.resize(16 * values.len(), 0);
        let entry = self.trampoline(&signature).map_err(other)?;
        let called = self.agent.call(entry, callee, &mut bytes);
        match called.map_err(|error| Ending::Other(format!("the emulator: {error}")))? {
            Err(address) => Err(match self.traps.get(&address) {
                Some(code) => Ending::Trap(*code),
                None => other(JitError::Fault(address)),
            }),
            Ok(()) => {
                for ((slot, bytes), result) in
                    values.iter_mut().zip(bytes.as_chunks().0).zip(&signature.returns)
                {
                    *slot = Slot(from_memory(*bytes, result.value_type, order));
                }
                trampoline::results_of(name, &signature, &values).map_err(other)
            }
        }
    }
}

/// A slot in the memory of a machine: the value is at its beginning.
fn in_memory(bits: u128, ty: Type, order: Endianness) -> [u8; 16] {
    match order {
        Endianness::Little => bits.to_le_bytes(),
        Endianness::Big => (bits << (128 - 8 * ty.bytes())).to_be_bytes(),
    }
}

fn from_memory(slot: [u8; 16], ty: Type, order: Endianness) -> u128 {
    match order {
        Endianness::Little => u128::from_le_bytes(slot),
        Endianness::Big => u128::from_be_bytes(slot) >> (128 - 8 * ty.bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code at its own start.
    fn load(agent: &mut Agent, code: &[u32]) -> usize {
        let code: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
        let address = agent.map(code.len()).unwrap();
        agent.publish(address, &code).unwrap();
        address
    }

    #[test]
    fn calls_return_trap_and_end() {
        let mut agent = Agent::start(&MACHINES[0], Duration::from_secs(1)).unwrap();
        // ldr x2, [x1]; add x2, x2, x0; str x2, [x1, 16]; ret
        let sum = load(&mut agent, &[0xf940_0022, 0x8b00_0042, 0xf900_0822, 0xd65f_03c0]);
        let mut values = [0; 32];
        values[..8].copy_from_slice(&1_000_000_000_000u64.to_le_bytes());
        agent.call(sum, 42, &mut values).unwrap().unwrap();
        assert_eq!(values[16..24], 1_000_000_000_042u64.to_le_bytes());
        // nop; udf 0; and str x0, [sp, -16]!; b to it: the stack ends.
        for code in [[0xd503_201f, 0], [0xf81f_0fe0, 0x17ff_ffff]] {
            let start = load(&mut agent, &code);
            let fault = agent.call(start, 0, &mut []).unwrap().unwrap_err();
            assert_eq!(fault - start, if code[1] == 0 { 4 } else { 0 });
        }
        assert!(agent.find("fmaf").unwrap().is_some());
        assert_eq!(agent.find("nothing").unwrap(), None);
        // b to itself
        let endless = load(&mut agent, &[0x1400_0000]);
        let error = agent.call(endless, 0, &mut []).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn what_is_missing_is_named() {
        let machine = |compiler, emulator| Machine {
            architecture: Architecture::Aarch64(Aarch64Architecture::Aarch64be),
            compiler: [compiler, "the-compiler"],
            emulator: [emulator, "the-emulator"],
            agent: OnceLock::new(),
        };
        for machine in
            [machine("no-such-gcc", "true"), machine("aarch64-linux-gnu-gcc", "no-such-qemu")]
        {
            let message = Agent::start(&machine, LIMIT).err().unwrap();
            assert!(message.contains("no-such-"), "{message}");
            assert!(message.contains("the-compiler and the-emulator"), "{message}");
        }
    }

    #[test]
    fn slots_in_both_orders() {
        use windlass_core::ir::types::{I16, I128};
        let mut big = [0; 16];
        big[..2].copy_from_slice(&[1, 2]);
        assert_eq!(in_memory(0x102, I16, Endianness::Big), big);
        for (ty, bits) in [(I16, 0x102), (I128, 3 << 100 | 5)] {
            for order in [Endianness::Little, Endianness::Big] {
                assert_eq!(from_memory(in_memory(bits, ty, order), ty, order), bits);
            }
        }
    }
}
