//! Finds the cases that are worth comparing: what is asked of a state is indexed, and the state's cases
//! are looked up in it, so that the time goes with the questions and not with the nation.

use rayon::prelude::*;

use super::ask::{Ask, Why};
use super::compare::{Asker, compared, have_the_same_people};
use super::keys::{self, Filter};
use super::lead::{self, Lead};
use crate::engine::Postings;
use crate::engine::extract::{Case, CaseNumber, Row};
use crate::engine::matching::{Side, Sides};
use crate::error::Result;
use crate::formats::reference::{STATE_COUNT, State};
use crate::stop::Stop;

/// A key that more cases share, or under which more ask, leads nowhere: it says little, and each pair
/// would be compared.
const CROWD: usize = 64;
/// About how many cases one task looks up.
const TASK_CASES: usize = 16_384;
/// How many questions one task answers.
const TASK_ASKS: usize = 256;

/// What is asked of one state, by whom.
struct Question<'a> {
    yours: &'a Side,
    ask: Ask,
    why: Why,
}

/// A case that was asked about, why, and its leads, the best first.
type Answer = (Ask, Why, Vec<Lead>);

/// The leads of each question, in the order of the submitting states' cases; cases without a lead are
/// left out.
pub struct Answered {
    /// The submitting state.
    pub state: State,
    /// Each case with why it was asked about and its leads, the best first.
    pub cases: Vec<Answer>,
}

