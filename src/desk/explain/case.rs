//! Runs the matcher on one case, and builds the explanation from what it observes.

use super::asked::{Asked, Pair};
use super::code::{reasons, tables};
use super::leads;
use super::miss::Misses;
use super::model::{
    CandidateEntry, CaseEntry, ChosenEntry, Decision, DroppedEntry, Explanation, KeyEntry,
    ParticipantEntry, SCHEMA, TierEntry,
};
use super::participants::{Compared, entry_of};
use super::person::{case_ids, id_text, person};
use super::recorder::Recorder;
use super::rejected;
use crate::engine::extract::{Case, CaseNumber};
use crate::engine::extract::{CaseRows, Extract, Provenance};
use crate::engine::matching::{
    Candidate, CaseCodes, ChoiceStep, Comparison, Counterpart, Dropped, Matcher, Outcome,
    ReasonCodes, Routine, Scratch, Side, Suppressed, Tier, Work, compare,
};
use crate::error::Result;
use crate::formats::layout::{CodeTable, LayoutSet};
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::stop::Stop;

/// At most this many cases are explained: each is looked for in all extracts.
const MOST_CASES: usize = 50;

/// At most this many candidates of a tier are listed; all are counted.
const MOST_CANDIDATES: usize = 20;

/// The cases to explain.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The submitting state.
    pub state: State,
    /// The Case ID.
    pub case: CaseId,
    /// Only cases that name this state.
    pub other: Option<State>,
    /// Only cases with this Other State Case ID.
    pub other_case: Option<CaseId>,
}

impl Question {
    /// The cases of the state's extract that the question selects, in the order of their first
    /// records.
    pub fn cases(&self, extract: &Extract) -> Vec<CaseNumber> {
        let fits = |number: &CaseNumber| {
            let data = &extract.cases[*number as usize].data;
            self.other
                .is_none_or(|other| data.other_state == Some(other))
                && self.other_case.is_none_or(|id| data.other_id == id)
        };
        extract.cases_with_id(self.case).filter(fits).collect()
    }
}

/// Explains cases.
pub struct Explainer<'a> {
    /// The matcher. Its sides are the submitting state and every state that the cases name.
    pub matcher: Matcher<'a>,
    /// The extracts of the other states, not indexed.
    pub bystanders: &'a [Extract],
    /// The layouts in use.
    pub layouts: &'a LayoutSet,
    /// Whether persons are shown unmasked.
    pub show_pii: bool,
    /// Ends the search.
    pub stop: &'a Stop,
}

/// The match that the search found, even if it is not returned.
struct Match<'a> {
    side: &'a Side,
    theirs: &'a Case,
    tier: Tier,
    multiple_case: bool,
    comparison: Comparison,
    counterparts: Vec<Option<Counterpart>>,
}

