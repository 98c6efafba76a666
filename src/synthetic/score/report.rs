//! The score as text and as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::classes::ByClass;
use super::leads::{BINS, LeadScore};
use super::participants::PersonCounts;
use super::tally::{CONFUSIONS, Counts, Example, Tally};
use super::truth::{CaseKey, Truth};
use crate::engine::confidence::{Class, share_of};
use crate::engine::matching::{MatchBasis, ReasonCodes};
use crate::engine::response::TIERS;
use crate::formats::record::CaseId;
use crate::synthetic::synth::Planted;

/// The number of pairs of kinds in the text; the JSON has all.
const TEXT_PAIRS: usize = 15;

/// The cases by tier, with the tiers of the pooled routine if they found any.
fn by_tier(tally: &Tally) -> Vec<(&'static str, Counts)> {
    let tiers = TIERS.into_iter().zip(tally.by_tier);
    let pooled = |tier: &str| matches!(tier, "4" | "5" | "6" | "7");
    tiers
        .filter(|(tier, counts)| !pooled(tier) || counts.all() > 0)
        .collect()
}

/// A score as JSON.
#[derive(Serialize, JsonSchema)]
pub struct ScoreDocument {
    /// By class of the answer: what was measured here, and what is compiled in.
    by_class: Value,
    /// Participants by match basis; null without `--participants`.
    participants: Value,
    /// How the run's leads fared; null where it has none.
    leads: Option<Value>,
    /// The returned cases by each kind of noise that was planted in them.
    by_kind: BTreeMap<String, Counts>,
    /// By two kinds that were planted in one case.
    by_pair: BTreeMap<String, Counts>,
    /// By the tier that found them.
    by_tier: BTreeMap<&'static str, Counts>,
    /// All returned cases.
    cases: Counts,
    /// Whether it could be checked that the cases of the responses are whole.
    cases_checked: bool,
    /// Cases for which codes are certain.
    certain_codes: CertainCodes,
    /// The returned cases in which nothing was planted.
    clean: Counts,
    /// The first cases of each confusion.
    examples: BTreeMap<&'static str, Vec<ExampleDocument>>,
    /// Cases found by tier 1 in which nobody matched.
    nobody_matched: u64,
    /// Cases of the truth that were not returned.
    not_returned: NotReturned,
    /// Of the counterparts that were returned, the share of true ones.
    precision: f64,
    /// Likewise without tier-1 matches in which nobody matched.
    precision_nobody_apart: f64,
    /// Of the returned cases that have a counterpart, the share that got it.
    recall: f64,
    /// Likewise without tier-1 matches in which nobody matched.
    recall_nobody_apart: f64,
    /// Records returned.
    records: u64,
    /// The form of this value.
    #[schemars(extend("const" = "icr.score/1"))]
    schema: &'static str,
    /// Returned cases that are not in the truth.
    unknown: u64,
}

/// Cases for which the truth says which codes are certain.
#[derive(Serialize, JsonSchema)]
struct CertainCodes {
    /// Those that have other codes beside.
    beyond: u64,
    /// All that were returned.
    cases: u64,
    /// Those that were not returned.
    not_returned: u64,
    /// Those that lack one.
    wrong: u64,
}

/// Cases of the truth that were not returned.
#[derive(Serialize, JsonSchema)]
struct NotReturned {
    with_counterpart: u64,
    without_counterpart: u64,
}

/// A case by its state and Case ID.
#[derive(Serialize, JsonSchema)]
struct CaseName {
    case_id: String,
    state: &'static str,
}

/// The case that was found.
#[derive(Serialize, JsonSchema)]
struct FoundCase {
    case_id: String,
    state: &'static str,
    /// The tier that found it.
    tier: u8,
}

/// A case that was confused with another.
#[derive(Serialize, JsonSchema)]
struct ExampleDocument {
    case_id: String,
    /// The codes that are certain, joined by `+`.
    certain_codes: String,
    /// The codes that it got, joined by `+`.
    codes: String,
    /// The true counterpart, if there is one.
    counterpart: Option<CaseName>,
    /// The case that was found, if one was.
    found: Option<FoundCase>,
    /// As submitted.
    other_case_id: String,
    /// As submitted.
    other_state: &'static str,
    /// What was planted, joined by `+`.
    planted: String,
    state: &'static str,
}

/// A scored run.
pub struct Score<'a> {
    /// The counts.
    pub tally: &'a Tally,
    /// Cases of the truth that were not returned, with and without a counterpart.
    not_returned: [u64; 2],
    /// Those of them with certain codes, which by the truth must be returned.
    certain_not_returned: u64,
    /// What is counted of the leads, where the run has some.
    leads: Option<LeadScore>,
    /// Whether it could be checked that the cases of the responses are whole.
    cases_checked: bool,
}

