//! Reads files as a match does and reports on each, even on those that a match would refuse.

use std::path::PathBuf;

use super::{FIRST_RECORDS, FileReport, Limits, Report};
use crate::engine::extract::{
    Extract, Loaded, Loader, Provenance, Unusable, files_of, refuse_two_for_one_state, total_bytes,
};
use crate::engine::ssn_check::Misidentified;
use crate::error::{Error, Result};
use crate::formats::input::{InputForms, input_bytes};
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::formats::reference::Counties;
use crate::parallel::largest_first;
use crate::progress::{Progress, Unit};
use crate::run::{REJECTS_HEADER, RejectFindings, reject_lines};
use crate::stop::Stop;
use crate::text::shown_path;

/// A request to validate files.
#[derive(Clone, Debug)]
pub struct ValidateRequest {
    /// The states' extracts: files or folders.
    pub extracts: Vec<PathBuf>,
    /// FCR-derived extracts: files or folders.
    pub fcr: Vec<PathBuf>,
    /// SSNs that states reported as misidentified.
    pub misidentified: Option<PathBuf>,
    /// The form of the files, if known.
    pub form: InputForms,
    /// The date of the run.
    pub run_date: Date,
    /// How many of each warning are listed one by one, at least.
    pub max_warnings: usize,
    /// The largest share of rejected records of a file that can be used, in percent.
    pub max_rejects_percent: f64,
    /// The largest shares of unusable values that are plausible.
    pub limits: Limits,
    /// Whether all findings are kept, for [`Validated::rejects`].
    pub list_all: bool,
}

impl ValidateRequest {
    /// A request with the defaults of the command line.
    pub fn new(extracts: Vec<PathBuf>, run_date: Date) -> Self {
        ValidateRequest {
            extracts,
            fcr: Vec::new(),
            misidentified: None,
            form: InputForms::default(),
            run_date,
            max_warnings: 0,
            max_rejects_percent: 25.0,
            limits: Limits::default(),
            list_all: false,
        }
    }
}

/// The result of a validation.
#[non_exhaustive]
pub struct Validated {
    /// The report on every file.
    pub report: Report,
    /// The reason why a match would refuse these files.
    pub refusal: Option<Error>,
    files: Vec<File>,
}

impl Validated {
    /// Hands the findings of all files to `sink`, as lines of a rejects file. Those of several files
    /// have the file's name in a last column.
    ///
    /// # Errors
    /// What the sink reports; [`Error::Layout`] where a field is missing.
    pub fn rejects(
        &self,
        layouts: &LayoutSet,
        mut sink: impl FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let several = self.files.len() > 1;
        if several {
            sink(&REJECTS_HEADER.replace('\n', ",file\n"))?;
        } else {
            sink(REJECTS_HEADER)?;
        }
        for (file, report) in self.files.iter().zip(&self.report.files) {
            let findings = match file {
                File::Read(extract, _) => RejectFindings::from(&**extract),
                File::Unreadable(unusable) => RejectFindings::from(&**unusable),
            };
            let name = report.file.replace('"', "\"\"");
            reject_lines(&findings, layouts, |lines| {
                if several {
                    sink(&lines.replace('\n', &format!(",\"{name}\"\n")))
                } else {
                    sink(lines)
                }
            })?;
        }
        Ok(())
    }
}

/// A file that was read.
enum File {
    /// With the reason why it is unusable, if it is.
    Read(Box<Extract>, Option<String>),
    Unreadable(Box<Unusable>),
}

