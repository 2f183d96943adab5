//! Reads the declarations at the head of a function.

use super::error::{Location, ParseResult, error};
use super::lexer::{Prefix, Token};
use super::reader::FunctionReader;
use crate::entity::{EntityRef, PrimaryMap};
use crate::ir::entities::{
    AliasRegion, AnyEntity, Constant, DynamicStackSlot, DynamicType, FuncRef, GlobalValue, SigRef,
    StackSlot,
};
use crate::ir::{
    AliasRegionData, ConstantData, DynamicStackSlotData, DynamicTypeData, ExtFuncData,
    ExternalName, GlobalValueData, Imm64, MemFlags, Offset32, Signature, StackSlotData,
    StackSlotKey, StackSlotKind, Uimm64, types,
};

/// Puts `data` at `key`, with `dummy` below where nothing is.
fn place<K: EntityRef, V: Clone>(map: &mut PrimaryMap<K, V>, key: K, data: V, dummy: V) {
    while map.len() <= key.index() {
        map.push(dummy.clone());
    }
    map[key] = data;
}

impl FunctionReader<'_, '_> {
    /// Reads declarations up to the first block.
    pub fn preamble(&mut self) -> ParseResult<()> {
        loop {
            self.p.begin_entity();
            let at = self.p.location();
            let entity: AnyEntity = match self.p.peek() {
                Some(Token::Entity(prefix, number)) if prefix != Prefix::Block => {
                    self.p.bump();
                    self.declaration(prefix, number, at)?
                }
                Some(Token::Identifier("stack_limit")) => {
                    self.p.bump();
                    self.p.expect(b'=', "behind `stack_limit`")?;
                    self.map.define(AnyEntity::StackLimit, at)?;
                    self.func.stack_limit = Some(self.global()?);
                    AnyEntity::StackLimit
                }
                _ => return Ok(()),
            };
            self.p.end_entity(entity);
        }
    }

    fn declaration(&mut self, prefix: Prefix, number: u32, at: Location) -> ParseResult<AnyEntity> {
        self.p.expect(b'=', "in a declaration")?;
        match prefix {
            Prefix::StackSlot => self.stack_slot_decl(StackSlot::from_u32(number), at),
            Prefix::DynamicStackSlot => {
                self.dynamic_stack_slot_decl(DynamicStackSlot::from_u32(number), at)
            }
            Prefix::DynamicType => self.dynamic_type_decl(DynamicType::from_u32(number), at),
            Prefix::GlobalValue => self.global_decl(GlobalValue::from_u32(number), at),
            Prefix::SigRef => {
                let sig = SigRef::from_u32(number);
                let (signature, variadic) = self.p.declared_signature()?;
                self.map.define(sig, at)?;
                self.p.pay_for(sig, self.func.dfg.signatures.len(), at)?;
                let dummy = Signature::new(self.p.default_call_conv);
                place(&mut self.func.dfg.signatures, sig, signature, dummy);
                if let Some(fixed) = variadic {
                    self.func.dfg.set_variadic(sig, fixed);
                }
                Ok(sig.into())
            }
            Prefix::FuncRef => self.function_decl(FuncRef::from_u32(number), at),
            Prefix::Constant => self.constant_decl(Constant::from_u32(number), at),
            Prefix::Region => self.region_decl(AliasRegion::from_u32(number), at),
            _ => Err(error(
                at,
                "this cannot be declared: expected ss, dss, dt, gv, sig, fn, const, region, stack_limit or a block",
            )),
        }
    }

