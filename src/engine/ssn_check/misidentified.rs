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

impl Misidentified {
    /// Reads the side file.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if it cannot be read; [`crate::Error::Input`] naming the line if one is
    /// too short, has a blank Member ID, or an SSN that is not nine digits;
    /// [`crate::Error::Interrupted`] if a stop was requested.
    pub fn load(path: &Path, layout: &Layout, stop: &Stop) -> Result<Self> {
        let (state, member, ssn) = (
            layout.columns("state_fips")?,
            layout.columns("member_id")?,
            layout.columns("ssn")?,
        );
        let file = SideFile::open(path, "misidentified", stop)?;
        let mut all = Misidentified::default();
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
            let mut padded = [b' '; 15];
            padded.copy_from_slice(member);
            // An entry for a code that is not a jurisdiction concerns no participant.
            if let Some(state) = State::from_fips(state.of(line.bytes)) {
                all.entries.insert((state, padded, ssn));
                all.ssns.insert(ssn);
            }
        }
        file.source.check_intact()?;
        all.entry = Some(file.entry());
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