impl Explainer<'_> {
    /// Explains the selected cases, the first 50 of them.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] if the layout set does not have a table, [`crate::Error::Interrupted`].
    pub fn explain(&self, question: &Question) -> Result<Explanation> {
        let (reason_codes, edits) = tables(self.layouts)?;
        let mut explanation = Explanation {
            schema: SCHEMA,
            state: question.state.usps().to_owned(),
            case_id: id_text(question.case),
            found: false,
            cases: Vec::new(),
            cases_left_out: 0,
            rejected: Vec::new(),
        };
        let yours = self.matcher.sides.of(question.state);
        let Some(yours) = yours.filter(|side| side.extract.provenance == Provenance::Submitted)
        else {
            return Ok(explanation);
        };
        let numbers = question.cases(&yours.extract);
        explanation.cases_left_out = numbers.len().saturating_sub(MOST_CASES);
        for number in numbers.into_iter().take(MOST_CASES) {
            self.stop.check()?;
            let asked = Asked {
                matcher: &self.matcher,
                yours,
                number,
                case: &yours.extract.cases[number as usize],
                edits,
                show_pii: self.show_pii,
                stop: self.stop,
            };
            explanation.cases.push(self.case(asked, reason_codes)?);
        }
        explanation.found = !explanation.cases.is_empty();
        explanation.rejected =
            rejected::of_case(&yours.extract, question.case, question.other, edits);
        Ok(explanation)
    }

    fn case(&self, asked: Asked<'_>, reason_codes: &CodeTable) -> Result<CaseEntry> {
        let mut recorder = Recorder::default();
        let mut scratch = Scratch::default();
        let outcome =
            self.matcher
                .match_case(asked.yours, asked.number, &mut scratch, &mut recorder);
        let other = asked.case.data.other_state;
        let side = other.and_then(|state| self.matcher.sides.of(state));
        let found = side.and_then(|side| matched(&asked, side, &recorder));
        let records = codes_of(&asked, &outcome, found.as_ref());
        let mut misses = Misses::new(asked);
        if found.is_none() {
            if let Some(side) = side {
                misses.look_in(side)?;
                misses.look_among_rejected(&side.extract);
            }
            let third = |extract: &&Extract| {
                extract.state != asked.yours.extract.state && Some(extract.state) != other
            };
            let indexed = self.matcher.sides.iter().map(|side| &side.extract);
            let mut extracts: Vec<_> = indexed.chain(self.bystanders).filter(third).collect();
            extracts.sort_by_key(|extract| extract.state);
            misses.look_beyond(&extracts)?;
        }
        let (near_misses, near_misses_left_out) = misses.into_parts();
        let pair = found.as_ref().map(|found| {
            let pair = Pair {
                yours: asked.case,
                theirs: found.theirs,
            };
            (found.tier, pair)
        });
        let (word, because) = outcome_text(&outcome, other);
        let (class, leads) = leads::of_case(&asked, &outcome)?;
        Ok(CaseEntry {
            yours: case_ids(&asked.yours.extract, asked.case),
            outcome: word,
            because,
            other_data: match side.map(Side::fcr_supplied) {
                None => "absent",
                Some(false) => "extract",
                Some(true) => "fcr",
            },
            fcr_supplied: side.is_some_and(Side::fcr_supplied),
            routine: self.matcher.routine.word(),
            tiers: self
                .matcher
                .routine
                .tiers()
                .iter()
                .map(|&tier| tier_entry(tier, &asked, side, &recorder))
                .collect(),
            dropped: dropped(side, &recorder),
            chosen: found.as_ref().map(Match::entry),
            participants: participants(&asked, found.as_ref(), &records)?,
            codes: reasons(reason_codes, &records, pair),
            class,
            leads,
            near_misses,
            near_misses_left_out,
        })
    }
}

/// The match that the search found, compared in the same way as in a run.
fn matched<'a>(asked: &Asked<'_>, side: &'a Side, recorder: &Recorder) -> Option<Match<'a>> {
    let (tier, number, multiple_case) = recorder.chosen?;
    let theirs = &side.extract.cases[number as usize];
    let mut work = Work::default();
    let their_rows = CaseRows {
        extract: &side.extract,
        rows: side.extract.rows_of(theirs),
    };
    let comparison = compare(asked.participants(), their_rows, &mut work);
    Some(Match {
        side,
        theirs,
        tier,
        multiple_case,
        comparison,
        counterparts: work.counterparts,
    })
}

impl Match<'_> {
    fn entry(&self) -> ChosenEntry {
        ChosenEntry {
            case: case_ids(&self.side.extract, self.theirs),
            tier: self.tier.number(),
            multiple_case: self.multiple_case,
            adults_matched: self.comparison.adults,
            children_matched: self.comparison.children,
            cp_match: self.comparison.cp,
            np_match: self.comparison.np,
        }
    }
}

/// The codes of each record; empty sets if the case is not returned.
fn codes_of(
    asked: &Asked<'_>,
    outcome: &Outcome<'_>,
    found: Option<&Match<'_>>,
) -> Vec<ReasonCodes> {
    let rows = asked.rows();
    match (outcome, found) {
        (Outcome::Matched(decided), Some(found)) => {
            let theirs = (found.side, found.side.extract.rows_of(found.theirs));
            let record = |(row, &counterpart)| {
                decided
                    .codes
                    .of_record((asked.yours, row), theirs, counterpart)
            };
            rows.iter().zip(&found.counterparts).map(record).collect()
        }
        (Outcome::NotFound { .. }, _) => vec![CaseCodes::not_found().0; rows.len()],
        _ => vec![ReasonCodes::default(); rows.len()],
    }
}

