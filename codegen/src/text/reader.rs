//! Reads functions: header, blocks and lines. What stands in the preamble is in `preamble`, what
//! stands behind an opcode in `operands`.
//!
//! Everything is read in one pass. A use may come before its definition; uses of values that are
//! not defined yet are put aside and checked when the function ends.

use super::error::{Location, ParseResult, error};
use super::lexer::{Prefix, Token};
use super::parser::{Comment, Parser};
use super::sourcemap::SourceMap;
use crate::ir::entities::{AnyEntity, Block, GlobalValue, Inst, StackSlot, Value};
use crate::ir::{
    AbiParam, ArgumentExtension, ArgumentPurpose, CallConv, DebugTag, ExternalName, Function,
    Opcode, Signature, SourceLoc, UserExternalName, UserFuncName, UserStackMapEntry,
};
use smallvec::SmallVec;

/// What is known of a function beside its content.
#[derive(Clone, Debug)]
pub struct Details<'a> {
    /// Where the function starts.
    pub location: Location,
    /// The comments that belong to the function and its entities, in the order of the text.
    pub comments: Vec<Comment<'a>>,
    /// Where the entities stand.
    pub map: SourceMap,
}

impl Details<'_> {
    /// Where an entity stands, or the function if that is not known.
    pub fn place(&self, entity: AnyEntity) -> Location {
        self.map.location(entity).unwrap_or(self.location)
    }
}

/// Reads all functions up to the end of the text.
pub(crate) fn functions<'a>(p: &mut Parser<'a>) -> ParseResult<Vec<(Function, Details<'a>)>> {
    let mut functions = Vec::new();
    while p.peek().is_some() {
        functions.push(FunctionReader::read(p)?);
    }
    p.finish()?;
    Ok(functions)
}

/// The most aliases of aliases in a chain.
const MAX_ALIAS_CHAIN: usize = 16;

/// A name as the text has it.
pub(super) enum Name<'a> {
    Percent(&'a str),
    User(UserExternalName),
}

impl<'a> Parser<'a> {
    /// Takes `%name` or `uN:M`.
    fn name(&mut self) -> ParseResult<Name<'a>> {
        match self.peek() {
            Some(Token::Name(name)) => {
                self.bump();
                Ok(Name::Percent(name))
            }
            Some(Token::Entity(Prefix::User, namespace)) => {
                self.bump();
                self.expect(b':', "in a name such as u0:1")?;
                let index = self.decimal("the second number of a name such as u0:1")?;
                Ok(Name::User(UserExternalName::new(namespace, index)))
            }
            _ => self.expected("a name such as %f or u0:1"),
        }
    }

    /// Takes the signature of the function that is read.
    fn own_signature(&mut self) -> ParseResult<Signature> {
        let at = self.location();
        match self.declared_signature()? {
            (signature, None) => Ok(signature),
            (_, Some(_)) => Err(error(
                at,
                "a function with variable arguments can be called and not defined: `...` stands \
                 in declared signatures alone",
            )),
        }
    }

    /// Takes a signature, and how many parameters stand before the `...`, if it has one.
    pub fn declared_signature(&mut self) -> ParseResult<(Signature, Option<usize>)> {
        let mut signature = Signature::new(self.default_call_conv);
        let mut variadic = None;
        self.expect(b'(', "before the parameter types")?;
        if !self.optional(b')') {
            loop {
                if variadic.is_none() && self.optional(b'.') {
                    self.expect(b'.', "in `...`")?;
                    self.expect(b'.', "in `...`")?;
                    variadic = Some(signature.params.len());
                } else {
                    let param = self.abi_param()?;
                    signature.params.push(param);
                }
                if !self.optional(b',') {
                    break;
                }
            }
            self.expect(b')', "behind the parameter types")?;
        }
        if self.peek() == Some(Token::Arrow) {
            self.bump();
            loop {
                let result = self.abi_param()?;
                signature.returns.push(result);
                if !self.optional(b',') {
                    break;
                }
            }
        }
        if let Some(Token::Identifier(word)) = self.peek()
            && let Ok(conv) = word.parse::<CallConv>()
        {
            self.bump();
            signature.call_conv = conv;
        }
        Ok((signature, variadic))
    }

    fn abi_param(&mut self) -> ParseResult<AbiParam> {
        let mut param = AbiParam::new(self.ty("the type of a parameter or result")?);
        while let Some(Token::Identifier(word)) = self.peek() {
            match word {
                "uext" => param.extension = ArgumentExtension::Uext,
                "sext" => param.extension = ArgumentExtension::Sext,
                "sarg" => {
                    self.bump();
                    self.expect(b'(', "behind `sarg`")?;
                    let size = self.decimal("the size of a struct argument")?;
                    self.expect(b')', "behind the size of a struct argument")?;
                    param.purpose = ArgumentPurpose::StructArgument(size);
                    continue;
                }
                _ => match word.parse() {
                    Ok(purpose) => param.purpose = purpose,
                    Err(()) => break,
                },
            }
            self.bump();
        }
        Ok(param)
    }
}

