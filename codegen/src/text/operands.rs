//! Reads what stands behind an opcode, driven by the opcode table: its operand column says what
//! comes in which order, and `separator` where commas stand. The printer uses the same function.

use std::sync::OnceLock;

use super::error::{Location, ParseResult, error};
use super::lexer::{Prefix, Token};
use super::reader::FunctionReader;
use crate::FxHashMap;
use crate::ir::entities::{
    Constant, DynamicStackSlot, DynamicType, ExceptionTag, FuncRef, SigRef, Value,
};
use crate::ir::opcodes::{Control, OpcodeInfo, OperandKind, TypeExpr};
use crate::ir::{
    AtomicRmwOp, BlockArg, BlockCall, ConstantData, EdgeIndex, ExceptionTableData,
    ExceptionTableItem, FloatCC, Imm64, InstructionData, IntCC, JumpTableData, Opcode, TrapCode,
    Type, ValueList, types,
};
use smallvec::SmallVec;

/// The opcode of this name, by a hash of all names.
pub(super) fn opcode_of_name(name: &str) -> Option<Opcode> {
    static NAMES: OnceLock<FxHashMap<&'static str, Opcode>> = OnceLock::new();
    let names = NAMES.get_or_init(|| Opcode::ALL.iter().map(|op| (op.info().name, *op)).collect());
    names.get(name).copied()
}

/// What stands between two operands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// Nothing: they touch.
    Touch,
    /// A blank.
    Blank,
    /// A comma and a blank.
    Comma,
}

/// What stands between an operand and the one before it.
pub(super) fn separator(before: OperandKind, kind: OperandKind) -> Separator {
    use OperandKind::{FloatCC, FuncRef, IntCC, MemFlags, Offset, RmwOp, Values};
    match (before, kind) {
        (FuncRef, Values) | (_, Offset) => Separator::Touch,
        (MemFlags | IntCC | FloatCC | RmwOp, _) => Separator::Blank,
        _ => Separator::Comma,
    }
}

/// How the list of values of an opcode is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ListStyle {
    /// `v1, v2`
    Bare,
    /// `(v1, v2)`
    Parenthesized,
    /// `v1(v2, v3)`
    Callee,
}

/// How the list of values of an opcode is written.
pub(super) fn list_style(info: &OpcodeInfo) -> ListStyle {
    match info.control {
        Control::Operand(_) => ListStyle::Callee,
        _ if info.operands()[0] == OperandKind::Values => ListStyle::Bare,
        _ => ListStyle::Parenthesized,
    }
}

/// The type of a constant operand: that of the result.
pub(super) fn constant_type(info: &OpcodeInfo, ctrl_type: Type) -> Type {
    info.results.first().and_then(|ty| ty.eval(ctrl_type)).unwrap_or(types::INVALID)
}

/// The number of payload and return words that a block argument can name.
const MAX_RET: u32 = 1 << 30;

impl FunctionReader<'_, '_> {
    /// Reads suffix and operands of an instruction. Returns it with its controlling type.
    pub fn instruction(
        &mut self,
        opcode: Opcode,
        at: Location,
    ) -> ParseResult<(InstructionData, Type)> {
        let info = opcode.info();
        let suffix = self.suffix(info)?;
        let mut data = InstructionData::new(opcode, suffix.unwrap_or(types::INVALID));
        let mut calls = SmallVec::<[BlockCall; 2]>::new();
        let mut values = 0;
        let mut before = None;
        for &kind in info.operands() {
            if let Some(before) = before
                && separator(before, kind) == Separator::Comma
            {
                self.p.expect(b',', &format!("between the operands of {opcode}"))?;
            }
            if let OperandKind::Value(_) = kind {
                data.args[values] = self.value("a value")?;
                values += 1;
            } else if kind == OperandKind::BlockCall {
                calls.push(self.block_call()?);
            } else {
                self.operand(kind, &mut data)?;
            }
            before = Some(kind);
        }
        if !calls.is_empty() {
            data.extra = self.func.dfg.push_block_calls(&calls);
        }
        if let (None, Control::Operand(n)) = (suffix, info.control) {
            data.ctrl_type = self.inferred_type(&data, n as usize, at)?;
        }
        let ctrl_type = data.ctrl_type;
        Ok((data, ctrl_type))
    }

    /// Reads the type suffix and checks it against the opcode's set.
    fn suffix(&mut self, info: &OpcodeInfo) -> ParseResult<Option<Type>> {
        let at = self.p.location();
        if !self.p.optional(b'.') {
            if info.suffix_required() {
                let message = format!("{0} needs a type suffix, as in {0}.i32", info.name);
                return self.p.fail(message);
            }
            return Ok(None);
        }
        let ty = if let Some(Token::Entity(Prefix::DynamicType, _)) = self.p.peek() {
            let make = DynamicType::from_u32;
            let dynamic = self.declared(Prefix::DynamicType, "a dynamic type", make)?;
            match self.func.get_concrete_dynamic_ty(dynamic) {
                Some(ty) => ty,
                None => return Err(error(at, format!("{dynamic} is too large to be used"))),
            }
        } else {
            self.p.ty("a type behind the point")?
        };
        if !info.is_polymorphic() {
            return Err(error(at, format!("{} takes no type suffix", info.name)));
        }
        self.check_type(info, ty, at)?;
        Ok(Some(ty))
    }

