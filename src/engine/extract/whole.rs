//! Joins the pieces of a file.

use super::piece::Piece;
use super::rejected::Rejected;
use crate::engine::extract::Case;

/// The joined pieces of a file.
pub(super) struct Whole {
    /// All pieces as one, which covers the file.
    pub(super) all: Piece,
    /// The start of each piece: byte, from 0, and number of the record before it.
    pub(super) starts: Vec<(u64, u64)>,
}

impl Whole {
    pub(super) fn new(max_warnings: usize) -> Self {
        Whole {
            all: Piece::empty(max_warnings),
            starts: Vec::new(),
        }
    }

    pub(super) fn append(&mut self, piece: &Piece, first_byte: usize) {
        let all = &mut self.all;
        let rows_before = all.rows.len() as u32;
        self.starts.push((first_byte as u64, all.records));
        all.rows.extend_from_slice(&piece.rows);
        all.runs.extend(piece.runs.iter().map(|run| Case {
            first_row: run.first_row + rows_before,
            ..*run
        }));
        all.rejected
            .extend(piece.rejected.iter().map(|rejected| Rejected {
                record: rejected.record + all.records,
                ..*rejected
            }));
        all.findings += piece.findings;
        all.warnings.append(&piece.warnings, all.records);
        for (mine, theirs) in all.votes.iter_mut().zip(piece.votes) {
            *mine += theirs;
        }
        all.records += piece.records;
    }
}
