//! Shares of unusable values that no sound extract has: a column that moved, a form that changed.

use std::str::FromStr;

use super::{FieldCount, percent};
use crate::engine::extract::{Edit, Findings};
use crate::formats::input::Told;

/// Fewer unusable values than this are slips, whatever their share (ours).
const FEW: u64 = 10;

/// A field of which a share can be unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// SSN: W06.
    Ssn,
    /// Date of Birth: W07.
    DateOfBirth,
    /// Participant Type: W09.
    ParticipantType,
    /// Other State Case ID: W12.
    OtherStateCaseId,
}

impl Judged {
    /// All of them.
    pub const ALL: [Judged; 4] = [
        Judged::Ssn,
        Judged::DateOfBirth,
        Judged::ParticipantType,
        Judged::OtherStateCaseId,
    ];

    /// The field's key.
    pub fn key(self) -> &'static str {
        match self {
            Judged::Ssn => "ssn",
            Judged::DateOfBirth => "date_of_birth",
            Judged::ParticipantType => "participant_type",
            Judged::OtherStateCaseId => "other_state_case_id",
        }
    }

    fn edit(self) -> Edit {
        match self {
            Judged::Ssn => Edit::W06,
            Judged::DateOfBirth => Edit::W07,
            Judged::ParticipantType => Edit::W09,
            Judged::OtherStateCaseId => Edit::W12,
        }
    }
}

/// The largest shares that are plausible, in percent of the records that have a value. A type may be
/// blank on many records: only one child or adult of a case needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits([f64; 4]);

impl Default for Limits {
    fn default() -> Self {
        Limits([20.0, 20.0, 50.0, 20.0])
    }
}

/// `FIELD=PERCENT`: another limit for a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    field: Judged,
    percent: f64,
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = text.split_once('=').and_then(|(key, percent)| {
            let field = Judged::ALL.into_iter().find(|field| field.key() == key)?;
            let percent = percent.parse().ok();
            let percent = percent.filter(|percent: &f64| (0.0..=100.0).contains(percent))?;
            Some(Limit { field, percent })
        });
        found.ok_or_else(|| {
            let keys = Judged::ALL.map(Judged::key).join(", ");
            format!("expected FIELD=PERCENT, where FIELD is one of {keys}, and 100 allows any")
        })
    }
}

impl Limits {
    /// The defaults, and what was asked for in their place.
    pub fn with(limits: &[Limit]) -> Self {
        let mut all = Limits::default();
        for limit in limits {
            all.0[limit.field as usize] = limit.percent;
        }
        all
    }

    /// The fields of a file of which a larger share is unusable.
    pub(super) fn told(
        self,
        findings: &Findings,
        completeness: &[FieldCount],
        accepted: u64,
    ) -> Vec<Told> {
        let judge = |field: Judged| {
            let (bad, limit) = (findings.of(field.edit()), self.0[field as usize]);
            let given = match field {
                Judged::ParticipantType => accepted,
                _ => completeness
                    .iter()
                    .find(|count| count.field == field.key())
                    .map_or(0, |count| count.records),
            };
            let share = percent(bad, given);
            (bad >= FEW && share > limit).then(|| Told {
                kind: "implausible".to_owned(),
                records: bad,
                first_records: Vec::new(),
                what: format!(
                    "`{}` is unusable ({}) in {share:.1} % of the records that have it, and no sound extract has more than {limit} %: did the column move, or its form change? (--max-unusable {}=PERCENT allows more)",
                    field.key(),
                    field.edit().code(),
                    field.key()
                ),
            })
        };
        Judged::ALL.into_iter().filter_map(judge).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_field_and_a_percentage() {
        let limits = Limits::with(&["ssn=5".parse().unwrap(), "ssn=7.5".parse().unwrap()]);
        assert_eq!(limits, Limits([7.5, 20.0, 50.0, 20.0]));
        for wrong in ["ssn", "ssn=101", "name=5", "=5", "5"] {
            assert!(
                wrong
                    .parse::<Limit>()
                    .unwrap_err()
                    .contains("FIELD=PERCENT")
            );
        }
    }
}
