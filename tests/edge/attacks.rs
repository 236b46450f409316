//! What an attacker tries from outside, beyond a single wrong request: docs/threat-model.md names
//! these tests.

mod captured;
mod headers;
mod strain;
mod stranger;
