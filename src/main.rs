//! The `coupon` command; what it does is in [`coupon_edge::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    coupon_edge::cli::run()
}
