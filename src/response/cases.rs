//! Cuts the records of a response file into cases again, as they were written.
//!
//! Takes records of the response's length in file order. A case's records stand together and agree
//! in the case's key and in the fields that describe the matched case.

use crate::layout::{Columns, ExtractLayout, ResponseLayout};
use crate::record::is_blank;

/// Tells of each record whether it begins a case.
pub struct CaseSplit<'a> {
    layout: &'a ResponseLayout,
    extract: &'a ExtractLayout,
    answer: [Columns; 19],
    open: Option<OpenCase>,
}

/// The case whose records are being read.
struct OpenCase {
    first: Vec<u8>,
    other_id: Vec<u8>,
    participants: Participants,
    said: Option<Participants>,
}

/// How many adults and children a case has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Participants {
    /// Records of NP, CP and PF.
    pub adults: u32,
    /// Records of CH.
    pub children: u32,
}

impl<'a> CaseSplit<'a> {
    /// A split of one file.
    pub fn new(layout: &'a ResponseLayout, extract: &'a ExtractLayout) -> Self {
        CaseSplit {
            layout,
            extract,
            answer: answer_columns(layout),
            open: None,
        }
    }

    /// Whether the record belongs to the case before it. Else [`CaseSplit::end`] and
    /// [`CaseSplit::begin`] are to be called before [`CaseSplit::join`].
    #[inline]
    pub fn continues(&self, record: &[u8]) -> bool {
        let Some(case) = &self.open else { return false };
        let extract = self.extract;
        let state = |record| &extract.other_fips_code.of(record)[..2];
        let same_key = extract.case_id.of(record) == extract.case_id.of(&case.first)
            && state(record) == state(&case.first);
        let other_id = extract.other_case_id.of(record);
        let same_id = case.other_id == other_id || is_blank(&case.other_id) || is_blank(other_id);
        // Two cases that differ in the Other State Case ID alone, one of them blank, can stand
        // side by side.
        let full = case.said == Some(case.participants) && case.other_id != other_id;
        same_key && same_id && (!full || self.agrees(record))
    }

    /// Begins a case with its first record.
    pub fn begin(&mut self, record: &[u8]) {
        let count = |columns: Columns| {
            let digits = std::str::from_utf8(columns.of(record)).ok()?;
            digits.parse::<u32>().ok()
        };
        let said = count(self.layout.adults_yours).zip(count(self.layout.children_yours));
        self.open = Some(OpenCase {
            first: record.to_vec(),
            other_id: self.extract.other_case_id.of(record).to_vec(),
            participants: Participants::default(),
            said: said.map(|(adults, children)| Participants { adults, children }),
        });
    }

    /// Takes a record into the case that is open. Tells whether the fields that are the same on
    /// every record of a case are those of its first record.
    #[inline]
    pub fn join(&mut self, record: &[u8]) -> bool {
        let agrees = self.agrees(record);
        let extract = self.extract;
        if let Some(case) = &mut self.open {
            let participant = extract.participant_type.of(record);
            let is_adult = matches!(participant, b"NP" | b"CP" | b"PF");
            case.participants.adults += u32::from(is_adult);
            case.participants.children += u32::from(participant == b"CH");
            if is_blank(&case.other_id) {
                case.other_id.clear();
                case.other_id
                    .extend_from_slice(extract.other_case_id.of(record));
            }
        }
        agrees
    }

    /// Ends the case that is open: the participants counted, and those that its first record tells,
    /// where it does.
    pub fn end(&mut self) -> Option<(Participants, Option<Participants>)> {
        self.open.take().map(|case| (case.participants, case.said))
    }

    #[inline]
    fn agrees(&self, record: &[u8]) -> bool {
        self.open.as_ref().is_none_or(|case| {
            self.answer
                .iter()
                .all(|columns| columns.of(record) == columns.of(&case.first))
        })
    }
}

/// The fields that are the same on every record of a case.
fn answer_columns(l: &ResponseLayout) -> [Columns; 19] {
    [
        l.fcr_supplied,
        l.case_id,
        l.fips_code,
        l.case_status,
        l.other_fips_verification,
        l.fips_verification,
        l.adults_yours,
        l.children_yours,
        l.adults_other,
        l.children_other,
        l.adults_matched,
        l.children_matched,
        l.cp_match,
        l.np_match,
        l.multiple_case,
        l.match_tier,
        l.contact_name,
        l.contact_phone,
        l.contact_email,
    ]
}
