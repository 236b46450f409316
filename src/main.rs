//! The `coupon` command.
fn main() {}
