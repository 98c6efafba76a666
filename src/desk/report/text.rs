//! The report as a printed list: 132 columns, paginated.

use std::collections::BTreeSet;

use super::numbers::{change, known, percent};
use super::pages::{COLUMNS, Pages};
use super::pairs::{Pair, worst_pairs};
use super::tables::{heads_of, rows_of, tables_by_state};
use super::{Counted, Figures, Group, Key, StateReport, Unit, View};
use crate::engine::confidence::{Class, share_of};
use crate::engine::matching::ReasonCode;

/// The note on its form that every report has.
const FORM: &str = "The ICR Reconciliation Report is named in the Technical Data Guide; its published form was not at hand, so this form is ours. It holds no person's data and no Case ID. Percentages are of the returned cases; IN SYNC is 00 with the adults and children from your state as many as matched.";

/// The report, or the comparison with an earlier one, in pages.
pub fn text(view: View<'_>) -> String {
    let mut title = format!(
        "ICR RECONCILIATION REPORT      RUN DATE {}",
        view.new.date()
    );
    if let Some(old) = view.old {
        title += &format!("      CHANGE SINCE {}", old.date());
    }
    let mut pages = Pages::new(title);
    for (name, scope) in view.new.scopes() {
        let sheet = Sheet {
            view,
            new: scope,
            old: view.old.map(|old| old.scope(name)),
        };
        if name == "all" {
            pages.begin("NATIONAL".to_owned());
            pages.paragraph(FORM);
            pages.paragraph(&format!("Run: {}.", view.new.run.short()));
            if let Some(old) = view.old {
                pages.paragraph(&format!("Earlier run: {}.", old.run.short()));
            }
            sheet.nation(&mut pages);
        } else {
            pages.begin(format!("{name}  {}", scope.name.to_uppercase()));
        }
        sheet.figures(&mut pages);
        sheet.others(&mut pages, name == "all");
    }
    pages.text()
}

/// Every figure of one state, after what comes before them.
pub(super) fn figures_of_state(view: View<'_>, name: &str, pages: &mut Pages) {
    let sheet = Sheet {
        view,
        new: view.new.scope(name),
        old: view.old.map(|old| old.scope(name)),
    };
    sheet.figures(pages);
    sheet.others(pages, false);
}

/// One state, or the nation.
struct Sheet<'a> {
    view: View<'a>,
    new: &'a StateReport,
    old: Option<&'a StateReport>,
}

/// The width of a count: ten digits with commas.
const WIDTH: usize = 14;

