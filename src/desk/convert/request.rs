//! Converts a file: request to result.
//!
//! The caller publishes the output file, so that an audit trail can record the conversion first.

use std::path::PathBuf;

use rayon::prelude::*;

use super::damage::{self, Watch};
use super::{FromCsv, Plan, Refused, Rows, Target, guess_layout};
use crate::error::{Attempt, Error, Result};
use crate::formats::input::{
    Encoding, Framing, InputForm, InputForms, Records, Source, Told, diagnose_form, refuse_archive,
    split_at_records, told_first,
};
use crate::formats::layout::LayoutSet;
use crate::progress::{Progress, Unit};
use crate::run::output::OutputSingle;
use crate::stop::Stop;

/// The approximate number of bytes that one task renders.
const PIECE_BYTES: usize = 256 * 1024;
/// The number of pieces that are rendered before they are written.
const WINDOW_PIECES: usize = 16;
/// The number of records of a CSV file that are read before they are written.
const CSV_RECORDS: usize = 16 * 1024;

/// How the input is read.
#[derive(Clone, Debug)]
pub enum SourceForm {
    /// Records in this form, if known.
    Records(InputForms),
    /// CSV that a conversion wrote.
    Csv {
        /// The requested code page. CSV is UTF-8, so EBCDIC is refused.
        encoding: Option<Encoding>,
    },
}

/// The target form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvertTo {
    /// One of the forms that are written record by record.
    Rows(Target),
    /// A Parquet file: one text column per field.
    Parquet,
}

/// A request to convert a file.
#[derive(Clone, Debug)]
pub struct ConvertRequest {
    /// The file to read.
    pub input: PathBuf,
    /// The output file, for messages.
    pub output: PathBuf,
    /// How the input is read.
    pub source: SourceForm,
    /// The form to write.
    pub to: ConvertTo,
    /// The layout of the records; `None` to guess it from their length.
    pub layout: Option<String>,
    /// The keys of the fields to write; empty for all fields.
    pub fields: Vec<String>,
    /// Whether personal data are masked.
    pub mask: bool,
    /// Whether the records that a match would reject as a whole (E01, E02) are counted.
    pub count_rejects: bool,
}

/// An output file that is complete but not published.
pub struct Converted {
    /// The layout and the fields that were written.
    pub plan: Plan,
    /// The number of records.
    pub records: u64,
    /// What the input holds beside records, and what reading it changed.
    pub told: Vec<Told>,
    /// The file.
    pub output: OutputSingle,
}

