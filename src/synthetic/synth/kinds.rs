//! The kinds of noise, and sets of them on either side of an action.

/// One kind of noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Other State Case ID blank.
    OtherIdBlank,
    /// Other State Case ID without its leading zeroes, or with more.
    OtherIdZeroes,
    /// One digit of Other State Case ID wrong, or two transposed.
    OtherIdDigit,
    /// Other State Case ID is that of another case of that state.
    OtherIdStale,
    /// Other State FIPS Code has another county.
    CountyWrong,
    /// Other State FIPS Code has county 000.
    CountyZero,
    /// Other State FIPS Code has no county.
    CountyBlank,
    /// The action is closed on one side.
    ClosedOne,
    /// The action is closed on both sides.
    ClosedBoth,
    /// The other state has no such case.
    CaseMissing,
    /// An action with a third state overwrote this one.
    Overwritten,
    /// The other state's case lacks a participant.
    ParticipantMissing,
    /// A participant is listed twice.
    ListedTwice,
    /// An SSN is missing.
    SsnMissing,
    /// An SSN with one digit wrong or two transposed.
    SsnDigit,
    /// An SSN is that of another member of the family.
    SsnRelative,
    /// A placeholder in place of an SSN.
    SsnPlaceholder,
    /// An SSN that the state reported as misidentified.
    SsnMisidentified,
    /// A name with a typing error.
    NameTypo,
    /// A nickname for the first name.
    NameNickname,
    /// A hyphen, space or suffix differs.
    NameForm,
    /// Another surname: adult women and children.
    SurnameChanged,
    /// The date of birth is missing.
    BirthMissing,
    /// Day and month of the date of birth are swapped.
    BirthSwapped,
    /// A record that fails an edit.
    EditFailure,
    /// The FCR withholds the other state's case for family violence.
    FamilyViolence,
    /// One digit of Other State Case ID read from a form as another that looks like it.
    OtherIdMisread,
    /// Other State Case ID is that of another case of the family in that state.
    OtherIdFamily,
    /// A closed case was reopened under a new Case ID; the other state may have the old one.
    Reopened,
    /// A state has the case twice.
    DuplicateCase,
    /// Custodial mother and children have another surname on one side.
    FamilySurname,
    /// A record with many errors: each other kind is more frequent in it.
    CarelessRecord,
    /// One part of a surname of two parts dropped.
    SurnamePart,
    /// A letter with an accent: written, lost, or replaced.
    NameAccent,
    /// Last and first name swapped.
    NameSwapped,
    /// First of January for an unknown day.
    BirthDefault,
    /// The year of birth is off by one.
    BirthYear,
    /// One digit of an SSN read from a form as another that looks like it.
    SsnMisread,
    /// A parent has a second family, with an interstate action of its own.
    SecondFamily,
    /// The custodial parent is a child in a case of the grandparents.
    MinorParent,
    /// Twins with almost the same first name and adjacent SSNs.
    TwinsAlike,
    /// A parent has a stranger's SSN on both sides.
    SsnBorrowed,
    /// The state's records have many errors.
    StateCareless,
}

impl Kind {
    /// The number of kinds.
    pub const COUNT: usize = 43;

    /// All kinds, in order.
    pub const ALL: [Kind; Kind::COUNT] = {
        use Kind as K;
        [
            K::OtherIdBlank,
            K::OtherIdZeroes,
            K::OtherIdDigit,
            K::OtherIdStale,
            K::CountyWrong,
            K::CountyZero,
            K::CountyBlank,
            K::ClosedOne,
            K::ClosedBoth,
            K::CaseMissing,
            K::Overwritten,
            K::ParticipantMissing,
            K::ListedTwice,
            K::SsnMissing,
            K::SsnDigit,
            K::SsnRelative,
            K::SsnPlaceholder,
            K::SsnMisidentified,
            K::NameTypo,
            K::NameNickname,
            K::NameForm,
            K::SurnameChanged,
            K::BirthMissing,
            K::BirthSwapped,
            K::EditFailure,
            K::FamilyViolence,
            K::OtherIdMisread,
            K::OtherIdFamily,
            K::Reopened,
            K::DuplicateCase,
            K::FamilySurname,
            K::CarelessRecord,
            K::SurnamePart,
            K::NameAccent,
            K::NameSwapped,
            K::BirthDefault,
            K::BirthYear,
            K::SsnMisread,
            K::SecondFamily,
            K::MinorParent,
            K::TwinsAlike,
            K::SsnBorrowed,
            K::StateCareless,
        ]
    };

