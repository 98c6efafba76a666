//! The choice among candidates (matching.md, sections 5 and 9) (ours). It only orders candidates;
//! finding and comparing them is done elsewhere.

use std::cmp::Ordering;

use super::counterpart::Comparison;
use super::routine::{ChoiceStep, Routine};
use crate::engine::extract::{Case, CaseNumber};
use crate::engine::extract::{Extract, Provenance};
use crate::formats::reference::State;

/// A case of the other state that a tier found.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is what one step of the choice asks"
)]
pub struct Candidate {
    /// The case.
    pub case: CaseNumber,
    /// It names your state and your Case ID.
    pub names_your_case: bool,
    /// Your case names it: its Case ID is your Other State Case ID.
    pub your_case_names_it: bool,
    /// How its participants compare with yours, by the strict rules.
    pub comparison: Comparison,
    /// It names your state in its Other State FIPS Code.
    pub names_your_state: bool,
    /// It is open.
    pub open: bool,
}

/// The last steps, in order. They depend on the other case alone, so their order is the same for
/// every case of yours.
const LAST_STEPS: [ChoiceStep; 4] = [
    ChoiceStep::Open,
    ChoiceStep::CaseId,
    ChoiceStep::OtherFips,
    ChoiceStep::OtherCaseId,
];

impl Candidate {
    pub(super) fn new(
        (number, case): (CaseNumber, &Case),
        (your_state, your_case): (State, &Case),
        comparison: Comparison,
    ) -> Self {
        let names_your_state = case.data.other_state == Some(your_state);
        Candidate {
            case: number,
            names_your_case: names_your_state && case.data.other_id == your_case.data.id,
            your_case_names_it: case.data.id == your_case.data.other_id,
            comparison,
            names_your_state,
            open: case.data.open,
        }
    }

    /// The two cases name each other.
    pub fn names_each_other(&self) -> bool {
        self.names_your_case && self.your_case_names_it
    }

    /// Orders the better candidate first, and returns the step that decided. A candidate is equal
    /// only to itself.
    pub fn order(
        &self,
        other: &Self,
        extract: &Extract,
        routine: Routine,
    ) -> (Ordering, ChoiceStep) {
        let decided = routine
            .steps()
            .iter()
            .map(|&step| (self.order_by(step, other, extract), step))
            .find(|(order, _)| order.is_ne());
        decided.unwrap_or((Ordering::Equal, ChoiceStep::OtherCaseId))
    }

    /// Orders the better candidate first, by the steps that depend on your case. Two candidates are
    /// equal if nothing about your case distinguishes them.
    pub(super) fn order_for_you(
        &self,
        other: &Self,
        extract: &Extract,
        routine: Routine,
    ) -> Ordering {
        let steps = routine.steps().iter();
        steps
            .take_while(|&&step| step != ChoiceStep::NamesYourState)
            .map(|&step| self.order_by(step, other, extract))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    fn order_by(&self, step: ChoiceStep, other: &Self, extract: &Extract) -> Ordering {
        let (mine, theirs) = (&self.comparison, &other.comparison);
        let either = |of: &Self| of.names_your_case || of.your_case_names_it;
        match step {
            ChoiceStep::NamesYourCase => other.names_your_case.cmp(&self.names_your_case),
            ChoiceStep::NameEachOther => other.names_each_other().cmp(&self.names_each_other()),
            ChoiceStep::InRole => theirs.in_role.cmp(&mine.in_role),
            ChoiceStep::EitherNames => either(other).cmp(&either(self)),
            ChoiceStep::Children => theirs.children.cmp(&mine.children),
            ChoiceStep::Adults => theirs.adults.cmp(&mine.adults),
            ChoiceStep::Indicators => theirs.indicators().cmp(&mine.indicators()),
            ChoiceStep::NamesYourState => other.names_your_state.cmp(&self.names_your_state),
            ChoiceStep::Open
            | ChoiceStep::CaseId
            | ChoiceStep::OtherFips
            | ChoiceStep::OtherCaseId => {
                let case = |candidate: &Self| &extract.cases[candidate.case as usize];
                order_of_cases(step, extract, case(self), case(other))
            }
        }
    }
}

/// The order of two cases by one of the [`LAST_STEPS`] steps.
fn order_of_cases(step: ChoiceStep, extract: &Extract, a: &Case, b: &Case) -> Ordering {
    match step {
        ChoiceStep::Open => b.data.open.cmp(&a.data.open),
        ChoiceStep::CaseId => a.data.id.cmp(&b.data.id),
        ChoiceStep::OtherFips => other_fips(extract, a).cmp(&other_fips(extract, b)),
        _ => a.data.other_id.cmp(&b.data.other_id),
    }
}

/// The order of two cases by all [`LAST_STEPS`] steps.
pub(super) fn order_by_last_steps(extract: &Extract, a: &Case, b: &Case) -> Ordering {
    LAST_STEPS
        .into_iter()
        .map(|step| order_of_cases(step, extract, a, b))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// The Other State FIPS Code of a case, padded; blank if the case is FCR-derived.
fn other_fips(extract: &Extract, case: &Case) -> [u8; 7] {
    let mut padded = [b' '; 7];
    if extract.provenance == Provenance::Submitted {
        let first = &extract.rows[case.first_row as usize];
        let field = extract.field(first, extract.layout.other_fips_code);
        padded[..field.len()].copy_from_slice(field);
    }
    padded
}
