//! Decides whether a transaction of a case is sent, and sends it.

use super::Desk;
use super::ResponseCase;
use super::csenet::{NOTICE_DAYS, Transactions};
use super::decision::{Decision, RecordDecision};
use super::rules::{notice_refusals, refusals};
use super::sent::Transaction;
use super::summary::Fate;
use super::wording::{self, Notice};
use crate::engine::matching::ReasonCode;
use crate::error::Result;

/// The outcome for a wanted transaction.
enum Sending {
    Written,
    SentBefore,
    NotSent(Vec<&'static str>),
}

impl Desk<'_> {
    /// 02 and 06: one FRINF per case, however many of its records want one.
    pub(super) fn request(&mut self, case: &ResponseCase<'_>, decision: &Decision) -> Result<Fate> {
        if decision.wants_request.is_empty() {
            return Ok(Fate::NoAction);
        }
        let reasons = refusals(case, decision);
        let sending = if reasons.is_empty() {
            let days = u32::from(self.policy.request_again_after_days);
            self.send(Transaction::Request, case, days)?
        } else {
            Sending::NotSent(reasons)
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
                // One item per case. It names the participant if it is about only one.
                let member = match asking[..] {
                    [record] if !decision.wants_request.holds(ReasonCode::R02) => {
                        case.member_id(record)
                    }
                    _ => b"",
                };
                let members: Vec<_> = asking.iter().map(|r| case.member_id(r)).collect();
                let mut advice =
                    wording::of_refused_request(decision.wants_request, &members, &reasons);
                let nobody = case.counts().matched() == 0;
                if let Some(lead) = self.leads.best(case).filter(|_| nobody) {
                    advice.finding += &format!(" {lead}");
                }
                self.worklist
                    .add(case, decision.wants_request, 0, member, advice);
                Ok(Fate::Listed)
            }
        }
    }

    /// Builds a transaction with the next serial number, unless one of its kind was sent between
    /// the two cases in the last `days` days.
    fn send(&mut self, kind: Transaction, case: &ResponseCase<'_>, days: u32) -> Result<Sending> {
        if self.sent.is_recent(kind, case, self.run_date, days) {
            return Ok(Sending::SentBefore);
        }
        let mut obstacles = Transactions::header_obstacles(case);
        if kind == Transaction::Notice {
            obstacles.extend(self.transactions.notice_obstacles(case));
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

    /// 04: a GSC14 for the case.
    pub(super) fn notice<'r>(
        &mut self,
        case: &ResponseCase<'r>,
        decision: &Decision,
    ) -> Result<Notice<'r>> {
        let reasons = notice_refusals(case, decision);
        let sending = if reasons.is_empty() {
            self.send(Transaction::Notice, case, NOTICE_DAYS)?
        } else {
            Sending::NotSent(reasons)
        };
        let totals = &mut self.totals.notices;
        Ok(match sending {
            Sending::Written => {
                totals.written += 1;
                Notice::Written(Transactions::left_out(case))
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
}
