//! What is asked of a target machine.

mod call_conv;

pub use call_conv::CallConv;