/// The state while one function is read.
pub(super) struct FunctionReader<'p, 'a> {
    pub p: &'p mut Parser<'a>,
    pub func: Function,
    pub map: SourceMap,
    /// Uses of values that were not defined yet.
    pending: Vec<(Value, Location)>,
    /// Bases of globals, which may be declared later.
    pub bases: Vec<(GlobalValue, Location)>,
}

impl<'p, 'a> FunctionReader<'p, 'a> {
    fn read(p: &'p mut Parser<'a>) -> ParseResult<(Function, Details<'a>)> {
        p.begin_function();
        let location = p.location();
        p.expect_word("function")?;
        let name = match p.name()? {
            Name::Percent(name) => UserFuncName::testcase(name),
            Name::User(name) => UserFuncName::User(name),
        };
        let signature = p.own_signature()?;
        let mut reader = FunctionReader {
            p,
            func: Function::with_name_signature(name, signature),
            map: SourceMap::default(),
            pending: Vec::new(),
            bases: Vec::new(),
        };
        reader.map.define(AnyEntity::Function, location)?;
        reader.p.expect(b'{', "or a calling convention behind the signature")?;
        reader.p.end_entity(AnyEntity::Function);
        reader.preamble()?;
        while let Some(Token::Entity(Prefix::Block, _)) = reader.p.peek() {
            reader.block()?;
        }
        reader.check_pending()?;
        let what = if reader.func.layout.entry_block().is_some() {
            "an instruction, a block or `}`"
        } else {
            "a declaration, a block or `}`"
        };
        if !reader.p.optional(b'}') {
            return reader.p.expected(what);
        }
        reader.note_gaps();
        let FunctionReader { p, func, map, .. } = reader;
        p.end_entity(AnyEntity::Function);
        Ok((func, Details { location, comments: p.take_comments(), map }))
    }

    fn check_pending(&mut self) -> ParseResult<()> {
        for &(value, location) in &self.pending {
            if !self.func.dfg.value_is_real(value) {
                return Err(error(location, format!("{value} is used but never defined")));
            }
        }
        for &(global, location) in &self.bases {
            if !self.map.contains(global) {
                return Err(error(location, format!("{global} is used but never declared")));
            }
        }
        Ok(())
    }

    /// Notes the declarations that only fill numbers which the text leaves out. Constants among them
    /// are known by having no bytes, and other kinds have no gaps.
    fn note_gaps(&mut self) {
        let func = &self.func;
        let mut gaps: Vec<AnyEntity> = Vec::new();
        gaps.extend(func.sized_stack_slots.keys().map(AnyEntity::from));
        gaps.extend(func.dynamic_stack_slots.keys().map(AnyEntity::from));
        gaps.extend(func.dfg.dynamic_types.keys().map(AnyEntity::from));
        gaps.extend(func.global_values.keys().map(AnyEntity::from));
        gaps.extend(func.dfg.signatures.keys().map(AnyEntity::from));
        gaps.extend(func.dfg.ext_funcs.keys().map(AnyEntity::from));
        gaps.retain(|&entity| !self.map.contains(entity));
        gaps.into_iter().for_each(|entity| self.func.add_gap(entity));
    }

    /// Takes the name of a function or of data.
    pub fn external_name(&mut self) -> ParseResult<ExternalName> {
        if let Some(Token::Entity(Prefix::UserExtName, _)) = self.p.peek() {
            return self.p.fail(
                "`userextname` stands for a name that was not printed: write the name, as in u0:1",
            );
        }
        Ok(match self.p.name()? {
            Name::Percent(name) => ExternalName::from_percent_name(name),
            Name::User(name) => ExternalName::user(self.func.declare_imported_user_function(name)),
        })
    }

    // ---------------------------------------------------------------- values

    /// Makes sure that the graph has the value.
    fn reserve(&mut self, value: Value, at: Location) -> ParseResult<()> {
        let len = self.func.dfg.num_values();
        if value.as_u32() as usize >= len {
            self.p.pay_for(value, len, at)?;
            self.func.dfg.reserve_value(value);
        }
        Ok(())
    }

    /// Takes a value that is used.
    pub fn value(&mut self, what: &str) -> ParseResult<Value> {
        let at = self.p.location();
        let value = Value::from_u32(self.p.entity(Prefix::Value, what)?);
        if !self.func.dfg.value_is_real(value) {
            self.reserve(value, at)?;
            self.pending.push((value, at));
        }
        Ok(value)
    }

