//! Settings: rows of name, kind, default and documentation, and what follows from them.
//!
//! One table holds the settings that all machines share (`shared.rs`); each ISA crate has one more
//! with its features and presets, made by the same macro,
//! [`define_settings!`](crate::define_settings).
//! The values are one byte per row. From the rows follow the getters, the parsing of
//! `name=value`, the listing, the help, and the bytes that are hashed into compiled files.

mod shared;
mod words;

pub use crate::define_settings;
pub use shared::{Flags, builder};
pub use words::{
    LibcallCallConv, OptLevel, ProbestackStrategy, RegallocAlgorithm, StackSwitchModel, TlsModel,
};

use core::fmt;

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// True or false.
    Bool,
    /// A number from 0 to 255.
    Num,
    /// One of some words; the value is the position.
    Enum,
    /// No value of its own: switching it on switches a list of booleans on.
    Preset,
}

/// Why nothing reads a setting, and what becomes of values other than its default. The default is
/// always right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// They would ask for something that is not done: they are refused, with this reason.
    Refused(&'static str),
    /// They are right although they change nothing, for this reason.
    NoEffect(&'static str),
}

/// A row of a table of settings.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name.
    pub name: &'static str,
    /// What values it takes.
    pub kind: SettingKind,
    /// The words, if it takes one of some.
    pub words: &'static [&'static str],
    /// The largest number, if it takes numbers.
    pub max: u8,
    /// The value before anything is set.
    pub default: u8,
    /// What it means.
    pub doc: &'static str,
    /// Why nothing reads it, if so.
    pub unread: Option<Unread>,
}

/// A preset: a name for a set of booleans.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The name.
    pub name: &'static str,
    /// The booleans that it switches on. It never switches any off.
    pub flags: &'static [&'static str],
}

/// A table of settings.
#[derive(Debug)]
pub struct Template {
    /// The name of the group: `shared`, or that of an ISA.
    pub name: &'static str,
    /// The settings.
    pub rows: &'static [Row],
    /// The presets.
    pub presets: &'static [Preset],
}

impl Template {
    /// The position of a setting.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.name == name)
    }

    /// Everything that may be set, presets behind the settings.
    pub fn settings(&'static self) -> impl Iterator<Item = Setting> {
        let rows = self.rows.iter().map(|row| Setting {
            name: row.name,
            description: row.doc,
            kind: row.kind,
            values: (row.kind == SettingKind::Enum).then_some(row.words),
            default: row.default,
            flags: &[],
        });
        rows.chain(self.presets.iter().map(|preset| Setting {
            name: preset.name,
            description: "switches a set of features on",
            kind: SettingKind::Preset,
            values: None,
            default: 0,
            flags: preset.flags,
        }))
    }

    /// A listing of all settings with their values, defaults and meaning.
    pub fn help(&'static self) -> String {
        let mut out = String::new();
        for setting in self.settings() {
            let values = match setting.kind {
                SettingKind::Bool => String::from("true|false"),
                SettingKind::Num => {
                    let row = self.position(setting.name).map(|at| &self.rows[at]);
                    format!("0..{}", row.map_or(u8::MAX, |row| row.max))
                }
                SettingKind::Enum => setting.values.unwrap_or_default().join("|"),
                SettingKind::Preset => {
                    out += &format!("{}: {}\n", setting.name, setting.flags.join(" "));
                    continue;
                }
            };
            let default = setting.kind.show(setting.values.unwrap_or_default(), setting.default);
            out += &format!("{}={values} (default {default})\n", setting.name);
            out += &format!("    {}\n", setting.description);
            match self.position(setting.name).and_then(|at| self.rows[at].unread) {
                Some(Unread::Refused(why)) => out += &format!("    Only {default}: {why}.\n"),
                Some(Unread::NoEffect(why)) => out += &format!("    No effect: {why}.\n"),
                None => {}
            }
        }
        out
    }
}

impl SettingKind {
    fn show(self, words: &[&str], value: u8) -> String {
        match self {
            Self::Bool | Self::Preset => (value != 0).to_string(),
            Self::Num => value.to_string(),
            Self::Enum => words.get(usize::from(value)).unwrap_or(&"?").to_string(),
        }
    }
}