fn participants(
    asked: &Asked<'_>,
    found: Option<&Match<'_>>,
    records: &[ReasonCodes],
) -> Result<Vec<ParticipantEntry>> {
    let extract = &asked.yours.extract;
    if let Some(found) = found {
        return Compared {
            yours: asked.participants(),
            theirs: CaseRows {
                extract: &found.side.extract,
                rows: found.side.extract.rows_of(found.theirs),
            },
            counterparts: &found.counterparts,
            codes: records,
            show_pii: asked.show_pii,
        }
        .entries(asked.stop);
    }
    let rows = asked.rows().iter().zip(records);
    let entries = rows.map(|(row, &codes)| ParticipantEntry {
        because: "there is no case to compare with".to_owned(),
        ..entry_of(extract, row, codes, asked.show_pii)
    });
    Ok(entries.collect())
}

fn outcome_text(outcome: &Outcome<'_>, other: Option<State>) -> (&'static str, String) {
    let other = other.map_or("", State::name);
    match outcome {
        Outcome::Matched(found) => (
            "matched",
            format!("returned: tier {} found the case", found.tier.number()),
        ),
        Outcome::NotFound { fcr_supplied: true } => (
            "not_found",
            format!(
                "returned with 01: no tier found a case in the FCR's data for {other}, where it may be without being registered"
            ),
        ),
        Outcome::NotFound {
            fcr_supplied: false,
        } => (
            "not_found",
            format!("returned with 01: no tier found a case in {other}"),
        ),
        Outcome::Suppressed(Suppressed::BothClosed) => (
            "suppressed",
            "not returned: a case was found, and both are closed".to_owned(),
        ),
        Outcome::Suppressed(Suppressed::ClosedNotFound) => (
            "suppressed",
            format!("not returned: yours is closed, and no tier found a case in {other}"),
        ),
        Outcome::NotEvaluated => (
            "not_evaluated",
            format!(
                "not returned: {other} sent no extract, and no FCR-derived file for it was given (--absent-state)"
            ),
        ),
    }
}

fn tier_entry(
    tier: Tier,
    asked: &Asked<'_>,
    side: Option<&Side>,
    recorder: &Recorder,
) -> TierEntry {
    let tried = recorder.tiers.iter().find(|(tried, _)| *tried == tier);
    let mut entry = TierEntry {
        tier: tier.number(),
        rule: match tier {
            Tier::CaseId => "a case whose Case ID is your Other State Case ID, zeroes and all",
            Tier::ChildSsn => "a case that holds a child with the usable SSN of a child of yours",
            Tier::AdultAndChildName => {
                "a case that holds an adult with the usable SSN and type of an adult of yours, and a child with the name of a child of yours"
            }
            Tier::NamesYours => "a case that names your state and your Case ID",
            Tier::TwoAdults => {
                "a case that holds a CP with the usable SSN of a CP of yours, and an NP or PF with the SSN of an NP or PF of yours"
            }
            Tier::ChildNameAndBirth => {
                "a case that holds a child with the name and the date of birth of a child of yours"
            }
            Tier::CaseIdButZeroes => {
                "a case whose Case ID is your Other State Case ID but for leading zeroes"
            }
        },
        tried: tried.is_some(),
        note: None,
        keys: Vec::new(),
        candidates: 0,
        in_order: Vec::new(),
    };
    let (Some((_, candidates)), Some(side)) = (tried, side) else {
        entry.note = Some(match recorder.chosen {
            Some((decided, ..)) => format!("not tried: tier {} decided", decided.number()),
            None => "not tried: the other state sent nothing".to_owned(),
        });
        return entry;
    };
    let extract = &asked.yours.extract;
    let keys = recorder.keys.iter().filter(|(of, _)| *of == tier);
    entry.keys = keys
        .map(|(_, tried)| KeyEntry {
            case_id: (tier == Tier::CaseId).then(|| id_text(asked.case.data.other_id)),
            participant: tried
                .participant
                .map(|place| person(extract, &asked.rows()[place], asked.show_pii)),
            cases: tried.cases,
            dropped: tried.dropped,
            candidates: tried.candidates,
        })
        .collect();
    entry.note = without_key(tier, asked, entry.keys.is_empty()).map(str::to_owned);
    entry.candidates = candidates.len();
    entry.in_order = listed(candidates, side, asked.matcher.routine);
    entry
}

