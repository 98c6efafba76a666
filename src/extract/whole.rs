//! A file's pieces, put together.

use super::findings::{Findings, WarningList};
use super::piece::{Piece, Rejected};
use super::row::Row;
use crate::case::Case;
use crate::reference::STATE_COUNT;

/// A file's pieces, put together.
pub(super) struct Whole {
    pub(super) records: u64,
    pub(super) rows: Vec<Row>,
    pub(super) runs: Vec<Case>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) findings: Findings,
    pub(super) warnings: WarningList,
    pub(super) votes: [u64; STATE_COUNT],
    /// Where each piece begins: byte, from 0, and number of the record before it.
    pub(super) starts: Vec<(u64, u64)>,
}

impl Whole {
    pub(super) fn new(max_warnings: usize) -> Self {
        Whole {
            records: 0,
            rows: Vec::new(),
            runs: Vec::new(),
            rejected: Vec::new(),
            findings: Findings::default(),
            warnings: WarningList::new(max_warnings),
            votes: [0; STATE_COUNT],
            starts: Vec::new(),
        }
    }

    pub(super) fn append(&mut self, piece: &Piece, first_byte: usize) {
        let rows_before = self.rows.len() as u32;
        self.starts.push((first_byte as u64, self.records));
        self.rows.extend_from_slice(&piece.rows);
        self.runs.extend(piece.runs.iter().map(|run| Case {
            first_row: run.first_row + rows_before,
            ..*run
        }));
        self.rejected
            .extend(piece.rejected.iter().map(|rejected| Rejected {
                record: rejected.record + self.records,
                ..*rejected
            }));
        self.findings += piece.findings;
        self.warnings.append(&piece.warnings, self.records);
        for (mine, theirs) in self.votes.iter_mut().zip(piece.votes) {
            *mine += theirs;
        }
        self.records += piece.records;
    }
}