/// Validates the files.
///
/// # Errors
/// Whatever stops the run: a file that cannot be opened, an unusable side file, an interruption. A
/// file that a match would refuse is not an error, but gives [`Validated::refusal`].
pub fn validate(
    request: &ValidateRequest,
    layouts: &LayoutSet,
    progress: &Progress,
    stop: &Stop,
) -> Result<Validated> {
    let files = load(request, layouts, progress, stop)?;
    let (extract, fcr) = (layouts.extract()?, layouts.fcr_extract()?);
    let mut reports = Vec::new();
    for file in &files {
        stop.check()?;
        reports.push(match file {
            File::Read(extract, problem) => {
                let report =
                    FileReport::of_extract(extract, problem.clone(), request.limits, layouts);
                (report, Some(&**extract))
            }
            File::Unreadable(file) => {
                let layout = match file.provenance {
                    Provenance::Submitted => &extract,
                    Provenance::FcrDerived => &fcr,
                };
                (FileReport::of_unusable(file, layout, layouts), None)
            }
        });
    }
    let report = Report::new(request.run_date.ccyymmdd().to_string(), reports);
    stop.check()?;
    for file in &files {
        if let File::Read(extract, _) = file {
            extract.source.check_intact()?;
        }
    }
    Ok(Validated {
        report,
        refusal: refusal(&files),
        files,
    })
}

fn refusal(files: &[File]) -> Option<Error> {
    let mut problems = Vec::new();
    let mut extracts = Vec::new();
    for file in files {
        match file {
            File::Unreadable(file) => problems.push((&file.path, &file.problem)),
            File::Read(extract, problem) => {
                if let Some(problem) = problem {
                    problems.push((&extract.source.path, problem));
                }
                extracts.push(&**extract);
            }
        }
    }
    match problems.as_slice() {
        [] => refuse_two_for_one_state(extracts).err(),
        [(path, problem)] => Some(Error::input(path, problem.as_str())),
        problems => {
            let lines: Vec<_> = problems
                .iter()
                .map(|(path, problem)| format!("\n  {}: {problem}", shown_path(path)))
                .collect();
            Some(Error::Inputs(format!(
                "{} files cannot be used:{}",
                lines.len(),
                lines.concat()
            )))
        }
    }
}

/// Reads every file. Returns them in the order of the arguments, extracts first.
fn load(
    request: &ValidateRequest,
    layouts: &LayoutSet,
    progress: &Progress,
    stop: &Stop,
) -> Result<Vec<File>> {
    let files = files_of(&request.extracts, &request.fcr)?;
    let paths = files.iter().map(|(path, _)| path.as_path());
    request.form.refuse_unused(paths)?;
    let misidentified = match &request.misidentified {
        Some(path) => Misidentified::load(path, layouts.require("misidentified")?, stop)?,
        None => Misidentified::default(),
    };
    let stage = progress.stage("reading", total_bytes(&files)?, Unit::Bytes);
    let counties = Counties::default();
    let mut loader = Loader {
        submitted_layout: layouts.extract()?,
        fcr_layout: layouts.fcr_extract()?,
        form: request.form.clone(),
        run_date: request.run_date,
        counties: &counties,
        misidentified: &misidentified,
        master: None,
        max_rejects_percent: request.max_rejects_percent,
        max_warnings: if request.list_all {
            usize::MAX
        } else {
            request.max_warnings.max(FIRST_RECORDS)
        },
        // The report has no digests; an audit trail asks for them.
        digests: false,
        progress: &stage,
        stop,
    };
    let loaded = largest_first(
        &files,
        |(path, _)| input_bytes(path).unwrap_or_default(),
        |(path, provenance)| loader.load(path, *provenance),
    )?;
    // The sender of a file with too many rejected records needs to know all of them.
    loader.max_rejects_percent = 100.0;
    let as_far_as_can_be = |((path, provenance), loaded): (&(PathBuf, _), Loaded)| {
        let unusable = match loaded {
            Loaded::Usable(extract) => return Ok(File::Read(extract, None)),
            // Not read, or given up: a second look would not find more.
            Loaded::Unusable(unusable) if unusable.records == 0 => {
                return Ok(File::Unreadable(unusable));
            }
            Loaded::Unusable(unusable) => unusable,
        };
        Ok(match loader.load(path, *provenance)? {
            Loaded::Usable(extract) => File::Read(extract, Some(unusable.problem)),
            Loaded::Unusable(unusable) => File::Unreadable(unusable),
        })
    };
    files.iter().zip(loaded).map(as_far_as_can_be).collect()
}
