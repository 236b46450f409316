//! See `token` in `fuzz/src`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| coupon_edge_fuzz::token::holds(data));
