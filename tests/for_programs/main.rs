//! What the program prints for other programs, and about itself.

#![allow(
    clippy::unwrap_used,
    clippy::pedantic,
    reason = "a test fails by panicking"
)]

#[path = "../program/mod.rs"]
mod program;

mod help;
mod schemas;
mod validate;
