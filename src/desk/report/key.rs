//! The keys of figures: what is counted, of cases or of records. JSON and CSV have them as text, such
//! as `cases.tier.2`.

use std::borrow::Cow;
use std::cmp::Ordering;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::engine::confidence::Class;
use crate::engine::matching::{ReasonCode, ReasonCodes};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Interstate cases.
    Cases,
    /// Records, each of which is a participant.
    Records,
}

/// The key of a figure. Keys are ordered as their texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// What it counts.
    pub unit: Unit,
    /// Which of them.
    pub counted: Counted,
}

/// Which cases or records a figure counts. What each means is in the table of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the table of figures has what each means")]
pub enum Counted {
    Submitted,
    WithRejectedRecords,
    Rejected,
    NotEvaluated,
    ClosedWithClosed,
    ClosedNotFound,
    Returned,
    /// By a tier, as [`crate::engine::response::TIERS`] names it.
    Tier(&'static str),
    InSync,
    NobodyMatched,
    MultipleCase,
    FcrSupplied,
    Open,
    Closed,
    Initiating,
    Responding,
    Neither,
    Ssn(Outcome),
    OtherSsn(Outcome),
    OtherFips(Outcome),
    Fips(Outcome),
    /// With a reason code.
    Code(ReasonCode),
    /// With these reason codes and no others.
    Combination(ReasonCodes),
    /// Of a class of the answer.
    Class(Class),
}

/// What a verification indicator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Y.
    Verified,
    /// N.
    NotVerified,
    /// Blank.
    None,
}

impl Counted {
    /// Cases of this kind.
    pub const fn cases(self) -> Key {
        self.of(Unit::Cases)
    }

    /// Records of this kind.
    pub const fn records(self) -> Key {
        self.of(Unit::Records)
    }

    /// Cases or records of this kind.
    pub const fn of(self, unit: Unit) -> Key {
        Key {
            unit,
            counted: self,
        }
    }

    /// The part of the text between the unit and what varies, if anything does.
    fn stem(self) -> &'static str {
        match self {
            Counted::Submitted => "submitted",
            Counted::WithRejectedRecords => "with_rejected_records",
            Counted::Rejected => "rejected",
            Counted::NotEvaluated => "not_evaluated",
            Counted::ClosedWithClosed => "suppressed.closed_with_closed",
            Counted::ClosedNotFound => "suppressed.closed_not_found",
            Counted::Returned => "returned",
            Counted::Tier(_) => "tier",
            Counted::InSync => "in_sync",
            Counted::NobodyMatched => "nobody_matched",
            Counted::MultipleCase => "multiple_case",
            Counted::FcrSupplied => "fcr_supplied",
            Counted::Open => "open",
            Counted::Closed => "closed",
            Counted::Initiating => "initiating",
            Counted::Responding => "responding",
            Counted::Neither => "neither",
            Counted::Ssn(_) => "ssn",
            Counted::OtherSsn(_) => "other_ssn",
            Counted::OtherFips(_) => "other_fips",
            Counted::Fips(_) => "fips",
            Counted::Code(_) => "code",
            Counted::Combination(_) => "combination",
            Counted::Class(_) => "class",
        }
    }

    /// The reason codes of a combination; none of anything else.
    pub(super) fn codes(self) -> impl Iterator<Item = ReasonCode> {
        let codes = match self {
            Counted::Combination(codes) => codes,
            _ => ReasonCodes::default(),
        };
        codes.iter()
    }

    /// What varies; empty where nothing does.
    pub(super) fn end(self) -> Cow<'static, str> {
        match self {
            Counted::Tier(tier) => tier.into(),
            Counted::Ssn(outcome)
            | Counted::OtherSsn(outcome)
            | Counted::OtherFips(outcome)
            | Counted::Fips(outcome) => outcome.text().into(),
            Counted::Code(code) => code.code().into(),
            Counted::Combination(codes) => joined(codes).into(),
            Counted::Class(class) => class.name().into(),
            _ => "".into(),
        }
    }
}

/// Codes as a combination has them: `02+03`.
fn joined(codes: ReasonCodes) -> String {
    let codes: Vec<_> = codes.iter().map(ReasonCode::code).collect();
    codes.join("+")
}

impl Outcome {
    /// All, in the order Y, N, blank.
    pub(super) const ALL: [Outcome; 3] = [Outcome::Verified, Outcome::NotVerified, Outcome::None];

    fn text(self) -> &'static str {
        match self {
            Outcome::Verified => "verified",
            Outcome::NotVerified => "not_verified",
            Outcome::None => "none",
        }
    }
}

impl Unit {
    /// As keys have it.
    pub(super) fn text(self) -> &'static str {
        match self {
            Unit::Cases => "cases",
            Unit::Records => "records",
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.unit.text(), self.counted.stem())?;
        match self.counted.end() {
            end if end.is_empty() => Ok(()),
            end => write!(f, ".{end}"),
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        // No stem begins another one, so this is the order of the texts, without building them.
        let stems = |key: &Key| (key.unit.text(), key.counted.stem());
        stems(self)
            .cmp(&stems(other))
            .then_with(|| match (self.counted, other.counted) {
                (Counted::Combination(a), Counted::Combination(b)) => a
                    .iter()
                    .map(ReasonCode::code)
                    .cmp(b.iter().map(ReasonCode::code)),
                (a, b) => a.end().cmp(&b.end()),
            })
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Key {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Key".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
