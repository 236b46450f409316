//! What must hold for every input of a parser, one module per parser.
//!
//! Written once, used twice: `fuzz_targets/` runs it on what libFuzzer makes up, and
//! `tests/corpora.rs` of the main package on the files in `corpus/` and `regressions/`.

pub mod call;
mod draw;
pub mod envelope;
mod json;
pub mod keyid;
pub mod policy;
pub mod request;
pub mod segment;
pub mod shop_list;
pub mod signature;
pub mod token;

/// A target's name, and what must hold for its inputs.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 9] = [
    ("call", call::holds),
    ("envelope", envelope::holds),
    ("keyid", keyid::holds),
    ("policy", policy::holds),
    ("request", request::holds),
    ("segment", segment::holds),
    ("shop_list", shop_list::holds),
    ("signature", signature::holds),
    ("token", token::holds),
];
