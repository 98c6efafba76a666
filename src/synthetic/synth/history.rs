//! Writes cases as Federal Case Registry records with a history of additions, changes and deletes,
//! so that deriving them gives the state's FCR-derived file.
//!
//! It takes a family's case with its noise and a stream of draws, and returns FC and FP records in
//! file order, without trailing blanks. The history must not have an SSN that the case does not
//! have at the end, because that SSN could be marked for somebody else.

use super::draws::Draws;
use super::member_ids::member_id;
use super::submitted_case::{Entry, Spoilt, SubmittedCase};
use super::text::Text;
use crate::error::Result;
use crate::formats::layout::{LayoutSet, RegistryLayout};
use crate::formats::reference::State;

/// Of a hundred cases, the number that were changed after they were added.
const CASE_CHANGED: f64 = 20.0;
/// … that had another Case ID before.
const CASE_RENAMED: f64 = 3.0;
/// … that had a participant who left.
const SOMEBODY_LEFT: f64 = 3.0;
/// … that have a non-IV-D case of the same people.
const NON_IV_D: f64 = 8.0;
/// Of a hundred participants, the number that were changed after they were added.
const PERSON_CHANGED: f64 = 10.0;
/// … that had another Member ID before.
const PERSON_RENAMED: f64 = 2.0;
/// … that had a family violence mark, which was withdrawn.
const MARK_WITHDRAWN: f64 = 0.5;
/// The offset of former Member ID numbers from current ones.
const MEMBER_BEFORE: u64 = 5_000_000_000;
/// The same for participants who left.
const MEMBER_LEFT: u64 = 2_500_000_000;

/// Writes the records of registry files.
pub struct RegistryRenderer {
    layout: RegistryLayout,
}

/// A person record under construction, besides the participant's entry.
struct Fp<'a> {
    action: &'a [u8],
    case_id: &'a Text,
    /// The number of the Member ID, and of the new one.
    member: u64,
    new_member: Option<u64>,
    marked: bool,
    /// Without SSNs and date of birth, which were not known then.
    incomplete: bool,
}

impl RegistryRenderer {
    /// A renderer by these layouts.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] if a field is missing.
    pub fn new(layouts: &LayoutSet) -> Result<Self> {
        Ok(RegistryRenderer {
            layout: layouts.registry()?,
        })
    }

    /// The first record of a state's file.
    pub fn header(&self, state: State) -> Vec<u8> {
        let mut record = vec![b' '; self.layout.fa_bytes];
        self.layout.record_identifier.put(&mut record, b"FA");
        self.layout
            .state_fips
            .put(&mut record, state.fips().as_bytes());
        record.push(b'\n');
        record
    }

    /// Appends the records of a case.
    pub fn case(&self, mut draws: Draws, case: &SubmittedCase, out: &mut Vec<u8>) {
        let renamed = draws.happens(CASE_RENAMED);
        let id_then = if renamed {
            lettered(b'P', &case.id)
        } else {
            case.id
        };
        if draws.happens(CASE_CHANGED) {
            self.fc(b"A", (&id_then, b"F", b"000"), None, out);
            self.fc(b"C", (&id_then, b"F", &case.county), None, out);
        } else {
            self.fc(b"A", (&id_then, b"F", &case.county), None, out);
        }
        for entry in &case.entries {
            self.person(&mut draws, (case.state, &id_then), entry, out);
        }
        let accepted = || case.entries.iter().filter(|entry| entry.spoilt.is_none());
        if let Some(entry) = accepted().next().filter(|_| draws.happens(SOMEBODY_LEFT)) {
            for action in [b"A", b"D"] {
                let fp = Fp::new(action, &id_then, entry.member + MEMBER_LEFT);
                self.fp(case.state, &fp, entry, out);
            }
        }
        if renamed {
            let now = (&case.id, &b"F"[..], &case.county);
            self.fc(b"C", now, Some(&id_then), out);
        }
        if !case.open {
            self.fc(b"D", (&case.id, b" ", b"   "), None, out);
        }
        if draws.happens(NON_IV_D) {
            let id = lettered(b'N', &case.id);
            self.fc(b"A", (&id, b"N", &case.county), None, out);
            for entry in accepted() {
                self.fp(case.state, &Fp::new(b"A", &id, entry.member), entry, out);
            }
        }
    }

