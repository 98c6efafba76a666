//! `--mask`: what is left of a field that identifies a person.

use crate::layout::Field;

/// How a field is masked, in place: a masked record is as long as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    /// Nothing is hidden: codes, counts, and the numbers of cases and members.
    Open,
    /// The last four digits are left.
    Ssn,
    /// The initial is left.
    Name,
    /// Whether there is one is left.
    Presence,
    /// Nothing is left: nobody knows what a filler holds.
    Filler,
}

impl Mask {
    pub(super) fn of(field: &Field) -> Self {
        let key = field.key.as_str();
        let own = key.strip_suffix("_from_other_state").unwrap_or(key);
        match own {
            "ssn" => Mask::Ssn,
            "last_name" | "first_name" | "middle_name" => Mask::Name,
            "date_of_birth" => Mask::Presence,
            _ if own.starts_with("contact_") => Mask::Presence,
            _ if field.kind == "filler" => Mask::Filler,
            _ => Mask::Open,
        }
    }

    pub(super) fn apply(self, field: &mut [u8]) {
        let blank = crate::record::is_blank(field);
        match self {
            Mask::Open => {}
            Mask::Ssn => {
                let hidden = field.len().saturating_sub(4);
                for byte in field[..hidden].iter_mut().filter(|b| **b != b' ') {
                    *byte = b'*';
                }
            }
            Mask::Name => {
                let initial = field.iter().copied().find(|&b| b != b' ');
                field.fill(b' ');
                field[0] = initial.unwrap_or(b' ');
            }
            Mask::Presence => {
                field.fill(b' ');
                if !blank {
                    field[0] = b'*';
                }
            }
            Mask::Filler => field.fill(b' '),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mask;

    #[test]
    fn little_is_left() {
        for (mask, before, after) in [
            (Mask::Ssn, "412660001", "*****0001"),
            (Mask::Ssn, "         ", "         "),
            (Mask::Name, " ALVAREZ ", "A        "),
            (Mask::Name, "   ", "   "),
            (Mask::Presence, "20120115", "*       "),
            (Mask::Presence, "        ", "        "),
            (Mask::Filler, "412660001", "         "),
            (Mask::Open, "C1 ", "C1 "),
        ] {
            let mut field = before.as_bytes().to_vec();
            mask.apply(&mut field);
            assert_eq!(field, after.as_bytes(), "{mask:?}");
        }
    }
}
