//! The specification in executable form: a plain, slow matcher written from the specification alone
//! by somebody who had not seen the engine, and the random worlds that both are run on.
//!
//! It shares nothing with the engine. Where the two disagree, the specification says who is right.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "shared by several test programs, and written plainly on purpose"
)]

pub mod plain;
mod scenes;
pub mod worlds;

/// The jurisdictions and counties, read once.
pub fn tables() -> &'static plain::Tables {
    static TABLES: std::sync::LazyLock<plain::Tables> = std::sync::LazyLock::new(|| {
        plain::Tables::new(
            include_str!("../../src/formats/reference/jurisdictions.csv"),
            include_str!("../../src/formats/reference/counties.csv"),
        )
    });
    &TABLES
}

/// The plain matcher's answer.
pub fn answer(world: &plain::World) -> plain::Answer {
    plain::run_with(world, tables()).unwrap_or_else(|problem| panic!("plain matcher: {problem}"))
}
