//! Writes the report as CSV: one figure per row.

use std::collections::BTreeSet;

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
        let mut rows = |other: &str, part: &str, of: &dyn Fn(&StateReport) -> Option<Figures>| {
            let new = of(scopes.new).unwrap_or_default();
            let old = scopes.old.map(|old| of(old).unwrap_or_default());
            let keys: BTreeSet<&String> = new
                .0
                .keys()
                .chain(old.iter().flat_map(|old| old.0.keys()))
                .collect();
            for key in keys {
                text += &format!("{state},{other},{part},{key},");
                text += &match &old {
                    None => new.of(key).to_string(),
                    Some(old) => values(old.get(key), new.get(key)),
                };
                text.push('\n');
            }
        };
        rows("all", "all", &|scope| Some(scope.total.clone()));
        rows("all", "fcr_supplied", &|scope| {
            Some(scope.fcr_supplied.clone())
        });
        rows("all", "findings", &|scope| {
            let findings = scope.findings.iter();
            let named = findings.map(|(code, count)| (format!("finding.{code}"), count));
            Some(Figures(named.collect()))
        });
        for other in scopes.others() {
            rows(other, "all", &|scope| {
                scope.by_other_state.get(other).cloned()
            });
        }
    }
    text
}

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
