//! The values of a record's fields: what each may be, and how values are compared. A value must not
//! reach a message or a `Debug`.

mod case_id;
mod date;
mod name;
mod participant;
mod ssn;

pub use case_id::{CaseId, case_id_is_valid};
pub use date::Date;
pub use name::{MiddleAgreement, MiddleName, NameKey, NormalName, PersonName, names_are_near};
pub use participant::{ParticipantClass, ParticipantType};
pub(crate) use ssn::nine_digits;
pub use ssn::{Ssn, SsnField};

/// The field without its trailing spaces.
#[inline]
pub fn trim_end(field: &[u8]) -> &[u8] {
    let mut rest = field;
    // Fields are mostly blanks, so eight bytes are compared at a time.
    while let Some((before, b"        ")) = rest.split_last_chunk::<8>() {
        rest = before;
    }
    while let Some((b' ', before)) = rest.split_last() {
        rest = before;
    }
    rest
}

/// Whether two texts of one length differ in one byte, or by two neighbouring bytes exchanged. Equal
/// ones do not.
pub fn one_slip_apart(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let Some(first) = a.iter().zip(b).position(|(x, y)| x != y) else {
        return false;
    };
    let exchanged = first + 1 < a.len()
        && a[first] == b[first + 1]
        && a[first + 1] == b[first]
        && a[first + 2..] == b[first + 2..];
    exchanged || a[first + 1..] == b[first + 1..]
}

/// True if the field has only spaces.
#[inline]
pub fn is_blank(field: &[u8]) -> bool {
    field.iter().all(|&byte| byte == b' ')
}

/// Whether bytes hold a control byte (below X'20', or X'7F'), and whether they hold one of
/// X'80' or above.
#[inline]
pub fn unusual_bytes(bytes: &[u8]) -> (bool, bool) {
    let (mut control, mut high) = (false, 0);
    for chunk in bytes.chunks(32) {
        for &byte in chunk {
            control |= byte < 0x20 || byte == 0x7f;
            high |= byte;
        }
    }
    (control, high & 0x80 != 0)
}

/// The field as text, without its trailing spaces: each byte is its ISO 8859-1 character.
pub fn text(field: &[u8]) -> String {
    trim_end(field).iter().copied().map(char::from).collect()
}
