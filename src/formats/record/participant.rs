//! Participant types, and the two classes within which participants are compared.

/// The role of a participant in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ParticipantType {
    /// Blank: neither adult nor child, never matched.
    Blank = 0,
    /// Noncustodial parent.
    Np = 1,
    /// Custodial party.
    Cp = 2,
    /// Putative father.
    Pf = 3,
    /// Child.
    Ch = 4,
}

/// The class of a type. Adults are compared with adults, children with children (matching.md,
/// section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParticipantClass {
    /// NP, CP or PF.
    Adult,
    /// CH.
    Child,
}

impl ParticipantType {
    /// The type in a field; `None` if it is neither blank nor one of the four (E09).
    #[inline]
    pub fn parse(field: &[u8]) -> Option<Self> {
        match field {
            b"  " => Some(Self::Blank),
            b"NP" => Some(Self::Np),
            b"CP" => Some(Self::Cp),
            b"PF" => Some(Self::Pf),
            b"CH" => Some(Self::Ch),
            _ => None,
        }
    }

    /// The two bytes of the field.
    pub fn code(self) -> &'static str {
        match self {
            Self::Blank => "  ",
            Self::Np => "NP",
            Self::Cp => "CP",
            Self::Pf => "PF",
            Self::Ch => "CH",
        }
    }

    /// The type with this [`Self::number`].
    #[inline]
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Np,
            2 => Self::Cp,
            3 => Self::Pf,
            4 => Self::Ch,
            _ => Self::Blank,
        }
    }

    /// A number from 0 to 4.
    #[inline]
    pub fn number(self) -> u32 {
        self as u32
    }

    /// The class; `None` for a blank type.
    #[inline]
    pub fn class(self) -> Option<ParticipantClass> {
        match self {
            Self::Blank => None,
            Self::Np | Self::Cp | Self::Pf => Some(ParticipantClass::Adult),
            Self::Ch => Some(ParticipantClass::Child),
        }
    }

    /// Whether two roles agree: CP with CP, NP or PF with NP or PF, CH with CH (rule N2).
    #[inline]
    pub fn agrees_with(self, other: Self) -> bool {
        let role = |t: Self| match t {
            Self::Blank => 0,
            Self::Np | Self::Pf => 1,
            Self::Cp => 2,
            Self::Ch => 3,
        };
        self != Self::Blank && role(self) == role(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ParticipantType::{Blank, Ch, Cp, Np, Pf};

    #[test]
    fn roles_agree_within_cp_within_np_and_pf_and_within_ch() {
        for (a, b, agree) in [
            (Cp, Cp, true),
            (Np, Pf, true),
            (Pf, Pf, true),
            (Ch, Ch, true),
            (Np, Cp, false),
            (Blank, Blank, false),
        ] {
            assert_eq!(a.agrees_with(b), agree);
            assert_eq!(b.agrees_with(a), agree);
        }
    }

    #[test]
    fn every_type_is_read_as_it_is_written() {
        for participant in [Blank, Np, Cp, Pf, Ch] {
            assert_eq!(
                ParticipantType::parse(participant.code().as_bytes()),
                Some(participant)
            );
            assert_eq!(
                ParticipantType::from_number(participant.number()),
                participant
            );
        }
        assert_eq!(ParticipantType::parse(b"ch"), None);
    }
}
