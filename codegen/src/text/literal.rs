//! Literals whose meaning depends on the type they are read for.

use super::error::{ParseResult, error};
use super::lexer::{Token, clip};
use super::parser::Parser;
use crate::ir::immediates::parse_int;
use crate::ir::{ConstantData, Ieee16, Ieee32, Ieee64, Ieee128, Imm64, Type, types};

/// The bytes of a scalar literal, in little-endian order.
fn scalar(text: &str, ty: Type) -> Result<u128, String> {
    fn float<T: core::str::FromStr>(text: &str) -> Result<T, String>
    where
        T::Err: core::fmt::Display,
    {
        text.parse().map_err(|why: T::Err| why.to_string())
    }
    match ty {
        types::F16 => float::<Ieee16>(text).map(|x| x.bits().into()),
        types::F32 => float::<Ieee32>(text).map(|x| x.bits().into()),
        types::F64 => float::<Ieee64>(text).map(|x| x.bits().into()),
        types::F128 => float::<Ieee128>(text).map(|x| x.bits()),
        types::I64 => float::<Imm64>(text).map(|x| u128::from(x.bits() as u64)),
        _ => parse_int(text, ty.bits(), false).map_err(str::to_string),
    }
}

impl<'a> Parser<'a> {
    /// Takes an integer or float literal of the scalar type `ty` and returns its bits.
    pub fn scalar_literal(&mut self, ty: Type) -> ParseResult<u128> {
        let location = self.location();
        let text = match self.peek() {
            Some(Token::Integer(text) | Token::Float(text)) => text,
            _ => return self.expected(&format!("a literal of type {ty}")),
        };
        self.bump();
        scalar(text, ty).map_err(|why| {
            error(location, format!("`{}` is not a literal of type {ty}: {why}", clip(text)))
        })
    }

    /// Takes a vector literal of type `ty`: lanes in brackets or one hexadecimal number. The
    /// result has the size of the type.
    pub fn vector_literal(&mut self, ty: Type) -> ParseResult<ConstantData> {
        let size = ty.bytes() as usize;
        if self.peek() != Some(Token::Punct(b'[')) {
            let location = self.location();
            let data = self.hex_literal(&format!("lanes in brackets or 0x digits for {ty}"))?;
            if data.len() > size {
                let found = data.len();
                let message = format!("{found} bytes do not fit in {ty}: use at most {size}");
                return Err(error(location, message));
            }
            return Ok(data.expand_to(size));
        }
        self.bump();
        let lane = ty.lane_type();
        if lane.bits() > 64 {
            return self.fail(format!("lanes of type {lane} cannot be listed: write 0x digits"));
        }
        let mut bytes = Vec::with_capacity(size);
        for _ in 0..ty.lane_count() {
            let bits = self.scalar_literal(lane)?;
            bytes.extend_from_slice(&bits.to_le_bytes()[..lane.bytes() as usize]);
        }
        self.expect(b']', &format!("behind {} lanes of {ty}", ty.lane_count()))?;
        Ok(bytes.into())
    }

    /// Takes a hexadecimal number of whole bytes.
    pub fn hex_literal(&mut self, what: &str) -> ParseResult<ConstantData> {
        self.number(what, |text| text.parse())
    }
}
