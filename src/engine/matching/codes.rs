//! Reason codes (matching.md, section 7).

use super::{Counterpart, Side};
use crate::engine::extract::Case;
use crate::engine::extract::Row;

/// A reason code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[expect(
    missing_docs,
    reason = "the table of reason codes says what each means"
)]
pub enum ReasonCode {
    R00,
    R01,
    R02,
    R03,
    R04,
    R05,
    R06,
    R07,
    R08,
}

impl ReasonCode {
    /// All codes, in order.
    pub const ALL: [ReasonCode; 9] = {
        use ReasonCode::{R00, R01, R02, R03, R04, R05, R06, R07, R08};
        [R00, R01, R02, R03, R04, R05, R06, R07, R08]
    };

    /// The two digits.
    pub fn code(self) -> &'static str {
        ["00", "01", "02", "03", "04", "05", "06", "07", "08"][self as usize]
    }

    /// Its place in [`ReasonCode::ALL`].
    #[inline]
    pub fn index(self) -> usize {
        self as usize
    }
}

/// A set of reason codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReasonCodes(u16);

impl ReasonCodes {
    /// The set with this code added.
    #[inline]
    #[must_use]
    pub fn with(self, code: ReasonCode) -> Self {
        ReasonCodes(self.0 | 1 << code as u16)
    }

    /// The set with this code added if `given`.
    #[inline]
    #[must_use]
    pub fn with_if(self, given: bool, code: ReasonCode) -> Self {
        if given { self.with(code) } else { self }
    }

    /// The union of the sets.
    #[inline]
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        ReasonCodes(self.0 | other.0)
    }

    /// Whether the code is in the set.
    #[inline]
    pub fn holds(self, code: ReasonCode) -> bool {
        self.0 >> code as u16 & 1 == 1
    }

    /// True if the set is empty.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether one record can have all these codes (matching.md, section 7): 01 excludes every
    /// other code; otherwise the participant was found (00, 07, 08) or not (06), 00 excludes every
    /// difference of the case, and the two statuses can differ in only one way.
    pub fn can_stand_together(self) -> bool {
        use ReasonCode::{R00, R01, R02, R03, R04, R05, R06, R07, R08};
        let exclude = [
            (R01, &[R00, R02, R03, R04, R05, R06, R07, R08][..]),
            (R00, &[R02, R03, R04, R05, R06]),
            (R04, &[R05]),
            (R06, &[R07, R08]),
            (R07, &[R08]),
        ];
        let excluded = |(code, others): &(ReasonCode, &[ReasonCode])| {
            self.holds(*code) && others.iter().any(|other| self.holds(*other))
        };
        !exclude.iter().any(excluded)
    }

    /// The codes, ascending.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = ReasonCode> {
        let mut bits = self.0;
        std::iter::from_fn(move || {
            let code = ReasonCode::ALL.get(bits.trailing_zeros() as usize)?;
            bits &= bits - 1;
            Some(*code)
        })
    }
}

/// The codes that every record of a case has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseCodes(pub ReasonCodes);

impl CaseCodes {
    /// No tier found a case: code 01.
    pub fn not_found() -> Self {
        CaseCodes(ReasonCodes::default().with(ReasonCode::R01))
    }

    /// The codes of a matched case: 02 unless you named it (`by_your_id`), 03, 04, 05.
    pub fn matched(by_your_id: bool, yours: &Case, theirs: &Case, side: &Side) -> Self {
        // The county is not compared if the other case is FCR-derived and has none [ours].
        // Otherwise a blank county differs from any other [seed: cases with no county recorded are
        // to be helped].
        let no_county = side.fcr_supplied() && theirs.data.county == *b"   ";
        let county_differs = yours.data.other_county != theirs.data.county && !no_county;
        let codes = ReasonCodes::default()
            .with_if(!by_your_id, ReasonCode::R02)
            .with_if(county_differs, ReasonCode::R03)
            .with_if(yours.data.open && !theirs.data.open, ReasonCode::R04)
            .with_if(!yours.data.open && theirs.data.open, ReasonCode::R05);
        CaseCodes(codes)
    }

    /// The codes of one record of a matched case: those of the case, and 06, 07, 08 or 00.
    #[inline]
    pub fn of_record(
        self,
        yours: (&Side, &Row),
        theirs: (&Side, &[Row]),
        counterpart: Option<Counterpart>,
    ) -> ReasonCodes {
        let Some(counterpart) = counterpart else {
            return self.0.with(ReasonCode::R06);
        };
        let row = &theirs.1[counterpart.place as usize];
        let codes = self.0.with_if(self.0.is_empty(), ReasonCode::R00);
        let Some(their_ssn) = row.ssn().filter(|_| counterpart.hands_out_ssn()) else {
            return codes;
        };
        if yours.1.ssn_is_absent() {
            return codes.with(ReasonCode::R07);
        }
        let extract = &yours.0.extract;
        let same = yours.1.ssn() == Some(their_ssn)
            || extract.field(yours.1, extract.layout.ssn) == their_ssn.digits();
        codes.with_if(!same, ReasonCode::R08)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_gives_some_codes_together_and_never_others() {
        use ReasonCode::{R00, R01, R02, R03, R04, R05, R06, R07, R08};
        let codes = |list: &[ReasonCode]| {
            let set = ReasonCodes::default();
            list.iter().fold(set, |set, code| set.with(*code))
        };
        for good in [
            &[R01][..],
            &[R00],
            &[R00, R07],
            &[R00, R08],
            &[R02, R03, R04, R06],
            &[R02, R03, R05, R08],
        ] {
            assert!(codes(good).can_stand_together(), "{good:?}");
        }
        for bad in [
            &[R01, R02][..],
            &[R00, R01],
            &[R00, R03],
            &[R00, R06],
            &[R04, R05],
            &[R06, R07],
            &[R06, R08],
            &[R07, R08],
        ] {
            assert!(!codes(bad).can_stand_together(), "{bad:?}");
        }
    }

    #[test]
    fn codes_come_out_ascending_whatever_order_they_went_in() {
        let codes = ReasonCodes::default()
            .with(ReasonCode::R08)
            .with(ReasonCode::R02)
            .with(ReasonCode::R03);
        let shown: Vec<_> = codes.iter().map(ReasonCode::code).collect();
        assert_eq!(shown, ["02", "03", "08"]);
    }
}
