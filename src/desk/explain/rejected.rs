//! Rejected records of your case, and rejected records that may be its counterpart.

use ahash::AHashMap;

use super::miss::Misses;
use super::model::{CaseIds, NearMiss, NearMissKind, RejectedEntry};
use super::person::{id_text, latin1, person_of};
use crate::engine::extract::{Extract, Rejected};
use crate::formats::layout::CodeTable;
use crate::formats::record::{CaseId, SsnField, trim_end};
use crate::formats::reference::State;

/// The entry of a rejected record, with the texts of its edit.
pub(super) fn entry(rejected: &Rejected, edits: &CodeTable) -> RejectedEntry {
    let row = edits.get(rejected.edit.code());
    RejectedEntry {
        record: rejected.record,
        edit: rejected.edit.code(),
        title: row.map(|row| row.title.clone()).unwrap_or_default(),
        next_action: row.map(|row| row.next_action.clone()).unwrap_or_default(),
    }
}

/// The rejected records with a Case ID and, if given, another state.
pub(super) fn of_case(
    extract: &Extract,
    id: CaseId,
    other: Option<State>,
    edits: &CodeTable,
) -> Vec<RejectedEntry> {
    let layout = &extract.layout;
    let is_of = |rejected: &&Rejected| {
        let record = extract.rejected_bytes(rejected);
        let named = State::from_fips(layout.other_fips_code.of_trimmed(record));
        CaseId::new(layout.case_id.of_trimmed(record)) == id
            // A record that names no state (E06) may belong to any.
            && (other.is_none() || named.is_none() || named == other)
    };
    let rejected = extract.rejected.iter().filter(is_of);
    rejected.map(|rejected| entry(rejected, edits)).collect()
}

/// The IDs in a rejected record.
fn ids_of(extract: &Extract, record: &[u8]) -> CaseIds {
    let layout = &extract.layout;
    let fips = layout.fips_code.of_trimmed(record);
    let other_fips = layout.other_fips_code.of_trimmed(record);
    let county = |fips: &[u8]| latin1(trim_end(fips.get(2..5).unwrap_or_default()));
    let other_state = State::from_fips(other_fips);
    CaseIds {
        state: extract.state.usps().to_owned(),
        case_id: id_text(CaseId::new(layout.case_id.of_trimmed(record))),
        other_state: other_state.map(|state| state.usps().to_owned()),
        other_case_id: id_text(CaseId::new(layout.other_case_id.of_trimmed(record))),
        status: match layout.case_status.of_trimmed(record) {
            b"O" => "open",
            b"C" => "closed",
            _ => "neither open nor closed",
        },
        county: county(fips),
        other_county: county(other_fips),
        adults: 0,
        children: 0,
    }
}

impl Misses<'_> {
    /// Searches the other state's rejected records for the counterpart.
    pub(super) fn look_among_rejected(&mut self, extract: &Extract) {
        let asked = self.asked;
        let data = &asked.case.data;
        let mut ours: AHashMap<u32, usize> = AHashMap::new();
        for (place, row) in asked.rows().iter().enumerate() {
            if let Some(ssn) = row.ssn() {
                ours.entry(ssn.number()).or_insert(place);
            }
        }
        let layout = &extract.layout;
        for rejected in &extract.rejected {
            let record = extract.rejected_bytes(rejected);
            let id = CaseId::new(layout.case_id.of_trimmed(record));
            let other_id = CaseId::new(layout.other_case_id.of_trimmed(record));
            let other_state = State::from_fips(layout.other_fips_code.of_trimmed(record));
            let ssn = SsnField::parse(layout.ssn.of_trimmed(record)).usable();
            let place = ssn.and_then(|ssn| ours.get(&ssn.number()).copied());
            let mut shared = Vec::new();
            if !data.other_id.is_blank() && id == data.other_id {
                shared.push("has your Other State Case ID");
            }
            if other_state == Some(asked.yours.extract.state) && other_id == data.id {
                shared.push("names your state and your Case ID");
            }
            if place.is_some() {
                shared.push("has the usable SSN of a participant of yours");
            }
            if shared.is_empty() {
                continue;
            }
            let yours = place.map(|place| self.your_person(place));
            self.add(NearMissKind::Rejected, || NearMiss {
                kind: NearMissKind::Rejected,
                case: ids_of(extract, record),
                because: format!(
                    "record {} of {} {}, but the edit {} rejected it",
                    rejected.record,
                    extract.source.name(),
                    shared.join(", and "),
                    rejected.edit.code()
                ),
                yours,
                theirs: Some(person_of(layout, record, None, asked.show_pii)),
                rejected: Some(entry(rejected, asked.edits)),
            });
        }
    }
}