    /// Prepares the definition of a value.
    fn define(&mut self, value: Value, at: Location) -> ParseResult<()> {
        if self.func.dfg.value_is_real(value) {
            return Err(error(at, format!("{value} is defined twice")));
        }
        self.reserve(value, at)
    }

    // ---------------------------------------------------------------- blocks

    /// The block of this number; blocks may be named before they are defined.
    pub fn block_of_number(&mut self, number: u32, at: Location) -> ParseResult<Block> {
        let block = Block::from_u32(number);
        let len = self.func.dfg.num_blocks();
        if !self.func.dfg.block_is_valid(block) {
            self.p.pay_for(block, len, at)?;
            while !self.func.dfg.block_is_valid(block) {
                self.func.dfg.make_block();
            }
        }
        Ok(block)
    }

    fn block(&mut self) -> ParseResult<()> {
        self.p.begin_entity();
        let at = self.p.location();
        let number = self.p.entity(Prefix::Block, "a block")?;
        let block = self.block_of_number(number, at)?;
        self.map.define(block, at)?;
        self.func.layout.append_block(block);
        if self.p.optional(b'(') && !self.p.optional(b')') {
            loop {
                let at = self.p.location();
                let value = self.p.entity(Prefix::Value, "a block parameter such as v1: i32")?;
                let value = Value::from_u32(value);
                self.p.expect(b':', "behind the name of a block parameter")?;
                let ty = self.p.ty("the type of the block parameter")?;
                self.define(value, at)?;
                self.func.dfg.append_block_param_for_parser(block, ty, value);
                if !self.p.optional(b',') {
                    break;
                }
            }
            self.p.expect(b')', "behind the block parameters")?;
        }
        if self.p.optional_word("cold") {
            self.func.layout.set_cold(block);
        }
        self.p.expect(b':', "behind the block header")?;
        self.p.end_entity(block.into());
        loop {
            match self.p.peek() {
                Some(
                    Token::Entity(Prefix::Value, _)
                    | Token::Identifier(_)
                    | Token::SourceLoc(_)
                    | Token::Punct(b'<'),
                ) => self.line(block)?,
                _ => return Ok(()),
            }
        }
    }

    // ----------------------------------------------------------------- lines

    fn line(&mut self, block: Block) -> ParseResult<()> {
        self.p.begin_entity();
        let tags = self.debug_tags()?;
        let srcloc = self.source_location()?;
        let mut results = SmallVec::<[(Value, Location); 4]>::new();
        if let Some(Token::Entity(Prefix::Value, _)) = self.p.peek() {
            loop {
                let at = self.p.location();
                let value = self.p.entity(Prefix::Value, "the name of a result")?;
                results.push((Value::from_u32(value), at));
                if !self.p.optional(b',') {
                    break;
                }
            }
            if results.len() == 1 && self.p.peek() == Some(Token::Arrow) {
                let (value, at) = results[0];
                return self.alias(value, at);
            }
            self.p.expect(b'=', "between results and opcode, or `->` for an alias")?;
        }
        let at = self.p.location();
        let word = self.p.identifier("an opcode")?;
        let Some(opcode) = super::operands::opcode_of_name(word) else {
            return Err(error(at, format!("unknown opcode `{}`", super::lexer::clip(word))));
        };
        let (data, ctrl_type) = self.instruction(opcode, at)?;
        let inst = self.func.dfg.make_inst(data);
        self.map.define(inst, at)?;
        self.func.layout.append_inst(inst, block);
        if let Some(srcloc) = srcloc.filter(|srcloc| !srcloc.is_default()) {
            // Locations stay as they are written: relative to 0, no difference means "none".
            self.func.params.ensure_base_srcloc(SourceLoc::new(0));
            self.func.set_srcloc(inst, srcloc);
        }
        self.func.dfg.set_debug_tags(inst, tags);
        self.results(inst, ctrl_type, &results, at)?;
        self.stack_map(inst, opcode)?;
        self.p.end_entity(inst.into());
        Ok(())
    }

    fn alias(&mut self, value: Value, at: Location) -> ParseResult<()> {
        self.p.bump();
        let target_at = self.p.location();
        let target = self.p.entity(Prefix::Value, "the value that the alias stands for")?;
        let target = Value::from_u32(target);
        if !self.func.dfg.value_is_real(target) {
            let message = format!("{target} must be defined before {value} becomes its alias");
            return Err(error(target_at, message));
        }
        if self.func.dfg.value_is_real(value)
            && self.func.dfg.value_alias_dest_for_serialization(value) == Some(target)
        {
            self.p.end_entity(value.into());
            return Ok(());
        }
        self.define(value, at)?;
        let target = self.alias_target(target);
        self.func.dfg.make_value_alias_for_serialization(target, value);
        self.map.define(value, at)?;
        self.p.end_entity(value.into());
        Ok(())
    }