/// A setting, for listings.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The name.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// What values it takes.
    pub kind: SettingKind,
    /// The words, if it takes one of some.
    pub values: Option<&'static [&'static str]>,
    /// The value before anything is set.
    pub default: u8,
    /// The booleans that a preset switches on.
    pub flags: &'static [&'static str],
}

/// A setting with its value, for listings. It prints as `name=value`.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// The name.
    pub name: &'static str,
    kind: SettingKind,
    words: &'static [&'static str],
    value: u8,
}

impl Value {
    /// What values the setting takes.
    pub fn kind(&self) -> SettingKind {
        self.kind
    }

    /// The value, if it is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        (self.kind == SettingKind::Bool).then_some(self.value != 0)
    }

    /// The value, if it is a number.
    pub fn as_num(&self) -> Option<u8> {
        (self.kind == SettingKind::Num).then_some(self.value)
    }

    /// The value, if it is one of some words.
    pub fn as_enum(&self) -> Option<&'static str> {
        match self.kind {
            SettingKind::Enum => self.words.get(usize::from(self.value)).copied(),
            _ => None,
        }
    }

    /// The value as a word.
    pub fn value_string(&self) -> String {
        self.kind.show(self.words, self.value)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value_string())
    }
}

/// Names and values of all rows.
pub fn values(template: &'static Template, bytes: &[u8]) -> impl Iterator<Item = Value> {
    let rows = template.rows.iter().zip(bytes);
    rows.map(|(row, &value)| Value { name: row.name, kind: row.kind, words: row.words, value })
}

/// Why a setting could not be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// There is no setting of this name.
    #[error("no setting is named `{0}`; `windlass help settings` lists them")]
    BadName(String),
    /// A preset was given a value, or a setting that needs a value was only switched on.
    #[error(
        "wrong kind of setting: booleans and presets are switched on by name, others take =value"
    )]
    BadType,
    /// The setting does not take this value.
    #[error("wrong value: {0}")]
    BadValue(String),
}

/// The result of changing a setting.
pub type SetResult<T> = Result<T, SetError>;

/// Something whose settings can be changed by name.
pub trait Configurable {
    /// Sets `name` to `value`, as `name=value` does in a text.
    fn set(&mut self, name: &str, value: &str) -> SetResult<()>;

    /// Switches a boolean on, or applies a preset.
    fn enable(&mut self, name: &str) -> SetResult<()>;
}

/// Settings that are being collected.
#[derive(Clone, Debug)]
pub struct Builder {
    template: &'static Template,
    bytes: Box<[u8]>,
}

impl Builder {
    /// All settings of a table at their defaults.
    pub fn new(template: &'static Template) -> Self {
        Self { template, bytes: template.rows.iter().map(|row| row.default).collect() }
    }

    /// The table.
    pub fn template(&self) -> &'static Template {
        self.template
    }

    /// The values, in the order of the rows, if the table is the one of this name.
    pub fn state_for(&self, name: &str) -> &[u8] {
        assert_eq!(name, self.template.name, "settings of another group");
        &self.bytes
    }

    /// Everything that may be set.
    pub fn iter(&self) -> impl Iterator<Item = Setting> + use<> {
        self.template.settings()
    }

    /// Sets all settings of a list such as `opt_level=speed is_pic`.
    pub fn set_words(&mut self, words: &str) -> SetResult<()> {
        words.split_whitespace().try_for_each(|word| self.set_word(word))
    }

    /// Sets one setting, written `name=value`, or `name` to switch it on.
    pub fn set_word(&mut self, word: &str) -> SetResult<()> {
        match word.split_once('=') {
            Some((name, value)) => self.set(name, value),
            None => self.enable(word),
        }
    }
}

/// The value that a text gives to a row, if the row takes it.
fn parse_value(row: &Row, text: &str) -> SetResult<u8> {
    let value = value_of(row, text)?;
    accept(row, value)?;
    Ok(value)
}

/// Whether a row takes a value.
fn accept(row: &Row, value: u8) -> SetResult<()> {
    match row.unread {
        Some(Unread::Refused(why)) if value != row.default => {
            let [default, value] = [row.default, value].map(|v| row.kind.show(row.words, v));
            let name = row.name;
            Err(SetError::BadValue(format!("`{name}` is {default}, not `{value}`: {why}")))
        }
        _ => Ok(()),
    }
}

