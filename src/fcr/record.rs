//! The fields of one registry record. Trailing blanks of its line may have been trimmed.

use crate::formats::layout::{Columns, RegistryLayout};
use crate::formats::record::{CaseId, SsnField, is_blank};

/// The kinds of record, except the FA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// FC: a case.
    Fc,
    /// FP: a person.
    Fp,
}

impl Kind {
    /// The kind of a record; `None` if its Record Identifier is neither FC nor FP.
    #[inline]
    pub fn of(layout: &RegistryLayout, bytes: &[u8]) -> Option<Kind> {
        match layout.record_identifier.of_trimmed(bytes) {
            b"FC" => Some(Kind::Fc),
            b"FP" => Some(Kind::Fp),
            _ => None,
        }
    }
}

/// Action Type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A.
    Add,
    /// C.
    Change,
    /// D.
    Delete,
}

impl Action {
    #[inline]
    fn parse(field: &[u8]) -> Option<Action> {
        match field {
            b"A" => Some(Action::Add),
            b"C" => Some(Action::Change),
            b"D" => Some(Action::Delete),
            _ => None,
        }
    }
}

/// A field padded to its width.
#[inline]
fn padded<const N: usize>(columns: Columns, bytes: &[u8]) -> [u8; N] {
    let mut field = [b' '; N];
    let value = columns.of_trimmed(bytes);
    let length = value.len().min(N);
    field[..length].copy_from_slice(&value[..length]);
    field
}

/// An ID, if it is not blank and differs from the one that it would replace.
#[inline]
fn other_id(columns: Columns, bytes: &[u8], id: CaseId) -> Option<CaseId> {
    let other = CaseId::new(columns.of_trimmed(bytes));
    (!other.is_blank() && other != id).then_some(other)
}

/// A case record.
#[derive(Clone, Copy)]
pub struct FcRecord<'a> {
    /// The columns of the fields.
    pub layout: &'a RegistryLayout,
    /// The record, unchanged.
    pub bytes: &'a [u8],
}

impl FcRecord<'_> {
    /// Action Type, if it is A, C or D.
    #[inline]
    pub fn action(&self) -> Option<Action> {
        Action::parse(self.layout.fc.action_type.of_trimmed(self.bytes))
    }

    /// Case ID.
    #[inline]
    pub fn case_id(&self) -> CaseId {
        CaseId::new(self.layout.fc.case_id.of_trimmed(self.bytes))
    }

    /// The Previous Case ID, if an add or change has one that differs from the Case ID.
    #[inline]
    pub fn previous_case_id(&self) -> Option<CaseId> {
        if self.action() == Some(Action::Delete) {
            return None;
        }
        other_id(self.layout.fc.previous_case_id, self.bytes, self.case_id())
    }

    /// Whether the case is a IV-D case; `None` if Case Type is neither F nor N.
    #[inline]
    pub fn is_iv_d(&self) -> Option<bool> {
        match self.layout.fc.case_type.of_trimmed(self.bytes) {
            b"F" => Some(true),
            b"N" => Some(false),
            _ => None,
        }
    }

    /// FIPS County Code.
    #[inline]
    pub fn county(&self) -> [u8; 3] {
        padded(self.layout.fc.county, self.bytes)
    }
}

/// A person record.
#[derive(Clone, Copy)]
pub struct FpRecord<'a> {
    /// The columns of the fields.
    pub layout: &'a RegistryLayout,
    /// The record, unchanged.
    pub bytes: &'a [u8],
}

impl<'a> FpRecord<'a> {
    /// A field; may be trimmed.
    #[inline]
    pub fn field(&self, columns: Columns) -> &'a [u8] {
        columns.of_trimmed(self.bytes)
    }

    /// Action Type, if it is A, C or D.
    #[inline]
    pub fn action(&self) -> Option<Action> {
        Action::parse(self.field(self.layout.fp.action_type))
    }

    /// Case ID.
    #[inline]
    pub fn case_id(&self) -> CaseId {
        CaseId::new(self.field(self.layout.fp.case_id))
    }

    /// Member ID.
    #[inline]
    pub fn member_id(&self) -> CaseId {
        CaseId::new(self.field(self.layout.fp.member_id))
    }

    /// The New Member ID, if an add or change has one that differs from the Member ID.
    #[inline]
    pub fn new_member_id(&self) -> Option<CaseId> {
        if self.action() == Some(Action::Delete) {
            return None;
        }
        other_id(self.layout.fp.new_member_id, self.bytes, self.member_id())
    }

    /// The Member ID of the person after the record was applied.
    #[inline]
    pub fn member_id_from_now_on(&self) -> CaseId {
        self.new_member_id().unwrap_or_else(|| self.member_id())
    }

    /// Participant Type, unchecked.
    #[inline]
    pub fn participant_type(&self) -> [u8; 2] {
        padded(self.layout.fp.participant_type, self.bytes)
    }

    /// Whether the record is marked for family violence. Any value but blank is a mark: a doubtful
    /// value must not expose a person (ours).
    #[inline]
    pub fn is_marked(&self) -> bool {
        !is_blank(self.field(self.layout.fp.family_violence))
    }

    /// Whether one of SSN, Previous SSN, Additional SSN 1 and 2 is neither blank, nor zeros, nor nine
    /// digits: then it is not known whose SSN the record has.
    pub fn has_wrong_ssn_field(&self) -> bool {
        let is_wrong = |columns: &Columns| {
            let field = columns.of_trimmed(self.bytes);
            let digits = field.len() == columns.width() && field.iter().all(u8::is_ascii_digit);
            !is_blank(field) && !digits
        };
        self.layout.fp.ssns.iter().any(is_wrong)
    }

    /// Whether Family Violence is blank or `FV`.
    #[inline]
    pub fn family_violence_is_valid(&self) -> bool {
        !self.is_marked() || self.field(self.layout.fp.family_violence) == b"FV"
    }

    /// The usable SSNs among SSN, Previous SSN, Additional SSN 1 and 2, as numbers.
    #[inline]
    pub fn usable_ssns(&self) -> impl Iterator<Item = u32> + 'a {
        let bytes = self.bytes;
        let usable = move |columns: Columns| SsnField::parse(columns.of_trimmed(bytes)).usable();
        let ssns = self.layout.fp.ssns;
        ssns.into_iter()
            .filter_map(usable)
            .map(crate::formats::record::Ssn::number)
    }
}

/// A registry record has personal data, so nothing is shown.
impl std::fmt::Debug for FpRecord<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FpRecord({} bytes)", self.bytes.len())
    }
}

impl std::fmt::Debug for FcRecord<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FcRecord({} bytes)", self.bytes.len())
    }
}
