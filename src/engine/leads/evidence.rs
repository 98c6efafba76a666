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
    /// It is closed.
    Closed,
    /// It is closed, and your people stand in another case there, which is open.
    PeopleInOpenCase,
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
    /// The names agree; a date of birth and an SSN are missing.
    CpName,
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
    pub const COUNT: usize = 42;

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
            E::CpSsn,
            E::CpSsnAlone,
            E::CpSsnNear,
            E::CpNameBirth,
            E::CpNameBirthOtherSsn,
            E::CpNameNear,
            E::CpName,
            E::CpOther,
            E::NpSsn,
            E::NpSsnAlone,
            E::NpSsnNear,
            E::NpNameBirth,
            E::NpNameBirthOtherSsn,
            E::NpNameNear,
            E::NpName,
            E::NpOther,
            E::ChildSsn,
            E::ChildSsnAlone,
            E::ChildSsnNear,
            E::ChildNameBirth,
            E::ChildNameBirthOtherSsn,
            E::ChildNameNear,
            E::ChildName,
            E::ChildOther,
            E::MoreChildren,
            E::ChildMissing,
            E::RolesExchanged,
            E::AdultAsChild,
        ]
    };

    /// The name in files.
    pub fn name(self) -> &'static str {
        [
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
            "cp-ssn",
            "cp-ssn-alone",
            "cp-ssn-near",
            "cp-name-birth",
            "cp-name-birth-other-ssn",
            "cp-name-near",
            "cp-name",
            "cp-other",
            "np-ssn",
            "np-ssn-alone",
            "np-ssn-near",
            "np-name-birth",
            "np-name-birth-other-ssn",
            "np-name-near",
            "np-name",
            "np-other",
            "child-ssn",
            "child-ssn-alone",
            "child-ssn-near",
            "child-name-birth",
            "child-name-birth-other-ssn",
            "child-name-near",
            "child-name",
            "child-other",
            "more-children",
            "child-missing",
            "roles-exchanged",
            "adult-as-child",
        ][self as usize]
    }

    /// The piece with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Evidence::ALL.into_iter().find(|piece| piece.name() == name)
    }

    /// Whether it speaks against the case.
    pub fn is_against(self) -> bool {
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
                | E::CpOther
                | E::NpOther
                | E::ChildOther
                | E::ChildMissing
                | E::RolesExchanged
                | E::AdultAsChild
        )
    }
}

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

    /// The pieces, in order.
    pub fn iter(self) -> impl Iterator<Item = Evidence> {
        let all = Evidence::ALL.into_iter();
        all.filter(move |&piece| self.holds(piece))
    }

    /// The names of those that speak for the case, or of those against it, joined by `+`.
    pub fn names(self, against: bool) -> String {
        let of_side = self.iter().filter(|piece| piece.is_against() == against);
        of_side.map(Evidence::name).collect::<Vec<_>>().join("+")
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
