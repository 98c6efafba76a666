//! `leads/*.csv`: for each case that needs a second look its best leads. Case IDs, names of evidence
//! and figures; never a value of a person.

use std::fmt::Write;

use rayon::prelude::*;

use super::output::OutputFolder;
use crate::engine::confidence::Share;
use crate::engine::leads::{Ask, find_leads};
use crate::engine::matching::Sides;
use crate::error::Result;
use crate::formats::record::{CaseId, text, trim_end};
use crate::formats::reference::State;
use crate::stop::Stop;
use crate::text::cell;

/// The header of a leads file.
pub const LEADS_HEAD: [&str; 10] = [
    "case_id",
    "other_state",
    "other_case_id",
    "why",
    "rank",
    "lead_case_id",
    "evidence",
    "against",
    "share_right",
    "trials",
];

/// Finds the leads of all submitting states and writes a file for each.
///
/// # Errors
/// What the folder reports, and an interruption.
pub(super) fn write_leads(
    folder: &OutputFolder,
    sides: &Sides,
    asks: &[(State, Vec<Ask>)],
    stop: &Stop,
) -> Result<()> {
    let answered = find_leads(sides, asks, stop)?;
    answered.par_iter().try_for_each(|answered| {
        let mut text = LEADS_HEAD.join(",");
        text.push('\n');
        if let Some(yours) = sides.of(answered.state) {
            for (ask, why, leads) in &answered.cases {
                let Some(theirs) = sides.of(ask.other) else {
                    continue;
                };
                let data = &yours.extract.cases[ask.case as usize].data;
                let (case, named) = (shown(data.id), shown(data.other_id));
                for (rank, lead) in (1..).zip(leads) {
                    let (other, why) = (ask.other.usps(), why.word());
                    let id = shown(lead.case_of(theirs).data.id);
                    // Into a string: it cannot fail.
                    let _ = write!(text, "{case},{other},{named},{why},{rank},{id},");
                    lead.evidence.write_names(false, &mut text);
                    text.push(',');
                    lead.evidence.write_names(true, &mut text);
                    let share = in_ten_thousandths(lead.share);
                    let (whole, rest, trials) = (share / 10_000, share % 10_000, lead.share.trials);
                    let _ = writeln!(text, ",{whole}.{rest:04},{trials}");
                }
            }
        }
        folder.write(&format!("leads/{}.csv", answered.state), text.as_bytes())
    })
}

/// Cut, not rounded: a share is never said to be higher than it was.
fn in_ten_thousandths(share: Share) -> u64 {
    share.right * 10_000 / (share.trials + 1)
}

/// People open the file, so no cell is a formula to a spreadsheet (decision 0034). Quoted where a comma
/// or a quotation mark is in it.
fn shown(id: CaseId) -> String {
    let shown = text(trim_end(&id.bytes()));
    let shown = cell(&shown);
    if shown.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", shown.replace('"', "\"\""))
    } else {
        shown.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_id_is_one_cell_and_no_formula() {
        for (id, expected) in [
            ("0012", "0012"),
            ("A,1", "\"A,1\""),
            ("A\"1", "\"A\"\"1\""),
            ("=1", "'=1"),
        ] {
            assert_eq!(shown(CaseId::new(id.as_bytes())), expected);
        }
        let share = Share {
            right: 99_999,
            trials: 99_999,
        };
        assert_eq!(in_ten_thousandths(share), 9999);
    }
}
