//! `windlass run`: runs a WASI program, or one exported function.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use windlass_runtime::wasi::{self, WasiCtx, WasiCtxBuilder, WasiExit};
use windlass_runtime::{Engine, Error, Func, Instance, Linker, Module, Store, Trap, Val, ValType};

use crate::exit::Outcome;
use crate::options::{CodegenOptions, apply_features};

/// Run a WASI program, or one function of a module
#[derive(Args, Debug)]
pub struct RunCommand {
    /// A folder of the host that the program may use, and its name there; may repeat
    #[arg(long, value_name = "HOST::GUEST")]
    dir: Vec<String>,

    /// A variable of the program's environment; without a value, that of this process; may repeat
    #[arg(long, value_name = "NAME[=VALUE]")]
    env: Vec<String>,

    /// Call this export instead of `_start`; the arguments are its parameters
    #[arg(long, value_name = "NAME")]
    invoke: Option<String>,

    /// Proposals to switch on, or off with `-` in front
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    wasm_features: Vec<String>,

    #[command(flatten)]
    codegen: CodegenOptions,

    /// The program, a binary (.wasm) or text (.wat) module
    file: PathBuf,

    /// Arguments of the program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

impl RunCommand {
    /// Runs the program.
    pub fn execute(self) -> Result<Outcome> {
        let mut config = self.codegen.config()?;
        apply_features(&mut config, &self.wasm_features)?;
        let engine = Engine::new(&config)?;
        let module = Module::from_file(&engine, &self.file)?;
        let mut linker = Linker::<WasiCtx>::new(&engine);
        wasi::add_to_linker(&mut linker, |ctx| ctx)?;
        let mut store = Store::new(&engine, self.wasi_ctx()?);
        let outcome = self.call(&mut store, &linker, &module);
        if self.codegen.time_passes {
            eprint!("{}", engine.pass_times());
        }
        match outcome {
            Ok(()) => Ok(Outcome::Success),
            Err(error) => ended(error),
        }
    }

    fn wasi_ctx(&self) -> Result<WasiCtx> {
        let mut builder = WasiCtxBuilder::new();
        builder.inherit_stdio();
        builder.arg(self.file.to_string_lossy().as_bytes());
        if self.invoke.is_none() {
            builder.args(&self.args);
        }
        for variable in &self.env {
            match variable.split_once('=') {
                Some((name, value)) => builder.env(name, value),
                None => match std::env::var(variable) {
                    Ok(value) => builder.env(variable, value),
                    Err(_) => bail!("--env {variable}: this process has no such variable"),
                },
            };
        }
        for dir in &self.dir {
            let (host, guest) = dir.split_once("::").unwrap_or((dir, dir));
            builder.preopened_dir(host, guest).with_context(|| format!("--dir {dir}"))?;
        }
        Ok(builder.build())
    }

    fn call(
        &self,
        store: &mut Store<WasiCtx>,
        linker: &Linker<WasiCtx>,
        module: &Module,
    ) -> Result<(), Error> {
        let instance = linker.instantiate(&mut *store, module)?;
        match &self.invoke {
            Some(name) => self.invoke(store, instance, name),
            None => {
                let start = instance.get_func(&mut *store, "_start").ok_or_else(|| {
                    Error::msg("the module exports no function `_start`; name one with --invoke")
                })?;
                start.call(&mut *store, &[], &mut [])
            }
        }
    }

    fn invoke(
        &self,
        store: &mut Store<WasiCtx>,
        instance: Instance,
        name: &str,
    ) -> Result<(), Error> {
        let func: Func = instance
            .get_func(&mut *store, name)
            .ok_or_else(|| Error::msg(format!("the module exports no function `{name}`")))?;
        let ty = func.ty(&*store);
        let wanted: Vec<ValType> = ty.params().collect();
        if wanted.len() != self.args.len() {
            return Err(Error::msg(format!(
                "`{name}` takes {} arguments, {} are given",
                wanted.len(),
                self.args.len()
            )));
        }
        let params = wanted
            .iter()
            .zip(&self.args)
            .map(|(ty, text)| parse_value(*ty, text))
            .collect::<Result<Vec<Val>>>()?;
        let mut results = vec![Val::I32(0); ty.results().len()];
        func.call(&mut *store, &params, &mut results)?;
        for value in &results {
            println!("{}", show_value(value));
        }
        Ok(())
    }
}

/// Reads an argument of `--invoke`.
fn parse_value(ty: ValType, text: &str) -> Result<Val> {
    let bad = || anyhow!("`{text}` is no value of type {ty}");
    Ok(match ty {
        ValType::I32 => Val::I32(
            text.parse::<i32>()
                .or_else(|_| text.parse::<u32>().map(|n| n as i32))
                .map_err(|_| bad())?,
        ),
        ValType::I64 => Val::I64(
            text.parse::<i64>()
                .or_else(|_| text.parse::<u64>().map(|n| n as i64))
                .map_err(|_| bad())?,
        ),
        ValType::F32 => Val::F32(text.parse::<f32>().map_err(|_| bad())?.to_bits()),
        ValType::F64 => Val::F64(text.parse::<f64>().map_err(|_| bad())?.to_bits()),
        _ => bail!("values of type {ty} cannot be given on the command line"),
    })
}

/// A result of `--invoke` as it is printed.
fn show_value(value: &Val) -> String {
    match value {
        Val::I32(n) => n.to_string(),
        Val::I64(n) => n.to_string(),
        Val::F32(bits) => f32::from_bits(*bits).to_string(),
        Val::F64(bits) => f64::from_bits(*bits).to_string(),
        other => format!("{other:?}"),
    }
}

/// What an error of the call means for the command.
fn ended(error: Error) -> Result<Outcome> {
    if let Some(exit) = error.downcast_ref::<WasiExit>() {
        return Ok(Outcome::Status(exit.0));
    }
    if error.downcast_ref::<Trap>().is_some() {
        eprintln!("windlass: the program trapped: {error:?}");
        return Ok(Outcome::Trapped);
    }
    Err(error)
}
