//! Writes the report as CSV: one figure per row.

use std::collections::{BTreeMap, BTreeSet};

use super::{Figures, StateReport, View};

/// The columns are `state,other_state,part,figure,value`, or `…,old,new,change` with an earlier
/// report. `state` is `all` for the nation, `other_state` is `all` for the sum over the other
/// states, and `part` is `all`, `fcr_supplied` or `findings` (what the edits found in the extract).
/// An unknown figure is omitted; if only one of two runs has it, the other cell is blank.
pub fn csv(view: View<'_>) -> String {
    let mut text = String::from("state,other_state,part,figure,");
    text += if view.old.is_some() {
        "old,new,change\n"
    } else {
        "value\n"
    };
    let old_scopes = view.old.iter().flat_map(|old| old.scopes());
    let names: BTreeSet<&str> = view
        .new
        .scopes()
        .chain(old_scopes)
        .map(|(name, _)| name)
        .collect();
    for state in names {
        let scopes = Sides {
            new: view.new.scope(state),
            old: view.old.map(|old| old.scope(state)),
        };
        let mut rows = |other: &str, part: &str, of: &dyn Fn(&StateReport) -> Rows| {
            let new = of(scopes.new);
            let old = scopes.old.map(of);
            let keys: BTreeSet<&String> = new
                .keys()
                .chain(old.iter().flat_map(BTreeMap::keys))
                .collect();
            for key in keys {
                text += &format!("{state},{other},{part},{key},");
                let (new, old) = (new.get(key), old.as_ref().map(|old| old.get(key)));
                text += &match old {
                    None => new.copied().unwrap_or_default().to_string(),
                    Some(old) => values(old.copied(), new.copied()),
                };
                text.push('\n');
            }
        };
        let named = |figures: &Figures| {
            let figures = figures.0.iter();
            figures
                .map(|(key, count)| (key.to_string(), *count))
                .collect()
        };
        rows("all", "all", &|scope| named(&scope.total));
        rows("all", "fcr_supplied", &|scope| named(&scope.fcr_supplied));
        rows("all", "findings", &|scope| {
            let findings = scope.findings.iter();
            findings
                .map(|(code, count)| (format!("finding.{code}"), count))
                .collect()
        });
        for other in scopes.others() {
            rows(other, "all", &|scope| {
                scope
                    .by_other_state
                    .get(other)
                    .map(named)
                    .unwrap_or_default()
            });
        }
    }
    text
}

/// Figures by the text of their keys.
type Rows = BTreeMap<String, u64>;

struct Sides<'a> {
    new: &'a StateReport,
    old: Option<&'a StateReport>,
}

impl Sides<'_> {
    fn others(&self) -> BTreeSet<&'static str> {
        let sides = std::iter::once(self.new).chain(self.old);
        sides
            .flat_map(|scope| scope.by_other_state.keys().copied())
            .collect()
    }
}

fn values(old: Option<u64>, new: Option<u64>) -> String {
    let shown = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    let change = i128::from(new.unwrap_or(0)) - i128::from(old.unwrap_or(0));
    format!("{},{},{change}", shown(old), shown(new))
}
