//! Compares two runs on the same extracts with one truth: which answers became right, and which
//! became wrong.
//!
//! The runs may differ in anything: the routine, an option, the program's version. The report calls
//! them first and second, in the order of the arguments, and must not show a path.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::report::{Score, ScoreDocument, case_names};
use super::tally::{Returned, Tally, Verdict};
use super::truth::Truth;

/// The number of cases of each kind that the report shows.
const EXAMPLES: usize = 5;

/// The outcome for a case: a verdict, or `None` if the run did not return it.
type Outcome = Option<Verdict>;

/// The outcomes, in the order in which the report lists them.
const OUTCOMES: [Outcome; 6] = [
    Some(Verdict::Right),
    Some(Verdict::Wrong),
    Some(Verdict::Stray),
    Some(Verdict::Missed),
    Some(Verdict::RightlyNone),
    None,
];

/// A scored run, with the routine in its manifest.
pub struct ScoredRun<'a> {
    /// The score.
    pub score: Score<'a>,
    /// `published` or `pooled`; `None` if the folder has no manifest.
    pub routine: Option<String>,
}

/// A comparison as JSON: both scores whole, and the moves.
#[derive(Serialize, JsonSchema)]
pub struct ComparisonDocument<'a> {
    /// The first cases of two kinds.
    examples: ComparedExamples<'a>,
    /// Cases by outcome in the first run and in the second, joined by `>`, where the two differ.
    moves: BTreeMap<String, u64>,
    /// The two runs, in the order in which they were given.
    runs: Vec<RunDocument<'a>>,
    /// Cases with the same outcome and other reason codes.
    same_outcome_other_codes: u64,
    /// The form of this value.
    #[schemars(extend("const" = "icr.score-comparison/1"))]
    schema: &'static str,
}

/// Cases that one of the runs answered rightly and the other did not.
#[derive(Serialize, JsonSchema)]
struct ComparedExamples<'a> {
    no_longer_right: &'a [String],
    now_right: &'a [String],
}

/// A scored run.
#[derive(Serialize, JsonSchema)]
struct RunDocument<'a> {
    #[serde(flatten)]
    score: ScoreDocument,
    /// `published` or `pooled`; null where the folder has no manifest.
    routine: Option<&'a str>,
}

impl<'a> RunDocument<'a> {
    fn of(run: &'a ScoredRun<'_>) -> Self {
        RunDocument {
            score: run.score.document(),
            routine: run.routine.as_deref(),
        }
    }
}

/// Two scored runs.
pub struct Comparison<'a> {
    runs: [ScoredRun<'a>; 2],
    /// Cases by outcome in the first run and in the second.
    moves: [[u64; 6]; 6],
    /// Cases with the same outcome but other reason codes.
    other_codes: u64,
    /// The first cases that only the first run answered correctly, and the first that only the
    /// second run did.
    examples: [Vec<String>; 2],
}

