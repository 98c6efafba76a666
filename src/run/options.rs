//! The options of a match that change its answers, and their form in the manifest.

use super::Manifest;
use crate::engine::matching::{AbsentState, CounterpartRule, Routine};
use crate::engine::response::OutputForm;
use crate::formats::input::{Encoding, InputForm};

/// `--on-bad-file`: what happens to a run with an unusable file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBadFile {
    /// The run stops; nothing is published.
    #[default]
    Stop,
    /// The run continues as if the file had not been given.
    Exclude,
}

impl OnBadFile {
    /// Both.
    pub const ALL: [OnBadFile; 2] = [OnBadFile::Stop, OnBadFile::Exclude];

    /// The word in the option and in the manifest.
    pub fn word(self) -> &'static str {
        match self {
            OnBadFile::Stop => "stop",
            OnBadFile::Exclude => "exclude",
        }
    }
}

/// The options of a match that change its answers.
#[derive(Clone, Copy, Debug)]
pub struct MatchOptions {
    /// Which cases of a participating state can be the counterpart.
    pub counterpart: CounterpartRule,
    /// How a case's counterpart is searched for.
    pub routine: Routine,
    /// The largest share of rejected records of a file that can be used, in percent.
    pub max_rejects_percent: f64,
    /// What becomes of a case whose other state sent nothing.
    pub absent_state: AbsentState,
    /// What becomes of a run with a file that cannot be used.
    pub on_bad_file: OnBadFile,
    /// How the files are read.
    pub form: InputForm,
}

impl Default for MatchOptions {
    /// The defaults of the command line.
    fn default() -> Self {
        MatchOptions {
            counterpart: CounterpartRule::default(),
            routine: Routine::default(),
            max_rejects_percent: 25.0,
            absent_state: AbsentState::default(),
            on_bad_file: OnBadFile::default(),
            form: InputForm::default(),
        }
    }
}

/// The values of `--input-format`.
fn format_word(form: InputForm) -> &'static str {
    match form.fixed {
        None => "auto",
        Some(false) => "text",
        Some(true) => "fb",
    }
}

/// The values of `--input-encoding`.
fn encoding_word(form: InputForm) -> &'static str {
    match form.encoding {
        None => "auto",
        Some(Encoding::Ascii) => "ascii",
        Some(Encoding::Cp037) => "cp037",
    }
}

/// Adds the form of input files to a manifest.
pub fn note_input_form(form: InputForm, manifest: Manifest) -> Manifest {
    manifest
        .option("input_format", format_word(form))
        .option("input_encoding", encoding_word(form))
}

/// Adds the form of response files to a manifest.
pub(super) fn note_response_form(form: OutputForm, manifest: Manifest) -> Manifest {
    let encoding = match form.encoding {
        Encoding::Ascii => "ascii",
        Encoding::Cp037 => "cp037",
    };
    manifest
        .option("output_format", if form.fixed { "fb" } else { "text" })
        .option("output_encoding", encoding)
}

/// How to read the response files of a finished run.
pub fn noted_response_form(manifest: &Manifest) -> InputForm {
    let word = |name: &str| manifest.options.get(name).and_then(|value| value.as_str());
    InputForm {
        fixed: Some(word("output_format") == Some("fb")),
        encoding: Some(match word("output_encoding") {
            Some("cp037") => Encoding::Cp037,
            _ => Encoding::Ascii,
        }),
    }
}

impl MatchOptions {
    /// Adds the options to a manifest.
    pub fn note(&self, manifest: Manifest) -> Manifest {
        let manifest = manifest
            .option("counterpart", self.counterpart.word())
            .option("routine", self.routine.word())
            .option("max_rejects", self.max_rejects_percent)
            .option("absent_state", self.absent_state.word())
            .option("on_bad_file", self.on_bad_file.word());
        note_input_form(self.form, manifest)
    }

    /// The options in a manifest.
    ///
    /// # Errors
    /// The name of an option that the manifest does not have, or has with an unknown value.
    pub fn noted(manifest: &Manifest) -> Result<Self, &'static str> {
        fn known<T: Copy>(
            manifest: &Manifest,
            name: &'static str,
            all: &[T],
            word: impl Fn(T) -> &'static str,
        ) -> Result<T, &'static str> {
            let noted = manifest.options.get(name).and_then(|value| value.as_str());
            let mut all = all.iter().copied();
            all.find(|&value| Some(word(value)) == noted).ok_or(name)
        }
        let routine = match manifest.options.get("routine") {
            // A run of an earlier version has no routine in its manifest, because there was only
            // one.
            None => Routine::Published,
            Some(_) => known(manifest, "routine", &Routine::ALL, Routine::word)?,
        };
        let max_rejects = manifest.options.get("max_rejects");
        let counterparts = CounterpartRule::ALL;
        let formats = [None, Some(false), Some(true)];
        let encodings = [None, Some(Encoding::Ascii), Some(Encoding::Cp037)];
        Ok(MatchOptions {
            counterpart: known(
                manifest,
                "counterpart",
                &counterparts,
                CounterpartRule::word,
            )?,
            routine,
            max_rejects_percent: max_rejects
                .and_then(serde_json::Value::as_f64)
                .ok_or("max_rejects")?,
            absent_state: known(
                manifest,
                "absent_state",
                &AbsentState::ALL,
                AbsentState::word,
            )?,
            on_bad_file: known(manifest, "on_bad_file", &OnBadFile::ALL, OnBadFile::word)?,
            form: InputForm {
                fixed: known(manifest, "input_format", &formats, |fixed| {
                    format_word(InputForm {
                        fixed,
                        encoding: None,
                    })
                })?,
                encoding: known(manifest, "input_encoding", &encodings, |encoding| {
                    encoding_word(InputForm {
                        fixed: None,
                        encoding,
                    })
                })?,
            },
        })
    }
}
