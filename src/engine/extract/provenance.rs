//! Where the records of a file come from.

/// How a file came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A state submitted it.
    Submitted,
    /// It was derived from the Federal Case Registry for a state.
    FcrDerived,
}
