//! `icr derive`: rule by rule, against the plain model, on inputs that cannot be used, and that nothing
//! marked for family violence comes out.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test fails by panicking, and says what it skips; its modules are nobody's library"
)]

mod inputs;
mod model;
mod privacy;
#[path = "../registry/mod.rs"]
mod registry;
mod rules;
