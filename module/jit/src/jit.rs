//! Functions compiled into memory, found and called by name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use windlass_core::data_value::DataValue;
use windlass_core::ir::{ExternalName, Function, Signature, TrapCode};
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::machine::buffer::FinalizedRelocTarget;
use windlass_module::{FuncId, Module};

use crate::image::{CodeImage, FunctionId, ImageError};
use crate::module::JITModule;
use crate::trampoline::{self, Slot};
use crate::unit::{Unit, plain};
use crate::unwind::FrameRegistration;

/// Why a function could not be compiled, linked or called.
#[derive(Debug, thiserror::Error)]
pub enum JitError {
    /// The code generator refused it.
    #[error("function {name}: {message}")]
    Compile {
        /// Its name.
        name: String,
        /// What the code generator says.
        message: String,
    },
    /// It was defined before.
    #[error("function {0} is defined twice; give each definition a name of its own")]
    Duplicate(String),
    /// Something refers to a name that nobody defined.
    #[error("{0} is not defined; define it, or give its address with `symbol`")]
    Undefined(String),
    /// Code calls functions of a library in a way that is not theirs.
    #[error("{0}")]
    LibraryCall(String),
    /// Linking failed.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The code is for another machine than this one.
    #[error("code for {0} cannot be called on this machine")]
    OtherMachine(String),
    /// The code uses the pinned register, which calls from here do not preserve.
    #[error("code with `enable_pinned_reg` cannot be called; switch the setting off")]
    PinnedRegister,
    /// The arguments do not fit the signature.
    #[error("argument {index} of {name} should be {expected}")]
    Arguments {
        /// The function.
        name: String,
        /// The first argument that is wrong, missing or too many.
        index: usize,
        /// What is expected there.
        expected: String,
    },
    /// A result has a type that no value outside of functions has.
    #[error("a result of {0} has a type that cannot be returned from a call")]
    Results(String),
    /// The call ended in a trap.
    #[error("the call ended in trap {code}: {what}", code = .0, what = .0.description())]
    Trap(TrapCode),
    /// An instruction that should not fault did.
    #[error("the instruction at {0:#x} faulted, but is not in the table of traps")]
    Fault(usize),
}

struct Defined {
    signature: Signature,
    address: usize,
}

/// An entry trampoline with the image that holds its code.
struct Trampoline {
    image: CodeImage,
}

/// Code in memory, by names. What a name of a function is written without `%`; a user's name is
/// written `u0:5`.
pub struct Jit {
    isa: OwnedTargetIsa,
    pending: Unit,
    functions: HashMap<String, Defined>,
    symbols: HashMap<String, usize>,
    trampolines: Mutex<HashMap<Signature, Arc<Trampoline>>>,
    /// The reasons of traps, by the address of the instruction.
    traps: HashMap<usize, TrapCode>,
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    _sites: Vec<crate::throw::SiteRegistration>,
    // Frames are withdrawn before their code goes: fields are dropped in this order.
    _frames: Vec<FrameRegistration>,
    images: Vec<CodeImage>,
}

impl Jit {
    /// Without any function.
    pub fn new(isa: OwnedTargetIsa) -> Self {
        Self {
            pending: Unit::new(&*isa),
            isa,
            functions: HashMap::new(),
            symbols: HashMap::new(),
            trampolines: Mutex::new(HashMap::new()),
            traps: HashMap::new(),
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            _sites: Vec::new(),
            _frames: Vec::new(),
            images: Vec::new(),
        }
    }

    /// The machine.
    pub fn isa(&self) -> &OwnedTargetIsa {
        &self.isa
    }

    /// Gives the address of something that functions may refer to by name.
    pub fn symbol(&mut self, name: &str, address: *const u8) {
        self.symbols.insert(name.to_string(), address as usize);
    }

    /// Compiles a function. It can be called after [`Jit::finalize`].
    pub fn define(&mut self, name: &str, function: &Function) -> Result<(), JitError> {
        let name = plain(name);
        if self.functions.contains_key(name) {
            return Err(JitError::Duplicate(name.to_string()));
        }
        self.pending.define(&*self.isa, name, function)?;
        let signature = function.signature.clone();
        self.functions.insert(name.to_string(), Defined { signature, address: 0 });
        Ok(())
    }

