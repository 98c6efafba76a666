//! The report as annotations of GitHub Actions: one workflow command a finding.
//!
//! A log line that begins with `::error`, `::warning` or `::notice` marks the file at that line and column
//! (GitHub, "Workflow commands for GitHub Actions", "Setting an error message").

use super::finding::Finding;
use super::{FileReport, Report};
use crate::engine::extract::Severity;
use crate::text::count_of;

impl Report {
    /// The report as annotations. With a baseline only what is new is annotated; how much is not, is
    /// said in a line of the log. `refusal` is why the files cannot be used together.
    pub fn github(&self, refusal: Option<&str>) -> String {
        let mut text = String::new();
        for file in &self.files {
            file.annotate(&mut text);
        }
        if let Some(refusal) = refusal
            && self.files.iter().all(|file| file.unusable.is_none())
        {
            text += &format!("::error title=cannot be used::{}\n", message(refusal));
        }
        text
    }
}

impl FileReport {
    fn annotate(&self, text: &mut String) {
        let path = property(&self.listing.path.to_string_lossy());
        *text += &format!(
            "{}: {}, {} rejected\n",
            plain(&self.listing.path.to_string_lossy()),
            count_of(self.records, "record"),
            self.rejected
        );
        if let Some(problem) = &self.unusable {
            let problem = message(problem);
            *text += &format!("::error file={path},title=cannot be used::{problem}\n");
        }
        let told_known = self.told.iter().filter(|told| told.new == Some(false));
        let told_known = told_known.count() as u64;
        for told in self.told.iter().filter(|told| told.new != Some(false)) {
            let level = match told.severity {
                "error" => "error",
                _ => "notice",
            };
            let line = told.first_record().filter(|_| self.listing.lines);
            let line = line.map_or_else(String::new, |line| format!(",line={line}"));
            *text += &format!(
                "::{level} file={path}{line},title={}::{}\n",
                property(&told.kind),
                message(&told.line())
            );
        }
        let findings = self.findings_one_by_one();
        let (known, told): (Vec<_>, Vec<_>) = findings
            .iter()
            .partition(|finding| finding.new == Some(false));
        for finding in told {
            let level = match finding.code.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            *text += &format!(
                "::{level} file={path}{},title={}::{}\n",
                place(finding, self.listing.lines),
                property(&format!("{} {}", finding.code.code, finding.code.title)),
                message(&finding.message())
            );
        }
        let known = known.iter().map(|finding| finding.count).sum::<u64>() + told_known;
        if known > 0 {
            *text += &format!(
                "{} in the baseline, not annotated\n",
                count_of(known, "finding")
            );
        }
    }
}

/// Line and columns, where the records are lines.
fn place(finding: &Finding<'_>, lines: bool) -> String {
    match finding.record {
        Some(record) if lines => format!(
            ",line={record},endLine={record},col={},endColumn={}",
            finding.columns.first, finding.columns.last
        ),
        _ => String::new(),
    }
}

/// The text of a workflow command. The older form of a command is known anywhere in a line.
fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace("##[", "##%5B")
}

/// A name at the start of a line that is no workflow command.
fn plain(name: &str) -> String {
    let name = message(name);
    if name.trim_start().starts_with("::") {
        format!("./{name}")
    } else {
        name
    }
}

/// A value of one of its properties.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(super::message("50 %\nmore: a, b"), "50 %25%0Amore: a, b");
        assert_eq!(super::property("a:b,c"), "a%3Ab%2Cc");
        assert_eq!(super::plain(" ::error::x"), "./ ::error::x");
        assert_eq!(super::plain("a ##[error]x"), "a ##%5Berror]x");
    }
}