    /// The name in profiles and in `truth.csv`.
    pub fn name(self) -> &'static str {
        [
            "other-id-blank",
            "other-id-zeroes",
            "other-id-digit",
            "other-id-stale",
            "county-wrong",
            "county-zero",
            "county-blank",
            "closed-one",
            "closed-both",
            "case-missing",
            "overwritten",
            "participant-missing",
            "listed-twice",
            "ssn-missing",
            "ssn-digit",
            "ssn-relative",
            "ssn-placeholder",
            "ssn-misidentified",
            "name-typo",
            "name-nickname",
            "name-form",
            "surname-changed",
            "birth-missing",
            "birth-swapped",
            "edit-failure",
            "family-violence",
            "other-id-misread",
            "other-id-family",
            "reopened",
            "duplicate-case",
            "family-surname",
            "careless-record",
            "surname-part",
            "name-accent",
            "name-swapped",
            "birth-default",
            "birth-year",
            "ssn-misread",
            "second-family",
            "minor-parent",
            "twins-alike",
            "ssn-borrowed",
            "state-careless",
        ][self as usize]
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Why a state's file has a second case for the same action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyKind {
    /// It is the closed case, under its former Case ID.
    Former,
    /// It was entered again.
    Duplicate,
}

impl CopyKind {
    /// The kind of noise that it is.
    pub(super) fn kind(self) -> Kind {
        match self {
            CopyKind::Former => Kind::Reopened,
            CopyKind::Duplicate => Kind::DuplicateCase,
        }
    }
}

/// A set of kinds, on this side of an action and on the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Planted(u128);

/// The suffix of the name of a kind that occurred on the other side.
pub const OTHER_SIDE: &str = "@other";

impl Planted {
    /// The maximum number of members of a set.
    pub const COUNT: usize = 2 * Kind::COUNT;

    /// Adds a kind on this side.
    #[inline]
    pub fn add(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u32;
    }

    /// Removes a kind on this side.
    #[inline]
    pub fn remove(&mut self, kind: Kind) {
        self.0 &= !(1 << kind as u32);
    }

    /// Whether the set has a kind on this side.
    #[inline]
    pub fn holds(self, kind: Kind) -> bool {
        self.0 >> kind as u32 & 1 == 1
    }

    /// This set, with the kinds of the other side marked as such.
    #[inline]
    #[must_use]
    pub fn with_other_side(self, other: Planted) -> Self {
        Planted(self.0 | other.0 << Kind::COUNT)
    }

    /// The union of the sets.
    #[inline]
    #[must_use]
    pub fn union(self, other: Planted) -> Self {
        Planted(self.0 | other.0)
    }

    /// True where nothing was planted.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The indexes of the members, from 0: kinds on this side, then on the other.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..Planted::COUNT).filter(move |place| self.0 >> place & 1 == 1)
    }

    /// The name of the member at an index.
    pub fn name_at(place: usize) -> String {
        let kind = Kind::ALL[place % Kind::COUNT].name();
        let side = if place < Kind::COUNT { "" } else { OTHER_SIDE };
        format!("{kind}{side}")
    }

    /// Appends the names, joined by `+`.
    pub fn write(self, text: &mut Vec<u8>) {
        for (at, place) in self.places().enumerate() {
            if at > 0 {
                text.push(b'+');
            }
            text.extend_from_slice(Kind::ALL[place % Kind::COUNT].name().as_bytes());
            if place >= Kind::COUNT {
                text.extend_from_slice(OTHER_SIDE.as_bytes());
            }
        }
    }

    /// Parses what [`Planted::write`] wrote; `None` if a name is unknown.
    pub fn read(text: &str) -> Option<Self> {
        let mut planted = Planted::default();
        for name in text.split('+').filter(|name| !name.is_empty()) {
            let (kind, shift) = match name.strip_suffix(OTHER_SIDE) {
                Some(kind) => (kind, Kind::COUNT),
                None => (name, 0),
            };
            planted.0 |= 1 << (Kind::from_name(kind)? as usize + shift);
        }
        Some(planted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_name_and_sets_read_as_they_are_written() {
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(
                (kind as usize, Kind::from_name(kind.name())),
                (place, Some(kind))
            );
        }
        let (mut own, mut other) = (Planted::default(), Planted::default());
        own.add(Kind::EditFailure);
        own.add(Kind::OtherIdBlank);
        other.add(Kind::EditFailure);
        let set = own.with_other_side(other);
        let mut text = Vec::new();
        set.write(&mut text);
        assert_eq!(text, b"other-id-blank+edit-failure+edit-failure@other");
        assert_eq!(
            Planted::read(std::str::from_utf8(&text).unwrap()),
            Some(set)
        );
        assert_eq!(Planted::read("nonsense"), None);
        assert_eq!(Planted::read(""), Some(Planted::default()));
    }
}
