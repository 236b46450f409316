//! The `coupon` command: the real binary, in folders of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

mod campaign;
mod desk;
mod frame;
mod inspect;
mod issue;
mod keys;
mod offline;
mod ops;
mod pos;
mod prove;
mod qr;
mod receipt;
mod replay;
mod settle;
mod shop;
mod till;
