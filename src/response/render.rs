//! Renders the response records of a case.

use super::{OutputForm, StateTotals};
use crate::case::Case;
use crate::extract::{Extract, Provenance, Row};
use crate::layout::{Columns, RECORD_BYTES, RESPONSE_BYTES, ResponseLayout};
use crate::matching::{CaseCodes, Found, Outcome, ReasonCodes, Scratch, Side};
use crate::reference::Counties;

/// Renders response records of the submitting states.
pub struct Renderer<'a> {
    /// Where the fields are.
    pub layout: &'a ResponseLayout,
    /// The county table, for FIPS verification.
    pub counties: &'a Counties,
    /// The form of the response files.
    pub form: OutputForm,
}

/// The fields that are the same on every record of a case, in a record that is blank else.
type Template = [u8; RESPONSE_BYTES];

impl Renderer<'_> {
    /// Appends the records of a case of `yours` to `response` if the case is returned, and counts
    /// it.
    pub fn render(
        &self,
        yours: &Side,
        case: &Case,
        outcome: &Outcome<'_>,
        scratch: &Scratch,
        response: &mut Vec<u8>,
        totals: &mut StateTotals,
    ) {
        let line_end = self.form.line_end();
        let rows = yours.extract.rows_of(case);
        totals.count(outcome, rows.len() as u64, case.data.other_state);
        let mut case_codes = ReasonCodes::default();
        match outcome {
            Outcome::NotEvaluated | Outcome::Suppressed(_) => return,
            Outcome::NotFound { fcr_supplied } => {
                let codes = CaseCodes::not_found().0;
                let mut template = self.template(&yours.extract, case, rows, *fcr_supplied);
                self.no_match(&mut template);
                for row in rows {
                    let record = self.start(&template, &yours.extract, row, response);
                    self.put_codes(record, codes);
                    totals.count_record_codes(codes);
                    response.extend_from_slice(line_end);
                }
                case_codes = codes;
            }
            Outcome::Matched(found) => {
                let theirs = &found.side.extract;
                let their_rows = theirs.rows_of(&theirs.cases[found.case as usize]);
                let mut template =
                    self.template(&yours.extract, case, rows, found.side.fcr_supplied());
                self.matched(&mut template, found, their_rows);
                for (row, &counterpart) in rows.iter().zip(&scratch.counterparts) {
                    let codes =
                        found
                            .codes
                            .of_record((yours, row), (found.side, their_rows), counterpart);
                    let record = self.start(&template, &yours.extract, row, response);
                    self.put_codes(record, codes);
                    if let Some(counterpart) = counterpart {
                        self.put_counterpart(
                            record,
                            theirs,
                            &their_rows[counterpart.place as usize],
                        );
                    }
                    totals.count_record_codes(codes);
                    response.extend_from_slice(line_end);
                    case_codes = case_codes.union(codes);
                }
            }
        }
        totals.count_case_codes(case_codes);
    }

    /// Appends a record: the template with the submitted record, and its SSN's verification.
    #[inline]
    fn start<'r>(
        &self,
        template: &Template,
        extract: &Extract,
        row: &Row,
        response: &'r mut Vec<u8>,
    ) -> &'r mut [u8] {
        let first = response.len();
        response.extend_from_slice(template);
        let record = &mut response[first..];
        let bytes = extract.bytes(row);
        let submitted = &mut record[self.layout.submitted.range()];
        if let Some(bytes) = bytes.first_chunk::<RECORD_BYTES>() {
            submitted.copy_from_slice(bytes);
        } else {
            submitted[..bytes.len()].copy_from_slice(bytes);
        }
        record[self.layout.submitting_ssn_verification.first - 1] = row.verification().byte();
        record
    }

    /// What is given for every case: 242, 276, 377-380.
    fn template(&self, yours: &Extract, case: &Case, rows: &[Row], fcr_supplied: bool) -> Template {
        let mut template = [b' '; RESPONSE_BYTES];
        put_indicator(&mut template, self.layout.fcr_supplied, fcr_supplied);
        // The case's own code, which is its first record's.
        let other_fips = yours.field(
            &yours.rows[case.first_row as usize],
            yours.layout.other_fips_code,
        );
        put_indicator(
            &mut template,
            self.layout.other_fips_verification,
            self.counties.verify(other_fips),
        );
        let (adults, children) = yours.class_counts(rows);
        put_count(&mut template, self.layout.adults_yours, adults);
        put_count(&mut template, self.layout.children_yours, children);
        template
    }

    /// Without a match 381-388 are zeros and 389-391 are N.
    fn no_match(&self, template: &mut Template) {
        let layout = self.layout;
        for columns in [
            layout.adults_other,
            layout.children_other,
            layout.adults_matched,
            layout.children_matched,
        ] {
            put_count(template, columns, 0);
        }
        for columns in [layout.cp_match, layout.np_match, layout.multiple_case] {
            put_indicator(template, columns, false);
        }
    }

    /// What describes the matched case: 253-275, 277, 381-392, 393-472.
    fn matched(&self, template: &mut Template, found: &Found<'_>, their_rows: &[Row]) {
        let (layout, theirs) = (self.layout, &found.side.extract);
        let case = &theirs.cases[found.case as usize];
        let first = &theirs.rows[case.first_row as usize];
        let from = &theirs.layout;
        put(template, layout.case_id, &case.data.id.bytes());
        let fips = theirs.field(first, from.fips_code);
        let both = Columns {
            first: layout.fips_code.first,
            last: layout.fips_code.first + fips.len() - 1,
        };
        put(template, both, fips);
        let rest = Columns {
            first: both.last + 1,
            last: layout.fips_code.last,
        };
        put(template, rest, theirs.field(first, from.fips_code_6_7));
        template[layout.case_status.first - 1] = if case.data.open { b'O' } else { b'C' };
        put_indicator(
            template,
            layout.fips_verification,
            self.counties.verify(fips),
        );
        let (adults, children) = theirs.class_counts(their_rows);
        put_count(template, layout.adults_other, adults);
        put_count(template, layout.children_other, children);
        put_count(template, layout.adults_matched, found.comparison.adults);
        put_count(template, layout.children_matched, found.comparison.children);
        put_indicator(template, layout.cp_match, found.comparison.cp);
        put_indicator(template, layout.np_match, found.comparison.np);
        put_indicator(template, layout.multiple_case, found.multiple_case);
        template[layout.match_tier.first - 1] = b'0' + found.tier.number();
        // An FCR-derived record's contact is treated as blank, whatever it holds.
        if theirs.provenance == Provenance::Submitted {
            put(
                template,
                layout.contact_name,
                theirs.field(first, from.contact_name),
            );
            put(
                template,
                layout.contact_phone,
                theirs.field(first, from.contact_phone),
            );
            put(
                template,
                layout.contact_email,
                theirs.field(first, from.contact_email),
            );
        }
    }

    /// What describes the counterpart: 279-376.
    #[inline]
    fn put_counterpart(&self, record: &mut [u8], theirs: &Extract, row: &Row) {
        let (layout, from) = (self.layout, &theirs.layout);
        // An SSN that cannot be used is never offered to the other state.
        if row.ssn().is_some() {
            put(record, layout.ssn, theirs.field(row, from.ssn));
        }
        record[layout.other_ssn_verification.first - 1] = row.verification().byte();
        for (to, from) in [
            (layout.member_id, from.member_id),
            (layout.participant_type, from.participant_type),
            (layout.last_name, from.last_name),
            (layout.first_name, from.first_name),
            (layout.middle_name, from.middle_name),
            (layout.date_of_birth, from.date_of_birth),
            (layout.sex, from.sex),
        ] {
            put(record, to, theirs.field(row, from));
        }
    }

    #[inline]
    fn put_codes(&self, record: &mut [u8], codes: ReasonCodes) {
        for (columns, code) in self.layout.reason_codes.iter().zip(codes.iter()) {
            put(record, *columns, code.code().as_bytes());
        }
    }
}

/// Writes a field, left-justified over blanks; `value` may be shorter.
#[inline]
fn put(record: &mut [u8], columns: Columns, value: &[u8]) {
    record[columns.range()][..value.len()].copy_from_slice(value);
}

fn put_indicator(record: &mut [u8], columns: Columns, yes: bool) {
    record[columns.first - 1] = if yes { b'Y' } else { b'N' };
}

/// Two digits, zero-filled; 99 means 99 or more.
fn put_count(record: &mut [u8], columns: Columns, count: u32) {
    let count = count.min(99) as u8;
    put(record, columns, &[b'0' + count / 10, b'0' + count % 10]);
}