/// Finds the leads of every case that is asked about. The result does not depend on the number of
/// threads, nor on the order of files.
///
/// # Errors
/// [`crate::Error::Interrupted`].
pub fn find_leads(sides: &Sides, asks: &[(State, Vec<Ask>)], stop: &Stop) -> Result<Vec<Answered>> {
    let mut of_state: [Vec<Question<'_>>; STATE_COUNT] = [const { Vec::new() }; STATE_COUNT];
    for (state, asks) in asks {
        let Some(yours) = sides.of(*state) else {
            continue;
        };
        for &ask in asks {
            if let Some(why) = ask.why() {
                of_state[ask.other.index()].push(Question { yours, ask, why });
            }
        }
    }
    let mut busiest: Vec<(State, Vec<Question<'_>>)> = State::all()
        .zip(of_state)
        .filter(|(_, questions)| !questions.is_empty())
        .collect();
    busiest.sort_by_key(|(_, questions)| std::cmp::Reverse(questions.len()));
    let answers: Vec<Vec<(State, Answer)>> = busiest
        .par_iter()
        .with_max_len(1)
        .map(|(state, questions)| match sides.of(*state) {
            Some(theirs) => answer(theirs, questions, stop),
            None => Ok(Vec::new()),
        })
        .collect::<Result<_>>()?;
    let mut by_state: [Vec<Answer>; STATE_COUNT] = [const { Vec::new() }; STATE_COUNT];
    for (state, answer) in answers.into_iter().flatten() {
        by_state[state.index()].push(answer);
    }
    let answered = asks.iter().map(|(state, _)| {
        let mut cases = std::mem::take(&mut by_state[state.index()]);
        cases.sort_by_key(|(ask, ..)| ask.case);
        Answered {
            state: *state,
            cases,
        }
    });
    Ok(answered.collect())
}

/// Answers what is asked of one state.
fn answer(theirs: &Side, questions: &[Question<'_>], stop: &Stop) -> Result<Vec<(State, Answer)>> {
    let pairs = pairs(theirs, questions, stop)?;
    let cases: Vec<&[Pair]> = pairs.chunk_by(|a, b| a.0 == b.0).collect();
    let answered: Vec<Vec<_>> = cases
        .par_chunks(TASK_ASKS)
        .map(|chunk| {
            stop.check()?;
            let answer = |pairs: &&[Pair]| {
                let question = &questions[pairs[0].0 as usize];
                let leads = question.leads(theirs, pairs.iter().map(|&(_, case)| case));
                let state = question.yours.extract.state;
                (state, (question.ask, question.why, leads))
            };
            let answers = chunk.iter().map(answer);
            Ok(answers
                .filter(|(_, (.., leads))| !leads.is_empty())
                .collect())
        })
        .collect::<Result<_>>()?;
    Ok(answered.into_iter().flatten().collect())
}

impl Question<'_> {
    fn leads(&self, theirs: &Side, cases: impl Iterator<Item = CaseNumber>) -> Vec<Lead> {
        let asker = Asker::new(self.yours, self.ask.case);
        lead::best(&asker, self.why, theirs, cases)
    }

    fn case(&self) -> &Case {
        &self.yours.extract.cases[self.ask.case as usize]
    }

    fn rows(&self) -> &[Row] {
        self.yours.extract.rows_of(self.case())
    }
}

/// A question and a case that is worth comparing.
type Pair = (u32, CaseNumber);

/// Each question with each case that may answer it; in order, each once.
fn pairs(theirs: &Side, questions: &[Question<'_>], stop: &Stop) -> Result<Vec<Pair>> {
    let mut pairs = with_rivals(theirs, questions, stop)?;
    pairs.extend(with_common_keys(theirs, questions, stop)?);
    // The case that was returned is compared with the others in any case.
    let returned = (0..).zip(questions).filter_map(|(number, question)| {
        let needs_none = question.ask.needs_a_rival().is_none();
        Some((number, question.ask.found?.0)).filter(|_| needs_none)
    });
    pairs.extend(returned);
    pairs.par_sort_unstable();
    pairs.dedup();
    Ok(pairs)
}

/// The questions about answers that are doubtful only if there is another case of the same people,
/// with these cases and the answer, where there are some. They are found by SSNs.
fn with_rivals(theirs: &Side, questions: &[Question<'_>], stop: &Stop) -> Result<Vec<Pair>> {
    let numbered: Vec<(u32, CaseNumber)> = (0..)
        .zip(questions)
        .filter_map(|(number, question)| Some((number, question.ask.needs_a_rival()?)))
        .collect();
    let found: Vec<Vec<Pair>> = numbered
        .par_chunks(TASK_ASKS)
        .map(|chunk| {
            stop.check()?;
            let mut pairs = Vec::new();
            for &(number, answer) in chunk {
                let first = pairs.len();
                let rivals = rivals(theirs, answer).into_iter();
                pairs.extend(rivals.map(|case| (number, case)));
                if pairs.len() > first {
                    pairs.push((number, answer));
                }
            }
            Ok(pairs)
        })
        .collect::<Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// The cases there that have the people of an answer, under another Case ID; open ones, and if the
/// answer is closed itself all.
fn rivals(theirs: &Side, answer: CaseNumber) -> Vec<CaseNumber> {
    let (extract, index) = (&theirs.extract, &theirs.index);
    let case = |number: CaseNumber| &extract.cases[number as usize];
    let mut rivals = Vec::new();
    let mut take = |postings: &Postings, key: Option<u32>| {
        let Some(key) = key else { return };
        let others = postings.rows(key);
        if others.len() > 1 && others.len() <= CROWD {
            rivals.extend(others.filter(|&other| {
                let data = &case(other).data;
                data.id != case(answer).data.id && (data.open || !case(answer).data.open)
            }));
        }
    };
    for row in compared(extract.rows_of(case(answer))) {
        take(&index.adults, row.adult_key());
        take(&index.children, row.child_key());
    }
    if !rivals.is_empty() {
        rivals.sort_unstable();
        rivals.dedup();
        if rivals.len() > CROWD {
            return Vec::new();
        }
        rivals.retain(|&other| have_the_same_people(theirs, answer, other));
    }
    rivals
}

/// The keys of questions.
struct Asked {
    postings: Postings,
    filter: Filter,
}

impl Asked {
    fn new(keys: &[(u32, u32)]) -> Self {
        let postings = Postings::build(keys.len(), |take| {
            for &(key, question) in keys {
                take(key, question);
            }
        });
        let mut filter = Filter::new(keys.len());
        for (key, _) in keys {
            filter.add(*key);
        }
        Asked { postings, filter }
    }

    #[inline]
    fn may_hold(&self, key: u32) -> bool {
        self.filter.may_hold(key)
    }
}

/// The other questions, with the cases that share a key with them.
fn with_common_keys(theirs: &Side, questions: &[Question<'_>], stop: &Stop) -> Result<Vec<Pair>> {
    let mut keys = Vec::new();
    for (number, question) in (0..).zip(questions) {
        if question.ask.needs_a_rival().is_none() {
            let state = question.yours.extract.state;
            let take = |key| keys.push((key, number));
            keys::of_yours(state, question.case(), question.rows(), take);
        }
    }
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let asked = Asked::new(&keys);
    let extract = &theirs.extract;
    let firsts: Vec<usize> = (0..extract.cases.len()).step_by(TASK_CASES).collect();
    let found: Vec<Vec<(u32, CaseNumber)>> = firsts
        .par_iter()
        .map(|&first| {
            stop.check()?;
            let mut found = Vec::new();
            let end = extract.cases.len().min(first + TASK_CASES);
            for (number, case) in (first as CaseNumber..).zip(&extract.cases[first..end]) {
                keys::of_theirs(case, extract.rows_of(case), |key| {
                    if asked.may_hold(key) && asked.postings.count(key) > 0 {
                        found.push((key, number));
                    }
                });
            }
            Ok(found)
        })
        .collect::<Result<_>>()?;
    let mut found: Vec<(u32, CaseNumber)> = found.into_iter().flatten().collect();
    found.par_sort_unstable();
    found.dedup();
    let mut pairs = Vec::with_capacity(found.len());
    for run in found.chunk_by(|a, b| a.0 == b.0) {
        let asking = asked.postings.rows(run[0].0);
        if run.len() > CROWD || asking.len() > CROWD {
            continue;
        }
        for question in asking {
            pairs.extend(run.iter().map(|&(_, case)| (question, case)));
        }
    }
    Ok(pairs)
}

/// The leads of one case.
///
/// # Errors
/// [`crate::Error::Interrupted`].
pub fn leads_of_case(
    yours: &Side,
    theirs: &Side,
    ask: Ask,
    stop: &Stop,
) -> Result<Option<(Why, Vec<Lead>)>> {
    let Some(why) = ask.why() else {
        return Ok(None);
    };
    let questions = [Question { yours, ask, why }];
    let answers = answer(theirs, &questions, stop)?;
    let leads = answers.into_iter().next().map(|(_, (.., leads))| leads);
    Ok(Some((why, leads.unwrap_or_default())))
}
