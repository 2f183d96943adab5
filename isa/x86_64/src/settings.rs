//! The features of x86-64 processors that code may use, and presets by processor.
//!
//! The base line is SSE2. Features are independent: none implies another.

use windlass_core::settings::{Builder, Flags as SharedFlags, Preset};

/// Settings of x86-64, all off.
pub fn builder() -> Builder {
    Builder::new(&TEMPLATE)
}

impl Flags {
    /// The features that a builder holds. They do not depend on the shared settings so far.
    pub fn new(_shared: &SharedFlags, builder: &Builder) -> Self {
        Self::from_builder(builder)
    }
}

macro_rules! features {
    ($($setting:ident $(= $host:tt)?, $doc:literal $(, $unread:ident)?;)*) => {
        windlass_core::define_settings! {
            /// The features of the processor that code is made for.
            Flags, "x86", PRESETS;
            $(flag $setting = false, $doc $(, $unread no_effect "no rule uses it so far")?;)*
        }

        impl Flags {
            /// Whether the processor has the feature of this name.
            pub fn has(&self, name: &str) -> bool {
                let on = [$((stringify!($setting).split_at(4).1, self.$setting())),*];
                on.contains(&(name, true))
            }
        }

        /// Parts of the instruction set by the names that rows use: first every x86-64 processor's,
        /// then `movbe`, which has no setting because no rule uses it, then the settings without
        /// `has_`.
        pub const FEATURES: &[&str] =
            &["x86-64", "movbe", $(stringify!($setting).split_at(4).1),*];

        /// The settings for what the processor has that this runs on.
        #[cfg(target_arch = "x86_64")]
        pub fn host_features() -> Vec<&'static str> {
            let detected =
                [$($((std::is_x86_feature_detected!($host), stringify!($setting)),)?)*];
            detected.into_iter().filter(|d| d.0).map(|d| d.1).collect()
        }
    };
}

// The setting, and what the host is asked for where it can be asked.
features! {
    has_sse3 = "sse3", "SSE3.", unread;
    has_ssse3 = "ssse3", "SSSE3: `pshufb`, `pmulhrsw`, `pabs`, `palignr`.", unread;
    has_cmpxchg16b = "cmpxchg16b", "`cmpxchg16b`, for 128-bit atomics.";
    has_sse41 = "sse4.1", "SSE4.1: `round`, `pinsr`, `ptest`, `blendv`.";
    has_sse42 = "sse4.2", "SSE4.2: `pcmpgtq`.", unread;
    has_avx = "avx", "AVX: three-operand forms.";
    has_avx2 = "avx2", "AVX2: 256-bit integers, broadcasts.", unread;
    has_fma = "fma", "FMA3: fused multiply-add.";
    has_avx_vnni, "AVX-VNNI: dot products.", unread;
    has_avx512bitalg = "avx512bitalg", "AVX-512 BITALG: `vpopcntb`.", unread;
    has_avx512dq = "avx512dq", "AVX-512 DQ: `vpmullq`.", unread;
    has_avx512vl = "avx512vl", "AVX-512 VL: forms of 128 and 256 bits.", unread;
    has_avx512vbmi = "avx512vbmi", "AVX-512 VBMI: `vpermi2b`.", unread;
    has_avx512f = "avx512f", "AVX-512 foundation.", unread;
    has_avx512vnni, "AVX-512 VNNI: dot products.", unread;
    has_popcnt = "popcnt", "`popcnt`.";
    has_bmi1 = "bmi1", "BMI1: `tzcnt`, `andn`, `blsi` and its like.";
    has_bmi2 = "bmi2", "BMI2: `shlx`, `rorx`, `mulx`, `bzhi`.";
    has_lzcnt = "lzcnt", "`lzcnt`.";
}

macro_rules! presets {
    ($($name:literal $($flag:ident)*;)*) => {
        &[$(Preset { name: $name, flags: &[$(stringify!($flag)),*] }),*]
    };
}

