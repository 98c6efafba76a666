//! Groups the records of each case, which may be anywhere in the file.

use std::collections::VecDeque;

use super::{Case, id_key};
use crate::engine::Postings;
use crate::engine::extract::{Editor, Row};
use crate::formats::record::CaseId;

/// Rereads the record of a row, as padded record and Member ID.
pub(crate) trait Reread {
    /// The padded record of a row.
    fn record(&self, row: &Row) -> [u8; crate::formats::layout::RECORD_BYTES];
}

/// Groups runs of adjacent records with one key into cases, in the order of their first records.
/// Returns the cases and their index by Case ID.
///
/// `rows` is in file order before the call and in case order after it. In an FCR-derived file, a
/// case is all records with one Case ID.
pub(crate) fn group(
    rows: &mut [Row],
    runs: Vec<Case>,
    editor: &Editor<'_>,
    source: &impl Reread,
) -> (Vec<Case>, Postings) {
    let by_id = index_by_id(&runs);
    let Some(leaders) = leaders(&runs, &by_id) else {
        return (runs, by_id);
    };
    drop(by_id);
    let cases = merge(rows, runs, &leaders, editor, source);
    let by_id = index_by_id(&cases);
    (cases, by_id)
}

fn index_by_id(cases: &[Case]) -> Postings {
    Postings::build(cases.len(), |post| {
        for (number, case) in cases.iter().enumerate() {
            post(id_key(case.data.id), number as u32);
        }
    })
}

/// For each run, the first run of its case. `None` if every run is a case of its own, which is the
/// usual state of a file.
fn leaders(runs: &[Case], by_id: &Postings) -> Option<Vec<u32>> {
    let mut leaders: Option<Vec<u32>> = None;
    let mut group: Vec<u32> = Vec::new();
    for same_key in by_id.crowded(1) {
        group.clear();
        group.extend(same_key);
        // By Case ID and other state; within these by Other State Case ID, blank first.
        let key = |&run: &u32| {
            let data = &runs[run as usize].data;
            (
                data.id,
                data.other_state,
                !data.other_id.is_blank(),
                data.other_id,
                run,
            )
        };
        group.sort_unstable_by_key(key);
        for same_case in group.chunk_by(|&a, &b| {
            let (a, b) = (&runs[a as usize].data, &runs[b as usize].data);
            (a.id, a.other_state) == (b.id, b.other_state)
        }) {
            if same_case.len() == 1 {
                continue;
            }
            let leaders = leaders.get_or_insert_with(|| (0..runs.len() as u32).collect());
            let other_id = |run: u32| runs[run as usize].data.other_id;
            let blanks = same_case
                .iter()
                .take_while(|&&run| other_id(run).is_blank())
                .count();
            let (blank, named) = same_case.split_at(blanks);
            // A blank Other State Case ID joins the only one that occurs. If several occur, the
            // blank ones are a case of their own [ours: some states fill it on the adults alone].
            let one_name = named
                .first()
                .is_some_and(|&first| named.iter().all(|&run| other_id(run) == other_id(first)));
            if one_name {
                lead(leaders, same_case);
            } else {
                lead(leaders, blank);
                for same_name in named.chunk_by(|&a, &b| other_id(a) == other_id(b)) {
                    lead(leaders, same_name);
                }
            }
        }
    }
    leaders
}

fn lead(leaders: &mut [u32], runs: &[u32]) {
    if let Some(&first) = runs.iter().min() {
        for &run in runs {
            leaders[run as usize] = first;
        }
    }
}

