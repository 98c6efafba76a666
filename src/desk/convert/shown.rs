//! Whether a record is shown under `--mask`. Its fields may have moved, by a column that was left out
//! or written wider, and what is then shown as a code or number be a name, a date of birth or an SSN.
//! In doubt it is not shown.

use std::ops::Range;

use super::mask::{Beside, Form, is_required};
use crate::formats::layout::Layout;
use crate::formats::record::is_blank;

/// A coded field.
struct Coded {
    columns: Range<usize>,
    form: Form,
    required: bool,
}

/// What a record of a layout must hold to be shown.
pub(super) struct Shown {
    coded: Vec<Coded>,
    /// SSN, and the Member ID directly behind it.
    ssn: Option<(Range<usize>, Range<usize>)>,
    derived: Option<Derived>,
}

/// An FCR-derived record is read as an extract's, and holds nothing here (layouts.md, section 2).
struct Derived {
    blank: [Range<usize>; 2],
    other_fips: Range<usize>,
}

impl Shown {
    pub(super) fn new(layout: &Layout) -> Self {
        let at = |key: &str| {
            let field = layout.fields.iter().find(|field| field.key == key);
            field.map(|field| field.columns.range())
        };
        let in_response = layout.name == "response";
        let coded = |field: &crate::formats::layout::Field| {
            Some(Coded {
                columns: field.columns.range(),
                form: Form::of(field)?,
                required: is_required(field, in_response),
            })
        };
        let derived = || {
            Some(Derived {
                blank: [
                    at("initiating_responding_indicator")?,
                    at("other_state_case_id")?.start..layout.length,
                ],
                other_fips: at("other_state_fips_code")?,
            })
        };
        Shown {
            coded: layout.fields.iter().filter_map(coded).collect(),
            ssn: at("ssn")
                .zip(at("member_id"))
                .filter(|(ssn, member)| ssn.end == member.start),
            derived: derived().filter(|_| layout.name == "extract"),
        }
    }

    /// [`Beside::Moved`] for a record that is not shown.
    #[inline]
    pub(super) fn of(&self, record: &[u8]) -> Beside {
        let control = |&byte: &u8| byte < b' ' || byte == 0x7f;
        let holds = |coded: &Coded| {
            let field = &record[coded.columns.clone()];
            if coded.required && is_blank(field) {
                return self.is_derived(record, &coded.columns);
            }
            coded.form.holds(field)
        };
        if !self.coded.iter().all(holds) || record.iter().any(control) {
            return Beside::Moved;
        }
        match &self.ssn {
            Some((ssn, member)) => Beside::of(&record[ssn.clone()], &record[member.clone()]),
            None => Beside::Sound,
        }
    }

    /// Hides all digits of the SSN.
    pub(super) fn hide_ssn(&self, record: &mut [u8]) {
        if let Some((ssn, _)) = &self.ssn {
            record[ssn.clone()].fill(b'*');
        }
    }

    /// Whether a field may be blank since the record is FCR-derived.
    fn is_derived(&self, record: &[u8], columns: &Range<usize>) -> bool {
        self.derived.as_ref().is_some_and(|derived| {
            let mut blank = derived.blank.iter();
            *columns == derived.other_fips && blank.all(|range| is_blank(&record[range.clone()]))
        })
    }
}