impl<'a> Comparison<'a> {
    /// Compares the answers for every case of the truth.
    pub fn new(runs: [ScoredRun<'a>; 2], truth: &Truth) -> Self {
        let [first, second] = runs.each_ref().map(|run| by_place(run.score.tally, truth));
        let mut comparison = Comparison {
            runs,
            moves: [[0; 6]; 6],
            other_codes: 0,
            examples: Default::default(),
        };
        for ((case, first), second) in truth.cases.iter().zip(first).zip(second) {
            let outcomes = [first, second].map(|answer| answer.map(|answer| answer.verdict));
            comparison.moves[place_of(outcomes[0])][place_of(outcomes[1])] += 1;
            if outcomes[0] == outcomes[1] {
                let codes = [first, second].map(|answer| answer.map(|answer| answer.codes));
                comparison.other_codes += u64::from(codes[0] != codes[1]);
                continue;
            }
            let kind = match outcomes.map(is_right) {
                [true, false] => 0,
                [false, true] => 1,
                _ => continue,
            };
            if comparison.examples[kind].len() < EXAMPLES {
                comparison.examples[kind].push(format!(
                    "{}: {}, then {}",
                    case_names(&case.key),
                    name(outcomes[0]),
                    name(outcomes[1])
                ));
            }
        }
        comparison
    }

    /// The changes between outcomes, most cases first.
    fn changes(&self) -> Vec<(Outcome, Outcome, u64)> {
        let mut changes = Vec::new();
        for (from, row) in OUTCOMES.into_iter().zip(self.moves) {
            for (to, cases) in OUTCOMES.into_iter().zip(row) {
                if from != to && cases > 0 {
                    changes.push((from, to, cases));
                }
            }
        }
        // Stable: equal counts keep the order of the outcomes.
        changes.sort_by_key(|&(_, _, cases)| std::cmp::Reverse(cases));
        changes
    }

    /// The comparison as JSON: both complete scores, and the changes.
    pub fn json(&self) -> String {
        let moves = self.changes().into_iter();
        crate::text::json_text(&ComparisonDocument {
            examples: ComparedExamples {
                no_longer_right: &self.examples[0],
                now_right: &self.examples[1],
            },
            moves: moves
                .map(|(from, to, cases)| (format!("{}>{}", key(from), key(to)), cases))
                .collect(),
            runs: self.runs.iter().map(RunDocument::of).collect(),
            same_outcome_other_codes: self.other_codes,
            schema: "icr.score-comparison/1",
        })
    }

    /// The comparison as a table.
    pub fn text(&self) -> String {
        let row = |name: &str, cells: [String; 2]| {
            format!("{name:<40}{:>12}{:>12}\n", cells[0], cells[1])
        };
        let tallies = self.runs.each_ref().map(|run| run.score.tally);
        let count = |of: fn(&Tally) -> u64| tallies.map(|tally| of(tally).to_string());
        let share = |of: fn(&Tally) -> f64| tallies.map(|tally| format!("{:.4}", of(tally)));
        let routines = self.runs.each_ref().map(|run| {
            let routine = run.routine.as_deref().unwrap_or("unknown");
            routine.to_owned()
        });
        let mut text = row("", ["first".to_owned(), "second".to_owned()]);
        text += &row("routine", routines);
        text += &row("precision", share(|t| t.cases.precision()));
        text += &row("recall", share(|t| t.cases.recall()));
        text += "without tier 1 where nobody matched\n";
        let apart = share(|t| t.cases.without_nobody().precision());
        text += &row("  precision", apart);
        let apart = share(|t| t.cases.without_nobody().recall());
        text += &row("  recall", apart);
        text += &row("cases returned", count(|t| t.cases.all() + t.unknown));
        text += &row("  right", count(|t| t.cases.right));
        text += &row("  wrong", count(|t| t.cases.wrong));
        text += &row("  stray", count(|t| t.cases.stray));
        text += &row("  missed", count(|t| t.cases.missed));
        text += &row("  rightly none", count(|t| t.cases.rightly_none));
        text += &row("cases that lack a certain code", count(|t| t.certain_wrong));
        text += "\nwhat changed, most cases first\n";
        let changes = self.changes();
        if changes.is_empty() {
            text += "  no case has another outcome\n";
        }
        for (from, to, cases) in changes {
            let change = format!("{} to {}", name(from), name(to));
            text += &format!("  {change:<50}{cases:>12}\n");
        }
        let same = "same outcome, other reason codes";
        text += &format!("  {same:<50}{:>12}\n", self.other_codes);
        let titles = ["no longer right", "now right"];
        for (title, cases) in titles.into_iter().zip(&self.examples) {
            if !cases.is_empty() {
                text += &format!("\nfirst cases, {title}:\n");
            }
            for case in cases {
                text += &format!("  {case}\n");
            }
        }
        text
    }
}

/// The answer for each case of the truth that the run returned.
fn by_place(tally: &Tally, truth: &Truth) -> Vec<Option<Returned>> {
    let mut answers = vec![None; truth.cases.len()];
    for returned in &tally.returned {
        answers[returned.place as usize] = Some(*returned);
    }
    answers
}

/// Whether an outcome is correct; `None` for a case that was not returned.
fn is_right(outcome: Outcome) -> bool {
    matches!(outcome, Some(Verdict::Right | Verdict::RightlyNone))
}

fn place_of(outcome: Outcome) -> usize {
    let place = OUTCOMES.iter().position(|&other| other == outcome);
    place.unwrap_or(OUTCOMES.len() - 1)
}

fn key(outcome: Outcome) -> &'static str {
    match outcome {
        Some(Verdict::Right) => "right",
        Some(Verdict::Wrong) => "wrong",
        Some(Verdict::Stray) => "stray",
        Some(Verdict::Missed) => "missed",
        Some(Verdict::RightlyNone) => "rightly_none",
        None => "not_returned",
    }
}

fn name(outcome: Outcome) -> String {
    key(outcome).replace('_', " ")
}
