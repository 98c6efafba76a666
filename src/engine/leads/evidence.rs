//! The pieces of evidence, for and against.

/// One piece of evidence about a case of the other state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Evidence {
    /// It names your case.
    NamesYours,
    /// It names your case but for zeroes.
    NamesYoursButZeroes,
    /// It names a Case ID that is yours but for one digit, or two exchanged.
    NamesYoursNear,
    /// It names another case of yours.
    NamesAnother,
    /// It and another case of yours name each other.
    CounterpartOfAnother,
    /// It names a Case ID that your state does not have.
    NamesUnknown,
    /// It names no Case ID.
    NamesNone,
    /// It names a third state.
    NamesThirdState,
    /// Your case names it.
    CaseId,
    /// Your case names it but for zeroes.
    CaseIdButZeroes,
    /// Your case names a Case ID that is its but for one digit, or two exchanged.
    CaseIdNear,
    /// Your case names another case there.
    YouNameAnother,
    /// It is closed, and yours is open.
    Closed,
    /// It is closed and yours open, and its people are in another case there, which is open.
    PeopleInOpenCase,
    /// It is open, and its people are in another case there, which is closed.
    PeopleInClosedCase,
    /// Its people are in another case there, and neither is the open one.
    PeopleInAnotherCase,
    /// Another case there names yours.
    AnotherNamesYours,
    /// The CPs: one SSN, and name or date of birth agree.
    CpSsn,
    /// One SSN, and neither agrees.
    CpSsnAlone,
    /// The SSNs differ by one digit or two exchanged, and name or date of birth agree.
    CpSsnNear,
    /// Name and date of birth agree; an SSN is missing.
    CpNameBirth,
    /// Name and date of birth agree; the SSNs are quite different.
    CpNameBirthOtherSsn,
    /// Name and date of birth agree but for a slip; an SSN is missing.
    CpNameNear,
    /// The names agree, if only nearly; a date of birth and an SSN are missing.
    CpName,
    /// The dates of birth agree, and neither the names nor the SSNs.
    CpBirth,
    /// Both cases have CPs, and none is the same person.
    CpOther,
    /// The NPs and PFs, likewise.
    NpSsn,
    /// Likewise.
    NpSsnAlone,
    /// Likewise.
    NpSsnNear,
    /// Likewise.
    NpNameBirth,
    /// Likewise.
    NpNameBirthOtherSsn,
    /// Likewise.
    NpNameNear,
    /// Likewise.
    NpName,
    /// Likewise.
    NpBirth,
    /// Likewise.
    NpOther,
    /// The children of whom most agrees, likewise.
    ChildSsn,
    /// Likewise.
    ChildSsnAlone,
    /// Likewise.
    ChildSsnNear,
    /// Likewise.
    ChildNameBirth,
    /// Likewise.
    ChildNameBirthOtherSsn,
    /// Likewise.
    ChildNameNear,
    /// Likewise.
    ChildName,
    /// Likewise.
    ChildBirth,
    /// Likewise.
    ChildOther,
    /// A second child is the same by SSN, or by name and date of birth.
    MoreChildren,
    /// A child is the same, and another has nobody there, or one there nobody here.
    ChildMissing,
    /// A CP of yours is an NP or PF there, or the other way round.
    RolesExchanged,
    /// An adult of yours is a child there, or the other way round.
    AdultAsChild,
}

impl Evidence {
    /// How many there are.
    pub const COUNT: usize = 48;

