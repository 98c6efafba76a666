//! Where the work of a response is done: each case once, its updates, transactions, FCR records and
//! worklist items written down, and every record accounted for.

use super::csenet::{NOTICE_DAYS, Transactions};
use super::rules::{
    CaseFinding, Decision, RecordDecision, decide, notice_refusals, request_refusals,
};
use super::sent::Transaction;
use super::summary::Fate;
use super::wording::{self, Notice};
use super::{AnswerTo08, Policy, RespondTotals, ResponseCase, ResponseRecord, SentLog, Worklist};
use crate::error::{Error, Result};
use crate::layout::{Columns, Layout, LayoutSet};
use crate::matching::{ReasonCode, ReasonCodes};
use crate::record::{Date, is_blank, text};

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

/// The outputs in the making.
pub struct Desk<'d> {
    policy: &'d Policy,
    run_date: Date,
    transactions: Transactions<'d>,
    fcr_layout: &'d Layout,
    updates: csv::Writer<Vec<u8>>,
    csenet: Vec<u8>,
    fcr: Vec<u8>,
    /// What a person must look at.
    pub worklist: Worklist,
    /// What was sent, before and now.
    pub sent: SentLog,
    /// The control totals.
    pub totals: RespondTotals,
}

/// The work that was done.
pub struct Finished {
    /// The files: name and bytes, in the order in which they are written.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// The control totals.
    pub totals: RespondTotals,
    /// What was sent, before and now.
    pub sent: SentLog,
}

