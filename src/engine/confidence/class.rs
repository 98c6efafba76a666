//! The classes of returned cases.

/// What kind of answer a returned case got, by what the response says of it. Cases with 01 have no
/// class: nothing was returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Tier 1, an indicator Y for each role that your case holds, a child matched, not 04.
    IdConfirmed,
    /// The same, but yours is open and theirs closed (04).
    IdClosedThere,
    /// Tier 1, an indicator Y for each role that your case holds, no child matched.
    IdNoChild,
    /// Tier 1, a child matched, and an indicator N for a role that your case holds.
    IdOtherRole,
    /// Tier 1, somebody matched, an indicator N, and no child.
    IdDoubtful,
    /// Found by people, an indicator Y for each role that your case holds, a child matched, and no
    /// other case of yours has this counterpart.
    PeopleConfirmed,
    /// Found by people, an indicator N or no child, and the Case IDs are equal but for zeroes.
    PeopleZeroes,
    /// Found by people, and of two roles that your case holds one matched.
    PeopleOneRole,
    /// Found by people, an indicator Y for each role that your case holds, and no child matched.
    PeopleNoChild,
    /// Found by people, and no adult matched.
    PeopleNoAdults,
    /// Found by people, no indicator Y, though adults matched in other roles.
    PeopleOtherRoles,
    /// Found by people, and another case of yours has this counterpart too.
    PeopleClaimedTwice,
    /// Nobody matched.
    Nobody,
}

impl Class {
    /// How many there are.
    pub const COUNT: usize = 13;

    /// All of them, in order.
    pub const ALL: [Class; Class::COUNT] = [
        Class::IdConfirmed,
        Class::IdClosedThere,
        Class::IdNoChild,
        Class::IdOtherRole,
        Class::IdDoubtful,
        Class::PeopleConfirmed,
        Class::PeopleZeroes,
        Class::PeopleOneRole,
        Class::PeopleNoChild,
        Class::PeopleNoAdults,
        Class::PeopleOtherRoles,
        Class::PeopleClaimedTwice,
        Class::Nobody,
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        [
            "id-confirmed",
            "id-closed-there",
            "id-no-child",
            "id-other-role",
            "id-doubtful",
            "people-confirmed",
            "people-zeroes",
            "people-one-role",
            "people-no-child",
            "people-no-adults",
            "people-other-roles",
            "people-claimed-twice",
            "nobody",
        ][self as usize]
    }

    /// The class with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Class::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The class in words.
    pub fn words(self) -> &'static str {
        match self {
            Class::IdConfirmed => {
                "found by Case ID; each role that your case holds matched, and a child"
            }
            Class::IdClosedThere => {
                "found by Case ID; each role and a child matched, and their case is closed"
            }
            Class::IdNoChild => "found by Case ID; each role matched, but no child",
            Class::IdOtherRole => "found by Case ID; a child matched, but not each role",
            Class::IdDoubtful => {
                "found by Case ID; somebody matched, but not each role, and no child"
            }
            Class::PeopleConfirmed => {
                "found by people; each role that your case holds matched, and a child, and no other case of yours has this counterpart"
            }
            Class::PeopleZeroes => {
                "found by people; not all matched, but the Case IDs are equal but for zeroes"
            }
            Class::PeopleOneRole => "found by people; one of two roles matched",
            Class::PeopleNoChild => "found by people; each role matched, but no child",
            Class::PeopleNoAdults => "found by people; no adult matched",
            Class::PeopleOtherRoles => "found by people; adults matched in other roles only",
            Class::PeopleClaimedTwice => {
                "found by people; another case of yours has this counterpart too"
            }
            Class::Nobody => "nobody matched",
        }
    }

    /// Whether a case of this class deserves leads beside its answer. Of one that is closed there,
    /// only if its people are in another case as well, which the class does not show.
    pub fn is_doubtful(self) -> bool {
        !matches!(
            self,
            Class::IdConfirmed
                | Class::PeopleConfirmed
                | Class::PeopleZeroes
                | Class::PeopleOneRole
        )
    }
}