/// The candidates that the pooled routine dropped.
fn dropped(side: Option<&Side>, recorder: &Recorder) -> Vec<DroppedEntry> {
    let Some(side) = side else { return Vec::new() };
    let entry = |&(number, why): &(CaseNumber, Dropped)| {
        let (why, because) = match why {
            Dropped::Taken => (
                "taken",
                "another open case of yours and that case name each other, and more of its participants are there",
            ),
            Dropped::NobodyMatched => (
                "nobody_matched",
                "none of your participants is there, and the two cases do not name each other",
            ),
        };
        DroppedEntry {
            case: case_ids(&side.extract, &side.extract.cases[number as usize]),
            why,
            because,
        }
    };
    recorder.dropped.iter().map(entry).collect()
}

/// Why a tier had no key.
fn without_key(tier: Tier, asked: &Asked<'_>, no_key: bool) -> Option<&'static str> {
    let nameless = || !asked.rows().iter().any(|row| row.child_name().is_some());
    match tier {
        Tier::CaseId => no_key.then_some("your Other State Case ID is blank"),
        Tier::ChildSsn => no_key.then_some("no child of yours has a usable SSN"),
        Tier::AdultAndChildName if no_key => Some("no adult of yours has a usable SSN"),
        Tier::AdultAndChildName => {
            nameless().then_some("no child of yours has a name that can be compared")
        }
        Tier::NamesYours => None,
        Tier::TwoAdults => no_key.then_some("no adult of yours has a usable SSN"),
        Tier::ChildNameAndBirth => {
            no_key.then_some("no child of yours has a name and a valid date of birth")
        }
        Tier::CaseIdButZeroes => no_key.then_some("your Other State Case ID is blank"),
    }
}

/// The first candidates, each with the step that placed it before the next.
fn listed(candidates: &[Candidate], side: &Side, routine: Routine) -> Vec<CandidateEntry> {
    let first = candidates.iter().take(MOST_CANDIDATES).enumerate();
    first
        .map(|(place, candidate)| {
            let case = &side.extract.cases[candidate.case as usize];
            let next = candidates.get(place + 1);
            CandidateEntry {
                case: case_ids(&side.extract, case),
                names_your_case: candidate.names_your_case,
                names_your_state: candidate.names_your_state,
                your_case_names_it: candidate.your_case_names_it,
                matched_in_role: candidate.comparison.in_role,
                children_matched: candidate.comparison.children,
                adults_matched: candidate.comparison.adults,
                indicators: candidate.comparison.indicators(),
                before_the_next_by: next
                    .map(|next| decision(candidate.order(next, &side.extract, routine).1, routine)),
            }
        })
        .collect()
}

fn decision(step: ChoiceStep, routine: Routine) -> Decision {
    Decision {
        step: routine.step_number(step) as u8,
        rule: match step {
            ChoiceStep::NamesYourCase => "it names your state and your Case ID",
            ChoiceStep::NameEachOther => "it and your case name each other",
            ChoiceStep::InRole => "more of your participants match in a role that agrees",
            ChoiceStep::EitherNames => "it names your case, or your case names it",
            ChoiceStep::Children => "more of your children match",
            ChoiceStep::Adults => "more of your adults match",
            ChoiceStep::Indicators => "more of the indicators CP and NP would be Y",
            ChoiceStep::NamesYourState => "it names your state",
            ChoiceStep::Open => "it is open",
            ChoiceStep::CaseId => "its Case ID is smaller",
            ChoiceStep::OtherFips => "its Other State FIPS Code is smaller",
            ChoiceStep::OtherCaseId => "its Other State Case ID is smaller",
        },
    }
}
