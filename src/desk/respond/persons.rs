//! Whose SSN it is that the other state offers: what the records of a case say together (state-side.md,
//! 07 and 08).

use std::collections::BTreeMap;

use super::decision::{RecordDecision, RecordFinding, SsnDoubt};
use super::{ResponseCase, ResponseRecord};
use crate::engine::matching::MatchBasis;
use crate::engine::matching::ReasonCode;
use crate::formats::record::{NameKey, PersonName, SsnField, trim_end};

/// Takes back what must not be loaded, and lists those whom a worker has to tell apart.
///
/// - An SSN that already stands on another participant of your case is not loaded: the SSA's name
///   tolerance passes a relative of the same surname.
/// - One SSN that would come to two participants who are other persons is loaded for none of them.
/// - A participant found in doubt whose own SSN is not usable is listed: nobody can tell whose SSN is
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

/// The code for which a record's SSN is to be loaded.
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

/// What makes two participants of a case one person, listed twice: a Member ID that holds something
/// other than zeros and spaces, and the name key (matching.md, section 6). None where a record lacks
/// one: nobody else is that person.
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
