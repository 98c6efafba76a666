//! The choice among candidates (matching.md, section 5) (ours).

use std::cmp::Ordering;

use super::Comparison;
use crate::case::{Case, CaseNumber};
use crate::extract::{Extract, Provenance};
use crate::reference::State;

/// A case of the other state that a tier found.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The case.
    pub case: CaseNumber,
    /// It names your state and your Case ID.
    pub names_your_case: bool,
    /// How its participants compare with yours.
    pub comparison: Comparison,
    /// It names your state in its Other State FIPS Code.
    pub names_your_state: bool,
    /// It is open.
    pub open: bool,
}

/// The steps of the choice, in order; each is tried where all before it are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChoiceStep {
    /// 1: it names your state in its Other State FIPS Code and your Case ID in its Other State Case ID.
    NamesYourCase = 1,
    /// 2: more of your children matched.
    Children = 2,
    /// 3: more of your adults matched (records, uncapped).
    Adults = 3,
    /// 4: more of the two indicators (CP, NP) that would be Y.
    Indicators = 4,
    /// 5: it names your state in its Other State FIPS Code.
    NamesYourState = 5,
    /// 6: it is open.
    Open = 6,
    /// 7: smaller Case ID.
    CaseId = 7,
    /// 8: smaller Other State FIPS Code.
    OtherFips = 8,
    /// 9: smaller Other State Case ID (byte order, the fields padded).
    OtherCaseId = 9,
}

impl ChoiceStep {
    /// The step's number, from 1.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl Candidate {
    pub(super) fn new(
        number: CaseNumber,
        case: &Case,
        your_state: State,
        your_case: &Case,
        comparison: Comparison,
    ) -> Self {
        let names_your_state = case.data.other_state == Some(your_state);
        Candidate {
            case: number,
            names_your_case: names_your_state && case.data.other_id == your_case.data.id,
            comparison,
            names_your_state,
            open: case.data.open,
        }
    }

    /// The better candidate first, with the step that decided; equal only to itself.
    pub fn order(&self, other: &Self, extract: &Extract) -> (Ordering, ChoiceStep) {
        let case = |candidate: &Self| &extract.cases[candidate.case as usize];
        let (a, b) = (case(self), case(other));
        let more = |step, mine: u32, theirs: u32| (theirs.cmp(&mine), step);
        let steps: [&dyn Fn() -> (Ordering, ChoiceStep); 9] = [
            &|| {
                more(
                    ChoiceStep::NamesYourCase,
                    self.names_your_case.into(),
                    other.names_your_case.into(),
                )
            },
            &|| {
                more(
                    ChoiceStep::Children,
                    self.comparison.children,
                    other.comparison.children,
                )
            },
            &|| {
                more(
                    ChoiceStep::Adults,
                    self.comparison.adults,
                    other.comparison.adults,
                )
            },
            &|| {
                more(
                    ChoiceStep::Indicators,
                    self.comparison.indicators(),
                    other.comparison.indicators(),
                )
            },
            &|| {
                more(
                    ChoiceStep::NamesYourState,
                    self.names_your_state.into(),
                    other.names_your_state.into(),
                )
            },
            &|| more(ChoiceStep::Open, self.open.into(), other.open.into()),
            &|| (a.data.id.cmp(&b.data.id), ChoiceStep::CaseId),
            &|| {
                (
                    other_fips(extract, a).cmp(&other_fips(extract, b)),
                    ChoiceStep::OtherFips,
                )
            },
            &|| {
                (
                    a.data.other_id.cmp(&b.data.other_id),
                    ChoiceStep::OtherCaseId,
                )
            },
        ];
        let decided = steps
            .iter()
            .map(|step| step())
            .find(|(order, _)| order.is_ne());
        decided.unwrap_or((Ordering::Equal, ChoiceStep::OtherCaseId))
    }

    /// The figures that depend on your participants: steps 2, 3 and 4.
    pub(super) fn figures(&self) -> (u32, u32, u32) {
        (
            self.comparison.children,
            self.comparison.adults,
            self.comparison.indicators(),
        )
    }
}

/// The Other State FIPS Code of a case, padded; blank where the case came from the FCR.
pub(super) fn other_fips(extract: &Extract, case: &Case) -> [u8; 7] {
    let mut padded = [b' '; 7];
    if extract.provenance == Provenance::Submitted {
        let first = &extract.rows[case.first_row as usize];
        let field = extract.field(first, extract.layout.other_fips_code);
        padded[..field.len()].copy_from_slice(field);
    }
    padded
}

/// The order of steps 6 to 9, which is the same whoever asks.
pub(super) fn standing_order(extract: &Extract, a: &Case, b: &Case) -> Ordering {
    b.data
        .open
        .cmp(&a.data.open)
        .then_with(|| a.data.id.cmp(&b.data.id))
        .then_with(|| other_fips(extract, a).cmp(&other_fips(extract, b)))
        .then_with(|| a.data.other_id.cmp(&b.data.other_id))
}
