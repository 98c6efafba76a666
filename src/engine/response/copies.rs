//! Copies the fields that a response takes from the other state's records.

use crate::formats::layout::{Columns, ExtractLayout, ResponseLayout};

/// The fields that are copied from one record into another. Adjacent fields are merged into one
/// copy.
pub(super) struct Copies(Vec<Copied>);

struct Copied {
    from: Columns,
    /// The first byte in the record that is written, from 0.
    to: usize,
}

impl Copies {
    /// Copies of these fields, each given by its columns in the record read and in the record
    /// written.
    fn new(fields: &[(Columns, Columns)]) -> Self {
        let mut copies: Vec<Copied> = Vec::new();
        for &(from, to) in fields {
            let width = from.width().min(to.width());
            let (last, to) = (from.first + width - 1, to.first - 1);
            match copies.last_mut() {
                Some(before)
                    if before.from.last + 1 == from.first
                        && before.to + before.from.width() == to =>
                {
                    before.from.last = last;
                }
                _ => copies.push(Copied {
                    from: Columns {
                        first: from.first,
                        last,
                    },
                    to,
                }),
            }
        }
        Copies(copies)
    }

    /// The fields that describe the counterpart, except its SSN and the SSN verification indicator:
    /// 289-376.
    pub(super) fn of_participant(from: &ExtractLayout, to: &ResponseLayout) -> Self {
        Copies::new(&[
            (from.member_id, to.member_id),
            (from.participant_type, to.participant_type),
            (from.last_name, to.last_name),
            (from.first_name, to.first_name),
            (from.middle_name, to.middle_name),
            (from.date_of_birth, to.date_of_birth),
            (from.sex, to.sex),
        ])
    }

    /// The fields of the matched case, from its first record: 253-274, and `with_contact` 393-472.
    pub(super) fn of_case(from: &ExtractLayout, to: &ResponseLayout, with_contact: bool) -> Self {
        // The state's own office number, 6-7, follows the county.
        let (first, width) = (to.fips_code.first, from.fips_code.width());
        let state_and_county = Columns {
            first,
            last: first + width - 1,
        };
        let local = Columns {
            first: first + width,
            last: to.fips_code.last.max(first + width - 1),
        };
        let mut fields = vec![
            (from.case_id, to.case_id),
            (from.fips_code, state_and_county),
            (from.fips_code_6_7, local),
        ];
        if with_contact {
            fields.extend([
                (from.contact_name, to.contact_name),
                (from.contact_phone, to.contact_phone),
                (from.contact_email, to.contact_email),
            ]);
        }
        Copies::new(&fields)
    }

    /// Copies the fields of a record, which may be trimmed, over blanks.
    #[inline]
    pub(super) fn copy(&self, from: &[u8], to: &mut [u8]) {
        for copied in &self.0 {
            let value = copied.from.of_trimmed(from);
            to[copied.to..][..value.len()].copy_from_slice(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::layout::LayoutSet;

    #[test]
    fn neighbours_are_copied_as_one_and_trimmed_records_as_far_as_they_go() {
        let set = LayoutSet::load(None).unwrap();
        let (from, to) = (set.extract().unwrap(), set.response().unwrap());
        let copies = Copies::of_participant(&from, &to);
        let spans: Vec<_> = copies.0.iter().map(|c| (c.from, c.to + 1)).collect();
        let span = |first, last| Columns { first, last };
        assert_eq!(spans, [(span(33, 49), 289), (span(51, 121), 306)]);

        let mut written = [b' '; 500];
        copies.copy(&[b'x'; 60], &mut written);
        assert_eq!(&written[288..305], &[b'x'; 17]);
        assert_eq!(&written[305..315], &[b'x'; 10]);
        assert_eq!(memchr::memchr_iter(b'x', &written).count(), 27);
    }

    #[test]
    fn a_field_that_is_wider_where_it_comes_from_is_cut() {
        let span = |first, last| Columns { first, last };
        let copies = Copies::new(&[(span(1, 3), span(1, 2)), (span(4, 4), span(3, 3))]);
        let mut written = *b"    ";
        copies.copy(b"abcd", &mut written);
        assert_eq!(&written, b"abd ");
    }
}
