//! The passes over the IR. Each is a function in a file of its own; the table of passes names them.

#[cfg(feature = "matchers")]
mod conds;
#[cfg(feature = "matchers")]
mod divide;
#[cfg(feature = "matchers")]
mod generated;
pub mod kinds;
pub mod legalize;
pub mod nans;
pub mod params;
#[cfg(feature = "matchers")]
pub mod rebuild;
#[cfg(feature = "matchers")]
pub mod simplify;
pub mod unreachable;