    fn check_type(&mut self, info: &OpcodeInfo, ty: Type, at: Location) -> ParseResult<()> {
        if info.t.contains(ty) {
            return Ok(());
        }
        Err(error(at, format!("{} is not defined for type {ty}", info.name)))
    }

    /// The controlling type of an instruction without suffix.
    fn inferred_type(
        &mut self,
        data: &InstructionData,
        n: usize,
        at: Location,
    ) -> ParseResult<Type> {
        let info = data.opcode.info();
        let source = data.arguments(&self.func.dfg.value_lists)[n];
        if !self.func.dfg.value_is_real(source) {
            return Err(error(
                at,
                format!(
                    "{0} needs a type suffix, as in {0}.i32: can't infer from {source} which is \
                     not yet defined",
                    info.name
                ),
            ));
        }
        let ty = self.func.dfg.value_type(source);
        self.check_type(info, ty, at)?;
        Ok(ty)
    }

    /// Reads an operand that is not a single value.
    fn operand(&mut self, kind: OperandKind, data: &mut InstructionData) -> ParseResult<()> {
        let bits = match kind {
            OperandKind::Imm64 => return self.integer_immediate(data),
            OperandKind::Ieee16 | OperandKind::Ieee32 | OperandKind::Ieee64 => {
                let ty = constant_type(data.opcode.info(), data.ctrl_type);
                data.set_imm64(self.p.scalar_literal(ty)? as u64);
                return Ok(());
            }
            OperandKind::Values => {
                let list = self.values(list_style(data.opcode.info()))?;
                data.set_value_list(list);
                return Ok(());
            }
            OperandKind::JumpTable => {
                let default = self.block_call()?;
                self.p.expect(b',', "between the default block and the table")?;
                let mut table = Vec::new();
                self.list(b'[', b']', |r| {
                    table.push(r.block_call()?);
                    Ok(())
                })?;
                self.func.dfg.make_jump_table(JumpTableData::new(default, &table)).as_u32()
            }
            OperandKind::ExceptionTable => self.exception_table()?,
            OperandKind::Constant => self.constant(data)?.as_u32(),
            OperandKind::Mask => {
                let mask = self.p.vector_literal(types::I8X16)?;
                self.func.dfg.make_immediate(mask).as_u32()
            }
            OperandKind::Lane => u32::from(self.p.number("a lane number", |text| {
                let digits = text.strip_prefix("0x");
                match digits {
                    Some(digits) => u8::from_str_radix(digits, 16),
                    None => text.parse::<u8>(),
                }
                .ok()
                .filter(|_| text.as_bytes()[0].is_ascii_digit())
                .filter(|_| digits.is_none_or(|d| d.as_bytes()[0] != b'+'))
                .ok_or("lane numbers are 0 to 255")
            })?),
            OperandKind::IntCC => {
                self.word("an integer condition", |w| w.parse::<IntCC>().ok().map(|cc| cc as u32))?
            }
            OperandKind::FloatCC => {
                self.word("a float condition", |w| w.parse::<FloatCC>().ok().map(|cc| cc as u32))?
            }
            OperandKind::RmwOp => self.word("an atomic operation", |w| {
                w.parse::<AtomicRmwOp>().ok().map(|op| op as u32)
            })?,
            OperandKind::TrapCode => self.word("a trap code", |w| {
                w.parse::<TrapCode>().ok().map(|code| u32::from(code.as_u8()))
            })?,
            OperandKind::MemFlags => self.mem_flags()?.to_bits(),
            OperandKind::Offset => i32::from(self.offset()?) as u32,
            OperandKind::StackSlot => self.stack_slot()?.as_u32(),
            OperandKind::DynamicStackSlot => {
                let make = DynamicStackSlot::from_u32;
                self.declared(Prefix::DynamicStackSlot, "a dynamic stack slot", make)?.as_u32()
            }
            OperandKind::GlobalValue => self.global()?.as_u32(),
            OperandKind::FuncRef => {
                self.declared(Prefix::FuncRef, "a function", FuncRef::from_u32)?.as_u32()
            }
            OperandKind::SigRef => self.sig()?.as_u32(),
            OperandKind::Block => {
                let at = self.p.location();
                let number = self.p.entity(Prefix::Block, "a block")?;
                self.block_of_number(number, at)?.as_u32()
            }
            OperandKind::EdgeIndex => {
                let index: Imm64 = self.p.integer("the number of an exceptional edge")?;
                EdgeIndex::from(index).0 as u32
            }
            OperandKind::CtrlType | OperandKind::Value(_) | OperandKind::BlockCall => {
                unreachable!("{kind:?} is read by the caller")
            }
        };
        data.set_operand(kind, bits);
        Ok(())
    }

