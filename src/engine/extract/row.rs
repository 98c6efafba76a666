//! One accepted record, packed into 24 bytes.

use crate::engine::ssn_check::Indicator;
use crate::formats::record::{Date, NameKey, ParticipantClass, ParticipantType, Ssn};

/// A row's place among the accepted records of its extract, ordered by case, from 0.
pub type RowId = u32;

/// What the match needs of an accepted record. Other fields are read from the file at its offset.
#[derive(Clone, Copy)]
pub struct Row {
    /// The digest of the name key; 0 if there is none.
    name: u64,
    /// The record's first byte in the file, from 0, in the lower 48 bits; its length, at most 241,
    /// in the upper 16.
    place: u64,
    /// The digits of a usable SSN; 0 if the SSN is absent, [`INVALID`] if it is invalid.
    ssn: u32,
    /// Bits 0-23: Date of Birth in days, 0 if blank or invalid. 24-26: type. 27-28: SSN
    /// verification indicator. 29: W13. 30: W15.
    packed: u32,
}

const INVALID: u32 = u32::MAX;
const DAYS: u32 = (1 << 24) - 1;
const W13: u32 = 1 << 29;
const W15: u32 = 1 << 30;

/// The parts of a row.
pub(crate) struct RowParts {
    pub(crate) name: Option<NameKey>,
    pub(crate) offset: u64,
    pub(crate) length: usize,
    pub(crate) ssn: crate::formats::record::SsnField,
    pub(crate) date_of_birth: Option<Date>,
    pub(crate) participant: ParticipantType,
}

impl Row {
    #[inline]
    pub(crate) fn new(parts: &RowParts) -> Self {
        use crate::formats::record::SsnField;
        Row {
            name: parts.name.map_or(0, NameKey::digest),
            place: (parts.length as u64) << 48 | parts.offset,
            ssn: match parts.ssn {
                SsnField::Absent => 0,
                SsnField::Usable(ssn) => ssn.number(),
                SsnField::Invalid => INVALID,
            },
            packed: parts.date_of_birth.map_or(0, Date::days) | parts.participant.number() << 24,
        }
    }

    /// The record's first byte in the file, from 0.
    #[inline]
    pub fn offset(&self) -> u64 {
        self.place & ((1 << 48) - 1)
    }

    /// The record's length in bytes, at most 241.
    #[inline]
    pub fn length(&self) -> usize {
        (self.place >> 48) as usize
    }

    /// The digest of the name key, if there is one.
    #[inline]
    pub fn name(&self) -> Option<u64> {
        (self.name != 0).then_some(self.name)
    }

    /// The usable SSN, if it has one.
    #[inline]
    pub fn ssn(&self) -> Option<Ssn> {
        (self.ssn != 0 && self.ssn != INVALID).then(|| Ssn::from_number(self.ssn))
    }

    /// Whether it has this usable SSN: a single comparison, for loops over all rows of a case.
    #[inline]
    pub(crate) fn has_ssn(&self, ssn: Ssn) -> bool {
        self.ssn == ssn.number()
    }

    /// Whether the SSN is blank or nine zeros.
    #[inline]
    pub fn ssn_is_absent(&self) -> bool {
        self.ssn == 0
    }

    /// The Date of Birth, if it is valid.
    #[inline]
    pub fn date_of_birth(&self) -> Option<Date> {
        Date::from_days(self.packed & DAYS)
    }

    /// The participant's type.
    #[inline]
    pub fn participant(&self) -> ParticipantType {
        ParticipantType::from_number(self.packed >> 24 & 7)
    }

    /// The participant's class.
    #[inline]
    pub fn class(&self) -> Option<ParticipantClass> {
        self.participant().class()
    }

    /// The SSN verification indicator.
    #[inline]
    pub fn verification(&self) -> Indicator {
        Indicator::from_number(self.packed >> 27 & 3)
    }

    /// The key in the index of adults: usable SSN and type in 32 bits, for an adult that has both.
    #[inline]
    pub fn adult_key(&self) -> Option<u32> {
        let ssn = self.ssn()?;
        (self.class()? == ParticipantClass::Adult)
            .then(|| ssn.number() << 2 | (self.participant().number() & 3))
    }

    /// The key in the index of children: the usable SSN, for a child that has one.
    #[inline]
    pub fn child_key(&self) -> Option<u32> {
        let ssn = self.ssn()?;
        (self.class()? == ParticipantClass::Child).then(|| ssn.number())
    }

    /// The digest of the name key of a child.
    #[inline]
    pub fn child_name(&self) -> Option<u64> {
        (self.class() == Some(ParticipantClass::Child))
            .then(|| self.name())
            .flatten()
    }

    /// Whether the case data of the record differ from those of its case's first (W13).
    pub(crate) fn differs_from_first(&self) -> bool {
        self.packed & W13 != 0
    }

    /// Whether the case lists the participant earlier (W15).
    pub(crate) fn is_repeated(&self) -> bool {
        self.packed & W15 != 0
    }

    /// Whether the SSN is neither absent nor usable.
    pub(crate) fn ssn_is_invalid(&self) -> bool {
        self.ssn == INVALID
    }

    pub(crate) fn set_verification(&mut self, indicator: Indicator) {
        self.packed = self.packed & !(3 << 27) | (indicator as u32) << 27;
    }

    pub(crate) fn set_differs_from_first(&mut self, value: bool) {
        self.packed = self.packed & !W13 | if value { W13 } else { 0 };
    }

    pub(crate) fn set_repeated(&mut self, value: bool) {
        self.packed = self.packed & !W15 | if value { W15 } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::record::SsnField;

    #[test]
    fn a_row_takes_24_bytes_and_gives_back_what_went_in() {
        assert_eq!(size_of::<Row>(), 24);
        let ssn = SsnField::parse(b"899999998");
        let mut row = Row::new(&RowParts {
            name: None,
            offset: (1 << 48) - 1,
            length: 241,
            ssn,
            date_of_birth: Date::from_ccyymmdd(20_261_122),
            participant: ParticipantType::Pf,
        });
        row.set_verification(Indicator::No);
        row.set_repeated(true);
        assert_eq!((row.offset(), row.length()), ((1 << 48) - 1, 241));
        assert_eq!(row.ssn(), ssn.usable());
        assert_eq!(row.adult_key(), Some(899_999_998 << 2 | 3));
        assert_eq!(
            (row.child_key(), row.name(), row.child_name()),
            (None, None, None)
        );
        assert_eq!(row.date_of_birth().unwrap().ccyymmdd(), 20_261_122);
        assert_eq!(row.participant(), ParticipantType::Pf);
        assert_eq!(row.verification(), Indicator::No);
        assert!(row.is_repeated() && !row.differs_from_first());
        row.set_repeated(false);
        row.set_differs_from_first(true);
        assert!(!row.is_repeated() && row.differs_from_first());
    }
}
