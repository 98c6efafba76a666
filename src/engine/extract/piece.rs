//! One piece of a file: its edited records, their rows, and the runs of adjacent records with one
//! key.

use super::edits::Editor;
use super::findings::{Edit, Findings, WarningList};
use super::rejected::Rejected;
use super::row::Row;
use super::ssn_indicators::set_ssn_indicators;
use crate::engine::extract::{Case, mark_repeats};
use crate::formats::input::{Records, Source};
use crate::formats::layout::RECORD_BYTES;
use crate::formats::record::CaseId;
use crate::formats::reference::{STATE_COUNT, State};

/// The contents of a piece. Records and rows are numbered within the piece.
pub(super) struct Piece {
    pub(super) records: u64,
    pub(super) rows: Vec<Row>,
    pub(super) runs: Vec<Case>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) findings: Findings,
    pub(super) warnings: WarningList,
    /// The number of records, accepted or not, by the jurisdiction in their FIPS Code.
    pub(super) votes: [u64; STATE_COUNT],
}

/// The column of the first control byte, from 1.
fn control_column(bytes: &[u8]) -> u32 {
    let control = |byte: &u8| *byte < 0x20 || *byte == 0x7f;
    bytes.iter().position(control).map_or(0, |at| at as u32 + 1)
}

impl Piece {
    pub(super) fn empty(max_warnings: usize) -> Self {
        Piece {
            records: 0,
            rows: Vec::new(),
            runs: Vec::new(),
            rejected: Vec::new(),
            findings: Findings::default(),
            warnings: WarningList::new(max_warnings),
            votes: [0; STATE_COUNT],
        }
    }

    pub(super) fn read(
        editor: &Editor<'_>,
        source: &Source,
        records: Records<'_>,
        max_warnings: usize,
        about: usize,
    ) -> Self {
        let mut piece = Piece::empty(max_warnings);
        piece.rows.reserve_exact(about);
        piece.runs.reserve_exact(about / 2);
        let mut members: Vec<CaseId> = Vec::new();
        let mut first_record = [0; RECORD_BYTES];
        let mut padded = [0; RECORD_BYTES];
        for record in records {
            piece.records += 1;
            let fips = editor.layout.fips_code.of_trimmed(record.bytes);
            if let Some(state) = State::from_fips(fips) {
                piece.votes[state.index()] += 1;
            }
            let mut edited = match editor.edit(record.bytes, record.offset as u64, &mut padded) {
                Ok(edited) => edited,
                Err(edit) => {
                    piece.findings.count(edit);
                    piece.rejected.push(Rejected {
                        record: piece.records,
                        offset: record.offset as u64,
                        edit,
                        column: if edit == Edit::E02 {
                            control_column(record.bytes)
                        } else {
                            0
                        },
                    });
                    continue;
                }
            };
            let (first, length) = (record.offset as u64, record.bytes.len() as u64);
            if source.is_replaced_in(first..first + length) {
                edited.warnings |= Edit::W02.bit();
            }
            if edited.warnings != 0 {
                piece.findings.count_bits(edited.warnings);
                piece.warnings.add_bits(piece.records, edited.warnings);
            }
            let key = (
                edited.case.id,
                edited.case.other_state,
                edited.case.other_id,
            );
            match piece.runs.last_mut() {
                Some(run) if key == (run.data.id, run.data.other_state, run.data.other_id) => {
                    run.row_count += 1;
                    let differs = editor.case_data_differ(&first_record, edited.record);
                    edited.row.set_differs_from_first(differs);
                }
                _ => {
                    piece.end_run(&mut members);
                    first_record = *edited.record;
                    let first_row = piece.rows.len() as u32;
                    piece.runs.push(Case {
                        data: edited.case,
                        first_row,
                        row_count: 1,
                    });
                }
            }
            members.push(edited.member_id);
            piece.rows.push(edited.row);
        }
        piece.end_run(&mut members);
        set_ssn_indicators(&mut piece.rows, editor, source.bytes());
        piece
    }

    fn end_run(&mut self, members: &mut Vec<CaseId>) {
        let first = self.rows.len() - members.len();
        if members.len() > 1 {
            mark_repeats(&mut self.rows[first..], members);
        }
        members.clear();
    }
}
