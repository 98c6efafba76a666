//! The leads of a run, compared with the truth: whether the true counterpart is the first lead of the
//! cases that were answered falsely, and whether leads are right as often as they say.

use std::path::Path;

use super::tally::{Returned, Verdict};
use super::truth::{CaseKey, Truth};
use crate::engine::confidence::Share;
use crate::engine::leads::{EvidenceSet, Why};
use crate::error::Result;
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::open::look;
use crate::run::read_leads_file;
use crate::stop::Stop;

/// A lead as its file says it.
#[derive(Clone, Copy, Debug)]
pub struct ReadLead {
    /// The case there.
    pub case: CaseId,
    /// What speaks for it and against it.
    pub evidence: EvidenceSet,
    /// The share right that it says.
    pub share: f64,
}

/// The leads of one case.
#[derive(Clone, Debug)]
pub struct CaseLeads {
    /// The place of the case in the truth.
    pub place: u32,
    /// Why they were sought.
    pub why: Why,
    /// The leads, the best first.
    pub leads: Vec<ReadLead>,
}

/// Where the bins of the reliability table begin; the last ends at 1.
pub const BINS: [f64; 10] = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99, 0.999, 0.9999];

/// Leads whose share right is in one bin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bin {
    /// How many, and how many of them are right.
    pub share: Share,
    /// The sum of the shares that they say.
    said: f64,
}

impl Bin {
    /// The mean of the shares that they say.
    pub fn said(&self) -> f64 {
        if self.share.trials == 0 {
            0.0
        } else {
            self.said / self.share.trials as f64
        }
    }
}

/// What is counted of a run's leads.
#[derive(Clone, Debug, Default)]
pub struct LeadScore {
    /// Returned cases that have a counterpart and got 01 or another case.
    pub findable: u64,
    /// Of these, those whose first lead is the counterpart.
    pub first: u64,
    /// Of these, those of whose leads one is the counterpart.
    pub among: u64,
    /// Leads of cases that the truth does not know.
    pub unknown: u64,
    /// The leads by the share right that they say, see [`BINS`].
    pub bins: [Bin; BINS.len()],
}

/// Reads the leads of a run; none where it wrote none.
///
/// # Errors
/// [`crate::Error::Io`] where they are there and cannot be looked at, and as [`read_leads_file`].
pub fn read_leads(
    folder: &Path,
    truth: &Truth,
    stop: &Stop,
) -> Result<Option<(Vec<CaseLeads>, u64)>> {
    let folder = folder.join("leads");
    if !look(&folder)?.is_some_and(|found| found.is_dir()) {
        return Ok(None);
    }
    let (mut cases, mut unknown) = (Vec::new(), 0);
    for state in State::all() {
        let path = folder.join(format!("{state}.csv"));
        if look(&path)?.is_some() {
            read_file(&path, state, truth, (&mut cases, &mut unknown), stop)?;
        }
    }
    Ok(Some((cases, unknown)))
}

fn read_file(
    path: &Path,
    state: State,
    truth: &Truth,
    (cases, unknown): (&mut Vec<CaseLeads>, &mut u64),
    stop: &Stop,
) -> Result<()> {
    read_leads_file(path, stop, |line| {
        let key = CaseKey {
            state,
            case_id: line.case,
            other_state: line.other,
            other_case_id: line.other_case,
        };
        let lead = ReadLead {
            case: line.lead,
            evidence: line.evidence,
            share: line.share,
        };
        let Some(place) = truth.find(&key) else {
            *unknown += 1;
            return;
        };
        match cases.last_mut() {
            Some(last) if last.place == place && line.rank > 1 => last.leads.push(lead),
            _ => cases.push(CaseLeads {
                place,
                why: line.why,
                leads: vec![lead],
            }),
        }
    })?;
    Ok(())
}

impl CaseLeads {
    /// Whether a lead is the true counterpart.
    pub fn is_right(&self, lead: &ReadLead, truth: &Truth) -> bool {
        let case = &truth.cases[self.place as usize];
        case.counterpart == Some((case.key.other_state, lead.case))
    }
}

impl LeadScore {
    /// Counts the leads of a run with these answers.
    pub fn new(cases: &[CaseLeads], unknown: u64, answers: &[Returned], truth: &Truth) -> Self {
        let mut score = LeadScore {
            unknown,
            ..LeadScore::default()
        };
        let mut leads = vec![None; truth.cases.len()];
        for case in cases {
            leads[case.place as usize] = Some(case);
            for lead in &case.leads {
                let above = BINS.iter().rposition(|&from| lead.share >= from);
                let bin = &mut score.bins[above.unwrap_or_default()];
                bin.share.trials += 1;
                bin.share.right += u64::from(case.is_right(lead, truth));
                bin.said += lead.share;
            }
        }
        let false_answers = answers
            .iter()
            .filter(|answer| matches!(answer.verdict, Verdict::Wrong | Verdict::Missed));
        for answer in false_answers {
            score.findable += 1;
            if let Some(case) = leads[answer.place as usize] {
                let right = |lead: &ReadLead| case.is_right(lead, truth);
                score.first += u64::from(case.leads.first().is_some_and(right));
                score.among += u64::from(case.leads.iter().any(right));
            }
        }
        score
    }

    /// Of the findable cases that were answered falsely, the share whose first lead is the counterpart.
    pub fn first_share(&self) -> f64 {
        Share {
            right: self.first,
            trials: self.findable,
        }
        .share()
    }

    /// The leads that say a share right of at least this, one of [`BINS`].
    pub fn from(&self, least: f64) -> Share {
        let bins = BINS.iter().zip(&self.bins);
        bins.filter(|(from, _)| **from >= least)
            .fold(Share::default(), |all, (_, bin)| Share {
                right: all.right + bin.share.right,
                trials: all.trials + bin.share.trials,
            })
    }
}
