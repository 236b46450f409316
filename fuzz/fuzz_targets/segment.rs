//! See `segment` in `fuzz/src`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| coupon_edge_fuzz::segment::holds(data));
