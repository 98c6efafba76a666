//! The tiers: the ways in which a case is found.

/// How a case was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// 1: by your Other State Case ID, byte for byte: an ID in a different format, such as one
    /// without leading zeroes, is the discrepancy to report (seed).
    CaseId = 1,
    /// 2: by a child's usable SSN.
    ChildSsn = 2,
    /// 3: by an adult's usable SSN and type and a child's name key in the same case.
    AdultAndChildName = 3,
    /// 4, pooled routine: it names your case.
    NamesYours = 4,
    /// 5, pooled routine: by two SSNs, one of a CP and one of an NP or PF, in both cases.
    TwoAdults = 5,
    /// 6, pooled routine: by a child's name key and valid date of birth.
    ChildNameAndBirth = 6,
    /// 7, pooled routine: by your Other State Case ID without leading zeroes.
    CaseIdButZeroes = 7,
}

impl Tier {
    /// The tiers, in order; the published routine has the first three.
    pub const ALL: [Tier; 7] = [
        Tier::CaseId,
        Tier::ChildSsn,
        Tier::AdultAndChildName,
        Tier::NamesYours,
        Tier::TwoAdults,
        Tier::ChildNameAndBirth,
        Tier::CaseIdButZeroes,
    ];

    /// The tier's number, from 1.
    pub fn number(self) -> u8 {
        self as u8
    }
}