    fn integer_immediate(&mut self, data: &mut InstructionData) -> ParseResult<()> {
        let bits = self.p.scalar_literal(data.ctrl_type)? as u64;
        *data = InstructionData {
            opcode: data.opcode,
            ..InstructionData::iconst(data.ctrl_type, bits)
        };
        Ok(())
    }

    fn word(&mut self, what: &str, read: impl FnOnce(&str) -> Option<u32>) -> ParseResult<u32> {
        if let Some(Token::Identifier(word)) = self.p.peek()
            && let Some(bits) = read(word)
        {
            self.p.bump();
            return Ok(bits);
        }
        self.p.expected(what)
    }

    fn sig(&mut self) -> ParseResult<SigRef> {
        self.declared(Prefix::SigRef, "a signature", SigRef::from_u32)
    }

    fn constant(&mut self, data: &InstructionData) -> ParseResult<Constant> {
        if let Some(Token::Entity(Prefix::Constant, _)) = self.p.peek() {
            return self.declared(Prefix::Constant, "a constant", Constant::from_u32);
        }
        let info = data.opcode.info();
        let bytes: ConstantData = match info.results {
            [TypeExpr::Is(ty)] => {
                let size = ty.bytes() as usize;
                self.p.scalar_literal(*ty)?.to_le_bytes()[..size].into()
            }
            _ => self.p.vector_literal(constant_type(info, data.ctrl_type))?,
        };
        Ok(self.func.dfg.constants.insert(bytes))
    }

    // ----------------------------------------------------------------- lists

    /// Reads a list between two brackets, with commas between the items and perhaps at the end.
    fn list(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> ParseResult<()>,
    ) -> ParseResult<()> {
        self.p.expect(open, "before a list")?;
        while !self.p.optional(close) {
            item(self)?;
            if !self.p.optional(b',') {
                return self.p.expect(close, "or `,` behind an item of a list");
            }
        }
        Ok(())
    }

    fn values(&mut self, style: ListStyle) -> ParseResult<ValueList> {
        let mut values = SmallVec::<[Value; 16]>::new();
        if style == ListStyle::Bare {
            if let Some(Token::Entity(Prefix::Value, _)) = self.p.peek() {
                values.push(self.value("a value")?);
                while self.p.optional(b',') {
                    values.push(self.value("a value")?);
                }
            }
        } else {
            if style == ListStyle::Callee {
                values.push(self.value("the address that is called")?);
            }
            self.p.expect(b'(', "before the arguments of a call")?;
            if !self.p.optional(b')') {
                loop {
                    values.push(self.value("an argument")?);
                    if !self.p.optional(b',') {
                        break;
                    }
                }
                self.p.expect(b')', "behind the arguments of a call")?;
            }
        }
        Ok(ValueList::from_slice(&values, &mut self.func.dfg.value_lists))
    }

    fn block_call(&mut self) -> ParseResult<BlockCall> {
        let at = self.p.location();
        let number = self.p.entity(Prefix::Block, "a block")?;
        let block = self.block_of_number(number, at)?;
        let mut args = SmallVec::<[BlockArg; 8]>::new();
        if self.p.peek() == Some(Token::Punct(b'(')) {
            self.list(b'(', b')', |r| {
                let at = r.p.location();
                let arg = match r.p.peek() {
                    Some(Token::Entity(Prefix::Ret, n)) => BlockArg::TryCallRet(n),
                    Some(Token::Entity(Prefix::Exn, n)) => BlockArg::TryCallExn(n),
                    _ => BlockArg::Value(r.value("a value as block argument")?),
                };
                if let BlockArg::TryCallRet(n) | BlockArg::TryCallExn(n) = arg {
                    if n >= MAX_RET {
                        return Err(error(at, "the number is out of range"));
                    }
                    r.p.bump();
                }
                args.push(arg);
                Ok(())
            })?;
        }
        Ok(BlockCall::new(block, args, &mut self.func.dfg.value_lists))
    }

    /// Reads signature, normal target and handlers of a `try_call`; returns the table's number.
    fn exception_table(&mut self) -> ParseResult<u32> {
        let sig = self.sig()?;
        self.p.expect(b',', "between signature and normal target")?;
        let normal = self.block_call()?;
        self.p.expect(b',', "between normal target and handlers")?;
        let mut items = Vec::new();
        self.list(b'[', b']', |r| {
            items.push(match r.p.peek() {
                Some(Token::Entity(Prefix::Tag, tag)) => {
                    r.p.bump();
                    r.p.expect(b':', "between tag and handler")?;
                    ExceptionTableItem::Tag(ExceptionTag::from_u32(tag), r.block_call()?)
                }
                Some(Token::Identifier("default")) => {
                    r.p.bump();
                    r.p.expect(b':', "between `default` and handler")?;
                    ExceptionTableItem::Default(r.block_call()?)
                }
                Some(Token::Identifier("context")) => {
                    r.p.bump();
                    ExceptionTableItem::Context(r.value("a context value")?)
                }
                _ => return r.p.expected("`tagN: block`, `default: block` or `context vN`"),
            });
            Ok(())
        })?;
        Ok(self.func.dfg.make_exception_table(ExceptionTableData::new(sig, normal, items)).as_u32())
    }
}