fn value_of(row: &Row, text: &str) -> SetResult<u8> {
    match row.kind {
        SettingKind::Bool => match text {
            "true" | "on" | "yes" | "1" => Ok(1),
            "false" | "off" | "no" | "0" => Ok(0),
            _ => Err(SetError::BadValue(format!("`{}` is true or false, not `{text}`", row.name))),
        },
        SettingKind::Num => match text.parse() {
            Ok(value) if value <= row.max && text.bytes().all(|b| b.is_ascii_digit()) => Ok(value),
            _ => Err(SetError::BadValue(format!(
                "`{}` is a number from 0 to {}, not `{text}`",
                row.name, row.max
            ))),
        },
        SettingKind::Enum => match row.words.iter().position(|word| *word == text) {
            Some(value) => Ok(value as u8),
            None => Err(SetError::BadValue(format!(
                "`{}` is one of {}, not `{text}`",
                row.name,
                row.words.join(", ")
            ))),
        },
        SettingKind::Preset => Err(SetError::BadType),
    }
}

impl Configurable for Builder {
    fn set(&mut self, name: &str, value: &str) -> SetResult<()> {
        match self.template.position(name) {
            Some(i) => {
                self.bytes[i] = parse_value(&self.template.rows[i], value)?;
                Ok(())
            }
            None if self.template.presets.iter().any(|preset| preset.name == name) => {
                Err(SetError::BadType)
            }
            None => Err(SetError::BadName(name.to_string())),
        }
    }

    fn enable(&mut self, name: &str) -> SetResult<()> {
        if let Some(i) = self.template.position(name) {
            if self.template.rows[i].kind != SettingKind::Bool {
                return Err(SetError::BadType);
            }
            accept(&self.template.rows[i], 1)?;
            self.bytes[i] = 1;
            return Ok(());
        }
        let preset = self.template.presets.iter().find(|preset| preset.name == name);
        let preset = preset.ok_or_else(|| SetError::BadName(name.to_string()))?;
        for flag in preset.flags {
            let i = self.template.position(flag).expect("presets name settings of their table");
            accept(&self.template.rows[i], 1)?;
            self.bytes[i] = 1;
        }
        Ok(())
    }
}