impl Sheet<'_> {
    fn figures(&self, pages: &mut Pages) {
        let mut heads = format!("{:<50}", "");
        for head in ["ALL", "FCR-SUPPLIED"] {
            heads += &format!("{head:>WIDTH$}");
            if self.old.is_some() {
                heads += &format!("{:>12}{:>12}", "BEFORE", "CHANGE");
            }
        }
        let heads = [heads];
        for (title, group, unit) in [
            ("CASES: WHAT BECAME OF THEM", Group::Volume, Unit::Cases),
            ("RECORDS: WHAT BECAME OF THEM", Group::Volume, Unit::Records),
            ("CASES RETURNED, BY TIER", Group::Match, Unit::Cases),
            (
                "CASES RETURNED, BY STATUS AND ROLE",
                Group::Action,
                Unit::Cases,
            ),
            (
                "SSN VERIFICATION, RECORDS RETURNED",
                Group::Verification,
                Unit::Records,
            ),
            (
                "FIPS VERIFICATION, CASES RETURNED",
                Group::Verification,
                Unit::Cases,
            ),
        ] {
            let rows: Vec<String> = self
                .view
                .figures()
                .filter(|figure| figure.group == group && figure.key.unit == unit)
                .map(|figure| self.row(figure.title, figure.key))
                .collect();
            pages.table(title, &heads, &rows);
        }
        for (title, unit) in [
            ("CASES RETURNED, BY REASON CODE", Unit::Cases),
            ("RECORDS RETURNED, BY REASON CODE", Unit::Records),
        ] {
            let rows: Vec<String> = ReasonCode::ALL
                .iter()
                .map(|code| {
                    let meaning = self.view.codes.get(code.code());
                    let label = format!(
                        "{} {}",
                        code.code(),
                        meaning.map_or("", |code| code.title.as_str())
                    );
                    self.row(&label, Counted::Code(*code).of(unit))
                })
                .collect();
            pages.table(title, &heads, &rows);
        }
        for (title, unit) in [
            (
                "CASES RETURNED, BY COMBINATION OF REASON CODES",
                Unit::Cases,
            ),
            (
                "RECORDS RETURNED, BY COMBINATION OF REASON CODES",
                Unit::Records,
            ),
        ] {
            let both = self.old.iter().flat_map(|old| old.total.combinations(unit));
            let combinations: BTreeSet<Key> = self
                .new
                .total
                .combinations(unit)
                .chain(both)
                .map(|(key, _)| key)
                .collect();
            let rows: Vec<String> = combinations
                .into_iter()
                .map(|key| self.row(&key.counted.end().replace('+', " "), key))
                .collect();
            pages.table(title, &heads, &rows);
        }
        let rows: Vec<String> = Class::ALL
            .into_iter()
            .map(|class| {
                let (name, share) = (class.name(), share_of(class));
                let label = format!(
                    "{name}, {:.4} right, at least {:.4}",
                    share.share(),
                    share.lower_bound()
                );
                self.row(&label, Counted::Class(class).cases())
            })
            .collect();
        pages.table("CASES BY CLASS OF THE ANSWER", &heads, &rows);
    }

    fn row(&self, label: &str, key: Key) -> String {
        let label: String = label.chars().take(49).collect();
        let mut row = format!("{label:<50}");
        let parts: [fn(&StateReport) -> &Figures; 2] = [|s| &s.total, |s| &s.fcr_supplied];
        let is_combination = matches!(key.counted, Counted::Combination(_));
        for part in parts {
            // A combination that is missing occurs 0 times; other missing figures are unknown.
            let count = |scope: &StateReport| {
                let count = part(scope).get(key);
                if is_combination {
                    Some(count.unwrap_or(0))
                } else {
                    count
                }
            };
            let new = count(self.new);
            row += &format!("{:>WIDTH$}", known(new));
            if let Some(old) = self.old {
                let old = count(old);
                row += &format!("{:>12}{:>12}", known(old), change(new, old));
            }
        }
        row
    }

    /// The state-by-state matrix, and the submitting states.
    fn nation(&self, pages: &mut Pages) {
        let view = self.view;
        let states: Vec<_> = view.new.scopes().collect();
        for (title, columns) in tables_by_state(self.view.is_pooled()) {
            let rows = states.iter().flat_map(|(name, state)| {
                let old = view.old.map(|old| &old.scope(name).total);
                rows_of(name, columns, &state.total, old)
            });
            let title = format!("SUBMITTING STATES: {title}");
            pages.table(
                &title,
                &heads_of("STATE", columns),
                &rows.collect::<Vec<_>>(),
            );
        }
        let others: Vec<&str> = self.new.by_other_state.keys().copied().collect();
        let per_page = (COLUMNS - 6) / 7;
        for block in others.chunks(per_page) {
            let mut heads = vec![format!("{:<6}", "FROM")];
            heads[0].extend(block.iter().map(|other| format!("{other:>7}")));
            let mut rows = Vec::new();
            for (name, cells) in &view.new.matrix {
                let mut row = format!("{name:<6}");
                for other in block {
                    let cell = cells.get(other).filter(|cell| cell.returned > 0);
                    let rate = cell
                        .map_or_else(|| ".".to_owned(), |cell| percent(cell.found, cell.returned));
                    row += &format!("{rate:>7}");
                }
                rows.push(row);
                if let Some(old) = view.old {
                    rows.push(rate_changes(old, view, name, block));
                }
            }
            let title = "MATCH RATES: PERCENT OF THE RETURNED CASES THAT WERE FOUND, FROM SUBMITTING STATE TO OTHER STATE";
            pages.table(title, &heads, &rows);
        }
        self.worst_pairs(pages);
        let absent: Vec<String> = view
            .new
            .sent_nothing()
            .map(|(state, volume)| {
                format!(
                    "{state:<6}{:>WIDTH$}{:>WIDTH$}",
                    known(Some(volume.cases)),
                    known(Some(volume.records))
                )
            })
            .collect();
        let heads = [format!(
            "{:<6}{:>WIDTH$}{:>WIDTH$}",
            "STATE", "CASES", "RECORDS"
        )];
        pages.table(
            "STATES THAT CASES NAME AND THAT SENT NOTHING",
            &heads,
            &absent,
        );
        let excluded: Vec<Vec<String>> = view
            .new
            .excluded
            .iter()
            .map(|file| {
                let state = file.state.as_deref().unwrap_or("?");
                let records = known(Some(file.records));
                let left = format!("{state:<6}{:<9}{records:>WIDTH$}  ", file.kind);
                wrapped(&left, &format!("{}: {}", file.file, file.reason))
            })
            .collect();
        let heads = format!(
            "{:<6}{:<9}{:>WIDTH$}  {}",
            "STATE", "KIND", "RECORDS", "FILE AND REASON"
        );
        pages.table(
            "FILES THAT CAME AND WERE LEFT OUT",
            &[heads],
            &excluded.concat(),
        );
        if let Some(only) = &view.new.only {
            let title = "STATES THAT WERE ANSWERED; ALL OTHERS WERE ONLY READ";
            pages.table(title, &[], &[only.join(" ")]);
        }
        self.findings(pages);
    }

    /// Where most cases were not found, by share and number.
    fn worst_pairs(&self, pages: &mut Pages) {
        let row = |pair: &Pair| {
            format!(
                "{:<8}{:<8}{:>WIDTH$}{:>WIDTH$}{:>WIDTH$}{:>WIDTH$}",
                pair.from,
                pair.to,
                known(Some(pair.cell.returned)),
                known(Some(pair.cell.found)),
                known(Some(pair.cell.returned - pair.cell.found)),
                percent(pair.cell.found, pair.cell.returned)
            )
        };
        let rows: Vec<String> = worst_pairs(self.view.new)
            .iter()
            .take(20)
            .map(row)
            .collect();
        let heads = format!(
            "{:<8}{:<8}{:>WIDTH$}{:>WIDTH$}{:>WIDTH$}{:>WIDTH$}",
            "FROM", "TO", "RETURNED", "FOUND", "NOT FOUND", "MATCH RATE"
        );
        pages.table(
            "PAIRS OF STATES WITH THE LOWEST MATCH RATES",
            &[heads],
            &rows,
        );
    }

    /// What the edits found, by code and submitting state.
    fn findings(&self, pages: &mut Pages) {
        let codes: BTreeSet<&str> = self.new.findings.iter().map(|(code, _)| code).collect();
        let codes: Vec<&str> = codes.into_iter().collect();
        for block in codes.chunks((COLUMNS - 6) / 9) {
            let mut heads = format!("{:<6}", "STATE");
            heads.extend(block.iter().map(|code| format!("{code:>9}")));
            let rows: Vec<String> = self
                .view
                .new
                .scopes()
                .map(|(name, scope)| {
                    let counts = block
                        .iter()
                        .map(|code| known(Some(scope.findings.of(code))));
                    let cells = counts.map(|count| format!("{count:>9}"));
                    format!("{name:<6}") + &cells.collect::<String>()
                })
                .collect();
            let title =
                "WHAT THE EDITS FOUND IN THE EXTRACTS, RECORDS BY CODE (E: REJECTED, W: KEPT)";
            pages.table(title, &[heads], &rows);
        }
    }

    /// All figures by other state.
    fn others(&self, pages: &mut Pages, is_national: bool) {
        let none = Figures::default();
        let before = |other| {
            let old = self.old?.by_other_state.get(other);
            Some(old.unwrap_or(&none))
        };
        let whose = if is_national {
            "BY OTHER STATE, ALL SUBMITTING STATES"
        } else {
            "BY OTHER STATE"
        };
        for (title, columns) in tables_by_state(self.view.is_pooled()) {
            let rows = self
                .new
                .by_other_state
                .iter()
                .flat_map(|(other, figures)| rows_of(other, columns, figures, before(other)));
            pages.table(
                &format!("{whose}: {title}"),
                &heads_of("OTHER", columns),
                &rows.collect::<Vec<_>>(),
            );
        }
        if is_national {
            return;
        }
        for (title, unit) in [("CASES", Unit::Cases), ("RECORDS", Unit::Records)] {
            let mut rows = Vec::new();
            for (other, figures) in &self.new.by_other_state {
                let before = before(other);
                let old = before.iter().flat_map(|old| old.combinations(unit));
                let both = figures.combinations(unit).chain(old);
                let keys: BTreeSet<Key> = both.map(|(key, _)| key).collect();
                for key in keys {
                    let new = Some(figures.of(key));
                    let mut row = format!(
                        "{other:<6}{:<20}{:>WIDTH$}",
                        key.counted.end().replace('+', " "),
                        known(new)
                    );
                    if self.old.is_some() {
                        let old = before.map(|old| old.of(key));
                        row += &format!("{:>WIDTH$}{:>WIDTH$}", known(old), change(new, old));
                    }
                    rows.push(row);
                }
            }
            let mut heads = format!("{:<6}{:<20}{:>WIDTH$}", "OTHER", "CODES", title);
            if self.old.is_some() {
                heads += &format!("{:>WIDTH$}{:>WIDTH$}", "BEFORE", "CHANGE");
            }
            pages.table(
                &format!("{whose}: {title} BY COMBINATION OF REASON CODES"),
                &[heads],
                &rows,
            );
        }
    }
}