#[rustfmt::skip]
const PRESETS: &[Preset] = presets! {
    "sse3" has_sse3;
    "ssse3" has_sse3 has_ssse3;
    "sse41" has_sse3 has_ssse3 has_sse41;
    "sse42" has_sse3 has_ssse3 has_sse41 has_sse42;
    "baseline";
    "nocona" has_sse3 has_cmpxchg16b;
    "core2" has_sse3 has_cmpxchg16b;
    "penryn" has_sse3 has_ssse3 has_cmpxchg16b has_sse41;
    "atom" has_sse3 has_ssse3 has_cmpxchg16b;
    "bonnell" has_sse3 has_ssse3 has_cmpxchg16b;
    "silvermont" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "slm" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "goldmont" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "goldmont-plus" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "tremont" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "alderlake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_avx_vnni
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "sierraforest" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_avx_vnni
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "grandridge" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_avx_vnni
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "nehalem" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "corei7" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "westmere" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "sandybridge" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_popcnt;
    "corei7-avx" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_popcnt;
    "ivybridge" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_popcnt;
    "core-avx-i" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_popcnt;
    "haswell" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "core-avx2" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "broadwell" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "skylake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "knl" has_cmpxchg16b has_fma has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "knm" has_cmpxchg16b has_fma has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "skylake-avx512" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2
        has_fma has_avx512dq has_avx512vl has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "skx" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_avx512dq has_avx512vl has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "cascadelake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_avx512dq has_avx512vl has_avx512f has_avx512vnni has_popcnt has_bmi1 has_bmi2
        has_lzcnt;
    "cooperlake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_avx512dq has_avx512vl has_avx512f has_avx512vnni has_popcnt has_bmi1 has_bmi2
        has_lzcnt;
    "cannonlake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt has_bmi1 has_bmi2
        has_lzcnt;
    "icelake-client" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2
        has_fma has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f
        has_avx512vnni has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "icelake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_avx512vnni
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "icelake-server" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2
        has_fma has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f
        has_avx512vnni has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "tigerlake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_avx512vnni
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "sapphirerapids" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2
        has_fma has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f
        has_avx512vnni has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "raptorlake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_avx_vnni
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "meteorlake" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_avx_vnni
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "graniterapids" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_avx512vnni
        has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "opteron";
    "k8";
    "athlon64";
    "athlon-fx";
    "opteron-sse3" has_sse3 has_cmpxchg16b;
    "k8-sse3" has_sse3 has_cmpxchg16b;
    "athlon64-sse3" has_sse3 has_cmpxchg16b;
    "barcelona" has_cmpxchg16b has_popcnt has_lzcnt;
    "amdfam10" has_cmpxchg16b has_popcnt has_lzcnt;
    "btver1" has_sse3 has_ssse3 has_cmpxchg16b has_popcnt has_lzcnt;
    "btver2" has_sse3 has_ssse3 has_cmpxchg16b has_avx has_popcnt has_bmi1 has_lzcnt;
    "bdver1" has_sse3 has_ssse3 has_cmpxchg16b has_popcnt has_lzcnt;
    "bdver2" has_sse3 has_ssse3 has_cmpxchg16b has_popcnt has_bmi1 has_lzcnt;
    "bdver3" has_sse3 has_ssse3 has_cmpxchg16b has_popcnt has_bmi1 has_lzcnt;
    "bdver4" has_sse3 has_ssse3 has_cmpxchg16b has_avx2 has_popcnt has_bmi1 has_bmi2 has_lzcnt;
    "znver1" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1
        has_bmi2 has_lzcnt;
    "znver2" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1
        has_bmi2 has_lzcnt;
    "znver3" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1
        has_bmi2 has_lzcnt;
    "znver4" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_avx512bitalg
        has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt has_bmi1 has_bmi2
        has_lzcnt;
    "x86-64";
    "x86-64-v2" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt;
    "x86-64-v3" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx2 has_fma has_popcnt
        has_bmi1 has_bmi2 has_lzcnt;
    "x86-64-v4" has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx2 has_fma
        has_avx512dq has_avx512vl has_popcnt has_bmi1 has_bmi2 has_lzcnt;
};

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::settings::{Configurable, SetError};

    #[test]
    fn presets_name_features_of_the_table() {
        let shared = SharedFlags::new(windlass_core::settings::builder());
        for preset in PRESETS {
            let mut b = builder();
            b.enable(preset.name).unwrap();
            let flags = Flags::new(&shared, &b);
            let on = flags.iter().filter(|value| value.as_bool() == Some(true)).count();
            assert_eq!(on, preset.flags.len(), "{}", preset.name);
        }
    }

    #[test]
    fn presets_and_features_combine() {
        let shared = SharedFlags::new(windlass_core::settings::builder());
        let mut b = builder();
        b.set_words("x86-64-v2 has_avx has_sse42=false").unwrap();
        let flags = Flags::new(&shared, &b);
        assert!(flags.has_popcnt() && flags.has_avx() && flags.has_sse41());
        assert!(!flags.has_sse42() && !flags.has_avx2());
        assert_eq!(b.set("haswell", "true"), Err(SetError::BadType));
        assert_eq!(b.enable("z80"), Err(SetError::BadName("z80".into())));
    }
}
