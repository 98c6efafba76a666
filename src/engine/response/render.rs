//! Renders the response records of a case.

use super::copies::Copies;
use super::{OutputForm, StateTotals};
use crate::engine::extract::Case;
use crate::engine::extract::{Extract, Provenance, Row};
use crate::engine::matching::{
    CaseCodes, Counterpart, Found, Outcome, ReasonCode, ReasonCodes, Scratch, Side,
};
use crate::error::Result;
use crate::formats::layout::{Columns, LayoutSet, RESPONSE_BYTES, ResponseLayout};
use crate::formats::reference::Counties;

/// Renders response records.
pub struct Renderer<'a> {
    layout: ResponseLayout,
    /// Copies from a submitted extract.
    from_submitted: CopiesOf,
    /// Copies from an FCR-derived extract.
    from_fcr: CopiesOf,
    counties: &'a Counties,
    form: OutputForm,
}

/// The fields that are copied from the other state's records.
struct CopiesOf {
    case: Copies,
    participant: Copies,
}

/// A record with the fields that all records of a case share, blank elsewhere, and the line end.
type Template = [u8; RESPONSE_BYTES + 1];

impl<'a> Renderer<'a> {
    /// A renderer with these layouts. `counties` is the table for FIPS verification, `form` the
    /// form of the response files.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] if a field is missing.
    pub fn new(layouts: &LayoutSet, counties: &'a Counties, form: OutputForm) -> Result<Self> {
        let layout = layouts.response()?;
        // The contact in an FCR-derived record counts as blank, whatever it contains.
        let of = |from, with_contact| CopiesOf {
            case: Copies::of_case(from, &layout, with_contact),
            participant: Copies::of_participant(from, &layout),
        };
        Ok(Renderer {
            from_submitted: of(&layouts.extract()?, true),
            from_fcr: of(&layouts.fcr_extract()?, false),
            layout,
            counties,
            form,
        })
    }

    /// The form of the response files.
    pub fn form(&self) -> OutputForm {
        self.form
    }

    fn copies_of(&self, extract: &Extract) -> &CopiesOf {
        match extract.provenance {
            Provenance::Submitted => &self.from_submitted,
            Provenance::FcrDerived => &self.from_fcr,
        }
    }

    /// Counts a case of `yours` and, if it is returned, appends its records to `response`.
    pub fn render(
        &self,
        yours: &Side,
        case: &Case,
        outcome: &Outcome<'_>,
        scratch: &Scratch,
        response: &mut Vec<u8>,
        totals: &mut StateTotals,
    ) {
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
                }
                case_codes = codes;
            }
            Outcome::Matched(found) => {
                let theirs = &found.side.extract;
                let copies = self.copies_of(theirs);
                let their_rows = theirs.rows_of(&theirs.cases[found.case as usize]);
                let mut template =
                    self.template(&yours.extract, case, rows, found.side.fcr_supplied());
                self.matched(&mut template, found, their_rows, &copies.case);
                for (row, &counterpart) in rows.iter().zip(scratch.counterparts()) {
                    let codes =
                        found
                            .codes
                            .of_record((yours, row), (found.side, their_rows), counterpart);
                    let record = self.start(&template, &yours.extract, row, response);
                    self.put_codes(record, codes);
                    if let Some(counterpart) = counterpart {
                        let row = &their_rows[counterpart.place as usize];
                        self.put_counterpart(
                            record,
                            theirs,
                            (row, counterpart),
                            &copies.participant,
                        );
                        totals.count_basis(counterpart.basis());
                    }
                    totals.count_record_codes(codes);
                    case_codes = case_codes.union(codes);
                }
                let (adults, children) = yours.extract.class_counts(rows);
                let all_matched =
                    found.comparison.adults == adults && found.comparison.children == children;
                let in_sync = all_matched && case_codes.holds(ReasonCode::R00);
                totals.cases_in_sync += u64::from(in_sync);
            }
        }
        totals.count_case_codes(case_codes);
    }

    /// Appends a record: the template with the submitted record and its SSN verification. Returns
    /// the part that is still to be filled in.
    #[inline]
    fn start<'r>(
        &self,
        template: &Template,
        extract: &Extract,
        row: &Row,
        response: &'r mut Vec<u8>,
    ) -> &'r mut [u8] {
        let first = response.len();
        let submitted = self.layout.submitted.range();
        let bytes = extract.bytes(row);
        let bytes = &bytes[..bytes.len().min(submitted.len())];
        response.extend_from_slice(&template[..submitted.start]);
        response.extend_from_slice(bytes);
        // The submitted record may be trimmed, so the rest is padded.
        response.extend_from_slice(&template[submitted.start + bytes.len()..submitted.end]);
        let end = RESPONSE_BYTES + self.form.line_end().len();
        response.extend_from_slice(&template[submitted.end..end]);
        let record = &mut response[first..];
        record[self.layout.submitting_ssn_verification.first - 1] = row.verification().byte();
        record
    }

    /// The fields that every case has: 242, 276, 377-380, 473-477.
    fn template(&self, yours: &Extract, case: &Case, rows: &[Row], fcr_supplied: bool) -> Template {
        let mut template = [b' '; RESPONSE_BYTES + 1];
        if let [end] = *self.form.line_end() {
            template[RESPONSE_BYTES] = end;
        }
        put_indicator(&mut template, self.layout.fcr_supplied, fcr_supplied);
        // The case's own code is that of its first record.
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
        if let Some(columns) = self.layout.records_yours {
            let records = format!("{:05}", rows.len().min(99_999));
            put(&mut template, columns, records.as_bytes());
        }
        template
    }

    /// The fields without a match: 381-388 are zeros and 389-391 are N.
    fn no_match(&self, template: &mut Template) {
        let layout = &self.layout;
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

    /// The fields of the matched case: 253-275, 277, 381-392, 393-472.
    fn matched(
        &self,
        template: &mut Template,
        found: &Found<'_>,
        their_rows: &[Row],
        copies: &Copies,
    ) {
        let (layout, theirs) = (&self.layout, &found.side.extract);
        let case = &theirs.cases[found.case as usize];
        let first = theirs.bytes(&theirs.rows[case.first_row as usize]);
        copies.copy(first, template);
        template[layout.case_status.first - 1] = if case.data.open { b'O' } else { b'C' };
        let fips = theirs.layout.fips_code.of_trimmed(first);
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
    }

    /// The fields of the counterpart: 279-376 and 478.
    #[inline]
    fn put_counterpart(
        &self,
        record: &mut [u8],
        theirs: &Extract,
        (row, counterpart): (&Row, Counterpart),
        copies: &Copies,
    ) {
        let layout = &self.layout;
        let bytes = theirs.bytes(row);
        if counterpart.hands_out_ssn() {
            // An unusable SSN is never shown to the other state.
            if row.ssn().is_some() {
                put(record, layout.ssn, theirs.layout.ssn.of_trimmed(bytes));
            }
            record[layout.other_ssn_verification.first - 1] = row.verification().byte();
        }
        if let Some(columns) = layout.match_basis {
            record[columns.first - 1] = counterpart.basis().byte();
        }
        copies.copy(bytes, record);
    }

    #[inline]
    fn put_codes(&self, record: &mut [u8], codes: ReasonCodes) {
        for (columns, code) in self.layout.reason_codes.iter().zip(codes.iter()) {
            put(record, *columns, code.code().as_bytes());
        }
    }
}

/// Writes a field, left-justified and padded with blanks.
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