    /// All of them, in order.
    pub const ALL: [Evidence; Evidence::COUNT] = {
        use Evidence as E;
        [
            E::NamesYours,
            E::NamesYoursButZeroes,
            E::NamesYoursNear,
            E::NamesAnother,
            E::CounterpartOfAnother,
            E::NamesUnknown,
            E::NamesNone,
            E::NamesThirdState,
            E::CaseId,
            E::CaseIdButZeroes,
            E::CaseIdNear,
            E::YouNameAnother,
            E::Closed,
            E::PeopleInOpenCase,
            E::PeopleInClosedCase,
            E::PeopleInAnotherCase,
            E::AnotherNamesYours,
            E::CpSsn,
            E::CpSsnAlone,
            E::CpSsnNear,
            E::CpNameBirth,
            E::CpNameBirthOtherSsn,
            E::CpNameNear,
            E::CpName,
            E::CpBirth,
            E::CpOther,
            E::NpSsn,
            E::NpSsnAlone,
            E::NpSsnNear,
            E::NpNameBirth,
            E::NpNameBirthOtherSsn,
            E::NpNameNear,
            E::NpName,
            E::NpBirth,
            E::NpOther,
            E::ChildSsn,
            E::ChildSsnAlone,
            E::ChildSsnNear,
            E::ChildNameBirth,
            E::ChildNameBirthOtherSsn,
            E::ChildNameNear,
            E::ChildName,
            E::ChildBirth,
            E::ChildOther,
            E::MoreChildren,
            E::ChildMissing,
            E::RolesExchanged,
            E::AdultAsChild,
        ]
    };

    /// The name in files.
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The piece with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Evidence::ALL.into_iter().find(|piece| piece.name() == name)
    }

    /// Whether it says something of another case there alone. That case is weighed by itself, so that
    /// this has no weight: the same would be counted twice. It decides whether a lead is contested.
    pub fn is_about_another(self) -> bool {
        matches!(
            self,
            Evidence::PeopleInAnotherCase | Evidence::AnotherNamesYours
        )
    }

    /// Whether it speaks against the case.
    pub const fn is_against(self) -> bool {
        use Evidence as E;
        matches!(
            self,
            E::NamesAnother
                | E::CounterpartOfAnother
                | E::NamesUnknown
                | E::NamesNone
                | E::NamesThirdState
                | E::YouNameAnother
                | E::Closed
                | E::PeopleInOpenCase
                | E::PeopleInClosedCase
                | E::PeopleInAnotherCase
                | E::AnotherNamesYours
                | E::CpOther
                | E::NpOther
                | E::ChildOther
                | E::ChildMissing
                | E::RolesExchanged
                | E::AdultAsChild
        )
    }
}

/// The names in files, in the order of [`Evidence::ALL`].
static NAMES: [&str; Evidence::COUNT] = [
    "names-yours",
    "names-yours-but-zeroes",
    "names-yours-near",
    "names-another",
    "counterpart-of-another",
    "names-unknown",
    "names-none",
    "names-third-state",
    "case-id",
    "case-id-but-zeroes",
    "case-id-near",
    "you-name-another",
    "closed",
    "people-in-open-case",
    "people-in-closed-case",
    "people-in-another-case",
    "another-names-yours",
    "cp-ssn",
    "cp-ssn-alone",
    "cp-ssn-near",
    "cp-name-birth",
    "cp-name-birth-other-ssn",
    "cp-name-near",
    "cp-name",
    "cp-birth",
    "cp-other",
    "np-ssn",
    "np-ssn-alone",
    "np-ssn-near",
    "np-name-birth",
    "np-name-birth-other-ssn",
    "np-name-near",
    "np-name",
    "np-birth",
    "np-other",
    "child-ssn",
    "child-ssn-alone",
    "child-ssn-near",
    "child-name-birth",
    "child-name-birth-other-ssn",
    "child-name-near",
    "child-name",
    "child-birth",
    "child-other",
    "more-children",
    "child-missing",
    "roles-exchanged",
    "adult-as-child",
];

/// The pieces that speak against a case.
const AGAINST: EvidenceSet = {
    let (mut set, mut place) = (0, 0);
    while place < Evidence::COUNT {
        if Evidence::ALL[place].is_against() {
            set |= 1 << place;
        }
        place += 1;
    }
    EvidenceSet(set)
};

