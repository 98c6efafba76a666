//! Participants that a case lists twice (W15).

use crate::engine::extract::Row;
use crate::formats::record::{CaseId, ParticipantType};

/// Up to this many rows, every pair is compared; above, keys are sorted, which is faster.
const PAIRWISE_ROWS: usize = 16;

/// Marks each row of a case for which an earlier row has the same non-blank Member ID, or the same
/// non-blank type and usable SSN. `members` holds the Member IDs of the rows.
pub(crate) fn mark_repeats(rows: &mut [Row], members: &[CaseId]) {
    let role = |row: &Row| {
        let participant = row.participant();
        (participant != ParticipantType::Blank)
            .then(|| row.ssn())
            .flatten()
            .map(|ssn| (participant, ssn))
    };
    if rows.len() <= PAIRWISE_ROWS {
        for at in 0..rows.len() {
            let repeated = (0..at).any(|earlier| {
                (members[earlier] == members[at] && !members[at].is_blank())
                    || (rows[earlier].ssn() == rows[at].ssn()
                        && role(&rows[at]).is_some()
                        && role(&rows[earlier]) == role(&rows[at]))
            });
            rows[at].set_repeated(repeated);
        }
        return;
    }
    let mut repeated = vec![false; rows.len()];
    let mut by_member: Vec<_> = (0..rows.len())
        .filter(|&at| !members[at].is_blank())
        .collect();
    by_member.sort_by_key(|&at| (members[at], at));
    let mut by_role: Vec<_> = (0..rows.len())
        .filter(|&at| role(&rows[at]).is_some())
        .collect();
    by_role.sort_by_key(|&at| (role(&rows[at]), at));
    for pair in by_member
        .windows(2)
        .filter(|pair| members[pair[0]] == members[pair[1]])
    {
        repeated[pair[1]] = true;
    }
    for pair in by_role
        .windows(2)
        .filter(|pair| role(&rows[pair[0]]) == role(&rows[pair[1]]))
    {
        repeated[pair[1]] = true;
    }
    for (row, repeated) in rows.iter_mut().zip(repeated) {
        row.set_repeated(repeated);
    }
}
