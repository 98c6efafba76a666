//! The options of a match that change its answers, and their form in the manifest.

use super::Manifest;
use crate::engine::matching::{AbsentState, CounterpartRule, Routine};
use crate::engine::response::OutputForm;
use crate::formats::input::{Encoding, Format, InputForm, InputForms, Named};

/// `--on-bad-file`: what happens to a run with an unusable file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBadFile {
    /// The run stops; nothing is published.
    #[default]
    Stop,
    /// The run continues as if the file had not been given.
    Exclude,
    /// The state's last accepted extract stands in.
    Previous,
}

impl OnBadFile {
    /// All of them.
    pub const ALL: [OnBadFile; 3] = [OnBadFile::Stop, OnBadFile::Exclude, OnBadFile::Previous];

    /// The word in the option and in the manifest.
    pub fn word(self) -> &'static str {
        match self {
            OnBadFile::Stop => "stop",
            OnBadFile::Exclude => "exclude",
            OnBadFile::Previous => "previous",
        }
    }
}

/// The options of a match that change its answers.
#[derive(Clone, Debug)]
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
    pub form: InputForms,
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
            form: InputForms::default(),
        }
    }
}

/// The word for what is found out from the bytes.
const AUTO: &str = "auto";

/// An option as the command line has it: a word for all files, or a list that begins with it and goes
/// on with words for files by their names.
fn option_of<T: Copy>(
    all: Option<T>,
    named: &[Named<T>],
    word: impl Fn(T) -> &'static str,
) -> serde_json::Value {
    let word = |value: Option<T>| value.map_or(AUTO, &word);
    if named.is_empty() {
        return word(all).into();
    }
    let named = named
        .iter()
        .map(|named| format!("{}={}", named.name, word(named.value)));
    std::iter::once(word(all).to_owned()).chain(named).collect()
}

/// What [`option_of`] made; none where it made no such thing.
fn noted_option<T: Copy>(
    noted: Option<&serde_json::Value>,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Option<(Option<T>, Vec<Named<T>>)> {
    let value = |text: &str| -> Option<Option<T>> {
        let known = all.iter().copied().find(|&value| word(value) == text);
        (text == AUTO || known.is_some()).then_some(known)
    };
    let noted = noted?;
    if let Some(text) = noted.as_str() {
        return Some((value(text)?, Vec::new()));
    }
    let mut words = noted.as_array()?.iter().map(serde_json::Value::as_str);
    let all = value(words.next()??)?;
    let named = words.map(|word| {
        let (name, text) = word?.rsplit_once('=')?;
        Some(Named {
            name: name.to_owned(),
            value: value(text)?,
        })
    });
    Some((all, named.collect::<Option<Vec<_>>>()?))
}

/// Notes in a manifest how input files were read.
pub fn note_input_form(forms: &InputForms, manifest: Manifest) -> Manifest {
    let format = option_of(forms.all.format, &forms.formats, Format::word);
    let encoding = option_of(forms.all.encoding, &forms.encodings, Encoding::word);
    manifest
        .option("input_format", format)
        .option("input_encoding", encoding)
}

/// The forms that a manifest notes.
///
/// # Errors
/// The name of the option of which it holds no known value.
fn noted_input_form(manifest: &Manifest) -> Result<InputForms, &'static str> {
    let noted = |name: &str| manifest.options.get(name);
    let (format, formats) =
        noted_option(noted("input_format"), &Format::ALL, Format::word).ok_or("input_format")?;
    let (encoding, encodings) =
        noted_option(noted("input_encoding"), &Encoding::ALL, Encoding::word)
            .ok_or("input_encoding")?;
    Ok(InputForms {
        all: InputForm { format, encoding },
        formats,
        encodings,
    })
}

/// Adds the form of response files to a manifest.
pub(super) fn note_response_form(form: OutputForm, manifest: Manifest) -> Manifest {
    manifest
        .option("output_format", if form.fixed { "fb" } else { "text" })
        .option("output_encoding", form.encoding.word())
}

/// How to read the response files of a finished run.
pub fn noted_response_form(manifest: &Manifest) -> InputForm {
    let word = |name: &str| manifest.options.get(name).and_then(|value| value.as_str());
    let encodings = Encoding::ALL;
    let encoding = encodings
        .into_iter()
        .find(|encoding| word("output_encoding") == Some(encoding.word()));
    InputForm {
        format: Some(if word("output_format") == Some("fb") {
            Format::Fixed
        } else {
            Format::Text
        }),
        encoding: Some(encoding.unwrap_or_default()),
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
        note_input_form(&self.form, manifest)
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
            form: noted_input_form(manifest)?,
        })
    }
}
