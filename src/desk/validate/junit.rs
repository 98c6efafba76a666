//! The report as JUnit XML: one suite per file, one test case per finding.
//!
//! Findings that do not fail the command (warnings without `--strict`, what the baseline holds) are
//! skipped cases, so that a server shows them without calling the build broken.

use super::{FileReport, Report};
use crate::engine::extract::Severity;

struct Suite {
    name: String,
    file: Option<String>,
    cases: Vec<Case>,
}

struct Case {
    class: String,
    name: String,
    /// The element that says how it ended, its type and message; none where it passed.
    ended: Option<(&'static str, String, String)>,
}

impl Report {
    /// The report as JUnit XML; `worst` is the least grave finding that fails, `refusal` why the files
    /// cannot be used together.
    pub fn junit(&self, worst: Severity, refusal: Option<&str>) -> String {
        let mut suites: Vec<_> = self.files.iter().map(|file| file.suite(worst)).collect();
        if let Some(refusal) = refusal
            && self.files.iter().all(|file| file.unusable.is_none())
        {
            suites.push(Suite {
                name: "all files".to_owned(),
                file: None,
                cases: vec![Case::of_use("all files", Some(refusal))],
            });
        }
        let [tests, failures, errors, _] = totals(suites.iter().flat_map(|suite| &suite.cases));
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"icr validate\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n"
        );
        for suite in &suites {
            suite.write(&mut text);
        }
        text + "</testsuites>\n"
    }
}

impl FileReport {
    fn suite(&self, worst: Severity) -> Suite {
        let path = self.listing.path.to_string_lossy().into_owned();
        let mut cases = vec![Case::of_use(&path, self.unusable.as_deref())];
        for told in &self.told {
            let element = if told.fails() { "failure" } else { "skipped" };
            let message = format!("{}{}", known(told.new), told.line());
            cases.push(Case {
                class: path.clone(),
                name: format!("{}, the file as a whole", told.key()),
                ended: Some((element, told.kind.clone(), message)),
            });
        }
        for finding in self.findings_one_by_one() {
            let element = if finding.fails(worst) {
                "failure"
            } else {
                "skipped"
            };
            let known = known(finding.new);
            cases.push(Case {
                class: path.clone(),
                name: format!("{} {}", finding.code.code, finding.place()),
                ended: Some((
                    element,
                    finding.code.code.to_owned(),
                    format!("{known}{}", finding.message()),
                )),
            });
        }
        Suite {
            name: path.clone(),
            file: Some(path),
            cases,
        }
    }
}

/// What stands before a finding that a baseline holds.
fn known(new: Option<bool>) -> &'static str {
    match new {
        Some(false) => "in the baseline; ",
        _ => "",
    }
}

impl Case {
    fn of_use(class: &str, problem: Option<&str>) -> Self {
        Case {
            class: class.to_owned(),
            name: "can be used".to_owned(),
            ended: problem.map(|problem| ("error", "unusable".to_owned(), problem.to_owned())),
        }
    }
}

/// How many cases there are, failed, could not be run, and were skipped.
fn totals<'c>(cases: impl Iterator<Item = &'c Case>) -> [usize; 4] {
    let mut totals = [0; 4];
    for case in cases {
        totals[0] += 1;
        match case.ended {
            Some(("failure", ..)) => totals[1] += 1,
            Some(("error", ..)) => totals[2] += 1,
            Some(_) => totals[3] += 1,
            None => {}
        }
    }
    totals
}

impl Suite {
    fn write(&self, text: &mut String) {
        let [tests, failures, errors, skipped] = totals(self.cases.iter());
        let file = self
            .file
            .as_ref()
            .map(|file| format!(" file=\"{}\"", xml(file)));
        *text += &format!(
            "  <testsuite name=\"{}\"{} tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">\n",
            xml(&self.name),
            file.unwrap_or_default()
        );
        for case in &self.cases {
            let head = format!(
                "    <testcase classname=\"{}\" name=\"{}\"",
                xml(&case.class),
                xml(&case.name)
            );
            *text += &match &case.ended {
                None => format!("{head}/>\n"),
                Some((element, kind, message)) => format!(
                    "{head}>\n      <{element} type=\"{}\" message=\"{}\"/>\n    </testcase>\n",
                    xml(kind),
                    xml(message)
                ),
            };
        }
        *text += "  </testsuite>\n";
    }
}

/// Text in an attribute. XML has no way to write most control characters.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\t' | '\n' | '\r' => escaped += &format!("&#{};", c as u32),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
