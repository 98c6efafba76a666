//! The model of an explanation; its names are those of the JSON form.

use schemars::JsonSchema;
use serde::Serialize;

/// The form of an explanation.
pub const SCHEMA: &str = "icr.explain/1";

/// Every interstate case with one Case ID, or with `--other` those that fit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Explanation {
    /// The form of this value.
    #[schemars(extend("const" = "icr.explain/1"))]
    pub schema: &'static str,
    /// The submitting state.
    pub state: String,
    /// The requested Case ID.
    pub case_id: String,
    /// Whether any accepted record has it.
    pub found: bool,
    /// The cases, in the order of their first records.
    pub cases: Vec<CaseEntry>,
    /// How many more cases there are; they are not explained.
    pub cases_left_out: usize,
    /// Rejected records with this Case ID.
    pub rejected: Vec<RejectedEntry>,
}

/// The two IDs that a case has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CaseIds {
    /// The state whose case it is.
    pub state: String,
    /// Its Case ID there.
    pub case_id: String,
    /// The state that it names; `None` if it is FCR-derived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_state: Option<String>,
    /// Its Other State Case ID, may be blank.
    pub other_case_id: String,
    /// `open` or `closed`.
    pub status: &'static str,
    /// Positions 3-5 of FIPS Code.
    pub county: String,
    /// Positions 3-5 of Other State FIPS Code.
    pub other_county: String,
    /// The number of adults.
    pub adults: usize,
    /// The number of children.
    pub children: usize,
}

/// One interstate case.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CaseEntry {
    /// Your case.
    pub yours: CaseIds,
    /// `matched`, `not_found`, `suppressed` or `not_evaluated`.
    pub outcome: &'static str,
    /// The outcome in a sentence.
    pub because: String,
    /// The other state's data: `extract`, `fcr` or `absent`.
    pub other_data: &'static str,
    /// FCR-Supplied Indicator.
    pub fcr_supplied: bool,
    /// `published` or `pooled`.
    pub routine: &'static str,
    /// The tiers, in order; for the pooled routine, each way of finding a case.
    pub tiers: Vec<TierEntry>,
    /// Candidates that the pooled routine dropped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<DroppedEntry>,
    /// The case that was chosen.
    pub chosen: Option<ChosenEntry>,
    /// Your participants, in file order.
    pub participants: Vec<ParticipantEntry>,
    /// Each code of the case's records.
    pub codes: Vec<CodeReason>,
    /// The class of the answer, where the case was answered with one.
    pub class: Option<ClassEntry>,
    /// The cases of the other state that may be the counterpart, where the answer is none or doubtful.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leads: Vec<LeadEntry>,
    /// Near misses, if no case was found.
    pub near_misses: Vec<NearMiss>,
    /// Per kind, the number of near misses that are not listed.
    pub near_misses_left_out: std::collections::BTreeMap<&'static str, usize>,
}

/// How far an answer can be trusted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClassEntry {
    /// Its class.
    pub class: &'static str,
    /// The class in words.
    pub meaning: &'static str,
    /// The share of such answers that were right, on invented data.
    pub share_right: f64,
    /// The lower bound of that share.
    pub at_least: f64,
    /// How many answers it rests on.
    pub trials: u64,
}

/// A case that may be the counterpart.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LeadEntry {
    /// The case.
    pub case: CaseIds,
    /// Why leads were sought.
    pub why: &'static str,
    /// The weight of what is known before any evidence, in bits.
    pub prior: f64,
    /// What speaks for the case and against it.
    pub evidence: Vec<EvidenceEntry>,
    /// The prior and all weights together.
    pub weight: f64,
    /// By how much the weight is above that of the best other candidate, or above zero.
    pub standing: f64,
    /// The share of such leads that were right, on invented data.
    pub share_right: f64,
    /// How many leads it rests on.
    pub trials: u64,
}

/// A piece of evidence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EvidenceEntry {
    /// Its name.
    pub name: &'static str,
    /// Whether it speaks against the case.
    pub against: bool,
    /// Its weight, in bits.
    pub weight: f64,
}

/// One tier.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct TierEntry {
    /// From 1 to 3, or to 7 for the pooled routine.
    pub tier: u8,
    /// What it looks for.
    pub rule: &'static str,
    /// Whether it was tried.
    pub tried: bool,
    /// Why it was not tried, or why it had no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The keys tried.
    pub keys: Vec<KeyEntry>,
    /// The number of candidates.
    pub candidates: usize,
    /// The first candidates, best first.
    pub in_order: Vec<CandidateEntry>,
}

/// A key that was tried.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct KeyEntry {
    /// The Case ID, in tier 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<String>,
    /// Your participant, in tiers 2 and 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participant: Option<Person>,
    /// Cases of the other state under the key.
    pub cases: usize,
    /// Those that `--counterpart directed` drops.
    pub dropped: usize,
    /// Those that became candidates.
    pub candidates: usize,
}