/// What became of a transaction that was wanted.
enum Sending {
    Written,
    SentBefore,
    NotSent(Vec<&'static str>),
}

impl<'d> Desk<'d> {
    /// An empty desk.
    ///
    /// # Errors
    /// [`Error::Usage`] where a layout is missing, [`Error::Unbalanced`] where a row cannot be made.
    pub fn new(
        layouts: &'d LayoutSet,
        policy: &'d Policy,
        run_date: Date,
        sent: SentLog,
    ) -> Result<Self> {
        let mut updates = csv::Writer::from_writer(Vec::new());
        updates.write_record(UPDATES_HEAD).map_err(unwritable)?;
        Ok(Desk {
            policy,
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

    /// Does the work of a case.
    ///
    /// # Errors
    /// [`Error::Layout`] where a layout lacks a field, [`Error::Unbalanced`] where a row cannot be
    /// made.
    pub fn take(&mut self, case: &ResponseCase<'_>) -> Result<()> {
        let decision = decide(case, self.policy, self.run_date);
        let mut case_fate = Fate::NoAction;
        self.totals.cases_in_sync += u64::from(decision.in_sync);
        if decision.update_case_id {
            self.update_case_id(case)?;
            case_fate = Fate::Updated;
        }
        case_fate = case_fate.max(self.request(case, &decision)?);
        case_fate = case_fate.max(self.list_case(case, &decision)?);
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

    /// 02: one row for the case.
    fn update_case_id(&mut self, case: &ResponseCase<'_>) -> Result<()> {
        let c = case.counts();
        let rule = format!(
            "threshold met: {} of {} adults and {} of {} children matched; no caution stands",
            c.adults_matched, c.adults_yours, c.children_matched, c.children_yours
        );
        let (old, new) = (text(case.other_id()), text(case.their_id()));
        self.update(
            case,
            b"",
            ("other_state_case_id", &old, &new),
            ReasonCode::R02,
            &rule,
        )
    }

    fn update(
        &mut self,
        case: &ResponseCase<'_>,
        member_id: &[u8],
        (field, old, new): (&str, &str, &str),
        code: ReasonCode,
        rule: &str,
    ) -> Result<()> {
        let row = [
            &text(case.id()),
            case.other_state().usps(),
            &text(case.other_id()),
            &text(member_id),
            field,
            old,
            new,
            code.code(),
            rule,
        ];
        *self.totals.updates.entry(code.code()).or_default() += 1;
        self.updates.write_record(row).map_err(unwritable)
    }

    /// 02 and 06: one FRINF a case, however many of its records want one.
    fn request(&mut self, case: &ResponseCase<'_>, decision: &Decision) -> Result<Fate> {
        if decision.wants_request.is_empty() {
            return Ok(Fate::NoAction);
        }
        let refusals = request_refusals(case);
        let sending = if refusals.is_empty() {
            let days = u32::from(self.policy.request_again_after_days);
            self.send(Transaction::Request, case, days)?
        } else {
            Sending::NotSent(refusals)
        };
        let totals = &mut self.totals.requests;
        match sending {
            Sending::Written => {
                totals.written += 1;
                Ok(Fate::Requested)
            }
            Sending::SentBefore => {
                totals.sent_before += 1;
                Ok(Fate::NoAction)
            }
            Sending::NotSent(reasons) => {
                totals.not_sent += 1;
                let asking: Vec<_> = case
                    .records
                    .iter()
                    .zip(&decision.records)
                    .filter(|(_, needs)| **needs == RecordDecision::Ask)
                    .map(|(record, _)| *record)
                    .collect();
                // One item a case; it names the participant where it is about one alone.
                let member = match asking[..] {
                    [record] if !decision.wants_request.holds(ReasonCode::R02) => {
                        member_id(case, record)
                    }
                    _ => b"",
                };
                let advice =
                    wording::of_refused_request(decision.wants_request, asking.len(), &reasons);
                self.worklist
                    .add(case, decision.wants_request, 0, member, advice);
                Ok(Fate::Listed)
            }
        }
    }

    /// Builds a transaction and gives it the next serial number, unless one of its kind went between
    /// the two cases in the last so many days.
    fn send(&mut self, kind: Transaction, case: &ResponseCase<'_>, days: u32) -> Result<Sending> {
        if self.sent.is_recent(kind, case, self.run_date, days) {
            return Ok(Sending::SentBefore);
        }
        let mut obstacles = Transactions::header_obstacles(case);
        if kind == Transaction::Notice {
            obstacles.extend(Transactions::notice_obstacles(case));
        }
        let serial = self.sent.next_serial();
        if serial.is_none() {
            obstacles.push("the serial numbers of twelve digits are used up");
        }
        let built = match (kind, serial) {
            (_, Some(_)) if !obstacles.is_empty() => None,
            (Transaction::Request, Some(serial)) => Some(self.transactions.request(case, serial)?),
            (Transaction::Notice, Some(serial)) => self.transactions.notice(case, serial)?,
            (_, None) => None,
        };
        let Some(line) = built else {
            self.totals.not_built += 1;
            return Ok(Sending::NotSent(obstacles));
        };
        self.csenet.extend(line);
        self.csenet.push(b'\n');
        self.sent.add(kind, case, self.run_date);
        Ok(Sending::Written)
    }

    /// The findings about the whole case.
    fn list_case(&mut self, case: &ResponseCase<'_>, decision: &Decision) -> Result<Fate> {
        let mut fate = Fate::NoAction;
        for finding in &decision.listed {
            let (code, list) = match finding {
                CaseFinding::NotFound => (ReasonCode::R01, 0),
                CaseFinding::Caution(_) => (ReasonCode::R02, 0),
                CaseFinding::County(list) => (ReasonCode::R03, *list as u8),
                CaseFinding::ClosedThere => (ReasonCode::R04, 0),
            };
            if let CaseFinding::County(list) = finding {
                use super::rules::CountyList;
                *match list {
                    CountyList::Central => &mut self.totals.counties.central_000,
                    CountyList::NoneOfYours => &mut self.totals.counties.none_of_yours,
                    CountyList::Other => &mut self.totals.counties.other,
                } += 1;
            }
            let mut notice = Notice::NotWanted;
            if *finding == CaseFinding::ClosedThere && decision.wants_notice {
                notice = self.notice(case)?;
                if notice == Notice::Written {
                    fate = fate.max(Fate::Requested);
                }
            }
            let advice = wording::of_case(case, finding, &notice);
            self.worklist
                .add(case, ReasonCodes::default().with(code), list, b"", advice);
            fate = fate.max(Fate::Listed);
        }
        Ok(fate)
    }

    /// 04: a GSC14 for the case.
    fn notice(&mut self, case: &ResponseCase<'_>) -> Result<Notice> {
        let refusals = notice_refusals(case);
        let sending = if refusals.is_empty() {
            self.send(Transaction::Notice, case, NOTICE_DAYS)?
        } else {
            Sending::NotSent(refusals)
        };
        let totals = &mut self.totals.notices;
        Ok(match sending {
            Sending::Written => {
                totals.written += 1;
                Notice::Written
            }
            Sending::SentBefore => {
                totals.sent_before += 1;
                Notice::SentBefore
            }
            Sending::NotSent(reasons) => {
                totals.not_sent += 1;
                Notice::NotSent(reasons)
            }
        })
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
            RecordDecision::AddSsn => {
                self.update_ssn(case, record, "additional_ssn", ReasonCode::R08)?;
                self.add_to_fcr(case, record)?;
                Ok(Fate::Updated)
            }
            RecordDecision::List(finding) => {
                use super::rules::RecordFinding as F;
                let code = match finding {
                    F::MinorMissing | F::AgelessMissing | F::TypelessMissing => ReasonCode::R06,
                    F::NoSsn(_) => ReasonCode::R07,
                    F::OtherSsn(_) => ReasonCode::R08,
                };
                let advice = wording::of_record(finding, self.policy.age_of_majority);
                let codes = ReasonCodes::default().with(code);
                self.worklist
                    .add(case, codes, 0, member_id(case, record), advice);
                Ok(Fate::Listed)
            }
        }
    }

    /// 07 and 08: one row for the participant.
    fn update_ssn(
        &mut self,
        case: &ResponseCase<'_>,
        record: &ResponseRecord<'_>,
        field: &str,
        code: ReasonCode,
    ) -> Result<()> {
        let own = |columns: Columns| case.fields().submitted(&record.bytes, columns);
        let adult = record.participant.class() == Some(crate::record::ParticipantClass::Adult);
        let mut rule = match code {
            ReasonCode::R08 => "yours is not verified, theirs is".to_owned(),
            _ => "theirs is verified".to_owned(),
        };
        if adult {
            rule += "; both match indicators are Y";
        }
        let yours = text(own(case.fields().extract.ssn));
        // An additional SSN replaces nothing.
        let old = if field == "ssn" { yours.as_str() } else { "" };
        let new = text(case.fields().response.ssn.of(&record.bytes));
        let member = member_id(case, record);
        self.update(case, member, (field, old, &new), code, &rule)?;
        let unnamed = is_blank(member);
        // Where the record for the FCR cannot be built either, one item says so.
        if unnamed && (field == "ssn" || self.policy.ssn_08 == AnswerTo08::Replace) {
            let codes = ReasonCodes::default().with(code);
            self.worklist
                .add(case, codes, 0, b"", wording::of_unnamed_update());
        }
        Ok(())
    }

    /// 08: an FP record that adds the other state's SSN.
    fn add_to_fcr(&mut self, case: &ResponseCase<'_>, record: &ResponseRecord<'_>) -> Result<()> {
        if is_blank(member_id(case, record)) {
            self.totals.not_built += 1;
            let codes = ReasonCodes::default().with(ReasonCode::R08);
            self.worklist
                .add(case, codes, 0, b"", wording::of_unbuilt_fcr_record());
            return Ok(());
        }
        self.fcr
            .extend(super::fcr::additional_ssn(self.fcr_layout, case, record)?);
        self.fcr.push(b'\n');
        self.totals.fcr_records += 1;
        Ok(())
    }

    /// Ends the work.
    ///
    /// # Errors
    /// [`Error::Unbalanced`] where a row cannot be made.
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

fn member_id<'r>(case: &ResponseCase<'_>, record: &'r ResponseRecord<'_>) -> &'r [u8] {
    case.fields()
        .submitted(&record.bytes, case.fields().extract.member_id)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` takes it")]
fn unwritable(error: csv::Error) -> Error {
    Error::Unbalanced(format!("a row of updates.csv cannot be made ({error})"))
}
