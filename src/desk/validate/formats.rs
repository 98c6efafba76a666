//! The formats of Case IDs: length, leading zeroes, letters. They are reported instead of the IDs,
//! whose values must not be shown.

use schemars::JsonSchema;
use serde::Serialize;

use super::FIRST_RECORDS;
use crate::engine::extract::Extract;
use crate::formats::record::{CaseId, trim_end};
use crate::formats::reference::{STATE_COUNT, State};

/// The form of a Case ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CaseIdFormat {
    /// Its length in bytes, without trailing blanks.
    pub length: u8,
    /// Whether it begins with a zero.
    pub leading_zero: bool,
    /// Whether it has an ASCII letter.
    pub letters: bool,
    /// Whether it has a character other than ASCII letters and digits.
    pub other_characters: bool,
}

/// The number of formats.
const FORMATS: usize = 16 * 8;

impl CaseIdFormat {
    /// The format of a Case ID.
    pub fn of(id: CaseId) -> Self {
        let bytes = id.bytes();
        let id = trim_end(&bytes);
        CaseIdFormat {
            length: id.len() as u8,
            leading_zero: id.starts_with(b"0"),
            letters: id.iter().any(u8::is_ascii_alphabetic),
            other_characters: !id.iter().all(u8::is_ascii_alphanumeric),
        }
    }

    fn index(self) -> usize {
        usize::from(self.length) << 3
            | usize::from(self.leading_zero) << 2
            | usize::from(self.letters) << 1
            | usize::from(self.other_characters)
    }

    fn from_index(index: usize) -> Self {
        CaseIdFormat {
            length: (index >> 3) as u8,
            leading_zero: index & 4 != 0,
            letters: index & 2 != 0,
            other_characters: index & 1 != 0,
        }
    }

    /// The format in words: `10 bytes, digits, leading zero`.
    pub fn words(self) -> String {
        let mut words = format!(
            "{} byte{}",
            self.length,
            if self.length == 1 { "" } else { "s" }
        );
        words += if self.letters {
            ", with letters"
        } else {
            ", digits"
        };
        if self.other_characters {
            words += ", other characters";
        }
        if self.leading_zero {
            words += ", leading zero";
        }
        words
    }
}

/// A form of Case IDs, and how many cases have it.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FormatCount {
    /// The format.
    #[serde(flatten)]
    pub format: CaseIdFormat,
    /// The number of cases with this format.
    pub cases: u64,
}

/// The Other State Case IDs that a file gives for one state, beside that state's own.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct OtherCaseIds {
    /// The other state.
    pub other_state: &'static str,
    /// The number of cases with an Other State Case ID for it.
    pub cases: u64,
    /// The number of these with a format that none of that state's own Case IDs has; `None` if its
    /// extract was not given.
    pub unlike_its_own: Option<u64>,
    /// The numbers of the first records of the first such cases, from 1.
    pub first_records: Vec<u64>,
    /// The formats in the file.
    pub given: Vec<FormatCount>,
    /// The formats of that state's own Case IDs; empty if its extract was not given.
    pub own: Vec<FormatCount>,
}

/// Case IDs counted by format.
#[derive(Clone, Debug)]
pub(super) struct Formats {
    own: [u64; FORMATS],
    other: Vec<[u64; FORMATS]>,
}

impl Formats {
    pub(super) fn count(extract: &Extract) -> Self {
        let mut formats = Formats {
            own: [0; FORMATS],
            other: vec![[0; FORMATS]; STATE_COUNT],
        };
        for case in &extract.cases {
            formats.own[CaseIdFormat::of(case.data.id).index()] += 1;
            if let Some(state) = case.data.other_state
                && !case.data.other_id.is_blank()
            {
                formats.other[state.index()][CaseIdFormat::of(case.data.other_id).index()] += 1;
            }
        }
        formats
    }

    pub(super) fn own(&self) -> Vec<FormatCount> {
        list(&self.own)
    }

    /// For each other state, what the file has. `own` are the formats of a state's own Case IDs, if
    /// its extract was given.
    pub(super) fn beside<'a>(
        &self,
        extract: &Extract,
        own: impl Fn(State) -> Option<&'a Formats>,
    ) -> Vec<OtherCaseIds> {
        State::all()
            .filter_map(|state| {
                let given = &self.other[state.index()];
                let cases = given.iter().sum();
                let own = own(state).map(|formats| &formats.own);
                (cases > 0).then(|| OtherCaseIds {
                    other_state: state.usps(),
                    cases,
                    unlike_its_own: own.map(|own| {
                        let unlike = (0..FORMATS).filter(|&format| own[format] == 0);
                        unlike.map(|format| given[format]).sum()
                    }),
                    first_records: own
                        .map(|own| first_unlike(extract, state, own))
                        .unwrap_or_default(),
                    given: list(given),
                    own: own.map(list).unwrap_or_default(),
                })
            })
            .collect()
    }
}

fn first_unlike(extract: &Extract, state: State, own: &[u64; FORMATS]) -> Vec<u64> {
    let unlike = extract.cases.iter().filter(|case| {
        case.data.other_state == Some(state)
            && !case.data.other_id.is_blank()
            && own[CaseIdFormat::of(case.data.other_id).index()] == 0
    });
    unlike
        .take(FIRST_RECORDS)
        .map(|case| extract.record_number(extract.rows_of(case)[0].offset()))
        .collect()
}

/// The formats that occur, the most common first.
fn list(counts: &[u64; FORMATS]) -> Vec<FormatCount> {
    let mut list: Vec<_> = (0..FORMATS)
        .filter(|&index| counts[index] > 0)
        .map(|index| FormatCount {
            format: CaseIdFormat::from_index(index),
            cases: counts[index],
        })
        .collect();
    list.sort_by_key(|count| (std::cmp::Reverse(count.cases), count.format.index()));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_length_leading_zero_and_kinds_of_characters() {
        for (id, words) in [
            (&b"0012345678"[..], "10 bytes, digits, leading zero"),
            (b"7", "1 byte, digits"),
            (b"A12", "3 bytes, with letters"),
            (b"A 1-2", "5 bytes, with letters, other characters"),
        ] {
            let format = CaseIdFormat::of(CaseId::new(id));
            assert_eq!(format.words(), words);
            assert_eq!(CaseIdFormat::from_index(format.index()), format);
        }
    }
}