impl<'a> Score<'a> {
    /// The score of a run.
    pub fn new(tally: &'a Tally, truth: &Truth, cases_checked: bool) -> Self {
        let mut returned = vec![false; truth.cases.len()];
        for answer in &tally.returned {
            returned[answer.place as usize] = true;
        }
        let (mut not_returned, mut certain_not_returned) = ([0; 2], 0);
        for (case, _) in truth
            .cases
            .iter()
            .zip(returned)
            .filter(|(_, returned)| !returned)
        {
            not_returned[usize::from(case.counterpart.is_none())] += 1;
            certain_not_returned += u64::from(!case.certain.is_empty());
        }
        Score {
            tally,
            not_returned,
            certain_not_returned,
            cases_checked,
            leads: None,
        }
    }

    /// The score with that of the leads.
    #[must_use]
    pub fn with_leads(mut self, leads: Option<LeadScore>) -> Self {
        self.leads = leads;
        self
    }

    /// The pairs of kinds that occur together, those with most errors first.
    fn pairs(&self) -> Vec<(String, Counts)> {
        let mut pairs: Vec<(usize, Counts)> =
            (0..).zip(self.tally.by_pair.iter().copied()).collect();
        pairs.retain(|(_, counts)| counts.all() > 0);
        pairs.sort_by_key(|&(place, counts)| (std::cmp::Reverse(counts.errors()), place));
        let name = |place: usize| {
            format!(
                "{}+{}",
                Planted::name_at(place / Planted::COUNT),
                Planted::name_at(place % Planted::COUNT)
            )
        };
        pairs
            .into_iter()
            .map(|(place, counts)| (name(place), counts))
            .collect()
    }

    fn kinds(&self) -> Vec<(String, Counts)> {
        let kinds = self.tally.by_kind.iter().enumerate();
        kinds
            .filter(|(_, c)| c.all() > 0)
            .map(|(place, c)| (Planted::name_at(place), *c))
            .collect()
    }

    /// The points of the reliability picture: what was said, and what was right, of so many.
    pub fn points(&self) -> Vec<[f64; 3]> {
        let leads = self.leads.iter().flat_map(|leads| &leads.bins);
        leads
            .filter(|bin| bin.share.trials > 0)
            .map(|bin| [bin.said(), bin.share.share(), bin.share.trials as f64])
            .collect()
    }

    /// The score as JSON.
    pub fn json(&self) -> String {
        crate::text::json_text(&self.document())
    }

    /// The score, as its JSON has it.
    pub(super) fn document(&self) -> ScoreDocument {
        let tally = self.tally;
        let apart = tally.cases.without_nobody();
        let tiers = by_tier(tally).into_iter();
        let examples = CONFUSIONS.iter().zip(&tally.examples);
        ScoreDocument {
            by_kind: self.kinds().into_iter().collect(),
            by_pair: self.pairs().into_iter().collect(),
            by_tier: tiers.collect(),
            cases: tally.cases,
            cases_checked: self.cases_checked,
            certain_codes: CertainCodes {
                beyond: tally.certain_beyond,
                cases: tally.certain,
                not_returned: self.certain_not_returned,
                wrong: tally.certain_wrong,
            },
            clean: tally.clean,
            examples: examples
                .map(|(name, cases)| (*name, cases.iter().map(ExampleDocument::of).collect()))
                .collect(),
            nobody_matched: tally.cases.nobody(),
            not_returned: NotReturned {
                with_counterpart: self.not_returned[0],
                without_counterpart: self.not_returned[1],
            },
            by_class: classes_json(&tally.by_class),
            participants: people_json(&tally.people),
            leads: self.leads.as_ref().map(leads_json),
            precision: tally.cases.precision(),
            precision_nobody_apart: apart.precision(),
            recall: tally.cases.recall(),
            recall_nobody_apart: apart.recall(),
            records: tally.records,
            schema: "icr.score/1",
            unknown: tally.unknown,
        }
    }

