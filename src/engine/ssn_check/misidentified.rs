//! The side file of misidentified SSNs: SSNs that are not those of the participants they were
//! reported for.

use std::path::Path;

use ahash::AHashSet;

use super::side_file::SideFile;
use crate::error::Result;
use crate::formats::input::InputEntry;
use crate::formats::layout::Layout;
use crate::formats::record::is_blank;
use crate::formats::reference::State;
use crate::stop::Stop;

/// Pairs of participant and SSN from the side file (seed: FCR Misidentified Participant).
#[derive(Default)]
pub struct Misidentified {
    /// State, Member ID as padded in the record, SSN.
    entries: AHashSet<(State, [u8; 15], u32)>,
    /// The SSNs of all entries. Few records have one of them, so the lookup by participant is rare.
    ssns: AHashSet<u32>,
    /// The side file's entry in the manifest, if there is a side file.
    pub entry: Option<InputEntry>,
}

/// A line of the side file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MisidentifiedEntry {
    /// State FIPS, of a jurisdiction or not.
    pub state_fips: [u8; 2],
    /// Member ID as padded in the record.
    pub member_id: [u8; 15],
    /// The SSN.
    pub ssn: u32,
}

/// Gives every line of a side file to `take`, in file order; gives what a manifest says of the file.
///
/// # Errors
/// As [`Misidentified::load`].
pub fn each_entry(
    path: &Path,
    layout: &Layout,
    stop: &Stop,
    mut take: impl FnMut(MisidentifiedEntry),
) -> Result<InputEntry> {
    let (state, member, ssn) = (
        layout.columns("state_fips")?,
        layout.columns("member_id")?,
        layout.columns("ssn")?,
    );
    let file = SideFile::open(path, "misidentified", stop)?;
    for line in file.lines(ssn.last.max(member.last), stop) {
        let (number, line) = line?;
        let refuse = |problem: &str| file.refuse(number, problem);
        let member = member.of(line.bytes);
        if is_blank(member) {
            return Err(refuse(
                "Member ID (columns 3-17), the participant's number in that state, is blank",
            ));
        }
        let Some(ssn) = crate::formats::record::nine_digits(ssn.of(line.bytes)) else {
            return Err(refuse("SSN (columns 18-26) is not nine digits"));
        };
        let mut entry = MisidentifiedEntry {
            state_fips: [b' '; 2],
            member_id: [b' '; 15],
            ssn,
        };
        entry.member_id.copy_from_slice(member);
        entry.state_fips.copy_from_slice(state.of(line.bytes));
        take(entry);
    }
    file.source.check_intact()?;
    Ok(file.entry())
}

impl Misidentified {
    /// Reads the side file.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if it cannot be read; [`crate::Error::Input`] naming the line if one is
    /// too short, has a blank Member ID, or an SSN that is not nine digits;
    /// [`crate::Error::Interrupted`] if a stop was requested.
    pub fn load(path: &Path, layout: &Layout, stop: &Stop) -> Result<Self> {
        let mut all = Misidentified::default();
        let entry = each_entry(path, layout, stop, |entry| {
            // An entry of something that is no jurisdiction concerns no participant.
            if let Some(state) = State::from_fips(&entry.state_fips) {
                all.entries.insert((state, entry.member_id, entry.ssn));
                all.ssns.insert(entry.ssn);
            }
        })?;
        all.entry = Some(entry);
        Ok(all)
    }

    /// Whether this SSN is misidentified for this participant of this state.
    #[inline]
    pub fn holds(&self, state: State, member_id: &[u8], ssn: u32) -> bool {
        self.ssns.contains(&ssn)
            && <[u8; 15]>::try_from(member_id)
                .is_ok_and(|member| self.entries.contains(&(state, member, ssn)))
    }
}
