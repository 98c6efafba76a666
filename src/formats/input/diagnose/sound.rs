//! Whether a record's fields stand where the layout has them: every coded field holds what it must.
//!
//! Stricter than the edits, which keep a record whatever its names hold; so what passes here after a
//! repair was damaged in that way, and hardly in another.

use crate::formats::layout::{Columns, ExtractLayout, RECORD_BYTES};
use crate::formats::record::{ParticipantType, case_id_is_valid, is_blank};
use crate::formats::reference::State;

use super::Wanted;

/// What a field must hold.
#[derive(Clone, Copy)]
enum Holds {
    CaseId,
    /// A state, the file's own where that is known, and then digits or blanks.
    OwnFips,
    /// Another state, and then digits or blanks.
    OtherFips,
    /// Digits in every column, or blanks.
    Number,
    /// Digits or blanks.
    Digits,
    Letter(&'static [u8]),
    /// One of these letters, and never blank.
    Always(&'static [u8]),
    Participant,
    /// Text from the first column on, or blanks.
    Text,
    Blanks,
    Anything,
}

/// The fields of a record, in order, with what each must hold.
pub(super) struct Sound {
    fields: Vec<(Columns, Holds)>,
    state: Option<State>,
    ssn: Columns,
    /// The shortest record.
    pub(super) min_bytes: usize,
}

impl Sound {
    pub(super) fn new(layout: &ExtractLayout, wanted: Wanted, state: Option<State>) -> Self {
        let submitted = wanted == Wanted::Extract;
        let only = |holds: Holds| if submitted { holds } else { Holds::Anything };
        let mut fields = vec![
            (layout.case_id, Holds::CaseId),
            (layout.initiating_responding, only(Holds::Letter(b"IR"))),
            (layout.fips_code, Holds::OwnFips),
            (layout.fips_code_6_7, Holds::Digits),
            (layout.ssn, Holds::Number),
            (layout.member_id, Holds::Text),
            (layout.participant_type, Holds::Participant),
            (layout.case_status, Holds::Always(b"OC")),
            (layout.last_name, Holds::Text),
            (layout.first_name, Holds::Text),
            (layout.middle_name, Holds::Text),
            (layout.date_of_birth, Holds::Number),
            (layout.sex, Holds::Letter(b"MFO")),
            (layout.other_case_id, only(Holds::Text)),
            (layout.other_fips_code, only(Holds::OtherFips)),
            (layout.contact_name, only(Holds::Text)),
            (layout.contact_phone, only(Holds::Text)),
            (layout.contact_email, only(Holds::Text)),
        ];
        fields.sort_by_key(|(columns, _)| columns.first);
        let mut fillers = Vec::new();
        let mut next = 1;
        for (columns, _) in &fields {
            if columns.first > next {
                let filler = Columns {
                    first: next,
                    last: columns.first - 1,
                };
                fillers.push((filler, only(Holds::Blanks)));
            }
            next = columns.last + 1;
        }
        fields.extend(fillers);
        fields.sort_by_key(|(columns, _)| columns.first);
        Sound {
            fields,
            state,
            ssn: layout.ssn,
            min_bytes: if submitted {
                layout.min_bytes
            } else {
                layout.min_bytes_fcr
            },
        }
    }

    /// The columns of SSN.
    pub(super) fn ssn(&self) -> Columns {
        self.ssn
    }

    /// How many fields there are, fillers included.
    pub(super) fn count(&self) -> usize {
        self.fields.len()
    }

    /// The columns of a field.
    pub(super) fn columns(&self, field: usize) -> Columns {
        self.fields[field].0
    }

    /// The field that holds a column.
    pub(super) fn field_at(&self, column: usize) -> Option<usize> {
        let holds =
            |(columns, _): &(Columns, Holds)| (columns.first..=columns.last).contains(&column);
        self.fields.iter().position(holds)
    }

    /// Whether a record as it came, without its line end, is sound.
    pub(super) fn is_sound(&self, bytes: &[u8]) -> bool {
        self.is_sound_but(bytes, None)
    }

    /// The same, whatever the field `but` holds.
    pub(super) fn is_sound_but(&self, bytes: &[u8], but: Option<usize>) -> bool {
        if bytes.len() < self.min_bytes
            || bytes
                .get(RECORD_BYTES..)
                .is_some_and(|rest| !is_blank(rest))
        {
            return false;
        }
        self.fields_are_sound(bytes, but, RECORD_BYTES)
            && !bytes.iter().any(|&byte| byte < b' ' || byte == 0x7f)
    }

    /// Whether the fields that end at or before this column are sound.
    pub(super) fn is_sound_up_to(&self, bytes: &[u8], column: usize) -> bool {
        self.fields_are_sound(bytes, None, column)
            && !bytes.iter().any(|&byte| byte < b' ' || byte == 0x7f)
    }

    fn fields_are_sound(&self, bytes: &[u8], but: Option<usize>, column: usize) -> bool {
        let fields = self.fields.iter().enumerate();
        fields
            .filter(|(_, (columns, _))| columns.last <= column)
            .all(|(place, (columns, holds))| {
                Some(place) == but || self.holds(*holds, columns.of_trimmed(bytes), columns.width())
            })
    }

    fn holds(&self, holds: Holds, field: &[u8], width: usize) -> bool {
        let digit_or_blank = |byte: &u8| byte.is_ascii_digit() || *byte == b' ';
        let rest = field.get(2..).unwrap_or_default();
        match holds {
            Holds::CaseId => case_id_is_valid(field),
            Holds::OwnFips => {
                State::from_fips(field)
                    .is_some_and(|state| self.state.is_none_or(|own| own == state))
                    && rest.iter().all(digit_or_blank)
            }
            Holds::OtherFips => {
                State::from_fips(field).is_some_and(|state| self.state != Some(state))
                    && rest.iter().all(digit_or_blank)
            }
            Holds::Number => {
                is_blank(field) || field.len() == width && field.iter().all(u8::is_ascii_digit)
            }
            Holds::Digits => field.iter().all(digit_or_blank),
            Holds::Letter(letters) => {
                matches!(field, [] | [b' ']) || matches!(field, [one] if letters.contains(one))
            }
            Holds::Always(letters) => matches!(field, [one] if letters.contains(one)),
            Holds::Participant => is_blank(field) || ParticipantType::parse(field).is_some(),
            Holds::Text => is_blank(field) || field.first() != Some(&b' '),
            Holds::Blanks => is_blank(field),
            Holds::Anything => true,
        }
    }
}