    /// Links what was defined since the last time and makes it executable.
    pub fn finalize(&mut self) -> Result<(), JitError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::replace(&mut self.pending, Unit::new(&*self.isa));
        let (builder, pending) = pending.finish(|name, target| self.find(name, target))?;
        let image = builder.finish()?;
        if let Some(common) = self.isa.common_unwind_info() {
            let described = pending.iter().enumerate().filter_map(|(index, function)| {
                let address = image.address(FunctionId(index as u32)) as usize;
                Some((address, function.unwind.as_ref()?))
            });
            // SAFETY: the code is in the image, which is dropped after the registration, and its
            // frames are as the back end that compiled it says.
            self._frames.extend(unsafe { FrameRegistration::new(&common, described)? });
        }
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        self._sites.push(crate::throw::SiteRegistration::new(pending.iter().enumerate().map(
            |(index, function)| (image.address(FunctionId(index as u32)) as usize, &function.sites),
        )));
        for (index, function) in pending.iter().enumerate() {
            let defined = self.functions.get_mut(&function.name).expect("put there by `define`");
            defined.address = image.address(FunctionId(index as u32)) as usize;
            let traps = function.traps.iter();
            let address = defined.address;
            self.traps.extend(traps.map(|(offset, code)| (address + *offset as usize, *code)));
        }
        self.images.push(image);
        Ok(())
    }

    /// The address of something outside of the image that is being linked.
    fn find(&self, name: &str, target: &FinalizedRelocTarget) -> Result<usize, JitError> {
        if let FinalizedRelocTarget::ExternalName(ExternalName::LibCall(call)) = target {
            if let Some(message) = crate::libcalls::wrong_convention(&*self.isa) {
                return Err(JitError::LibraryCall(message));
            }
            let own = self.symbols.get(call.default_symbol()).copied();
            let address = own.or_else(|| crate::libcalls::address(*call));
            return address.ok_or_else(|| JitError::Undefined(call.to_string()));
        }
        let defined = self.functions.get(name).map(|f| f.address).filter(|address| *address != 0);
        let address = defined.or_else(|| self.symbols.get(name).copied());
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        let address = address.or_else(|| {
            (name == crate::throw::NAME).then_some(crate::throw::throw as *const () as usize)
        });
        address.ok_or_else(|| JitError::Undefined(name.to_string()))
    }

    /// The address of a function, once it is linked.
    pub fn address(&self, name: &str) -> Option<*const u8> {
        let function = self.functions.get(plain(name))?;
        (function.address != 0).then_some(function.address as *const u8)
    }

    /// The signature of a function that was defined.
    pub fn signature(&self, name: &str) -> Option<&Signature> {
        self.functions.get(plain(name)).map(|function| &function.signature)
    }

    /// Calls a function that is linked. The arguments are checked against its signature.
    ///
    /// # Safety
    ///
    /// The code does what its IR says. Whoever calls it promises for these arguments, of the
    /// function and of everything that it calls:
    ///
    /// - Addresses that it reads, writes and calls may be read, written and called so, also with
    ///   regard to other threads and to references that exist meanwhile.
    /// - What flags and conventions say is true: aligned accesses are aligned, accesses that cannot
    ///   trap do not, calls and stubs have the signatures of what they call.
    /// - Symbols and library functions stand for what [`Jit::symbol`] was told, and that is still
    ///   there.
    /// - Neither a trap nor an exception leaves the function: the first ends the process at best,
    ///   the second must not pass this call.
    pub unsafe fn call(
        &self,
        name: &str,
        arguments: &[DataValue],
    ) -> Result<Vec<DataValue>, JitError> {
        self.call_by(name, arguments, |entry, callee, values| {
            // SAFETY: `call_by` vouches for entry, callee and values, the caller for the code.
            unsafe { entry(callee, values) };
            Ok(())
        })
    }

    /// As [`Jit::call`], but a trap in a compiled function ends the call with its reason
    /// ([`JitError::Trap`]) and not the process. For tests: handlers for signals are installed
    /// for the whole process, and a stack overflow still ends it.
    ///
    /// # Safety
    ///
    /// As for [`Jit::call`], but for traps of compiled functions: frames of other functions must
    /// not lie between those of the function that traps and this call.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    pub unsafe fn call_guarded(
        &self,
        name: &str,
        arguments: &[DataValue],
    ) -> Result<Vec<DataValue>, JitError> {
        let ranges: Vec<_> = self.images.iter().map(CodeImage::range).collect();
        self.call_by(name, arguments, |entry, callee, values| {
            // SAFETY: `call_by` vouches for entry, callee and values, the caller for the code and
            // for what a trap leaves.
            let result = unsafe { crate::guard::call(entry, callee, values, &ranges) };
            result.map_err(|address| match self.traps.get(&address) {
                Some(code) => JitError::Trap(*code),
                None => JitError::Fault(address),
            })
        })
    }

    /// Calls with `enter`, which is given the entry of the trampoline, the callee and the values.
    fn call_by(
        &self,
        name: &str,
        arguments: &[DataValue],
        enter: impl FnOnce(trampoline::Entry, *const u8, *mut Slot) -> Result<(), JitError>,
    ) -> Result<Vec<DataValue>, JitError> {
        let undefined = || JitError::Undefined(name.to_string());
        let function = self.functions.get(plain(name)).ok_or_else(undefined)?;
        let address = self.address(name).ok_or_else(undefined)?;
        let signature = &function.signature;
        if self.isa.triple().architecture != target_lexicon::HOST.architecture {
            return Err(JitError::OtherMachine(self.isa.triple().to_string()));
        }
        if self.isa.flags().enable_pinned_reg() {
            return Err(JitError::PinnedRegister);
        }
        let mut values = trampoline::slots_of(name, signature, arguments)?;
        let trampoline = self.trampoline(signature)?;
        let entry = trampoline.image.address(FunctionId(0));
        // SAFETY: the image holds the trampoline, which has this signature; it lives until the
        // end of this function.
        let entry: trampoline::Entry = unsafe { std::mem::transmute(entry) };
        // The callee was compiled with this signature, which the trampoline was built for; there
        // are as many slots as it reads and writes. The convention of the trampoline is the
        // host's, and nothing in code without a pinned register changes what that preserves.
        enter(entry, address, values.as_mut_ptr())?;
        trampoline::results_of(name, signature, &values)
    }

    fn trampoline(&self, signature: &Signature) -> Result<Arc<Trampoline>, JitError> {
        let mut trampolines = self.trampolines.lock().expect("no panic while it is held");
        if let Some(known) = trampolines.get(signature) {
            return Ok(known.clone());
        }
        let image = trampoline_image(&self.isa, signature, |name, target| self.find(name, target))?;
        let made = Arc::new(Trampoline { image });
        trampolines.insert(signature.clone(), made.clone());
        Ok(made)
    }
}