    /// The records of a participant. A record that will be rejected has no history, so that none of
    /// it remains in force.
    fn person(
        &self,
        draws: &mut Draws,
        (state, case_id): (State, &Text),
        entry: &Entry,
        out: &mut Vec<u8>,
    ) {
        if entry.spoilt.is_some() {
            self.fp(state, &Fp::new(b"A", case_id, entry.member), entry, out);
            return;
        }
        let withdrawn = draws.happens(MARK_WITHDRAWN) && !entry.marked;
        let renamed = draws.happens(PERSON_RENAMED) && !withdrawn;
        let changed = draws.happens(PERSON_CHANGED);
        let member = entry.member + if renamed { MEMBER_BEFORE } else { 0 };
        let first = Fp {
            marked: entry.marked || withdrawn,
            // The withdrawn mark is one on the SSN.
            incomplete: changed && !withdrawn,
            ..Fp::new(b"A", case_id, member)
        };
        self.fp(state, &first, entry, out);
        if changed || renamed || withdrawn {
            let last = Fp {
                marked: entry.marked,
                new_member: renamed.then_some(entry.member),
                ..Fp::new(b"C", case_id, member)
            };
            self.fp(state, &last, entry, out);
        }
    }

    /// Appends a case record: Case ID, Case Type and county, and the ID that it had before.
    fn fc(
        &self,
        action: &[u8],
        (id, case_type, county): (&Text, &[u8], &[u8; 3]),
        previous: Option<&Text>,
        out: &mut Vec<u8>,
    ) {
        let fc = &self.layout.fc;
        let mut record = vec![b' '; fc.bytes];
        self.layout.record_identifier.put(&mut record, b"FC");
        fc.action_type.put(&mut record, action);
        fc.case_id.put(&mut record, id.as_bytes());
        fc.case_type.put(&mut record, case_type);
        fc.county.put(&mut record, county);
        if let Some(previous) = previous {
            fc.previous_case_id.put(&mut record, previous.as_bytes());
        }
        push_trimmed(&record, out);
    }

    /// Appends a person record.
    fn fp(&self, state: State, values: &Fp<'_>, entry: &Entry, out: &mut Vec<u8>) {
        let fp = &self.layout.fp;
        let mut record = vec![b' '; fp.bytes];
        self.layout.record_identifier.put(&mut record, b"FP");
        fp.action_type.put(&mut record, values.action);
        fp.case_id.put(&mut record, values.case_id.as_bytes());
        fp.participant_type
            .put(&mut record, entry.participant.code().as_bytes());
        if values.marked {
            fp.family_violence.put(&mut record, b"FV");
        }
        let member_id = |number| member_id(state, number);
        fp.member_id
            .put(&mut record, member_id(values.member).as_bytes());
        if let Some(number) = values.new_member {
            fp.new_member_id
                .put(&mut record, member_id(number).as_bytes());
        }
        fp.sex.put(&mut record, &[entry.sex]);
        if !values.incomplete {
            fp.date_of_birth.put(&mut record, &entry.birth);
            fp.ssn.put(&mut record, &entry.ssn);
            for (columns, ssn) in fp.ssns.into_iter().skip(1).zip(entry.further_ssns) {
                columns.put(&mut record, &ssn);
            }
        }
        fp.first_name.put(&mut record, entry.first.as_bytes());
        fp.middle_name.put(&mut record, entry.middle.as_bytes());
        fp.last_name.put(&mut record, entry.last.as_bytes());
        match entry.spoilt {
            Some(Spoilt::ControlByte) => fp.middle_name.put(&mut record, b"\x01"),
            Some(Spoilt::CaseId) => fp.case_id.put(&mut record, b" "),
            // A person record has no status; its action is invalid instead.
            Some(Spoilt::Status) => fp.action_type.put(&mut record, b"X"),
            Some(Spoilt::Type) => fp.participant_type.put(&mut record, b"XX"),
            None => {}
        }
        push_trimmed(&record, out);
    }
}

impl<'a> Fp<'a> {
    fn new(action: &'a [u8], case_id: &'a Text, member: u64) -> Self {
        Fp {
            action,
            case_id,
            member,
            new_member: None,
            marked: false,
            incomplete: false,
        }
    }
}

/// An ID that none of the state's interstate cases has: with a letter before it, or in place of the
/// first of fifteen digits. No style writes such IDs.
fn lettered(letter: u8, id: &Text) -> Text {
    let mut other = Text::new(&[letter]);
    other.push(&id.as_bytes()[id.len() / 15..]);
    other
}

fn push_trimmed(record: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(record.trim_ascii_end());
    out.push(b'\n');
}