    fn stack_slot_decl(&mut self, slot: StackSlot, at: Location) -> ParseResult<AnyEntity> {
        self.p.expect_word("explicit_slot")?;
        let size = self.p.number("the size of a stack slot in bytes", |text| {
            let size: Imm64 = text.parse()?;
            u32::try_from(size.bits()).map_err(|_| "a slot has 0 to 0xffff_ffff bytes")
        })?;
        let mut data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, 0);
        while self.p.optional(b',') {
            if self.p.optional_word("align") {
                self.p.expect(b'=', "behind `align`")?;
                data.align_shift =
                    self.p.number("an alignment in bytes", |text| match text.parse::<u32>() {
                        Ok(align) if align.is_power_of_two() => Ok(align.trailing_zeros() as u8),
                        _ => Err("an alignment is a power of two in decimal digits"),
                    })?;
            } else if self.p.optional_word("key") {
                self.p.expect(b'=', "behind `key`")?;
                let key: Uimm64 = self.p.integer("the key of a stack slot")?;
                data.key = Some(StackSlotKey::new(key.bits()));
            } else {
                return self.p.expected("`align` or `key`");
            }
        }
        self.map.define(slot, at)?;
        self.p.pay_for(slot, self.func.sized_stack_slots.len(), at)?;
        let dummy = StackSlotData::new(StackSlotKind::ExplicitSlot, 0, 0);
        place(&mut self.func.sized_stack_slots, slot, data, dummy);
        Ok(slot.into())
    }

    fn dynamic_stack_slot_decl(
        &mut self,
        slot: DynamicStackSlot,
        at: Location,
    ) -> ParseResult<AnyEntity> {
        self.p.expect_word("explicit_dynamic_slot")?;
        let ty = self.declared(Prefix::DynamicType, "a dynamic type", DynamicType::from_u32)?;
        self.map.define(slot, at)?;
        self.p.pay_for(slot, self.func.dynamic_stack_slots.len(), at)?;
        let data = DynamicStackSlotData::new(StackSlotKind::ExplicitDynamicSlot, ty);
        place(&mut self.func.dynamic_stack_slots, slot, data.clone(), data);
        Ok(slot.into())
    }

    fn dynamic_type_decl(&mut self, ty: DynamicType, at: Location) -> ParseResult<AnyEntity> {
        let base_at = self.p.location();
        let base = self.p.ty("a vector type")?;
        if !base.is_vector() {
            return Err(error(base_at, format!("expected a vector type, found {base}")));
        }
        self.p.expect(b'*', "between vector type and scale")?;
        let scale = self.global()?;
        self.map.define(ty, at)?;
        self.p.pay_for(ty, self.func.dfg.dynamic_types.len(), at)?;
        let data = DynamicTypeData::new(base, scale);
        place(&mut self.func.dfg.dynamic_types, ty, data.clone(), data);
        Ok(ty.into())
    }

    fn global_decl(&mut self, global: GlobalValue, at: Location) -> ParseResult<AnyEntity> {
        let word = self
            .p
            .identifier("`vmctx`, `load`, `iadd_imm`, `symbol` or `dyn_scale_target_const`")?;
        let data = match word {
            "vmctx" => GlobalValueData::VMContext,
            "load" => {
                let global_type = self.dot_type()?;
                let flags_at = self.p.location();
                let flags = self.mem_flags()?;
                if !flags.notrap() || !flags.aligned() {
                    return Err(error(flags_at, "a load global must be `notrap aligned`"));
                }
                let base = self.base()?;
                let offset = self.offset()?;
                GlobalValueData::Load { base, offset, global_type, flags }
            }
            "iadd_imm" => {
                let global_type = self.dot_type()?;
                let base = self.base()?;
                self.p.expect(b',', "between base and number")?;
                let offset = self.p.integer("a 64-bit number")?;
                GlobalValueData::IAddImm { base, offset, global_type }
            }
            "symbol" => {
                let colocated = self.p.optional_word("colocated");
                let tls = self.p.optional_word("tls");
                let name = self.external_name()?;
                let offset = match self.p.peek() {
                    Some(Token::Integer(text)) if text.starts_with(['+', '-']) => {
                        self.p.integer("a 64-bit offset")?
                    }
                    _ => Imm64::new(0),
                };
                GlobalValueData::Symbol { name, offset, colocated, tls }
            }
            "dyn_scale_target_const" => {
                let type_at = self.p.location();
                let vector_type = self.dot_type()?;
                if !vector_type.is_vector() {
                    return Err(error(type_at, "the scale of a dynamic type needs a vector type"));
                }
                GlobalValueData::DynScaleTargetConst { vector_type }
            }
            _ => return Err(error(at, format!("unknown kind of global `{word}`"))),
        };
        self.map.define(global, at)?;
        self.p.pay_for(global, self.func.global_values.len(), at)?;
        place(&mut self.func.global_values, global, data, GlobalValueData::VMContext);
        Ok(global.into())
    }

    fn dot_type(&mut self) -> ParseResult<crate::ir::Type> {
        self.p.expect(b'.', "before the type")?;
        self.p.ty("a type")
    }

    /// The base of a global, which may be declared later.
    fn base(&mut self) -> ParseResult<GlobalValue> {
        let at = self.p.location();
        let base = self.p.entity(Prefix::GlobalValue, "the global value to start from")?;
        let base = GlobalValue::from_u32(base);
        self.bases.push((base, at));
        Ok(base)
    }

    /// Takes a global value that is declared.
    pub fn global(&mut self) -> ParseResult<GlobalValue> {
        self.declared(Prefix::GlobalValue, "a global value", GlobalValue::from_u32)
    }

    /// Takes an offset if there is one.
    pub fn offset(&mut self) -> ParseResult<Offset32> {
        match self.p.peek() {
            Some(Token::Integer(text)) if text.starts_with(['+', '-']) => {
                self.p.integer("a 32-bit offset")
            }
            _ => Ok(Offset32::new(0)),
        }
    }

    /// Takes all memory flags that stand here.
    pub fn mem_flags(&mut self) -> ParseResult<MemFlags> {
        let mut flags = MemFlags::new();
        loop {
            match self.p.peek() {
                Some(Token::Identifier(word)) => match flags.set_by_name(word) {
                    Ok(true) => self.p.bump(),
                    Ok(false) => return Ok(flags),
                    Err(why) => return self.p.fail(why),
                },
                Some(Token::Entity(Prefix::Region, _)) => {
                    if flags.alias_region().is_some() {
                        return self.p.fail("an access has at most one alias region");
                    }
                    let make = AliasRegion::from_u32;
                    let region = self.declared(Prefix::Region, "an alias region", make)?;
                    flags.set_alias_region(Some(region));
                }
                _ => return Ok(flags),
            }
        }
    }

    fn function_decl(&mut self, func: FuncRef, at: Location) -> ParseResult<AnyEntity> {
        let colocated = self.p.optional_word("colocated");
        let patchable = self.p.optional_word("patchable");
        let name = self.external_name()?;
        let signature = match self.p.peek() {
            Some(Token::Punct(b'(')) => {
                let signature_at = self.p.location();
                let (signature, variadic) = self.p.declared_signature()?;
                let sig = match variadic {
                    Some(fixed) => self.func.import_variadic_signature(signature, fixed),
                    None => self.func.import_signature(signature),
                };
                self.map.define(sig, signature_at)?;
                sig
            }
            _ => self.declared(Prefix::SigRef, "a signature", SigRef::from_u32)?,
        };
        self.map.define(func, at)?;
        self.p.pay_for(func, self.func.dfg.ext_funcs.len(), at)?;
        if patchable {
            self.func.dfg.patchable_funcs.insert(func);
        }
        let data = ExtFuncData { name, signature, colocated };
        let dummy = ExtFuncData { name: ExternalName::testcase(""), signature, colocated: false };
        place(&mut self.func.dfg.ext_funcs, func, data, dummy);
        Ok(func.into())
    }

    fn constant_decl(&mut self, constant: Constant, at: Location) -> ParseResult<AnyEntity> {
        let data: ConstantData = match self.p.peek() {
            Some(Token::Type(ty)) if ty.is_vector() => {
                self.p.bump();
                self.p.vector_literal(ty)?
            }
            Some(Token::Type(types::F128)) => {
                self.p.bump();
                let bits = self.p.scalar_literal(types::F128)?;
                crate::ir::Ieee128::with_bits(bits).into()
            }
            _ => self.p.hex_literal("a vector type or 0x digits")?,
        };
        self.map.define(constant, at)?;
        self.p.pay_for(constant, self.func.dfg.constants.len(), at)?;
        self.func.dfg.constants.set(constant, data);
        Ok(constant.into())
    }

    fn region_decl(&mut self, region: AliasRegion, at: Location) -> ParseResult<AnyEntity> {
        let user_id = self.p.decimal("the number of an alias region")?;
        let Some(Token::String(description)) = self.p.peek() else {
            return self.p.expected("the description of the region in quotes");
        };
        self.p.bump();
        let next = self.func.dfg.alias_regions.next_key();
        if region < next {
            self.map.define(region, at)?;
        }
        if region != next || region.as_u32() > MemFlags::MAX_REGION {
            return Err(error(at, format!("regions are declared in order: expected {next}")));
        }
        self.map.define(region, at)?;
        self.func
            .dfg
            .alias_regions
            .push(AliasRegionData { user_id, description: description.to_string() });
        Ok(region.into())
    }
}