    /// The target, or what it stands for where the chain of aliases would get long: whoever
    /// follows a chain has a bounded number of steps.
    fn alias_target(&self, target: Value) -> Value {
        let mut end = target;
        for _ in 0..MAX_ALIAS_CHAIN {
            match self.func.dfg.value_alias_dest_for_serialization(end) {
                Some(next) => end = next,
                None => return target,
            }
        }
        self.func.dfg.resolve_aliases(end)
    }

    fn results(
        &mut self,
        inst: Inst,
        ctrl_type: crate::ir::Type,
        results: &[(Value, Location)],
        at: Location,
    ) -> ParseResult<()> {
        let expected =
            (0..).take_while(|&n| self.func.dfg.result_type(inst, ctrl_type, n).is_some()).count();
        if expected != results.len() {
            let opcode = self.func.dfg[inst].opcode;
            return Err(error(
                at,
                format!("{opcode} has {expected} results here, but {} are named", results.len()),
            ));
        }
        for (n, &(value, at)) in results.iter().enumerate() {
            let ty = self.func.dfg.result_type(inst, ctrl_type, n).expect("counted above");
            self.define(value, at)?;
            self.func.dfg.attach_result(inst, value, ty);
        }
        Ok(())
    }

    fn debug_tags(&mut self) -> ParseResult<SmallVec<[DebugTag; 4]>> {
        let mut tags = SmallVec::new();
        if !self.p.optional(b'<') {
            return Ok(tags);
        }
        while !self.p.optional(b'>') {
            let tag = match self.p.peek() {
                Some(Token::Integer(_)) => {
                    DebugTag::User(self.p.integer::<crate::ir::Uimm32>("a debug tag")?.bits())
                }
                _ => DebugTag::StackSlot(self.stack_slot()?),
            };
            tags.push(tag);
            if !self.p.optional(b',') {
                self.p.expect(b'>', "behind the debug tags")?;
                break;
            }
        }
        Ok(tags)
    }

    fn source_location(&mut self) -> ParseResult<Option<SourceLoc>> {
        let Some(Token::SourceLoc(digits)) = self.p.peek() else {
            return Ok(None);
        };
        match u32::from_str_radix(digits, 16) {
            Ok(bits) => {
                self.p.bump();
                Ok(Some(SourceLoc::new(bits)))
            }
            Err(_) => self.p.fail("a source location has at most 32 bits"),
        }
    }

    fn stack_map(&mut self, inst: Inst, opcode: Opcode) -> ParseResult<()> {
        if !self.p.optional(b',') {
            return Ok(());
        }
        let at = self.p.location();
        self.p.expect_word("stack_map")?;
        if !opcode.is_call() || opcode.is_return() {
            return Err(error(at, "only calls that return have a stack map"));
        }
        self.p.expect(b'=', "behind `stack_map`")?;
        self.p.expect(b'[', "before the entries of a stack map")?;
        while !self.p.optional(b']') {
            let ty = self.p.ty("the type of a stack map entry")?;
            self.p.expect(b'@', "behind the type of a stack map entry")?;
            let slot = self.stack_slot()?;
            self.p.optional(b'+');
            let offset = self.p.number("the offset of a stack map entry", |text| {
                text.strip_prefix('+').unwrap_or(text).parse::<crate::ir::Uimm32>()
            })?;
            let entry = UserStackMapEntry { ty, slot, offset: offset.bits() };
            self.func.dfg.append_user_stack_map_entry(inst, entry);
            if !self.p.optional(b',') {
                self.p.expect(b']', "behind the entries of a stack map")?;
                break;
            }
        }
        Ok(())
    }

    /// Takes a stack slot that is declared.
    pub fn stack_slot(&mut self) -> ParseResult<StackSlot> {
        self.declared(Prefix::StackSlot, "a stack slot", StackSlot::from_u32)
    }

    /// Takes an entity of the preamble that is declared.
    pub fn declared<E: Copy + Into<AnyEntity> + core::fmt::Display>(
        &mut self,
        prefix: Prefix,
        what: &str,
        make: impl FnOnce(u32) -> E,
    ) -> ParseResult<E> {
        let at = self.p.location();
        let entity = make(self.p.entity(prefix, what)?);
        if self.map.contains(entity) {
            Ok(entity)
        } else {
            Err(error(at, format!("{entity} is not declared: it must be before it is used")))
        }
    }
}