/// The destination of records.
enum Sink<'a> {
    Rows(Rows<'a>, OutputSingle),
    #[cfg(feature = "parquet")]
    Parquet(Box<super::ParquetFile<'a, OutputSingle>>),
}

/// Converts the records of a file. The output is written but not published.
///
/// # Errors
/// [`Error::Input`] if the input cannot be used or has a record that the form cannot hold;
/// [`Error::Configuration`] and [`Error::Usage`] if layout, fields or form do not fit together;
/// [`Error::Io`], [`Error::Interrupted`].
pub fn convert(
    request: &ConvertRequest,
    layouts: &LayoutSet,
    output: OutputSingle,
    progress: &Progress,
    stop: &Stop,
) -> Result<Converted> {
    let (source, name) = open(request, layouts, stop)?;
    let stage = progress.stage("converting", source.bytes().len() as u64, Unit::Bytes);
    let is_csv = matches!(request.source, SourceForm::Csv { .. });
    let (mut csv, layout) = if is_csv {
        let layout = request.layout.as_deref();
        let (csv, layout) = FromCsv::open(&request.input, source.bytes(), layout, layouts)?;
        (Some(csv), layout)
    } else {
        (None, layouts.expanded(layouts.require(&name)?))
    };
    let mut plan = Plan::new(&layout, &request.fields, request.mask)?;
    if request.count_rejects
        && let Some(min_bytes) = shortest_record(&layout.name, layouts)?
    {
        plan.count_rejects(min_bytes);
    }
    let mut sink = Sink::new(request, &plan, output)?;
    let mut records = 0;
    let mut watch = Watch::new(&name, layouts)?;
    if let Some(csv) = &mut csv {
        let mut block = Vec::new();
        loop {
            stop.check()?;
            block.clear();
            csv.next_records(CSV_RECORDS, &mut block)?;
            if block.is_empty() {
                break;
            }
            let piece = (Framing::Fixed(plan.length), &block[..]);
            records += sink.take(request, piece, &[(0, block.len())], records)?;
        }
    } else {
        // Each task takes whole records, but a case may be split between tasks.
        let framing = source.framing;
        let cuts = split_at_records(framing, source.bytes(), PIECE_BYTES, usize::MAX..usize::MAX);
        let pieces: Vec<_> = cuts
            .windows(2)
            .map(|cut| (cut[0], cut[1]))
            .filter(|(first, end)| first < end)
            .collect();
        for window in pieces.chunks(WINDOW_PIECES) {
            stop.check()?;
            let taken = sink.take(request, (framing, source.bytes()), window, records);
            records += match taken {
                Ok(taken) => taken,
                Err(error) => {
                    let told = damage::told(&source, &name, layouts, stop)?;
                    let told: Vec<_> = told.iter().map(Told::line).collect();
                    return Err(told_first(&told, None, error));
                }
            };
            watch.look_at(&source, window);
            stage.advance((window[window.len() - 1].1 - window[0].0) as u64);
        }
    }
    let told = if is_csv {
        Vec::new()
    } else {
        watch.told(&source)
    };
    source.check_intact()?;
    let output = sink
        .finish()
        .map_err(Error::io(Attempt::Write, &request.output))?;
    Ok(Converted {
        plan,
        records,
        told,
        output,
    })
}

/// The shortest record that a match accepts, if it reads records of this layout.
fn shortest_record(layout: &str, layouts: &LayoutSet) -> Result<Option<usize>> {
    Ok(match layout {
        "extract" => Some(layouts.extract()?.min_bytes),
        "fcr-extract" => Some(layouts.fcr_extract()?.min_bytes_fcr),
        _ => None,
    })
}

fn open_csv(request: &ConvertRequest, encoding: Option<Encoding>, stop: &Stop) -> Result<Source> {
    if let Some(encoding) = encoding.filter(|encoding| encoding.is_ebcdic()) {
        let problem = format!(
            "--input-format csv is UTF-8; --input-encoding {} does not go with it",
            encoding.word()
        );
        return Err(Error::Usage(problem));
    }
    Source::open(&request.input, 1, InputForm::TEXT, stop)
}

/// Opens the input. Returns it with the name of its layout, which decides the record length. For a
/// CSV file, the header decides the layout.
fn open(request: &ConvertRequest, layouts: &LayoutSet, stop: &Stop) -> Result<(Source, String)> {
    let length = |name: &str| -> Result<usize> { Ok(layouts.require(name)?.length) };
    let form = match &request.source {
        SourceForm::Records(forms) => {
            forms.refuse_unused([request.input.as_path()])?;
            forms.of(&request.input)
        }
        &SourceForm::Csv { encoding } => {
            return Ok((open_csv(request, encoding, stop)?, String::new()));
        }
    };
    let named = request.layout.as_deref().unwrap_or("extract");
    let source = Source::open(&request.input, length(named)?, form, stop)?;
    refuse_archive(&source)?;
    if source.bytes().is_empty() {
        let problem = "is empty; there is nothing to convert (was the transfer complete?)";
        return Err(Error::input(&request.input, problem));
    }
    if request.layout.is_some() {
        return Ok((source, named.to_owned()));
    }
    let Some(guessed) = guess_layout(&source) else {
        let names: Vec<_> = layouts.layouts.iter().map(|l| l.name.as_str()).collect();
        let told = damage::told_of_most(&source, layouts, stop)?;
        let told: Vec<_> = told.iter().map(Told::line).collect();
        let form = Some(told.join("; ")).filter(|told| !told.is_empty());
        let problem = match form.or(diagnose_form(&source, length(named)?)) {
            Some(form) => format!("does not show which layout it has; {form}"),
            None => format!(
                "does not show which layout it has; name it with --layout: {}",
                names.join(", ")
            ),
        };
        return Err(Error::input(&request.input, problem));
    };
    // Splitting into records can depend on their length, so the file is opened again.
    let source = source.with_record_bytes(length(guessed)?, form, stop)?;
    Ok((source, guessed.to_owned()))
}

impl<'a> Sink<'a> {
    fn new(request: &ConvertRequest, plan: &'a Plan, mut output: OutputSingle) -> Result<Self> {
        let ConvertTo::Rows(target) = request.to else {
            #[cfg(feature = "parquet")]
            {
                let file = super::ParquetFile::new(plan, output)
                    .map_err(Error::io(Attempt::Write, &request.output))?;
                return Ok(Sink::Parquet(Box::new(file)));
            }
            #[cfg(not(feature = "parquet"))]
            {
                let problem =
                    "this icr was built without the feature `parquet`; choose another --to";
                return Err(Error::Usage(problem.to_owned()));
            }
        };
        let rows = Rows::new(plan, target);
        output.write(&rows.header())?;
        Ok(Sink::Rows(rows, output))
    }

    /// Converts the records of some pieces of a file; `before` precede them. Returns their number.
    fn take(
        &mut self,
        request: &ConvertRequest,
        (framing, bytes): (Framing, &[u8]),
        pieces: &[(usize, usize)],
        before: u64,
    ) -> Result<u64> {
        let records = |&(first, end): &(usize, usize)| Records::within(framing, bytes, first, end);
        let refuse = |refused: &Refused, before: u64| {
            Error::record(
                &request.input,
                before + refused.record,
                refused.problem.clone(),
            )
        };
        let mut count = 0;
        match self {
            Sink::Rows(rows, output) => {
                let rows = &*rows;
                let render = |piece: &(usize, usize)| {
                    let mut out = Vec::with_capacity(PIECE_BYTES * 3 / 2);
                    let count = rows.render(records(piece), &mut out);
                    (count, out)
                };
                let rendered: Vec<_> = pieces.par_iter().map(render).collect();
                for (records, out) in rendered {
                    count += records.map_err(|refused| refuse(&refused, before + count))?;
                    output.write(&out)?;
                }
            }
            #[cfg(feature = "parquet")]
            Sink::Parquet(file) => {
                use super::ParquetError;
                for piece in pieces {
                    count += file.add(records(piece)).map_err(|error| match error {
                        ParquetError::Refused(refused) => refuse(&refused, before + count),
                        ParquetError::Unwritable(error) => {
                            Error::io(Attempt::Write, &request.output)(error)
                        }
                    })?;
                }
            }
        }
        Ok(count)
    }

    /// Writes the rest.
    fn finish(self) -> std::io::Result<OutputSingle> {
        match self {
            Sink::Rows(_, output) => Ok(output),
            #[cfg(feature = "parquet")]
            Sink::Parquet(file) => file.finish(),
        }
    }
}
