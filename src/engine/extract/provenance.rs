//! The provenance of a file.

/// Who made a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// The state that it is about submitted it.
    Submitted,
    /// It was derived for a state from the Federal Case Registry.
    FcrDerived,
}
