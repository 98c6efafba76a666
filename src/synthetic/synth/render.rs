//! Renders families' cases as records: extracts, FCR-derived files or registry files, and side
//! files.

use super::draws::Draws;
use super::family::Person;
use super::history::RegistryRenderer;
use super::member_ids::member_id;
use super::places::World;
use super::ssn::digits;
use super::submitted_case::{Entry, Spoilt, SubmittedCase};
use crate::error::Result;
use crate::formats::layout::{Columns, ExtractLayout, Layout, LayoutSet, RECORD_BYTES};
use crate::formats::reference::State;

/// Writes the records of cases.
pub struct Renderer {
    extract: ExtractLayout,
    fcr: ExtractLayout,
    master: SideColumns,
    misidentified: SideColumns,
    /// Set if registry files replace FCR-derived ones.
    registry: Option<RegistryRenderer>,
}

/// The columns of a side file, in the order of its fields.
struct SideColumns {
    columns: [Columns; 3],
    last: usize,
}

impl SideColumns {
    fn new(layout: &Layout, keys: [&str; 3]) -> Result<Self> {
        let [a, b, c] = keys.map(|key| layout.columns(key));
        let columns = [a?, b?, c?];
        Ok(SideColumns {
            columns,
            last: layout.length,
        })
    }

    fn line(&self, values: [&[u8]; 3], out: &mut Vec<u8>) {
        let first = out.len();
        out.resize(first + self.last, b' ');
        for (columns, value) in self.columns.iter().zip(values) {
            put(&mut out[first..], *columns, value);
        }
        out.push(b'\n');
    }
}

fn put(record: &mut [u8], columns: Columns, value: &[u8]) {
    let bytes = value.len().min(columns.width());
    record[columns.range()][..bytes].copy_from_slice(&value[..bytes]);
}

impl Renderer {
    /// A renderer with these layouts, optionally with registry files in place of FCR-derived ones.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] if a field is missing.
    pub fn new(layouts: &LayoutSet, with_registry: bool) -> Result<Self> {
        let registry = with_registry.then(|| RegistryRenderer::new(layouts));
        Ok(Renderer {
            extract: layouts.extract()?,
            fcr: layouts.fcr_extract()?,
            master: SideColumns::new(
                layouts.require("ssn-master")?,
                ["ssn", "last_name", "first_name"],
            )?,
            misidentified: SideColumns::new(
                layouts.require("misidentified")?,
                ["state_fips", "member_id", "ssn"],
            )?,
            registry: registry.transpose()?,
        })
    }

    /// The start of a state's file: the header of a registry file, or nothing.
    pub fn header(&self, world: &World, state: State) -> Vec<u8> {
        match &self.registry {
            Some(registry) if !world.submits(state) => registry.header(state),
            _ => Vec::new(),
        }
    }

    /// Appends the records of a case to its state's file: an extract, a registry file, whose
    /// history is drawn from `draws`, or an FCR-derived file.
    pub fn case(&self, world: &World, case: &SubmittedCase, draws: Draws, out: &mut Vec<u8>) {
        let submits = world.submits(case.state);
        if let Some(registry) = self.registry.as_ref().filter(|_| !submits) {
            registry.case(draws, case, out);
            return;
        }
        let layout = if submits { &self.extract } else { &self.fcr };
        let mut template = [b' '; RECORD_BYTES];
        put(&mut template, layout.case_id, case.id.as_bytes());
        let fips = [case.state.fips().as_bytes(), &case.county].concat();
        put(&mut template, layout.fips_code, &fips);
        put(
            &mut template,
            layout.case_status,
            if case.open { b"O" } else { b"C" },
        );
        if submits {
            let initiating: &[u8] = if case.initiating { b"I" } else { b"R" };
            put(&mut template, layout.initiating_responding, initiating);
            put(
                &mut template,
                layout.other_case_id,
                case.other_id.as_bytes(),
            );
            let other_fips = [case.other_state.fips().as_bytes(), &case.other_county].concat();
            put(&mut template, layout.other_fips_code, &other_fips);
            let county = case.county.escape_ascii();
            let state = case.state.usps();
            put(
                &mut template,
                layout.contact_name,
                format!("INTERSTATE UNIT {county}").as_bytes(),
            );
            put(
                &mut template,
                layout.contact_phone,
                format!("5550100{county}").as_bytes(),
            );
            let email = format!("unit{county}@{}.example", state.to_ascii_lowercase());
            put(&mut template, layout.contact_email, email.as_bytes());
        }
        for entry in &case.entries {
            let first = out.len();
            out.extend_from_slice(&template);
            record(layout, case.state, entry, &mut out[first..]);
            out.push(b'\n');
        }
    }

    /// Appends a person's line of the SSN master.
    pub fn master(&self, person: &Person, out: &mut Vec<u8>) {
        self.master.line(
            [
                &digits(person.ssn),
                person.last.as_bytes(),
                person.first.as_bytes(),
            ],
            out,
        );
    }

    /// Appends the line of a misidentified SSN of a participant.
    pub fn misidentified(&self, state: State, member: u64, ssn: [u8; 9], out: &mut Vec<u8>) {
        let member_id = member_id(state, member);
        self.misidentified
            .line([state.fips().as_bytes(), member_id.as_bytes(), &ssn], out);
    }
}

/// The fields that differ between the records of a case.
fn record(layout: &ExtractLayout, state: State, entry: &Entry, out: &mut [u8]) {
    let member_id = member_id(state, entry.member);
    put(out, layout.ssn, &entry.ssn);
    put(out, layout.member_id, member_id.as_bytes());
    put(
        out,
        layout.participant_type,
        entry.participant.code().as_bytes(),
    );
    put(out, layout.last_name, entry.last.as_bytes());
    put(out, layout.first_name, entry.first.as_bytes());
    put(out, layout.middle_name, entry.middle.as_bytes());
    put(out, layout.date_of_birth, &entry.birth);
    put(out, layout.sex, &[entry.sex]);
    match entry.spoilt {
        Some(Spoilt::ControlByte) => put(out, layout.middle_name, b"\x01"),
        Some(Spoilt::CaseId) => put(out, layout.case_id, b" "),
        Some(Spoilt::Status) => put(out, layout.case_status, b"X"),
        Some(Spoilt::Type) => put(out, layout.participant_type, b"XX"),
        None => {}
    }
}
