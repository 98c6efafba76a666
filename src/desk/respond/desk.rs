//! Processes a response: each case once. It writes its updates, transactions, FCR records and
//! worklist items (here and in the modules beside), and accounts for every record. Rules are not
//! decided here, but in `rules.rs`.

use super::answers;
use super::csenet::Transactions;
use super::decision::{CaseFinding, Decision, FcrPart, RecordDecision, Written};
use super::rules::decide;
use super::summary::Fate;
use super::wording::{self, Notice};
use super::{Leads, Policy, RespondTotals, ResponseCase, ResponseRecord, SentLog, Worklist};
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::error::{Error, Result};
use crate::formats::layout::{Layout, LayoutSet};
use crate::formats::record::Date;
use crate::stop::Stop;

/// The outputs under construction.
pub struct Desk<'d> {
    pub(super) policy: &'d Policy,
    pub(super) leads: &'d Leads,
    pub(super) run_date: Date,
    pub(super) transactions: Transactions<'d>,
    pub(super) fcr_layout: &'d Layout,
    pub(super) updates: csv::Writer<Vec<u8>>,
    pub(super) csenet: Vec<u8>,
    pub(super) fcr: Vec<u8>,
    /// Items for a person.
    pub worklist: Worklist,
    /// The transactions sent before and in this run.
    pub sent: SentLog,
    /// The control totals.
    pub totals: RespondTotals,
}

/// The finished outputs.
pub struct Finished {
    /// The files: name and bytes, in the order in which they are written.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// The control totals.
    pub totals: RespondTotals,
    /// The transactions sent before and in this run.
    pub sent: SentLog,
}

impl<'d> Desk<'d> {
    /// A desk without any work.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] if a layout is missing, [`crate::Error::Row`] if a row cannot be made.
    pub fn new(
        layouts: &'d LayoutSet,
        (policy, leads): (&'d Policy, &'d Leads),
        run_date: Date,
        sent: SentLog,
    ) -> Result<Self> {
        let mut updates = csv::Writer::from_writer(Vec::new());
        updates.write_record(UPDATES_HEAD).map_err(unwritable)?;
        Ok(Desk {
            policy,
            leads,
            run_date,
            transactions: Transactions::new(layouts, run_date)?,
            fcr_layout: layouts.require("fcr-fp")?,
            updates,
            csenet: Vec::new(),
            fcr: Vec::new(),
            worklist: Worklist::default(),
            sent,
            totals: RespondTotals::default(),
        })
    }

