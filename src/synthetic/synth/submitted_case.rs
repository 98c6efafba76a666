//! A case as a state submits it.

use super::kinds::{Kind, Planted};
use super::text::Text;
use crate::formats::record::ParticipantType;
use crate::formats::reference::State;

/// How a record is corrupted so that an edit rejects it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    /// E02: a control byte.
    ControlByte,
    /// E03: a Case ID that starts with a space.
    CaseId,
    /// E05: a status that is neither O nor C.
    Status,
    /// E09: an unknown participant type.
    Type,
}

/// One record, as its state submits it.
#[derive(Clone)]
pub struct Entry {
    /// The participant's index in the family.
    pub slot: usize,
    /// The role.
    pub participant: ParticipantType,
    /// The participant's number, from which the state makes the Member ID.
    pub member: u64,
    /// The SSN field.
    pub ssn: [u8; 9],
    /// Previous SSN, Additional SSN 1 and 2; only in registry files.
    pub further_ssns: [[u8; 9]; FURTHER],
    /// The state reported the SSN as misidentified.
    pub misidentified: bool,
    /// Last name.
    pub last: Text,
    /// First name.
    pub first: Text,
    /// Middle name.
    pub middle: Text,
    /// Date of birth, CCYYMMDD or blank.
    pub birth: [u8; 8],
    /// Sex.
    pub sex: u8,
    /// Marked for family violence.
    pub marked: bool,
    /// How it fails an edit, if it does.
    pub spoilt: Option<Spoilt>,
}

/// One case, as its state submits it.
#[derive(Clone)]
pub struct SubmittedCase {
    /// The state.
    pub state: State,
    /// Case ID.
    pub id: Text,
    /// County of the case.
    pub county: [u8; 3],
    /// Whether the state's file has it, or the extract derived from its registry file.
    pub listed: bool,
    /// Open.
    pub open: bool,
    /// I or R.
    pub initiating: bool,
    /// The other state.
    pub other_state: State,
    /// County of Other State FIPS Code.
    pub other_county: [u8; 3],
    /// Other State Case ID.
    pub other_id: Text,
    /// Its records, in file order.
    pub entries: Vec<Entry>,
    /// The noise on this side.
    pub own: Planted,
}

impl SubmittedCase {
    /// Whether the registry has it, and withholds it for family violence.
    pub fn is_withheld(&self) -> bool {
        self.own.holds(Kind::FamilyViolence)
    }

    /// Whether somebody in another case of the family is missing from this one.
    pub fn lacks_a_participant_of(&self, other: &SubmittedCase) -> bool {
        let is_here = |slot| self.entries.iter().any(|entry| entry.slot == slot);
        other.entries.iter().any(|entry| !is_here(entry.slot))
    }
}

/// The number of such fields.
pub(super) const FURTHER: usize = 3;
