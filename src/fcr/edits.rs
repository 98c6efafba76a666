//! The edits on a registry record: errors that reject it (docs/derive.md).

use super::record::{Action, FcRecord, FpRecord, Kind};
use crate::formats::layout::{Columns, RegistryLayout};
use crate::formats::record::{ParticipantType, case_id_is_valid, is_blank};

/// An edit, in the order in which they are tested. The first nine look at one record, the last
/// three at the registry at that point of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "the table registry-edits says what each means")]
pub enum RegistryEdit {
    R01,
    R02,
    R03,
    R04,
    R05,
    R06,
    R07,
    R08,
    R09,
    R10,
    R11,
    R12,
}

impl RegistryEdit {
    /// All edits, in order.
    pub const ALL: [RegistryEdit; 12] = {
        use RegistryEdit::{R01, R02, R03, R04, R05, R06, R07, R08, R09, R10, R11, R12};
        [R01, R02, R03, R04, R05, R06, R07, R08, R09, R10, R11, R12]
    };

    /// The code, as in files and messages.
    pub fn code(self) -> &'static str {
        const CODES: [&str; 12] = [
            "R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R11", "R12",
        ];
        CODES[self as usize]
    }

    /// Whether it looks at the registry, not at the record alone.
    pub fn looks_at_registry(self) -> bool {
        self >= RegistryEdit::R10
    }

    /// The columns that it looks at in this kind of record.
    pub fn columns(self, kind: Option<Kind>, layout: &RegistryLayout) -> Columns {
        let (fc, fp) = (&layout.fc, &layout.fp);
        let is_fc = kind == Some(Kind::Fc);
        match self {
            RegistryEdit::R01 => layout.record_identifier,
            RegistryEdit::R02 | RegistryEdit::R03 => Columns {
                first: 1,
                last: if is_fc { fc.bytes } else { fp.bytes },
            },
            RegistryEdit::R04 if is_fc => fc.action_type,
            RegistryEdit::R04 => fp.action_type,
            RegistryEdit::R05 | RegistryEdit::R10 | RegistryEdit::R12 if is_fc => fc.case_id,
            RegistryEdit::R05 | RegistryEdit::R10 | RegistryEdit::R12 => fp.case_id,
            RegistryEdit::R06 => fc.case_type,
            RegistryEdit::R07 | RegistryEdit::R11 => fp.member_id,
            RegistryEdit::R08 => fp.participant_type,
            RegistryEdit::R09 => fp.family_violence,
        }
    }
}

/// Applies the edits that look at one record.
///
/// # Errors
/// The first error in the order of the table; the record is then rejected.
#[inline]
pub fn edit(layout: &RegistryLayout, bytes: &[u8]) -> Result<Kind, RegistryEdit> {
    let kind = Kind::of(layout, bytes).ok_or(RegistryEdit::R01)?;
    let (fc, fp) = (FcRecord { layout, bytes }, FpRecord { layout, bytes });
    let (action, case_id, length, least) = match kind {
        Kind::Fc => {
            let action = fc.action();
            let deletes = !matches!(action, Some(Action::Add | Action::Change));
            let least = layout.fc.min_bytes(deletes);
            (action, layout.fc.case_id, layout.fc.bytes, least)
        }
        Kind::Fp => (
            fp.action(),
            layout.fp.case_id,
            layout.fp.bytes,
            layout.fp.min_bytes(),
        ),
    };
    if bytes.len() < least || bytes.get(length..).is_some_and(|rest| !is_blank(rest)) {
        return Err(RegistryEdit::R02);
    }
    if bytes.iter().any(|&byte| byte < 0x20 || byte == 0x7f) {
        return Err(RegistryEdit::R03);
    }
    let action = action.ok_or(RegistryEdit::R04)?;
    if !case_id_is_valid(case_id.of_trimmed(bytes)) {
        return Err(RegistryEdit::R05);
    }
    let deletes = action == Action::Delete;
    match kind {
        Kind::Fc if !deletes && fc.is_iv_d().is_none() => return Err(RegistryEdit::R06),
        Kind::Fc => {}
        Kind::Fp => {
            if fp.member_id().is_blank() {
                return Err(RegistryEdit::R07);
            }
            if !deletes && ParticipantType::parse(&fp.participant_type()).is_none() {
                return Err(RegistryEdit::R08);
            }
            if !fp.family_violence_is_valid() {
                return Err(RegistryEdit::R09);
            }
        }
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::layout::LayoutSet;

    #[test]
    fn the_first_edit_that_fails_names_the_error() {
        let layout = LayoutSet::load(None).unwrap().registry().unwrap();
        let fp = |action: &str, case: &str, types: &str, fv: &str, member: &str| {
            format!("FP{action}{case:<15}{:25}{types:2}{fv:2}{member:<15}M", "")
        };
        for (line, expected) in [
            (String::new(), Err(RegistryEdit::R01)),
            ("F".to_owned(), Err(RegistryEdit::R01)),
            ("FA36".to_owned(), Err(RegistryEdit::R01)),
            ("fcAC1             F".to_owned(), Err(RegistryEdit::R01)),
            ("FCAC1             F".to_owned(), Ok(Kind::Fc)),
            ("FCAC1".to_owned(), Err(RegistryEdit::R02)),
            ("FCDC1".to_owned(), Ok(Kind::Fc)),
            ("FCD".to_owned(), Err(RegistryEdit::R02)),
            (format!("{:55}x", "FCDC1"), Err(RegistryEdit::R02)),
            (format!("{:555}", "FCDC1"), Ok(Kind::Fc)),
            (
                "FCAC1\u{7f}            F".to_owned(),
                Err(RegistryEdit::R03),
            ),
            ("FCXC1             F".to_owned(), Err(RegistryEdit::R04)),
            ("FCAC*1            F".to_owned(), Err(RegistryEdit::R05)),
            ("FCA000            F".to_owned(), Err(RegistryEdit::R05)),
            ("FCAC1             X".to_owned(), Err(RegistryEdit::R06)),
            (fp("A", "C1", "CH", "", "M1"), Ok(Kind::Fp)),
            (fp("A", "C1", "", "FV", "M1"), Ok(Kind::Fp)),
            (fp("A", "C1", "CH", "", ""), Err(RegistryEdit::R07)),
            (
                fp("A", "C1", "CH", "", "")[..47].to_owned(),
                Err(RegistryEdit::R02),
            ),
            (fp("C", "C1", "XX", "", "M1"), Err(RegistryEdit::R08)),
            (fp("D", "C1", "XX", "", "M1"), Ok(Kind::Fp)),
            (fp("A", "C1", "CH", "F", "M1"), Err(RegistryEdit::R09)),
            (fp("D", "C1", "CH", "fv", "M1"), Err(RegistryEdit::R09)),
        ] {
            assert_eq!(edit(&layout, line.as_bytes()), expected, "{line:?}");
        }
    }
}
