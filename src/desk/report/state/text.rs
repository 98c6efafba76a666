//! A state's own report in pages of 132 columns.

use super::{StateView, Work};
use crate::desk::report::Counted;
use crate::desk::report::numbers::{change, known, percent};
use crate::desk::report::pages::Pages;
use crate::desk::report::text::{figures_of_state, wrapped};
use crate::engine::matching::ReasonCode;

const WIDTH: usize = 11;

/// What to do first, the queues, then every figure of the state.
pub(super) fn text(state: &StateView<'_>) -> String {
    let report = state.view.new;
    let mut title = format!("ICR RECONCILIATION REPORT      RUN DATE {}", report.date());
    if let Some(old) = state.view.old {
        title += &format!("      CHANGE SINCE {}", old.date());
    }
    let mut pages = Pages::new(title);
    pages.begin(format!(
        "{}  {}",
        state.usps,
        state.report().name.to_uppercase()
    ));
    pages.paragraph(&format!("Run: {}.", report.run.short()));
    let total = &state.report().total;
    let returned = total.of(Counted::Returned.cases());
    pages.paragraph(&format!(
        "{} cases returned; {} % were found in the other state, {} % are in sync.",
        known(Some(returned)),
        percent(total.found(), returned),
        percent(total.of(Counted::InSync.cases()), returned)
    ));
    let mut heads = format!("{:>WIDTH$}", "CASES");
    if state.view.old.is_some() {
        heads += &format!("{:>WIDTH$}", "CHANGE");
    }
    let rows: Vec<String> = state
        .steps()
        .iter()
        .filter(|step| step.cases > 0 || step.before.is_some_and(|before| before > 0))
        .flat_map(|step| {
            let mut left = format!("{:>WIDTH$}", known(Some(step.cases)));
            if let Some(before) = step.before {
                left += &format!("{:>WIDTH$}", change(Some(step.cases), Some(before)));
            }
            let (title, action) = state.code(step.code);
            let code = step.code.code();
            wrapped(&format!("{left}  {code}  "), &format!("{title}. {action}"))
        })
        .collect();
    heads += "  CODE AND NEXT ACTION";
    pages.table(
        "WHAT TO DO FIRST: RETURNED CASES IN THE ORDER IN WHICH CODES ARE WORKED",
        &[heads],
        &rows,
    );
    queue("BY COUNTY", "COUNTY", &state.queue.counties(), &mut pages);
    queue(
        "BY WORKER (CONTACT NAME)",
        "WORKER",
        &state.queue.workers(),
        &mut pages,
    );
    figures_of_state(state.view, state.usps, &mut pages);
    pages.text()
}

fn queue(title: &str, first: &str, works: &[(&str, &Work)], pages: &mut Pages) {
    let mut heads = format!("{first:<34}{:>WIDTH$}{:>WIDTH$}", "RETURNED", "TO WORK");
    heads.extend(ReasonCode::ALL.map(|code| format!("{:>8}", code.code())));
    let row = |(key, work): &(&str, &Work)| {
        let label = match (key.is_empty(), work.name.is_empty()) {
            (true, _) => "(none given)".to_owned(),
            (false, true) => (*key).to_owned(),
            (false, false) => format!("{key} {}", work.name),
        };
        let label: String = label.chars().take(33).collect();
        let mut row = format!(
            "{label:<34}{:>WIDTH$}{:>WIDTH$}",
            known(Some(work.cases)),
            known(Some(work.to_work))
        );
        let of = |code: ReasonCode| work.by_code.get(code.code()).copied();
        row.extend(ReasonCode::ALL.map(|code| format!("{:>8}", known(of(code).or(Some(0))))));
        row
    };
    let rows: Vec<String> = works.iter().map(row).collect();
    pages.table(
        &format!("RETURNED CASES {title}, MOST TO WORK FIRST"),
        &[heads],
        &rows,
    );
}