/// A set of pieces of evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EvidenceSet(u64);

impl EvidenceSet {
    /// Adds a piece.
    pub fn add(&mut self, piece: Evidence) {
        self.0 |= 1 << piece as u64;
    }

    /// Whether a piece is in it.
    pub fn holds(self, piece: Evidence) -> bool {
        self.0 >> piece as u64 & 1 == 1
    }

    /// Whether the case may have been taken for another one of the same people: it is closed and
    /// yours open, its people are in another case there, or another one names yours.
    pub fn is_contested(self) -> bool {
        use Evidence as E;
        let doubts = [
            E::Closed,
            E::PeopleInOpenCase,
            E::PeopleInClosedCase,
            E::PeopleInAnotherCase,
            E::AnotherNamesYours,
        ];
        doubts.into_iter().any(|piece| self.holds(piece))
    }

    /// Whether it is worth telling: something speaks for the case, and if that is nothing but Case IDs
    /// that are nearly equal, no two roles are held by others.
    pub fn is_worth_telling(self) -> bool {
        use Evidence as E;
        const NEAR: u64 = 1 << E::NamesYoursNear as u64 | 1 << E::CaseIdNear as u64;
        const OTHER: u64 =
            1 << E::CpOther as u64 | 1 << E::NpOther as u64 | 1 << E::ChildOther as u64;
        let in_favour = self.0 & !AGAINST.0;
        in_favour & !NEAR != 0 || (in_favour != 0 && (self.0 & OTHER).count_ones() < 2)
    }

    /// The pieces, in order.
    pub fn iter(self) -> impl Iterator<Item = Evidence> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let piece = Evidence::ALL.get(rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(*piece)
        })
    }

    /// The names of those that speak for the case, or of those against it, joined by `+`.
    pub fn names(self, against: bool) -> String {
        let mut names = String::new();
        self.write_names(against, &mut names);
        names
    }

    /// Appends what [`EvidenceSet::names`] gives.
    pub fn write_names(self, against: bool, names: &mut String) {
        let first = names.len();
        let of_side = if against { AGAINST.0 } else { !AGAINST.0 };
        for piece in EvidenceSet(self.0 & of_side).iter() {
            if names.len() > first {
                names.push('+');
            }
            names.push_str(piece.name());
        }
    }

    /// Adds the pieces of a text that [`EvidenceSet::names`] wrote; `None` where a name is unknown.
    pub fn read(self, names: &str) -> Option<Self> {
        let mut names = names.split('+').filter(|name| !name.is_empty());
        names.try_fold(self, |mut set, name| {
            set.add(Evidence::from_name(name)?);
            Some(set)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_case_ids_of_others_are_no_lead() {
        use Evidence as E;
        let tell = |pieces: &[Evidence]| {
            let mut set = EvidenceSet::default();
            for &piece in pieces {
                set.add(piece);
            }
            set.is_worth_telling()
        };
        assert!(tell(&[E::NamesYoursNear, E::ChildOther]));
        assert!(!tell(&[E::NamesYoursNear, E::CpOther, E::ChildOther]));
        assert!(tell(&[E::CaseIdNear, E::CpSsn, E::NpOther, E::ChildOther]));
        assert!(!tell(&[E::NamesNone, E::CpOther]));
    }

    #[test]
    fn a_set_is_read_as_it_is_written() {
        let mut set = EvidenceSet::default();
        for (place, piece) in Evidence::ALL.into_iter().enumerate() {
            assert_eq!(
                (piece as usize, Evidence::from_name(piece.name())),
                (place, Some(piece))
            );
            set.add(piece);
        }
        let read = EvidenceSet::default().read(&set.names(false));
        assert_eq!(read.unwrap().read(&set.names(true)), Some(set));
        assert_eq!(EvidenceSet::default().read("hearsay"), None);
        assert_eq!(EvidenceSet::default().names(true), "");
    }
}