/// The code of a trampoline; `find` gives addresses of what it refers to.
fn trampoline_image(
    isa: &OwnedTargetIsa,
    signature: &Signature,
    find: impl FnMut(&str, &FinalizedRelocTarget) -> Result<usize, JitError>,
) -> Result<CodeImage, JitError> {
    let mut unit = Unit::new(&**isa);
    unit.define(&**isa, "trampoline", &trampoline::build(signature))?;
    Ok(unit.finish(find)?.0.finish()?)
}

impl JITModule {
    /// Calls a function that is finalized, through a trampoline that is made for this call. The
    /// arguments are checked against the signature that it was declared with.
    ///
    /// # Safety
    ///
    /// As for [`Jit::call`]; and a function that was defined by its bytes has the signature that it
    /// was declared with. The memory of the module has not been freed.
    pub unsafe fn call(
        &self,
        func_id: FuncId,
        arguments: &[DataValue],
    ) -> Result<Vec<DataValue>, JitError> {
        let declared = self.declarations().get_function_decl(func_id);
        let (name, signature) = (declared.linkage_name(func_id), &declared.signature);
        if self.isa().triple().architecture != target_lexicon::HOST.architecture {
            return Err(JitError::OtherMachine(self.isa().triple().to_string()));
        }
        if self.isa().flags().enable_pinned_reg() {
            return Err(JitError::PinnedRegister);
        }
        let address = self.finalized(func_id);
        let address = address.ok_or_else(|| JitError::Undefined(name.to_string()))?;
        let mut values = trampoline::slots_of(&name, signature, arguments)?;
        let image = trampoline_image(self.owned_isa(), signature, |_, target| {
            Err(JitError::Undefined(format!("{target:?}")))
        })?;
        // SAFETY: the image holds the trampoline, which has this signature; it lives until the
        // end of this function.
        let entry: trampoline::Entry = unsafe { std::mem::transmute(image.address(FunctionId(0))) };
        // SAFETY: the callee was compiled with this signature, which the trampoline was built for;
        // there are as many slots as it reads and writes, and code without a pinned register
        // changes nothing that the convention of the trampoline preserves. The caller vouches for
        // what the code does.
        unsafe { entry(address, values.as_mut_ptr()) };
        trampoline::results_of(&name, signature, &values)
    }
}
