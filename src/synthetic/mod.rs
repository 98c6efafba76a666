//! Invented extracts with their truth, and runs held against it.

pub mod score;
pub mod synth;
