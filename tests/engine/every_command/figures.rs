//! The figures of `summary.json` and of `report` are those of a plain count of the responses.

use std::collections::{BTreeMap, BTreeSet};

use icr::Exit;
use serde_json::Value;

use super::plain_count::{Case, Figures, report_figures, summary_figures};
use super::run::{Checked, Run, ensure, json, number, printed, text};

/// What became of cases that are not in the response, by the words of summary and report.
const FATES: [(&str, &str); 3] = [
    ("not_evaluated", "not_evaluated"),
    ("closed_with_closed", "suppressed.closed_with_closed"),
    ("closed_not_found", "suppressed.closed_not_found"),
];

/// Where two sets of figures differ first.
fn same(of: &str, said: &Figures, expected: &Figures) -> Checked {
    let keys: BTreeSet<&String> = said.keys().chain(expected.keys()).collect();
    for key in keys {
        let (said, expected) = (said.get(key), expected.get(key));
        ensure!(said == expected, "{of}, {key}: {said:?}, not {expected:?}");
    }
    Ok(())
}

/// The figures of the summary equal a plain count, and balance.
pub fn summary(run: &Run) -> Checked {
    let mut sums = Figures::new();
    for (usps, cases) in &run.responses {
        let said = &run.summary["states"][usps];
        let counted = summary_figures(cases, run.is_pooled());
        for (path, count) in &counted {
            let found = said.pointer(path).and_then(Value::as_u64);
            ensure!(
                found == Some(*count),
                "summary of {usps}, {path}: {found:?}, not {count}"
            );
            *sums.entry(path.clone()).or_default() += count;
        }
        for map in [
            "cases_by_tier",
            "cases_by_code",
            "records_by_code",
            "records_by_basis",
        ] {
            let keys = said[map].as_object().unwrap().keys();
            let unknown: Vec<_> = keys
                .filter(|key| !counted.contains_key(&format!("/{map}/{key}")))
                .collect();
            ensure!(unknown.is_empty(), "summary of {usps}, {map}: {unknown:?}");
        }
        let records = |key: &str| number(said, &format!("/records/{key}"));
        let parts = ["rejected", "returned", "suppressed", "not_evaluated"].map(records);
        let (read, sum): (_, u64) = (records("read"), parts.iter().sum());
        ensure!(
            read == sum,
            "summary of {usps}: {read} records read, {sum} accounted for"
        );
    }
    for (path, sum) in &sums {
        let said = number(&run.summary["run"], path);
        ensure!(
            said == *sum,
            "summary of the run, {path}: {said}, not {sum}"
        );
    }
    let states = run.summary["states"].as_object().unwrap().keys();
    ensure!(
        states.eq(run.responses.keys()),
        "the summary names other states"
    );
    Ok(())
}

