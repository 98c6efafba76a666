//! Derives a state's extract from the current records of its registry file. Withheld cases must not
//! influence anything that can be seen.

use super::damage;
use super::edits::RegistryEdit;
use super::file::{Numbering, RegistryFile};
use super::marks::MarkedSsns;
use super::record::{FcRecord, FpRecord, Kind};
use super::replay::CurrentRecords;
use super::scan::Reject;
use super::totals::Totals;
use super::withhold::Withholder;
use crate::engine::response::ResponseSink;
use crate::error::Result;
use crate::formats::input::Told;
use crate::formats::layout::{ExtractLayout, RECORD_BYTES, RegistryLayout};
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::progress::Stage;
use crate::stop::Stop;

/// The approximate number of bytes of an extract that are buffered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

/// Derives extracts.
pub struct Deriver<'a> {
    /// The columns of registry records.
    pub layout: &'a RegistryLayout,
    /// The columns of an extract record.
    pub extract: &'a ExtractLayout,
    /// The SSNs that are marked in any file.
    pub marked: &'a MarkedSsns,
    /// `--include-non-iv-d`.
    pub include_non_iv_d: bool,
    /// The request to stop.
    pub stop: &'a Stop,
}

/// The result for a state's file.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    /// The number of cases in the extract.
    pub cases: u64,
    /// The number of records in the extract.
    pub records: u64,
    /// The rejected records that are listed: number, first error and kind, in file order.
    pub rejected: Vec<(u64, RegistryEdit, Option<Kind>)>,
    /// The outcome of every record.
    pub totals: Totals,
}

impl Derived {
    /// What was done to the file as a whole, without a count of what may be withheld.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub fn told(
        &self,
        file: &RegistryFile,
        layout: &RegistryLayout,
        stop: &Stop,
    ) -> Result<Vec<Told>> {
        let listed: Vec<u64> = self.rejected.iter().map(|reject| reject.0).collect();
        damage::told(&file.source, layout, &listed, stop)
    }

    /// The records read, none of which has an outcome yet.
    fn of(current: &CurrentRecords) -> Self {
        let mut derived = Derived::default();
        derived.totals.fc.read = current.read.fc;
        derived.totals.fp.read = current.read.fp;
        derived.totals.unknown_records = current.read.other;
        derived
    }
}

