//! The features of AArch64 processors that code may use, and what protects its branches. There are
//! no presets.

use windlass_core::settings::{Builder, Flags as SharedFlags};

/// Settings of AArch64, all off.
pub fn builder() -> Builder {
    Builder::new(&TEMPLATE)
}

impl Flags {
    /// The settings that a builder holds. They do not depend on the shared settings.
    pub fn new(_shared: &SharedFlags, builder: &Builder) -> Self {
        Self::from_builder(builder)
    }
}

windlass_core::define_settings! {
    /// The features of the processor that code is made for.
    Flags, "aarch64", &[];
    flag has_lse = false, "FEAT_LSE: atomic instructions instead of loops.",
        unread no_effect "no rule uses it so far";
    flag has_pauth = false, "FEAT_PAuth: pointer authentication beyond hints.",
        unread no_effect "return addresses are signed by hints, with it or without";
    flag has_fp16 = false, "FEAT_FP16: floats of 16 bits.",
        unread no_effect "no rule uses it so far";
    flag has_dotprod = false, "FEAT_DotProd: dot products.",
        unread no_effect "no rule uses it so far";
    flag has_i8mm = false, "FEAT_I8MM: dot products of mixed signs.",
        unread no_effect "no rule uses it so far";
    flag sign_return_address_all = false, "Return addresses are signed in functions without a frame too.",
        unread refused "return addresses are not signed so far";
    flag sign_return_address = false, "Return addresses are signed with the A key.",
        unread refused "return addresses are not signed so far";
    flag sign_return_address_with_bkey = false, "Return addresses are signed with the B key.",
        unread refused "return addresses are not signed so far";
    flag use_bti = false, "The targets of indirect branches are marked.",
        unread refused "targets of indirect branches are not marked so far";
    flag use_csdb = false, "A barrier behind selections that guard against speculation.",
        unread refused "there is no barrier so far";
}
