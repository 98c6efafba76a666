//! Brings together the records of a case, wherever they stand in the file.

use super::{Case, CaseData};
use crate::extract::{Editor, Row};
use crate::index::Postings;
use crate::record::CaseId;

/// What reads a row's record again: padded record and Member ID.
pub(crate) trait Reread {
    /// The padded record of a row.
    fn record(&self, row: &Row) -> [u8; crate::layout::RECORD_BYTES];
}

/// Groups runs of neighbouring records with one key into cases, in the order of their first
/// records, and gives the index of the cases by Case ID.
///
/// `rows` comes in file order and leaves in case order. In an FCR-derived file a case is the set
/// with one Case ID.
pub(crate) fn group(
    rows: &mut Vec<Row>,
    runs: Vec<Case>,
    editor: &Editor<'_>,
    source: &impl Reread,
) -> (Vec<Case>, Postings) {
    let by_id = index_by_id(&runs);
    let Some(leaders) = leaders(&runs, &by_id) else {
        return (runs, by_id);
    };
    drop(by_id);
    let cases = merge(rows, &runs, &leaders, editor, source);
    let by_id = index_by_id(&cases);
    (cases, by_id)
}

/// The key under which a Case ID is posted.
#[inline]
pub(crate) fn id_key(id: CaseId) -> u32 {
    (id.mixed() >> 32) as u32
}

fn index_by_id(cases: &[Case]) -> Postings {
    Postings::build(cases.len(), |post| {
        for (number, case) in cases.iter().enumerate() {
            post(id_key(case.data.id), number as u32);
        }
    })
}

/// For each run the first run of its case; `None` where every run is a case of its own.
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
            // A blank Other State Case ID joins the only one that occurs; else the blank ones are a
            // case of their own [ours: some states fill it on the adults alone].
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

/// Moves the rows of each case together and looks again at what concerns a case as a whole.
fn merge(
    rows: &mut Vec<Row>,
    runs: &[Case],
    leaders: &[u32],
    editor: &Editor<'_>,
    source: &impl Reread,
) -> Vec<Case> {
    let mut order: Vec<u32> = (0..runs.len() as u32).collect();
    order.sort_unstable_by_key(|&run| (leaders[run as usize], run));
    let mut moved = Vec::with_capacity(rows.len());
    let mut cases: Vec<Case> = Vec::new();
    for same_case in order.chunk_by(|&a, &b| leaders[a as usize] == leaders[b as usize]) {
        let first_row = moved.len() as u32;
        let mut data: CaseData = runs[same_case[0] as usize].data;
        for &run in same_case {
            let run = &runs[run as usize];
            if data.other_id.is_blank() {
                data.other_id = run.data.other_id;
            }
            moved.extend_from_slice(&rows[run.rows()]);
        }
        let case = Case {
            data,
            first_row,
            row_count: moved.len() as u32 - first_row,
        };
        if same_case.len() > 1 {
            look_again(&mut moved[case.rows()], editor, source);
        }
        cases.push(case);
    }
    *rows = moved;
    cases
}

/// W13 and W15 of a case whose records stand apart in the file.
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