impl Deriver<'_> {
    /// Derives the extract of a state that does not participate. `sink` creates its file, and is
    /// called only if there is a record.
    ///
    /// # Errors
    /// Errors of the sink; [`crate::Error::Interrupted`].
    pub fn derive<S: ResponseSink>(
        &self,
        file: &RegistryFile,
        current: &CurrentRecords,
        sink: impl FnOnce() -> Result<S>,
        progress: &Stage,
    ) -> Result<(Derived, Option<S>)> {
        let mut derived = Derived::of(current);
        let totals = &mut derived.totals;
        totals.fc.deleted = current.fc.deleted;
        totals.fc.replaced = current.fc.replaced;
        totals.fp.deleted = current.fp.deleted;
        totals.fp.replaced = current.fp.replaced;
        let mut withholder = Withholder::new(file, current, self.layout, self.marked);
        let mut rejects = current.rejects.clone();
        let (mut begin, mut sink) = (Some(sink), None);
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 8);
        for (number, case) in current.cases.iter().enumerate() {
            if number % 4096 == 0 {
                self.stop.check()?;
            }
            let id = current.id_of(case, file, self.layout);
            let withheld = withholder.is_withheld(case, id);
            let persons = current.persons_of(case);
            let count = persons.len() as u64;
            progress.advance(count);
            let Some(offset) = case.offset() else {
                if withheld {
                    totals.fp.withheld += count;
                } else {
                    rejects.extend(persons.iter().map(|&offset| Reject {
                        offset,
                        edit: RegistryEdit::R12,
                        kind: Some(Kind::Fp),
                    }));
                }
                continue;
            };
            let fc = FcRecord {
                layout: self.layout,
                bytes: file.record(offset),
            };
            if withheld {
                totals.fc.withheld += 1;
                totals.fp.withheld += count;
            } else if !self.include_non_iv_d && fc.is_iv_d() == Some(false) {
                totals.fc.non_iv_d += 1;
                totals.fp.non_iv_d += count;
            } else {
                totals.fc.written += 1;
                totals.fp.written += count;
                derived.cases += u64::from(count > 0);
                derived.records += count;
                let head = self.case_part(file.state, id, fc, case.is_closed());
                for &offset in persons {
                    let bytes = file.record(offset);
                    let layout = self.layout;
                    self.put_person(head, FpRecord { layout, bytes }, &mut buffer);
                }
                if buffer.len() >= BUFFER_BYTES {
                    write(&mut buffer, &mut begin, &mut sink)?;
                }
            }
        }
        write(&mut buffer, &mut begin, &mut sink)?;
        withholder.finish();
        list(&withholder, rejects, &mut derived);
        Ok((derived, sink))
    }

    /// Handles the file of a participating state, which gets no extract: only records that fail by
    /// themselves are listed.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub fn pass_over(&self, file: &RegistryFile, current: &CurrentRecords) -> Result<Derived> {
        let mut derived = Derived::of(current);
        let mut withholder = Withholder::new(file, current, self.layout, self.marked);
        let mut rejects = current.rejects.clone();
        rejects.retain(|reject| !reject.edit.looks_at_registry());
        if !rejects.is_empty() {
            for (number, case) in current.cases.iter().enumerate() {
                if number % 4096 == 0 {
                    self.stop.check()?;
                }
                withholder.is_withheld(case, current.id_of(case, file, self.layout));
            }
        }
        withholder.finish();
        list(&withholder, rejects, &mut derived);
        for records in [&mut derived.totals.fc, &mut derived.totals.fp] {
            records.participating = records.read - records.rejected - records.withheld;
        }
        Ok(derived)
    }

    /// The part of a record that is the same for all persons of a case.
    fn case_part(
        &self,
        state: State,
        id: CaseId,
        fc: FcRecord<'_>,
        closed: bool,
    ) -> [u8; RECORD_BYTES] {
        let mut record = [b' '; RECORD_BYTES];
        let extract = self.extract;
        extract.case_id.put(&mut record, &id.bytes());
        let mut fips = [b' '; 5];
        fips[..2].copy_from_slice(state.fips().as_bytes());
        fips[2..].copy_from_slice(&fc.county());
        extract.fips_code.put(&mut record, &fips);
        let status = if closed { b"C" } else { b"O" };
        extract.case_status.put(&mut record, status);
        record
    }

    #[inline]
    fn put_person(&self, head: [u8; RECORD_BYTES], fp: FpRecord<'_>, buffer: &mut Vec<u8>) {
        let (to, from, mut record) = (self.extract, &self.layout.fp, head);
        let member = fp.member_id_from_now_on().bytes();
        to.member_id.put(&mut record, &member);
        for (to, from) in [
            (to.ssn, from.ssn),
            (to.participant_type, from.participant_type),
            (to.last_name, from.last_name),
            (to.first_name, from.first_name),
            (to.middle_name, from.middle_name),
            (to.date_of_birth, from.date_of_birth),
            (to.sex, from.sex),
        ] {
            to.put(&mut record, fp.field(from));
        }
        buffer.extend_from_slice(&record);
        buffer.push(b'\n');
    }
}

/// Writes the buffer. The first bytes create the file.
fn write<S: ResponseSink>(
    buffer: &mut Vec<u8>,
    begin: &mut Option<impl FnOnce() -> Result<S>>,
    sink: &mut Option<S>,
) -> Result<()> {
    if buffer.is_empty() {
        return Ok(());
    }
    if let Some(begin) = begin.take() {
        *sink = Some(begin()?);
    }
    if let Some(sink) = sink {
        sink.take(buffer)?;
    }
    buffer.clear();
    Ok(())
}

/// Counts the rejected records, and lists those that are not withheld.
fn list(withholder: &Withholder<'_>, mut rejects: Vec<Reject>, derived: &mut Derived) {
    rejects.sort_unstable_by_key(|reject| reject.offset);
    let mut numbering = Numbering::new(withholder.file, &withholder.current.starts);
    for reject in &rejects {
        let hidden = withholder.hides(reject);
        let records = match reject.kind {
            Some(Kind::Fc) => Some(&mut derived.totals.fc),
            Some(Kind::Fp) => Some(&mut derived.totals.fp),
            None => None,
        };
        if let Some(records) = records {
            *(if hidden {
                &mut records.withheld
            } else {
                &mut records.rejected
            }) += 1;
        }
        if !hidden {
            let number = numbering.number(reject.offset);
            derived.rejected.push((number, reject.edit, reject.kind));
        }
    }
}