    /// Processes a response: decides every case, reconciles several answers about one case or
    /// participant, and writes the outputs of each.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] if a layout does not have a field, [`crate::Error::Row`] if a row
    /// cannot be made, and an interruption.
    pub fn work(&mut self, cases: &[ResponseCase<'_>], stop: &Stop) -> Result<()> {
        let mut decisions = Vec::with_capacity(cases.len());
        for case in cases {
            stop.check()?;
            decisions.push(decide(case, self.policy, self.run_date));
        }
        answers::settle(cases, &mut decisions);
        for (case, decision) in cases.iter().zip(&decisions) {
            stop.check()?;
            self.take(case, decision)?;
        }
        Ok(())
    }

    /// Writes the outputs of a case.
    fn take(&mut self, case: &ResponseCase<'_>, decision: &Decision) -> Result<()> {
        let mut case_fate = Fate::NoAction;
        self.totals.cases_in_sync += u64::from(decision.in_sync);
        if let Some(written) = decision.update_case_id {
            if written == Written::Here {
                self.update_case_id(case)?;
            }
            case_fate = Fate::Updated;
        }
        case_fate = case_fate.max(self.request(case, decision)?);
        case_fate = case_fate.max(self.list_case(case, decision)?);
        let mut strongest = case_fate;
        for (record, needs) in case.records.iter().zip(&decision.records) {
            let fate = case_fate.max(self.take_record(case, record, *needs)?);
            strongest = strongest.max(fate);
            self.totals.records.count(fate);
            for code in record.codes.iter() {
                *self.totals.records_by_code.entry(code.code()).or_default() += 1;
            }
        }
        self.totals.cases.count(strongest);
        Ok(())
    }

    /// Adds the findings about the whole case to the worklist.
    fn list_case(&mut self, case: &ResponseCase<'_>, decision: &Decision) -> Result<Fate> {
        let mut fate = Fate::NoAction;
        for finding in &decision.listed {
            let (code, list) = match finding {
                CaseFinding::NotFound => (ReasonCode::R01, 0),
                CaseFinding::Caution(_) | CaseFinding::AnswersDisagree => (ReasonCode::R02, 0),
                CaseFinding::County(list) => (ReasonCode::R03, *list as u8),
                CaseFinding::ClosedThere => (ReasonCode::R04, 0),
            };
            if let CaseFinding::County(list) = finding {
                use super::decision::CountyList;
                *match list {
                    CountyList::Central => &mut self.totals.counties.central_000,
                    CountyList::NoneOfYours => &mut self.totals.counties.none_of_yours,
                    CountyList::Other => &mut self.totals.counties.other,
                } += 1;
            }
            let mut notice = Notice::NotWanted;
            if *finding == CaseFinding::ClosedThere && decision.wants_notice {
                notice = self.notice(case, decision)?;
                if matches!(notice, Notice::Written(_)) {
                    fate = fate.max(Fate::Requested);
                }
            }
            let mut advice = wording::of_case(case, finding, &notice);
            let lead = match finding {
                CaseFinding::NotFound => self.leads.best(case),
                CaseFinding::ClosedThere => self.leads.open_elsewhere(case),
                _ => None,
            };
            if let Some(lead) = lead {
                advice.finding += &format!(" {lead}");
            }
            self.worklist
                .add(case, ReasonCodes::default().with(code), list, b"", advice);
            fate = fate.max(Fate::Listed);
        }
        Ok(fate)
    }

    fn take_record(
        &mut self,
        case: &ResponseCase<'_>,
        record: &ResponseRecord<'_>,
        needs: RecordDecision,
    ) -> Result<Fate> {
        match needs {
            RecordDecision::Nothing | RecordDecision::Ask => Ok(Fate::NoAction),
            RecordDecision::UpdateSsn(code) => {
                self.update_ssn(case, record, "ssn", code)?;
                Ok(Fate::Updated)
            }
            RecordDecision::AddSsn(part) => {
                self.update_ssn(case, record, "additional_ssn", ReasonCode::R08)?;
                if let FcrPart::First { second } = part {
                    self.add_to_fcr(case, record, second)?;
                }
                Ok(Fate::Updated)
            }
            RecordDecision::InAnotherRow => Ok(Fate::Updated),
            RecordDecision::List(finding) => {
                use super::decision::RecordFinding as F;
                let member = case.member_id(record);
                let advice = wording::of_record(finding, self.policy.age_of_majority);
                let code = match finding {
                    F::MinorMissing | F::AgelessMissing | F::TypelessMissing => ReasonCode::R06,
                    F::NoSsn(_) => ReasonCode::R07,
                    F::OtherSsn(_) => ReasonCode::R08,
                    F::InDoubt => {
                        self.worklist
                            .add_in_doubt(case, record.codes, member, advice);
                        return Ok(Fate::Listed);
                    }
                };
                let codes = ReasonCodes::default().with(code);
                self.worklist.add(case, codes, 0, member, advice);
                Ok(Fate::Listed)
            }
        }
    }

    /// Closes the outputs.
    ///
    /// # Errors
    /// [`crate::Error::Row`] if a row cannot be made.
    pub fn finish(mut self) -> Result<Finished> {
        self.totals.worklist = self
            .worklist
            .by_code()
            .filter(|(_, count)| *count > 0)
            .collect();
        let updates = self
            .updates
            .into_inner()
            .map_err(|e| unwritable(e.into_error().into()))?;
        let files = vec![
            ("updates.csv", updates),
            ("csenet.txt", self.csenet),
            ("fcr.txt", self.fcr),
            ("worklist.csv", self.worklist.csv()?),
            ("sent.csv", self.sent.csv()?),
        ];
        Ok(Finished {
            files,
            totals: self.totals,
            sent: self.sent,
        })
    }
}

/// The header of updates.csv.
pub const UPDATES_HEAD: [&str; 9] = [
    "case_id",
    "other_state",
    "other_case_id",
    "member_id",
    "field",
    "old",
    "new",
    "reason_code",
    "rule",
];

pub(super) fn unwritable(error: csv::Error) -> Error {
    Error::row("updates.csv")(error)
}
