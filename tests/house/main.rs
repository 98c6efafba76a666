//! The house itself: the plan of `src`, the references and transcripts of the documentation, and the
//! library's examples.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test fails by panicking, and says what it skips; its modules are nobody's library"
)]

mod docs;
mod layers;
mod library;
mod spec_links;