/// Lines of a cell of running text, the first after `left`, the others under its beginning.
pub(super) fn wrapped(left: &str, text: &str) -> Vec<String> {
    let room = COLUMNS - left.len();
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        // What is longer than a line is cut: a file's name, say.
        let word: String = word.chars().take(room).collect();
        let line = &lines[lines.len() - 1];
        let full = line.chars().count() + 1 + word.chars().count() > room;
        if full && !line.is_empty() {
            lines.push(String::new());
        }
        let last = lines.len() - 1;
        if !lines[last].is_empty() {
            lines[last].push(' ');
        }
        lines[last] += &word;
    }
    let blank = " ".repeat(left.chars().count());
    let heads = std::iter::once(left).chain(std::iter::repeat(blank.as_str()));
    heads
        .zip(lines)
        .map(|(head, line)| format!("{head}{line}"))
        .collect()
}

/// The change of the match rates, in percentage points.
fn rate_changes(old: &super::Report, view: View<'_>, name: &str, block: &[&str]) -> String {
    let mut row = format!("{:<6}", "");
    for other in block {
        let tenths = |report: &super::Report| {
            let cell = report.matrix.get(name)?.get(other)?;
            super::numbers::permille(cell.found, cell.returned)
        };
        let moved = match (tenths(view.new), tenths(old)) {
            (Some(new), Some(old)) if new == old => "=".to_owned(),
            (Some(new), Some(old)) => {
                let sign = if new > old { '+' } else { '-' };
                let by = new.abs_diff(old);
                format!("{sign}{}.{}", by / 10, by % 10)
            }
            _ => String::new(),
        };
        row += &format!("{moved:>7}");
    }
    row
}