/// Moves the rows of each case together, and repeats the edits that concern a whole case. It works
/// in place, because there can be many millions of rows: copies are made only of the runs that move
/// forward, and of the rows that they displace.
fn merge(
    rows: &mut [Row],
    runs: Vec<Case>,
    leaders: &[u32],
    editor: &Editor<'_>,
    source: &impl Reread,
) -> Vec<Case> {
    let mut followers: Vec<u32> = (0..runs.len() as u32)
        .filter(|&run| leaders[run as usize] != run)
        .collect();
    followers.sort_unstable_by_key(|&run| (leaders[run as usize], run));
    let moved: Vec<Row> = followers
        .iter()
        .flat_map(|&run| rows[runs[run as usize].rows()].iter().copied())
        .collect();
    let (mut followers, mut moved) = (followers.into_iter().peekable(), moved.into_iter());
    let mut cases = runs;
    let mut kept = 0;
    let mut shift = Shift::new(rows);
    for run in 0..cases.len() {
        let case = cases[run];
        if leaders[run] != run as u32 {
            shift.pass_over(case.row_count);
            continue;
        }
        let mut case = Case {
            first_row: shift.written as u32,
            ..case
        };
        shift.keep(case.row_count);
        let alone = case.row_count;
        while let Some(follower) = followers.next_if(|&f| leaders[f as usize] == run as u32) {
            let follower = &cases[follower as usize];
            if case.data.other_id.is_blank() {
                case.data.other_id = follower.data.other_id;
            }
            for row in moved.by_ref().take(follower.row_count as usize) {
                shift.put(row);
            }
            case.row_count += follower.row_count;
        }
        if case.row_count > alone {
            look_again(&mut shift.rows[case.rows()], editor, source);
        }
        cases[kept] = case;
        kept += 1;
    }
    cases.truncate(kept);
    cases
}

/// Reorders rows in place. It writes from the front; rows that have not been read yet and would be
/// overwritten are queued.
struct Shift<'a> {
    rows: &'a mut [Row],
    /// The number of rows that are in their final place.
    written: usize,
    /// The number of rows that have been read; never fewer than `written`.
    read: usize,
    /// Rows that were read early, because their place was needed.
    waiting: VecDeque<Row>,
}

impl<'a> Shift<'a> {
    fn new(rows: &'a mut [Row]) -> Self {
        Shift {
            rows,
            written: 0,
            read: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Writes the next rows of the old order.
    fn keep(&mut self, count: u32) {
        for _ in 0..count {
            if self.waiting.is_empty() && self.read == self.written {
                // Nothing has moved yet, so the rows are in their final place.
                self.read += 1;
                self.written += 1;
            } else if let Some(row) = self.next() {
                self.put(row);
            }
        }
    }

    /// Skips the next rows of the old order.
    fn pass_over(&mut self, count: u32) {
        for _ in 0..count {
            self.next();
        }
    }

    fn next(&mut self) -> Option<Row> {
        self.waiting.pop_front().or_else(|| {
            let row = self.rows.get(self.read).copied();
            self.read += 1;
            row
        })
    }

    /// Writes a row.
    fn put(&mut self, row: Row) {
        if self.read == self.written {
            self.waiting.push_back(self.rows[self.read]);
            self.read += 1;
        }
        self.rows[self.written] = row;
        self.written += 1;
    }
}

/// Repeats the tests for W13 and W15 on a case whose records were not adjacent in the file.
fn look_again(rows: &mut [Row], editor: &Editor<'_>, source: &impl Reread) {
    let first = source.record(&rows[0]);
    let mut members = Vec::with_capacity(rows.len());
    for row in rows.iter_mut() {
        let record = source.record(row);
        row.set_differs_from_first(editor.case_data_differ(&first, &record));
        members.push(CaseId::new(editor.layout.member_id.of(&record)));
    }
    super::mark_repeats(rows, &members);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::extract::RowParts;
    use crate::formats::record::{ParticipantType, SsnField};

    fn row(offset: u64) -> Row {
        Row::new(&RowParts {
            name: None,
            offset,
            length: 1,
            ssn: SsnField::Absent,
            date_of_birth: None,
            participant: ParticipantType::Ch,
        })
    }

    #[test]
    fn rows_that_give_way_come_in_their_old_order() {
        // Runs of the old order: kept (k), passed over (p); rows put between them by number.
        let mut rows: Vec<Row> = (0..8).map(row).collect();
        let mut shift = Shift::new(&mut rows);
        shift.keep(2);
        for moved in [row(5), row(6), row(7)] {
            shift.put(moved);
        }
        shift.keep(3);
        shift.pass_over(3);
        assert_eq!((shift.written, shift.waiting.len()), (8, 0));
        let order: Vec<u64> = rows.iter().map(Row::offset).collect();
        assert_eq!(order, [0, 1, 5, 6, 7, 2, 3, 4]);
    }

    #[test]
    fn a_case_takes_48_bytes() {
        assert_eq!(size_of::<Case>(), 48);
    }
}
