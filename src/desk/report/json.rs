//! Writes the report as JSON.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Number, Value, json};

use super::{Report, View};
use crate::text::json_text;

/// Two reports, and the change of every figure.
#[derive(Serialize, JsonSchema)]
pub struct ReportChange<'a> {
    /// The parts `national`, `states`, `matrix` and `absent` of a report, each number being new less
    /// old; what is on one side alone counts from 0.
    change: Map<String, Value>,
    /// The report.
    new: &'a Report,
    /// The earlier one.
    old: &'a Report,
    /// The form of this value.
    #[schemars(extend("const" = "icr.report.change/1"))]
    schema: &'static str,
}

/// The report; or, with an earlier one, both, and the change of every figure.
pub fn json(view: View<'_>) -> String {
    let Some(earlier) = view.old else {
        return json_text(view.new);
    };
    let (old, new) = (json!(earlier), json!(view.new));
    let mut change = Map::new();
    for part in ["national", "states", "matrix", "absent"] {
        change.insert(part.to_owned(), difference(old.get(part), new.get(part)));
    }
    json_text(&ReportChange {
        change,
        new: view.new,
        old: earlier,
        schema: "icr.report.change/1",
    })
}

/// The difference, new minus old, of every number; a number on one side only is compared with 0.
fn difference(old: Option<&Value>, new: Option<&Value>) -> Value {
    match (old, new) {
        (Some(Value::Object(_)), _) | (_, Some(Value::Object(_))) => {
            let keys = |value: Option<&Value>| {
                let object = value.and_then(Value::as_object).into_iter();
                object.flat_map(Map::keys).cloned().collect::<Vec<_>>()
            };
            let mut map = Map::new();
            for key in keys(old).into_iter().chain(keys(new)) {
                let of = |value: Option<&Value>| value.and_then(|v| v.get(&key)).cloned();
                let (old, new) = (of(old), of(new));
                if [&old, &new]
                    .into_iter()
                    .flatten()
                    .all(|v| v.is_number() || v.is_object())
                {
                    map.insert(key, difference(old.as_ref(), new.as_ref()));
                }
            }
            Value::Object(map)
        }
        _ => {
            let count = |value: Option<&Value>| value.and_then(Value::as_i64).unwrap_or(0);
            Value::Number(Number::from(count(new) - count(old)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_subtracted_and_what_is_missing_counts_as_nothing() {
        let old = json!({"a": 5, "name": "x", "inner": {"gone": 2}});
        let new = json!({"a": 3, "name": "x", "inner": {"came": 7}});
        assert_eq!(
            difference(Some(&old), Some(&new)),
            json!({"a": -2, "inner": {"gone": -2, "came": 7}})
        );
    }
}