/// A candidate.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CandidateEntry {
    /// The case.
    pub case: CaseIds,
    /// It names your state and your Case ID.
    pub names_your_case: bool,
    /// It names your state.
    pub names_your_state: bool,
    /// Its Case ID is your Other State Case ID.
    pub your_case_names_it: bool,
    /// The number of your participants that would match in a role that agrees.
    pub matched_in_role: u32,
    /// The number of your children that would match.
    pub children_matched: u32,
    /// The number of your adults that would match.
    pub adults_matched: u32,
    /// The number of indicators (CP, NP) that would be Y.
    pub indicators: u32,
    /// The step that placed it before the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_the_next_by: Option<Decision>,
}

/// A candidate that the pooled routine dropped.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DroppedEntry {
    /// The case.
    pub case: CaseIds,
    /// `taken` or `nobody_matched`.
    pub why: &'static str,
    /// The reason in a sentence.
    pub because: &'static str,
}

/// A step of the choice among candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Decision {
    /// Its number, from 1.
    pub step: u8,
    /// What it compares.
    pub rule: &'static str,
}

/// The chosen case.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ChosenEntry {
    /// The case.
    pub case: CaseIds,
    /// The tier that found it.
    pub tier: u8,
    /// Multiple Case Indicator.
    pub multiple_case: bool,
    /// Number of Adults Matched, uncapped.
    pub adults_matched: u32,
    /// Number of Children Matched, uncapped.
    pub children_matched: u32,
    /// CP Match Indicator.
    pub cp_match: bool,
    /// NP Match Indicator.
    pub np_match: bool,
}

/// A person, masked: initials and the last four digits; or not, if that was asked for.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Person {
    /// The participant's number in its state.
    pub member_id: String,
    /// NP, CP, PF, CH or blank.
    pub participant_type: String,
    /// Initials, or the whole name.
    pub name: String,
    /// `***-**-1234`, or the unmasked field; blank if the field is blank.
    pub ssn: String,
    /// `absent`, `usable` or `invalid`.
    pub ssn_state: &'static str,
    /// The Date of Birth as submitted; only if unmasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
}

/// It may hold personal data, so nothing is shown.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(..)")
    }
}

/// One of your participants.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ParticipantEntry {
    /// Who.
    pub yours: Person,
    /// The counterpart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterpart: Option<Person>,
    /// The rule that found it: S, N1 to N5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// Participant Match Basis: that of the rule, or D if the counterpart was found in doubt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<&'static str>,
    /// If there is no counterpart, the participant of the other case that comes closest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Person>,
    /// What the rule says, or why the closest participant is not the counterpart.
    pub because: String,
    /// The codes of the record; empty if the case is not returned.
    pub codes: Vec<&'static str>,
}

/// A code that the case's records have.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CodeReason {
    /// The code.
    pub code: &'static str,
    /// Its name.
    pub title: String,
    /// Why it was given here.
    pub because: String,
    /// The rule that gives it.
    pub rule: &'static str,
    /// What it means.
    pub meaning: String,
    /// What to do.
    pub next_action: String,
    /// The source of the code.
    pub source: String,
    /// The number of records that have it.
    pub records: usize,
}

/// The kinds of near misses, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(into = "&'static str")]
#[schemars(!into, rename_all = "snake_case")]
pub enum NearMissKind {
    /// Only `--counterpart directed` drops it.
    Directed,
    /// It names your case.
    NamesYourCase,
    /// Its Case ID and your Other State Case ID differ only in zeroes.
    CaseIdZeroes,
    /// An SSN differs in one digit.
    SsnDigit,
    /// An SSN differs by two adjacent digits that are exchanged.
    SsnExchanged,
    /// An SSN is there in another role.
    SsnRole,
    /// It is in a third state.
    ThirdState,
    /// An edit rejected its record.
    Rejected,
}

impl NearMissKind {
    /// Its word in the JSON form.
    pub fn word(self) -> &'static str {
        match self {
            NearMissKind::Directed => "directed",
            NearMissKind::NamesYourCase => "names_your_case",
            NearMissKind::CaseIdZeroes => "case_id_zeroes",
            NearMissKind::SsnDigit => "ssn_digit",
            NearMissKind::SsnExchanged => "ssn_exchanged",
            NearMissKind::SsnRole => "ssn_role",
            NearMissKind::ThirdState => "third_state",
            NearMissKind::Rejected => "rejected",
        }
    }
}

impl From<NearMissKind> for &'static str {
    fn from(kind: NearMissKind) -> Self {
        kind.word()
    }
}

/// Something that nearly was a match.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct NearMiss {
    /// Its kind.
    pub kind: NearMissKind,
    /// The case; for a rejected record, the IDs in the record.
    pub case: CaseIds,
    /// What is similar, and why it is not a match.
    pub because: String,
    /// Your participant, if the near miss is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yours: Option<Person>,
    /// Theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Person>,
    /// The rejected record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<RejectedEntry>,
}

/// A record that an edit rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct RejectedEntry {
    /// Its number in the file, from 1.
    pub record: u64,
    /// The edit.
    pub edit: &'static str,
    /// The edit's name.
    pub title: String,
    /// What to do.
    pub next_action: String,
}
