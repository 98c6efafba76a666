//! Invented extracts with their truth, and the comparison of runs with it. Nothing here reads real
//! data.

pub mod score;
pub mod synth;
