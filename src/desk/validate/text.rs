//! Writes the report as text.

use super::{FileReport, Report};
use crate::text::shown;

impl Report {
    /// The report as text, one section per file.
    pub fn text(&self) -> String {
        let sections: Vec<_> = self.files.iter().map(FileReport::text).collect();
        sections.join("\n")
    }
}

/// Record numbers, as in a line.
fn numbers(records: &[u64]) -> String {
    let numbers: Vec<_> = records.iter().map(u64::to_string).collect();
    numbers.join(", ")
}

/// Adds a table with columns as wide as their widest cell. The first `left` columns and the last
/// are left-aligned.
fn table(text: &mut String, left: usize, rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            line += &if column < left || column + 1 == columns {
                format!("  {cell:<width$}")
            } else {
                format!("  {cell:>width$}")
            };
        }
        *text += line.trim_end();
        text.push('\n');
    }
}

/// How many are new, where that was asked.
fn new_words(new: Option<u64>) -> String {
    match new {
        None => String::new(),
        Some(0) => "(none new) ".to_owned(),
        Some(new) => format!("({new} new) "),
    }
}

fn cells<const N: usize>(row: [&str; N]) -> Vec<String> {
    row.iter().map(|&cell| cell.to_owned()).collect()
}

impl FileReport {
    fn text(&self) -> String {
        let kind = if self.kind == "fcr" {
            "FCR-derived extract"
        } else {
            "extract"
        };
        let mut text = format!(
            "{}: {kind} of {}\n  {} records, {} rejected; {} cases, {} open, {} closed\n",
            shown(&self.file),
            self.state.unwrap_or("an unknown state"),
            self.records,
            self.rejected,
            self.cases,
            self.open_cases,
            self.closed_cases
        );
        if let Some(problem) = &self.unusable {
            text += &format!("  cannot be used: {}\n", shown(problem));
        }
        for told in &self.told {
            let known = match told.new {
                Some(false) => "in the baseline: ",
                _ => "",
            };
            text += &format!("  {known}{}\n", told.line());
        }
        self.codes_text(&mut text);
        if self.formats.is_some() {
            self.counts_text(&mut text);
            self.ids_text(&mut text);
        }
        text
    }

    fn codes_text(&self, text: &mut String) {
        if self.codes.is_empty() {
            *text += "\n  The edits found nothing.\n";
            return;
        }
        *text += "\nFindings, the most harmful first\n";
        let mut rows = vec![cells(["code", "records", "%", "first", "what it is"])];
        for code in &self.codes {
            rows.push(vec![
                code.code.to_owned(),
                code.records.to_string(),
                format!("{:.2}", code.percent),
                numbers(&code.first_records),
                format!(
                    "{}{}: {}",
                    new_words(code.new),
                    code.title,
                    code.next_action
                ),
            ]);
        }
        table(text, 1, &rows);
    }

    fn counts_text(&self, text: &mut String) {
        *text += "\nCompleteness of accepted records and of cases\n";
        let mut rows = vec![cells(["field", "records", "%", "cases", "%", ""])];
        for field in &self.completeness {
            rows.push(vec![
                field.field.to_owned(),
                field.records.to_string(),
                format!("{:.2}", field.records_percent),
                field.cases.to_string(),
                format!("{:.2}", field.cases_percent),
                String::new(),
            ]);
        }
        table(text, 1, &rows);
        *text += "\nParticipants by type\n";
        let mut rows = Vec::new();
        for count in &self.participant_types {
            let name = match count.participant_type {
                "" => "blank",
                name => name,
            };
            rows.push(vec![
                name.to_owned(),
                count.records.to_string(),
                String::new(),
            ]);
        }
        table(text, 1, &rows);
        if !self.other_states.is_empty() {
            *text += "\nCases by other state\n";
            let mut rows = vec![cells(["state", "cases", "open", "closed", ""])];
            for count in &self.other_states {
                rows.push(vec![
                    count.other_state.to_owned(),
                    count.cases.to_string(),
                    count.open.to_string(),
                    count.closed.to_string(),
                    String::new(),
                ]);
            }
            table(text, 1, &rows);
        }
    }

    fn ids_text(&self, text: &mut String) {
        if self.shared_ssns > 0 {
            *text += &format!(
                "\nSSNs that five or more different names share: {}\n",
                self.shared_ssns
            );
            let mut rows = vec![cells(["names", "records", "first"])];
            for shared in &self.most_shared_ssns {
                rows.push(vec![
                    shared.names.to_string(),
                    shared.records.to_string(),
                    numbers(&shared.first_records),
                ]);
            }
            table(text, 0, &rows);
        }
        *text += "\nForms of Case IDs\n";
        let mut rows = vec![cells(["cases", "form"])];
        for count in &self.case_id_formats {
            rows.push(vec![count.cases.to_string(), count.format.words()]);
        }
        table(text, 0, &rows);
        for ids in &self.other_case_ids {
            let state = ids.other_state;
            *text += &format!("\nOther State Case IDs for {state}: {} cases", ids.cases);
            match ids.unlike_its_own {
                None => *text += &format!(" (no extract of {state} was given)\n"),
                Some(0) => *text += &format!(", all like {state}'s own\n"),
                Some(unlike) => {
                    *text += &format!(
                        ", {unlike} unlike {state}'s own (first records {})\n",
                        numbers(&ids.first_records)
                    );
                }
            }
            let mut rows = vec![cells(["given", &format!("{state}'s own"), "form"])];
            let own_of = |format| {
                let own = ids.own.iter().find(|own| own.format == format);
                own.map_or(0, |own| own.cases)
            };
            let own_cell = |cases: u64| match ids.unlike_its_own {
                None => "-".to_owned(),
                Some(_) => cases.to_string(),
            };
            for given in &ids.given {
                rows.push(vec![
                    given.cases.to_string(),
                    own_cell(own_of(given.format)),
                    given.format.words(),
                ]);
            }
            let only_own = ids
                .own
                .iter()
                .filter(|own| ids.given.iter().all(|given| given.format != own.format));
            for own in only_own {
                rows.push(vec![
                    "0".to_owned(),
                    own.cases.to_string(),
                    own.format.words(),
                ]);
            }
            table(text, 0, &rows);
        }
    }
}
