//! Findings about a whole file from its cases: doubled, of two months, or another state's.

use super::findings::Edit;
use super::loaded::Extract;
use super::provenance::Provenance;
use crate::formats::input::{Told, repeated};
use crate::formats::reference::State;

/// From which share of records that list a participant again (W15), in percent, a file holds the same
/// cases twice: a sound extract lists hardly any (ours).
const TWICE_PERCENT: u64 = 20;

/// Findings about a file from its cases.
pub(super) fn told_of_cases(extract: &Extract) -> Vec<Told> {
    let mut told = Vec::new();
    let again = extract.findings.of(Edit::W15);
    let repeated = repeated(&extract.source, extract.records);
    let again_too = repeated.is_none();
    told.extend(repeated);
    let mut tell = |kind: &str, records: u64, what: String| {
        told.push(Told {
            kind: kind.to_owned(),
            records,
            first_records: Vec::new(),
            what,
        });
    };
    if again_too && again * 100 >= extract.records * TWICE_PERCENT && again > 1 {
        let what = "they list a participant of their case again (W15): were two files, or two months, put into one? Send one".to_owned();
        tell("cases-twice", again, what);
    }
    if let Some(named) = state_of_name(&extract.source.name())
        && named != extract.state
        && extract.provenance == Provenance::Submitted
    {
        let what = format!(
            "the file is named after {}, and its records are of {}; was it renamed, or sent for another state?",
            named.usps(),
            extract.state.usps()
        );
        tell("other-state", 0, what);
    }
    told
}

/// The state that a file's name begins with, in capitals, alone or before something that is no letter:
/// `FL.txt`, `FL-2026.dat`.
fn state_of_name(name: &str) -> Option<State> {
    let code = name.get(..2)?;
    let next = name[2..].chars().next();
    let ends = next.is_none_or(|next| !next.is_alphanumeric());
    State::from_usps(code).filter(|state| state.usps() == code && ends)
}

#[cfg(test)]
mod tests {
    use super::{State, state_of_name};

    #[test]
    fn only_a_code_that_stands_alone_names_a_state() {
        for (name, usps) in [
            ("FL.txt", Some("FL")),
            ("FL-2026.dat", Some("FL")),
            ("FL", Some("FL")),
            ("fl.txt", None),
            ("FLORIDA.txt", None),
            ("IN2026.txt", None),
            ("XX.txt", None),
            ("\u{e9}", None),
            ("", None),
        ] {
            assert_eq!(state_of_name(name).map(State::usps), usps, "{name}");
        }
    }
}