/// The figures of a state or of the nation, by the parts of the report: `all` or another state, and
/// `all` or `fcr_supplied`.
type Parts = BTreeMap<(String, &'static str), Figures>;

fn parts_of(run: &Run, usps: &str, cases: &[Case]) -> Parts {
    let said = &run.summary["states"][usps];
    let figures = |keep: &dyn Fn(&Case) -> bool| {
        report_figures(cases.iter().filter(|case| keep(case)), run.is_pooled())
    };
    let mut total = figures(&|_| true);
    let mut parts = Parts::new();
    let fcr = figures(&Case::is_fcr_supplied);
    parts.insert(("all".to_owned(), "fcr_supplied"), fcr);
    let none = serde_json::Map::new();
    let fates = said["by_other_state"].as_object().unwrap_or(&none);
    let mut others: BTreeSet<String> = cases.iter().map(Case::other_state).collect();
    others.extend(fates.keys().cloned());
    for unit in ["cases", "records"] {
        for (_, key) in FATES {
            total.insert(format!("{unit}.{key}"), 0);
        }
    }
    for other in others {
        let mut of_other = figures(&|case| case.other_state() == other);
        for unit in ["cases", "records"] {
            let mut submitted = of_other[&format!("{unit}.returned")];
            for (word, key) in FATES {
                let count = number(&said["by_other_state"][&other], &format!("/{word}/{unit}"));
                of_other.insert(format!("{unit}.{key}"), count);
                *total.get_mut(&format!("{unit}.{key}")).unwrap() += count;
                submitted += count;
            }
            of_other.insert(format!("{unit}.submitted"), submitted);
        }
        parts.insert((other, "all"), of_other);
    }
    let cases = ["returned", "suppressed", "not_evaluated"];
    for (key, count) in [
        ("records.submitted", number(said, "/records/read")),
        ("records.rejected", number(said, "/records/rejected")),
        (
            "cases.submitted",
            cases
                .map(|key| number(said, &format!("/cases/{key}")))
                .iter()
                .sum(),
        ),
        (
            "cases.with_rejected_records",
            number(said, "/cases/with_rejected_records"),
        ),
    ] {
        total.insert(key.to_owned(), count);
    }
    parts.insert(("all".to_owned(), "all"), total);
    parts
}

/// What the report has to say, by `all` or the USPS code.
fn expected(run: &Run) -> BTreeMap<String, Parts> {
    let mut scopes = BTreeMap::new();
    let mut nation = Parts::new();
    for (usps, cases) in &run.responses {
        let parts = parts_of(run, usps, cases);
        for (part, figures) in &parts {
            let sums = nation.entry(part.clone()).or_default();
            for (key, count) in figures {
                *sums.entry(key.clone()).or_default() += count;
            }
        }
        scopes.insert(usps.clone(), parts);
    }
    scopes.insert("all".to_owned(), nation);
    scopes
}

fn figures_of(value: &Value) -> Figures {
    let entries = value.as_object().into_iter().flatten();
    // The classes of confidence have a test of their own.
    entries
        .filter(|(key, _)| !key.starts_with("cases.class."))
        .map(|(key, value)| (key.clone(), value.as_u64().unwrap()))
        .collect()
}

/// Every figure of `report`, in JSON and as CSV, equals the summary and a plain count.
pub fn report(run: &Run) -> Checked {
    let folder = text(&run.folder);
    let found = json(&["report", &folder], Exit::Success.status())?;
    let expected = expected(run);
    let states = found["states"].as_object().unwrap();
    ensure!(
        states.keys().eq(run.responses.keys()),
        "report: other states"
    );
    let mut rows: BTreeSet<[String; 5]> = BTreeSet::new();
    for (scope, parts) in &expected {
        let said = if scope == "all" {
            &found["national"]
        } else {
            &states[scope]
        };
        let others = said["by_other_state"].as_object().unwrap();
        ensure!(
            others.len() + 2 == parts.len(),
            "report of {scope}: other states"
        );
        for ((other, part), figures) in parts {
            let said = match (other.as_str(), *part) {
                ("all", "all") => &said["total"],
                ("all", _) => &said["fcr_supplied"],
                _ => &others[other],
            };
            same(
                &format!("report of {scope}, {other}, {part}"),
                &figures_of(said),
                figures,
            )?;
            rows.extend(figures.iter().map(|(key, count)| {
                [scope, other, *part, key, &count.to_string()].map(str::to_owned)
            }));
            if scope != "all" && other != "all" {
                cell(scope, other, &found["matrix"][scope][other], figures)?;
            }
        }
    }
    let csv = printed(&["report", "--quiet", "--format", "csv", &folder], 0)?;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let said = reader.deserialize().map(Result::unwrap);
    let is_compared = |[_, _, part, figure, _]: &[String; 5]| {
        part != "findings" && !figure.starts_with("cases.class.")
    };
    let said: BTreeSet<[String; 5]> = said.filter(is_compared).collect();
    let more = said.symmetric_difference(&rows).next();
    ensure!(more.is_none(), "report as CSV: {more:?}");
    let absent = serde_json::Map::new();
    let absent = run.summary["absent"].as_object().unwrap_or(&absent);
    ensure!(
        found["absent"].as_object() == Some(absent),
        "report: other absent states"
    );
    // These two show the same figures.
    for format in ["text", "html"] {
        printed(&["report", "--quiet", "--format", format, &folder], 0)?;
    }
    let change = json(&["report", &folder, &folder], Exit::Success.status())?;
    ensure!(
        is_zero(&change["change"]),
        "report: the run changed since itself"
    );
    Ok(())
}

/// A cell of the matrix of states.
fn cell(usps: &str, other: &str, said: &Value, figures: &Figures) -> Checked {
    let of = |key: &str| figures.get(key).copied().unwrap_or_default();
    let found = of("cases.returned") - of("cases.tier.none");
    for (key, expected) in [
        ("/returned", of("cases.returned")),
        ("/found", found),
        ("/in_sync", of("cases.in_sync")),
    ] {
        let said = number(said, key);
        ensure!(
            said == expected,
            "matrix, {usps} and {other}{key}: {said}, not {expected}"
        );
    }
    Ok(())
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.values().all(is_zero),
        other => other.as_i64() == Some(0),
    }
}