    /// The score as a table.
    pub fn text(&self) -> String {
        let tally = self.tally;
        let cases = &tally.cases;
        let mut text = format!(
            "{} cases returned, {} records\n\n",
            cases.all() + tally.unknown,
            tally.records
        );
        text += "                                   precision     recall\n";
        for (name, counts) in [
            ("all returned cases", *cases),
            (
                "without tier 1 where nobody matched",
                cases.without_nobody(),
            ),
        ] {
            text += &format!(
                "{name:<35}{:>9.4}{:>11.4}\n",
                counts.precision(),
                counts.recall()
            );
        }
        text += "precision: of the counterparts that were returned, the share of true ones
recall: of the returned cases that have a counterpart, the share that got it\n";
        text += &format!(
            "\ntier 1 where nobody matched: {}, of which {} right, {} wrong, {} stray (mostly an Other State Case ID that exists and is a stranger's)\n",
            cases.nobody(),
            cases.right_nobody,
            cases.wrong_nobody,
            cases.stray_nobody
        );
        text += &format!(
            "not returned: {} with a counterpart, {} without (closed on both sides, closed and not found, or not evaluated)\n",
            self.not_returned[0], self.not_returned[1]
        );
        text += &format!(
            "certain codes: {} cases, {} lack one, {} have others beside; {} more were not returned\n",
            tally.certain, tally.certain_wrong, tally.certain_beyond, self.certain_not_returned
        );
        if tally.unknown > 0 {
            text += &format!(
                "{} returned cases are not in the truth: it is of other extracts\n",
                tally.unknown
            );
        }
        let tiers = by_tier(tally).into_iter();
        let tiers = tiers.map(|(name, counts)| (format!("tier {name}"), counts));
        let mut all = vec![("all".to_owned(), *cases)];
        all.extend(tiers);
        all.push(("nothing planted".to_owned(), tally.clean));
        table(&mut text, "returned cases", &all);
        classes_table(&mut text, &tally.by_class);
        people_table(&mut text, &tally.people);
        if let Some(leads) = &self.leads {
            leads_table(&mut text, leads);
        }
        table(&mut text, "by kind of noise", &self.kinds());
        let mut pairs = self.pairs();
        pairs.retain(|(_, counts)| counts.errors() > 0);
        pairs.truncate(TEXT_PAIRS);
        table(&mut text, "by pair of kinds, most errors first", &pairs);
        for (name, cases) in CONFUSIONS
            .iter()
            .zip(&tally.examples)
            .filter(|(_, cases)| !cases.is_empty())
        {
            text += &format!("\nfirst cases, {name}:\n");
            for case in cases {
                text += &example_text(case);
            }
        }
        text
    }
}

fn table(text: &mut String, title: &str, rows: &[(String, Counts)]) {
    if rows.is_empty() {
        return;
    }
    *text += &format!(
        "\n{title:<46}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        "right", "wrong", "stray", "missed", "none", "nobody"
    );
    for (name, c) in rows {
        *text += &format!(
            "  {name:<44}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
            c.right,
            c.wrong,
            c.stray,
            c.missed,
            c.rightly_none,
            c.nobody()
        );
    }
}

/// The shares right of the classes, as measured here and as compiled in.
fn classes_table(text: &mut String, by_class: &ByClass) {
    *text += &format!(
        "\n{:<26}{:>9}{:>9}{:>9}{:>9}{:>12}\n",
        "by class of the answer", "right", "of", "share", "at least", "said"
    );
    for (class, share) in Class::ALL.into_iter().zip(by_class) {
        if share.trials > 0 {
            *text += &format!(
                "  {:<24}{:>9}{:>9}{:>9.4}{:>9.4}{:>12.4}\n",
                class.name(),
                share.right,
                share.trials,
                share.share(),
                share.lower_bound(),
                share_of(class).share()
            );
        }
    }
}

fn classes_json(by_class: &ByClass) -> Value {
    let all = Class::ALL.into_iter().zip(by_class).map(|(class, share)| {
        let said = share_of(class);
        let value = json!({
            "right": share.right,
            "trials": share.trials,
            "share": share.share(),
            "lower_bound": share.lower_bound(),
            "said": said.share(),
            "said_lower_bound": said.lower_bound(),
        });
        (class.name().to_owned(), value)
    });
    all.collect::<Map<String, Value>>().into()
}

/// Participants by basis, where any were counted.
fn people_table(text: &mut String, people: &PersonCounts) {
    if *people == PersonCounts::default() {
        return;
    }
    *text += &format!(
        "\n{:<46}{:>9}{:>9}{:>9}\n",
        "participants of cases with the true counterpart", "right", "other", "nobody"
    );
    for (basis, [right, other, nobody]) in MatchBasis::ALL.iter().zip(people.found) {
        *text += &format!(
            "  {:<44}{right:>9}{other:>9}{nobody:>9}\n",
            format!("found on basis {}", basis.code())
        );
    }
    *text += &format!(
        "  with 06: {} are not there, {} are; right: the true one, other: another person, nobody: there is none\n",
        people.rightly_missing, people.missed
    );
    if people.unnamed + people.unaligned > 0 {
        *text += &format!(
            "  of {} that were found it is not known who they are; {} are in cases whose records are not those of the truth\n",
            people.unnamed, people.unaligned
        );
    }
}

