//! Whether a record's fields stand where the layout has them: every coded field holds what it must.
//!
//! Stricter than the edits, which keep a record whatever its names hold; so what passes here after a
//! repair was damaged in that way, and hardly in another.

use crate::formats::layout::Columns;
use crate::formats::record::{ParticipantType, case_id_is_valid, is_blank, unusual_bytes};
use crate::formats::reference::State;

/// What a field must hold.
#[derive(Clone, Copy)]
pub(super) enum Holds {
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
    /// These letters, and never blank: what the record is known by.
    Identifier(&'static [u8]),
    /// These letters, or blanks.
    Mark(&'static [u8]),
    Participant,
    /// Text from the first column on, or blanks.
    Text,
    /// The same, and all may well be of one length.
    Id,
    Blanks,
    Anything,
}

impl Holds {
    /// Whether a record is none where the field does not hold it.
    fn is_code(self) -> bool {
        use Holds::{Always, CaseId, Identifier, OtherFips, OwnFips, Participant};
        matches!(
            self,
            CaseId | OwnFips | OtherFips | Always(_) | Identifier(_) | Participant
        )
    }
}

/// A sound record of one kind: its fields, in order, with what each must hold.
pub struct SoundRecord {
    pub(super) fields: Vec<(Columns, Holds)>,
    /// Those without which it is not a record.
    pub(super) codes: Vec<(Columns, Holds)>,
    pub(super) state: Option<State>,
    /// SSN.
    pub(super) ssn: Columns,
    /// Date of Birth.
    pub(super) date_of_birth: Columns,
    /// Other State FIPS Code, where that is the last field of most records.
    pub(super) other_fips: Option<Columns>,
    /// Its length.
    pub(super) record_bytes: usize,
    /// The shortest record.
    pub(super) min_bytes: usize,
    /// How long a line must be for anything to be said of it.
    pub(super) coded_bytes: usize,
    /// The file that holds such records, as in messages.
    pub(super) file: &'static str,
}

impl SoundRecord {
    /// A kind whose fields are these, in any order, and hold in the columns between what `between` says
    /// of the first of them.
    pub(super) fn new(
        mut fields: Vec<(Columns, Holds)>,
        record_bytes: usize,
        between: impl Fn(usize) -> Holds,
    ) -> Self {
        fields.sort_by_key(|(columns, _)| columns.first);
        let mut gaps = Vec::new();
        let mut next = 1;
        let ends = fields
            .iter()
            .map(|(columns, _)| (columns.first, columns.last));
        for (first, last) in ends.chain([(record_bytes + 1, 0)]) {
            if first > next {
                let gap = Columns {
                    first: next,
                    last: first - 1,
                };
                gaps.push((gap, between(next)));
            }
            next = last + 1;
        }
        fields.extend(gaps);
        fields.sort_by_key(|(columns, _)| columns.first);
        let nothing = Columns { first: 1, last: 0 };
        SoundRecord {
            codes: fields
                .iter()
                .copied()
                .filter(|(_, holds)| holds.is_code())
                .collect(),
            fields,
            state: None,
            ssn: nothing,
            date_of_birth: nothing,
            other_fips: None,
            record_bytes,
            min_bytes: 0,
            coded_bytes: 0,
            file: "",
        }
    }

    /// Of a state that is known now.
    #[must_use]
    pub fn of_state(mut self, state: Option<State>) -> Self {
        self.state = state;
        self
    }

    /// How many fields there are, fillers included.
    pub(super) fn count(&self) -> usize {
        self.fields.len()
    }

    /// The columns of a field.
    pub(super) fn columns(&self, field: usize) -> Columns {
        self.fields[field].0
    }

    /// Whether a field holds IDs.
    pub(super) fn is_id(&self, field: usize) -> bool {
        matches!(self.fields[field].1, Holds::Id)
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
                .get(self.record_bytes..)
                .is_some_and(|rest| !is_blank(rest))
        {
            return false;
        }
        self.fields_are_sound(bytes, but, self.record_bytes) && !has_control(bytes)
    }

    /// Whether every field stands where it should, whatever control bytes they hold.
    pub(super) fn stands(&self, bytes: &[u8]) -> bool {
        self.fields_are_sound(bytes, None, self.record_bytes)
            && bytes.get(self.record_bytes..).is_none_or(is_blank)
    }

    /// Whether a record as it came, which holds no control byte, holds the codes without which it is
    /// none.
    pub(super) fn has_codes(&self, bytes: &[u8]) -> bool {
        let beyond = bytes.get(self.record_bytes..);
        bytes.len() >= self.min_bytes
            && beyond.is_none_or(is_blank)
            && self.codes.iter().all(|&(columns, holds)| match holds {
                // What else an ID must be moves nothing.
                Holds::CaseId => bytes
                    .get(columns.first - 1)
                    .is_some_and(|&byte| byte != b' '),
                _ => self.holds(holds, columns.of_trimmed(bytes), columns.width()),
            })
    }

    /// The state that a record names as its own.
    pub(super) fn own_state(&self, bytes: &[u8]) -> Option<State> {
        let own = |(_, holds): &&(Columns, Holds)| matches!(holds, Holds::OwnFips);
        let (columns, _) = self.codes.iter().find(own)?;
        State::from_fips(columns.of_trimmed(bytes))
    }

    /// Whether a record is of this kind by what it is known by; any is where nothing is known.
    pub(super) fn is_named(&self, bytes: &[u8]) -> bool {
        self.codes.iter().all(|&(columns, holds)| match holds {
            Holds::Identifier(word) => columns.of_trimmed(bytes) == word,
            _ => true,
        })
    }

    /// Whether a line holds none of the codes that a record of this kind has, and not even what is
    /// known of it near its place.
    pub(super) fn is_no_record(&self, line: &[u8]) -> bool {
        const NEAR: usize = 3;
        let near = |columns: &Columns, word: &[u8]| {
            let first = (columns.first - 1).saturating_sub(NEAR);
            let near = line.get(first..(columns.first - 1 + word.len() + NEAR).min(line.len()));
            near.is_some_and(|near| near.windows(word.len()).any(|found| found == word))
        };
        let is_named = self
            .codes
            .iter()
            .any(|(_, holds)| matches!(holds, Holds::Identifier(_)));
        !is_blank(line)
            && self.codes.iter().all(|(columns, holds)| match holds {
                // Where the state is not known nothing is.
                Holds::OwnFips => self
                    .state
                    .is_some_and(|state| !near(columns, state.fips().as_bytes())),
                Holds::Identifier(word) => !near(columns, word),
                // A word that a record is known by is enough.
                _ if is_named => true,
                Holds::Always(letters) => {
                    !matches!(columns.of_trimmed(line), [one] if letters.contains(one))
                }
                Holds::Participant => {
                    let field = columns.of_trimmed(line);
                    is_blank(field) || ParticipantType::parse(field).is_none()
                }
                _ => true,
            })
    }

    /// Whether the fields that end at or before this column are sound.
    pub(super) fn is_sound_up_to(&self, bytes: &[u8], column: usize) -> bool {
        self.fields_are_sound(bytes, None, column) && !has_control(bytes)
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
            Holds::Identifier(word) => field == word,
            Holds::Mark(word) => is_blank(field) || field == word,
            Holds::Always(letters) => matches!(field, [one] if letters.contains(one)),
            Holds::Participant => is_blank(field) || ParticipantType::parse(field).is_some(),
            Holds::Text | Holds::Id => is_blank(field) || field.first() != Some(&b' '),
            Holds::Blanks => is_blank(field),
            Holds::Anything => true,
        }
    }
}

fn has_control(bytes: &[u8]) -> bool {
    unusual_bytes(bytes).0
}
