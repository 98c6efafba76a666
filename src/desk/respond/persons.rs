//! Decides whether the records of a case, taken together, allow to load the other state's SSNs
//! (state-side.md, 07 and 08).

use std::collections::BTreeMap;

use super::decision::{RecordDecision, RecordFinding, SsnDoubt};
use super::{ResponseCase, ResponseRecord};
use crate::engine::matching::MatchBasis;
use crate::engine::matching::ReasonCode;
use crate::formats::record::{NameKey, PersonName, SsnField, trim_end};

/// Revokes updates that must not be loaded, and lists participants whom must distinguish a
/// worker.
///
/// - An SSN that another participant of your case already has is not loaded: the SSA's name
///   tolerance accepts a relative of the same surname.
/// - If two participants who are different persons would get one SSN, it is loaded for neither.
/// - A participant found in doubt whose own SSN is not usable is listed: it is unknown whose SSN is
///   whose (twins).
pub(super) fn settle(case: &ResponseCase<'_>, records: &mut [RecordDecision]) {
    let fields = case.fields();
    let own = |record: &ResponseRecord<'_>| {
        SsnField::parse(fields.submitted(&record.bytes, fields.extract.ssn)).usable()
    };
    let offered = |record: &ResponseRecord<'_>| {
        SsnField::parse(fields.response.ssn.of(&record.bytes)).usable()
    };
    let mut standing: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, record) in case.records.iter().enumerate() {
        if let Some(ssn) = own(record) {
            standing.entry(ssn).or_default().push(at);
        }
    }
    let mut coming: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, record) in case.records.iter().enumerate() {
        let (Some(code), Some(ssn)) = (loads(records[at]), offered(record)) else {
            continue;
        };
        let on_another = standing
            .get(&ssn)
            .is_some_and(|places| places.iter().any(|place| *place != at));
        if on_another {
            records[at] = listed(code, SsnDoubt::OnAnother);
        } else {
            coming.entry(ssn).or_default().push(at);
        }
    }
    for places in coming.into_values() {
        let first = person(case, case.records[places[0]]);
        let is_same = |at: &usize| first.is_some() && person(case, case.records[*at]) == first;
        if !places[1..].iter().all(is_same) {
            for at in places {
                let code = loads(records[at]).unwrap_or(ReasonCode::R07);
                records[at] = listed(code, SsnDoubt::OfTwoPersons);
            }
        }
    }
    for (at, record) in case.records.iter().enumerate() {
        let in_doubt = record.is_matched() && record.basis == Some(MatchBasis::InDoubt);
        if in_doubt && own(record).is_none() && records[at] == RecordDecision::Nothing {
            records[at] = RecordDecision::List(RecordFinding::InDoubt);
        }
    }
}

/// The code for which a record's SSN will be loaded.
fn loads(decision: RecordDecision) -> Option<ReasonCode> {
    match decision {
        RecordDecision::UpdateSsn(code) => Some(code),
        RecordDecision::AddSsn(_) => Some(ReasonCode::R08),
        _ => None,
    }
}

/// The item in the place of what was to be loaded.
pub(super) fn listed(code: ReasonCode, doubt: SsnDoubt) -> RecordDecision {
    RecordDecision::List(match code {
        ReasonCode::R08 => RecordFinding::OtherSsn(doubt),
        _ => RecordFinding::NoSsn(doubt),
    })
}

/// The key by which two participants of a case are one person, listed twice: the name key and a
/// Member ID that is not only zeros and spaces (matching.md, section 6). `None` if either is
/// missing; then nobody else is that person.
fn person<'r>(
    case: &ResponseCase<'r>,
    record: &'r ResponseRecord<'r>,
) -> Option<(&'r [u8], NameKey)> {
    let (fields, extract) = (case.fields(), &case.fields().extract);
    let member = trim_end(case.member_id(record));
    let name = |columns| fields.submitted(&record.bytes, columns);
    let key = PersonName::new(name(extract.last_name), name(extract.first_name)).key()?;
    let names_one = member.iter().any(|byte| !matches!(byte, b'0' | b' '));
    names_one.then_some((member, key))
}