fn people_json(people: &PersonCounts) -> Value {
    if *people == PersonCounts::default() {
        return Value::Null;
    }
    let by_basis = MatchBasis::ALL.iter().zip(people.found);
    let by_basis = by_basis.map(|(basis, [right, other, nobody])| {
        let counts = json!({"right": right, "other_person": other, "nobody_there": nobody});
        (basis.code().to_owned(), counts)
    });
    json!({
        "by_basis": by_basis.collect::<Map<String, Value>>(),
        "missed": people.missed,
        "rightly_missing": people.rightly_missing,
        "unnamed": people.unnamed,
        "unaligned": people.unaligned,
    })
}

fn leads_table(text: &mut String, leads: &LeadScore) {
    *text += &format!(
        "\nleads: of {} cases that have a counterpart and got 01 or another case, {} have it as their first lead ({:.4}), {} among their leads\n",
        leads.findable,
        leads.first,
        leads.first_share(),
        leads.among
    );
    *text += &format!(
        "{:<26}{:>9}{:>9}{:>9}{:>12}\n",
        "leads that say", "right", "of", "share", "said"
    );
    for (place, (from, bin)) in BINS.iter().zip(&leads.bins).enumerate() {
        let below = BINS.get(place + 1).map_or("1".to_owned(), f64::to_string);
        *text += &format!(
            "  {:<24}{:>9}{:>9}{:>9.4}{:>12.4}\n",
            format!("{from} to {below}"),
            bin.share.right,
            bin.share.trials,
            bin.share.share(),
            bin.said()
        );
    }
}

fn leads_json(leads: &LeadScore) -> Value {
    let bins = BINS.iter().zip(&leads.bins).map(|(from, bin)| {
        json!({
            "from": from,
            "right": bin.share.right,
            "leads": bin.share.trials,
            "share": bin.share.share(),
            "said": bin.said(),
        })
    });
    json!({
        "findable": leads.findable,
        "first": leads.first,
        "among": leads.among,
        "first_share": leads.first_share(),
        "unknown": leads.unknown,
        "reliability": bins.collect::<Vec<_>>(),
    })
}

fn shown(id: CaseId) -> String {
    crate::formats::record::trim_end(&id.bytes())
        .iter()
        .map(|&byte| char::from(byte))
        .collect()
}

fn joined(codes: ReasonCodes) -> String {
    codes
        .iter()
        .map(crate::engine::matching::ReasonCode::code)
        .collect::<Vec<_>>()
        .join("+")
}

fn planted(example: &Example) -> String {
    example
        .planted
        .places()
        .map(Planted::name_at)
        .collect::<Vec<_>>()
        .join("+")
}

impl ExampleDocument {
    fn of(example: &Example) -> Self {
        let key = &example.key;
        ExampleDocument {
            case_id: shown(key.case_id),
            certain_codes: joined(example.certain),
            codes: joined(example.codes),
            counterpart: example.counterpart.map(|(state, id)| CaseName {
                case_id: shown(id),
                state: state.usps(),
            }),
            found: example.found.map(|(state, id, tier)| FoundCase {
                case_id: shown(id),
                state: state.usps(),
                tier,
            }),
            other_case_id: shown(key.other_case_id),
            other_state: key.other_state.usps(),
            planted: planted(example),
            state: key.state.usps(),
        }
    }
}

/// A case as submitted, with the case that it names.
pub(super) fn case_names(key: &CaseKey) -> String {
    format!(
        "{} {} names {} {}",
        key.state,
        shown(key.case_id),
        key.other_state,
        if key.other_case_id.is_blank() {
            "(blank)".to_owned()
        } else {
            shown(key.other_case_id)
        }
    )
}

fn example_text(example: &Example) -> String {
    let found = example
        .found
        .map_or("nothing".to_owned(), |(state, id, tier)| {
            format!("{state} {} by tier {tier}", shown(id))
        });
    let truth = example
        .counterpart
        .map_or("none".to_owned(), |(state, id)| {
            format!("{state} {}", shown(id))
        });
    let planted = planted(example);
    format!(
        "  {}: found {found}, true is {truth}; codes {}{}; planted {}\n",
        case_names(&example.key),
        joined(example.codes),
        if example.certain.is_empty() {
            String::new()
        } else {
            format!(", certain {}", joined(example.certain))
        },
        if planted.is_empty() {
            "nothing"
        } else {
            &planted
        },
    )
}
