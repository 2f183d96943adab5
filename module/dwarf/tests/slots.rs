//! Where debug information says that stack slots are, in frames that are realigned and in others.

use std::collections::HashMap;

use gimli::read::{AttributeValue, Dwarf, EndianSlice, EvaluationResult, Location};
use gimli::{LittleEndian, SectionId};
use windlass_core::Context;
use windlass_core::ir::StackSlot;
use windlass_core::settings;
use windlass_core::testfile::parse_functions;
use windlass_dwarf::{
    Address, DebugInfo, FunctionInfo, LineInfo, Place, ScalarKind, UnitInfo, Variable,
};

/// The address that the location of the only variable has, if the frame's canonical address is this.
fn located(sections: &HashMap<SectionId, Vec<u8>>, cfa: u64) -> u64 {
    let load = |id: SectionId| -> Result<_, gimli::Error> {
        let bytes = sections.get(&id).map_or(&[][..], |bytes| bytes);
        Ok(EndianSlice::new(bytes, LittleEndian))
    };
    let dwarf = Dwarf::load(load).unwrap();
    let header = dwarf.units().next().unwrap().unwrap();
    let unit = dwarf.unit(header).unwrap();
    let mut entries = unit.entries();
    while let Some(entry) = entries.next_dfs().unwrap() {
        if entry.tag() != gimli::DW_TAG_variable {
            continue;
        }
        let Some(AttributeValue::Exprloc(expression)) = entry.attr_value(gimli::DW_AT_location)
        else {
            panic!("the variable has a place");
        };
        let mut evaluation = expression.evaluation(unit.encoding());
        let mut result = evaluation.evaluate().unwrap();
        while result == EvaluationResult::RequiresFrameBase {
            result = evaluation.resume_with_frame_base(cfa).unwrap();
        }
        assert_eq!(result, EvaluationResult::Complete);
        let Location::Address { address } = evaluation.result()[0].location else {
            panic!("it is in memory");
        };
        return address;
    }
    panic!("there is a variable");
}

/// The number behind `before` in a listing.
fn number(lines: &[&str], before: &str) -> Option<u64> {
    let line = lines.iter().find_map(|line| line.split_once(before))?.1;
    let digits = line.split([']', ' ']).next().unwrap();
    Some(match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).unwrap(),
        None => digits.parse().unwrap(),
    })
}

#[test]
fn a_slot_is_where_the_code_has_it() {
    let flags = settings::Flags::new(settings::builder());
    let isa = windlass_isa::lookup_by_name("x86_64").unwrap().finish(flags).unwrap();
    for align in [16, 64, 4096] {
        let text = format!(
            "function %f() -> i64 {{
                 ss0 = explicit_slot 8, align = {align}
                 ss1 = explicit_slot 400, align = 16
                 fn0 = colocated %f() -> i64
             block0:
                 v0 = call fn0()
                 v1 = stack_addr.i64 ss1
                 return v1 }}"
        );
        let mut context = Context::for_function(parse_functions(&text).unwrap().pop().unwrap());
        context.compile(&*isa, &mut Default::default()).unwrap();
        let code = context.take_compiled_code().unwrap();
        let unit = UnitInfo {
            producer: "a test",
            name: "t",
            directory: "/",
            language: gimli::DW_LANG_C99,
        };
        let mut info = DebugInfo::new(&*isa, &unit);
        let line = LineInfo { file: info.file("t"), line: 1, column: 0 };
        let ty = info.scalar("long", 8, ScalarKind::Signed);
        let place = Place::Slot(StackSlot::from_u32(1));
        let variables = [Variable { name: "v", ty, is_parameter: false, line, place }];
        let function = FunctionInfo {
            name: "f",
            linkage_name: "f",
            external: true,
            line,
            result: None,
            address: Address::Constant(0),
            variables: &variables,
        };
        info.function(&*isa, &context.func, &code, &function, |_| Some(line));
        let sections: HashMap<_, _> = info
            .write()
            .unwrap()
            .into_iter()
            .map(|(id, section)| (id, section.into_bytes()))
            .collect();
        // What the code does: `push rbp; mov rbp, rsp; sub rsp, N`, perhaps `and rsp, -ALIGN`, and
        // in the end `lea rax, [rsp + OFFSET]`.
        let listing = isa.to_text(code.code_buffer(), code.buffer.code_size());
        let lines: Vec<_> = listing.lines().collect();
        let below = number(&lines, "sub rsp, ").unwrap();
        let mask = number(&lines, "and rsp, -").map_or(!0, u64::wrapping_neg);
        assert_eq!(mask, if align > 16 { !(align - 1) } else { !0 }, "{listing}");
        let offset = number(&lines, "lea rax, [rsp + ").unwrap();
        for cfa in [0x7fff_0000_1000, 0x7fff_0000_1010, 0x7fff_0000_1ff0, 0x7fff_0000_0fe0] {
            let stack_pointer = (cfa - 16 - below) & mask;
            assert_eq!(located(&sections, cfa), stack_pointer + offset, "{align}: {listing}");
        }
    }
}