/// Makes a table of settings and the type that holds their values, with a getter for each.
///
/// A row is `flag`, `number` or `word`, a name (with `word`, the type of its words), the default
/// and the documentation. Behind the default of a number may stand `max` and the largest one that
/// it takes; behind the documentation of a setting that nothing reads stands `unread`, what becomes
/// of other values than the default ([`Unread`]), and why.
#[macro_export]
macro_rules! define_settings {
    ($(#[$meta:meta])* $flags:ident, $group:literal, $presets:expr;
     $($kind:ident $name:ident $(: $ty:ident)? = $default:expr $(, max $max:literal)?, $doc:literal
        $(, unread $other:ident $why:literal)?;)*) => {
        /// The positions of the rows.
        #[allow(non_camel_case_types, reason = "settings have the names of the text form")]
        #[repr(u8)]
        enum Position { $($name),* }

        /// The table.
        pub static TEMPLATE: $crate::settings::Template = $crate::settings::Template {
            name: $group,
            rows: &[$($crate::settings::Row {
                name: stringify!($name),
                kind: $crate::define_settings!(@kind $kind $($ty)?),
                words: $crate::define_settings!(@words $kind $($ty)?),
                max: $crate::define_settings!(@max $($max)?),
                default: $default as u8,
                doc: $doc,
                unread: $crate::define_settings!(@unread $($other $why)?),
            }),*],
            presets: $presets,
        };

        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $flags {
            bytes: [u8; [$(stringify!($name)),*].len()],
        }

        impl $flags {
            /// The values that a builder for this table holds.
            pub fn from_builder(builder: &$crate::settings::Builder) -> Self {
                let state = builder.state_for($group);
                Self { bytes: state.try_into().expect("a builder has one byte for each row") }
            }

            /// All settings with their values.
            pub fn iter(&self) -> impl Iterator<Item = $crate::settings::Value> {
                $crate::settings::values(&TEMPLATE, &self.bytes)
            }

            /// The values as bytes: what is to be hashed into compiled files.
            pub fn hash_bytes(&self) -> &[u8] {
                &self.bytes
            }

            $($crate::define_settings!(@getter $kind $name $doc $($ty)?);)*
        }

        impl ::core::fmt::Display for $flags {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::writeln!(f, "[{}]", $group)?;
                self.iter().try_for_each(|value| ::core::writeln!(f, "{value}"))
            }
        }

        impl ::core::fmt::Debug for $flags {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_list().entries(self.iter().map(|value| value.to_string())).finish()
            }
        }
    };
    (@kind flag) => { $crate::settings::SettingKind::Bool };
    (@kind number) => { $crate::settings::SettingKind::Num };
    (@kind word $ty:ident) => { $crate::settings::SettingKind::Enum };
    (@max) => { u8::MAX };
    (@max $max:literal) => { $max };
    (@unread) => { ::core::option::Option::None };
    (@unread refused $why:literal) => {
        ::core::option::Option::Some($crate::settings::Unread::Refused($why))
    };
    (@unread no_effect $why:literal) => {
        ::core::option::Option::Some($crate::settings::Unread::NoEffect($why))
    };
    (@words word $ty:ident) => { $ty::WORDS };
    (@words $kind:ident) => { &[] };
    (@getter flag $name:ident $doc:literal) => {
        #[doc = $doc]
        #[inline]
        pub fn $name(&self) -> bool {
            self.bytes[Position::$name as usize] != 0
        }
    };
    (@getter number $name:ident $doc:literal) => {
        #[doc = $doc]
        #[inline]
        pub fn $name(&self) -> u8 {
            self.bytes[Position::$name as usize]
        }
    };
    (@getter word $name:ident $doc:literal $ty:ident) => {
        #[doc = $doc]
        #[inline]
        pub fn $name(&self) -> $ty {
            $ty::ALL[self.bytes[Position::$name as usize] as usize]
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parsed_by_kind() {
        let mut b = builder();
        b.set_words("opt_level=speed is_pic enable_verifier=off probestack_size_log2=16").unwrap();
        let flags = Flags::new(b.clone());
        assert_eq!(flags.opt_level(), OptLevel::Speed);
        assert!(flags.is_pic() && !flags.enable_verifier());
        assert_eq!(flags.probestack_size_log2(), 16);
        for word in ["true", "on", "yes", "1"] {
            b.set("enable_pinned_reg", word).unwrap();
            assert!(Flags::new(b.clone()).enable_pinned_reg());
            b.set("enable_pinned_reg", "no").unwrap();
        }
        for (word, error) in [
            (";", SetError::BadName(";".into())),
            ("opt_level", SetError::BadType),
            ("unwind_info2=1", SetError::BadName("unwind_info2".into())),
        ] {
            assert_eq!(b.set_word(word), Err(error));
        }
        for word in [
            "opt_level=fast",
            "is_pic=2",
            "probestack_size_log2=256",
            "is_pic=TRUE",
            "probestack_size_log2=+1",
            "probestack_size_log2=",
        ] {
            assert!(matches!(b.set_word(word), Err(SetError::BadValue(_))), "{word}");
        }
    }

    #[test]
    fn listing_and_bytes_follow_the_rows() {
        let flags = Flags::new(builder());
        let text = flags.to_string();
        assert!(text.starts_with("[shared]\nregalloc_algorithm=backtracking\n"), "{text}");
        assert!(text.contains("\nprobestack_size_log2=12\n"));
        assert_eq!(flags.hash_bytes().len(), shared::TEMPLATE.rows.len());
        assert_eq!(flags.iter().count(), flags.hash_bytes().len());
        let help = shared::TEMPLATE.help();
        assert!(help.contains("opt_level=none|speed|speed_and_size (default none)"), "{help}");
    }

    #[test]
    fn defaults_are_those_of_the_reference() {
        let flags = Flags::new(builder());
        let on: Vec<_> =
            flags.iter().filter(|v| v.as_bool() == Some(true)).map(|v| v.name).collect();
        assert_eq!(
            on,
            [
                "enable_alias_analysis",
                "enable_verifier",
                "unwind_info",
                "enable_heap_access_spectre_mitigation",
                "enable_table_access_spectre_mitigation"
            ]
        );
    }
}
