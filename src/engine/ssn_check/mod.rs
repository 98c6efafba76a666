//! SSN verification and misidentified SSNs (verification.md, sections 1 and 2). The answers are per
//! record; no other state's record is looked at.

mod crowded_names;
mod line_offsets;
mod misidentified;
mod side_file;
mod ssn_master;
mod tolerance;

pub use misidentified::{Misidentified, MisidentifiedEntry, each_entry};
pub use ssn_master::SsnMaster;
pub use tolerance::passes_name_test;

/// A participant's SSN verification indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Indicator {
    /// The SSN is absent, or it is usable and no master was given.
    Blank = 0,
    /// The SSN and the name are a pair on record.
    Yes = 1,
    /// The SSN is invalid, or is on record with other names.
    No = 2,
}

impl Indicator {
    /// The byte of the response field.
    #[inline]
    pub fn byte(self) -> u8 {
        match self {
            Indicator::Blank => b' ',
            Indicator::Yes => b'Y',
            Indicator::No => b'N',
        }
    }

    /// The indicator with this number.
    #[inline]
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Indicator::Yes,
            2 => Indicator::No,
            _ => Indicator::Blank,
        }
    }
}
