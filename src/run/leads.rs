//! `leads/*.csv`: for each case that needs a second look its best leads. Case IDs, names of evidence
//! and figures; never a value of a person.

use std::fmt::Write;

use rayon::prelude::*;

use super::output::OutputFolder;
use crate::engine::leads::{Ask, find_leads};
use crate::engine::matching::Sides;
use crate::error::{Error, Result};
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
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .write_record(LEADS_HEAD)
            .map_err(Error::row("a leads file"))?;
        if let Some(yours) = sides.of(answered.state) {
            let (mut rank_text, mut share_text, mut trials) =
                (String::new(), String::new(), String::new());
            for (ask, why, leads) in &answered.cases {
                let Some(theirs) = sides.of(ask.other) else {
                    continue;
                };
                let data = &yours.extract.cases[ask.case as usize].data;
                for (rank, lead) in (1..).zip(leads) {
                    rank_text.clear();
                    share_text.clear();
                    trials.clear();
                    // Into a string: it cannot fail.
                    let _ = write!(rank_text, "{rank}");
                    let _ = write!(share_text, "{:.4}", floor(lead.share.share()));
                    let _ = write!(trials, "{}", lead.share.trials);
                    writer
                        .write_record([
                            &shown(data.id),
                            ask.other.usps(),
                            &shown(data.other_id),
                            why.word(),
                            &rank_text,
                            &shown(lead.case_of(theirs).data.id),
                            &lead.evidence.names(false),
                            &lead.evidence.names(true),
                            &share_text,
                            &trials,
                        ])
                        .map_err(Error::row("a leads file"))?;
                }
            }
        }
        let bytes = writer
            .into_inner()
            .map_err(|e| Error::row("a leads file")(e.into_error().into()))?;
        folder.write(&format!("leads/{}.csv", answered.state), &bytes)
    })
}

/// Cut to four decimals: a share is never said to be higher than it was.
fn floor(share: f64) -> f64 {
    (share * 10_000.0).floor() / 10_000.0
}

/// People open the file, so no cell is a formula to a spreadsheet (decision 0034).
fn shown(id: CaseId) -> String {
    cell(&text(trim_end(&id.bytes()))).into_owned()
}
