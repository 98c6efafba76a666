//! `icr convert`: records from one form into another.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use rayon::prelude::*;
use serde_json::json;

use crate::cli::AuditArgs;
use crate::cli::{
    CommonArgs, FailOn, OutputEncodingArg, OutputFormatArg, ThreadsArgs, by_name, named_encoding,
    named_word,
};
use crate::desk::convert::{FromCsv, Plan, Refused, Rows, Target, guess_layout};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::input::{
    Encoding, Format, Framing, InputForm, InputForms, Named, Records, Source, split_at_records,
};
use crate::formats::layout::LayoutSet;
use crate::progress::{Progress, Unit};
use crate::run::audit::Session;
use crate::run::output::{FileMode, OutputSingle, Stdout};
use crate::stop::Stop;
use crate::text::count_of;

/// Convert records between text, RECFM=FB, EBCDIC, CSV, JSON Lines and Parquet
///
/// Reads every form that `icr match` reads, gzip and zstd too, and the CSV that it writes. What is
/// converted and converted back is the same, padded; a record that a form cannot carry stops the
/// run. FILE appears complete or not at all.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr convert --to csv --output CA.csv extracts/CA.txt
  icr convert --to cp037-fb --input-format csv --output CA.ebcdic CA.csv
  icr convert --to parquet --mask --output CA.parquet run/responses/CA.icr
  icr convert --to csv --fields case_id,case_status --output cases.csv extracts/CA.txt")]
pub struct Args {
    /// The form of FILE
    #[arg(long, value_name = "FORM")]
    to: To,
    /// The records' layout [default: found out from their length]
    #[arg(long, value_name = "NAME")]
    layout: Option<String>,
    /// Show no more than the last four digits of an SSN, the initials of a name, codes and the numbers of cases and members
    #[arg(long)]
    mask: bool,
    /// The fields to write, comma-separated, by the keys of `icr layout show`; in fixed records the others are blank
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    fields: Vec<String>,
    /// How records are told apart: auto, text, fb, vb, or csv, which `--to csv` writes; NAME=FORM is for the file of that name alone
    #[arg(long, value_name = "[NAME=]FORM", default_value = "auto", value_parser = input_format)]
    input_format: Vec<(Option<String>, Option<InputFormat>)>,
    /// The code page of the input: auto, ascii, utf8, cp037, cp1047, cp1140 or cp500; NAME=CODE is for the file of that name alone
    #[arg(long, value_name = "[NAME=]CODE", default_value = "auto", value_parser = named_encoding)]
    input_encoding: Vec<(Option<String>, Option<Encoding>)>,
    /// The code page of FILE, where it is text or fb
    #[arg(long, value_name = "CODE", default_value = "ascii")]
    output_encoding: OutputEncodingArg,
    /// The file to write; one that is there is replaced when all is written
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Exit with 1 after publishing if there are such findings: errors are extract records that a match
    /// would reject as a whole (E01, E02); other layouts have none, and there are no warnings
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    /// Permissions of FILE, octal
    #[arg(long, value_name = "MODE", default_value = "0600")]
    file_mode: FileMode,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
    /// The file to read
    #[arg(value_name = "INPUT")]
    input: PathBuf,
}

/// `--to`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// ASCII, one record a line.
    Text,
    /// ASCII, RECFM=FB.
    Fb,
    /// EBCDIC code page 037, lines that end with X'25'.
    Cp037Text,
    /// EBCDIC code page 037, RECFM=FB.
    Cp037Fb,
    /// CSV in UTF-8 with a header.
    Csv,
    /// JSON Lines: an object a record.
    Jsonl,
    /// Parquet: a text column a field.
    Parquet,
}

/// `--input-format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InputFormat {
    Records(Format),
    /// What `--to csv` wrote.
    Csv,
}

fn input_format(text: &str) -> std::result::Result<(Option<String>, Option<InputFormat>), String> {
    const ALL: [InputFormat; 4] = [
        InputFormat::Records(Format::Text),
        InputFormat::Records(Format::Fixed),
        InputFormat::Records(Format::Variable),
        InputFormat::Csv,
    ];
    named_word(text, &ALL, |format| match format {
        InputFormat::Records(format) => format.word(),
        InputFormat::Csv => "csv",
    })
}

/// About how much one task renders.
const PIECE_BYTES: usize = 256 * 1024;
/// How many pieces are rendered before they are written.
const WINDOW_PIECES: usize = 16;
/// How many records of a CSV file are read before they are written.
const CSV_RECORDS: usize = 16 * 1024;

/// Runs the command.
///
/// # Errors
/// Whatever stops the run; FILE is as it was then.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("convert", None, |session| {
        session.read_files([args.input.as_path()], stop)?;
        convert_audited(args, common, session, stdout, stop)
    })
}

fn convert_audited(
    args: &Args,
    common: &CommonArgs,
    session: &Session,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    if args.output_encoding != OutputEncodingArg::Ascii && !matches!(args.to, To::Text | To::Fb) {
        let problem = "--output-encoding goes with --to text and --to fb";
        return Err(Error::Usage(problem.to_owned()));
    }
    let layouts = common.layouts()?;
    let output = OutputSingle::create(&args.output, args.file_mode, &[&args.input])?;
    let progress = Progress::new(common.quiet);
    let Converted {
        plan,
        records,
        output,
    } = args
        .threads
        .run(|| convert(args, &layouts, output, &progress, stop))?;
    let (to, layout) = (
        args.to
            .to_possible_value()
            .map_or_else(String::new, |v| v.get_name().to_owned()),
        &plan.layout,
    );
    let rejects = plan.rejects();
    let text = match args.format {
        OutputFormatArg::Text => format!(
            "{} of the layout {layout} written as {to}{}{}{}\n",
            count_of(records, "record"),
            if args.mask { ", masked" } else { "" },
            match plan.blanked() {
                Some(blanked @ 1..) => format!(
                    "; {} blanked, whose coded fields do not hold what they must",
                    count_of(blanked, "record")
                ),
                Some(0) | None => String::new(),
            },
            match rejects {
                Some(rejects @ 1..) => {
                    let rejects = count_of(rejects, "record");
                    format!("; a match would reject {rejects} (E01, E02)")
                }
                Some(0) | None => String::new(),
            }
        ),
        OutputFormatArg::Json => {
            let fields: Vec<_> = plan.fields.iter().map(|f| f.key.as_str()).collect();
            let summary = json!({
                "schema": "icr.convert/1", "layout": layout, "to": to, "records": records, "masked": args.mask,
                "fields": fields, "rejects": rejects, "blanked": plan.blanked(),
            });
            crate::text::json_text(&summary)
        }
    };
    let exit = FailOn::exit(args.fail_on, |_| rejects.is_some_and(|rejects| rejects > 0));
    session.publish(output, (&text, stdout), exit, stop)?;
    Ok(exit)
}

/// A file that is written but not published.
struct Converted {
    plan: Plan,
    records: u64,
    output: OutputSingle,
}

/// Where records go.
enum Sink<'a> {
    Rows(Rows<'a>, OutputSingle),
    #[cfg(feature = "parquet")]
    Parquet(Box<crate::desk::convert::ParquetFile<'a, OutputSingle>>),
}

fn convert(
    args: &Args,
    layouts: &LayoutSet,
    output: OutputSingle,
    progress: &Progress,
    stop: &Stop,
) -> Result<Converted> {
    let (source, name) = open(args, layouts, stop)?;
    let from_csv = args.is_csv();
    let stage = progress.stage("converting", source.bytes().len() as u64, Unit::Bytes);
    let (mut csv, layout) = if from_csv {
        let layout = args.layout.as_deref();
        let (csv, layout) = FromCsv::open(&args.input, source.bytes(), layout, layouts)?;
        (Some(csv), layout)
    } else {
        (None, layouts.expanded(layouts.require(&name)?))
    };
    let mut plan = Plan::new(&layout, &args.fields, args.mask)?;
    if args.fail_on.is_some()
        && let Some(min_bytes) = shortest_record(&layout.name, layouts)?
    {
        plan.count_rejects(min_bytes);
    }
    let mut sink = Sink::new(args, &plan, output)?;
    let mut records = 0;
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
            records += sink.take(args, piece, &[(0, block.len())], records)?;
        }
    } else {
        // Each task takes whole records; the records of a case may be parted.
        let framing = source.framing;
        let cuts = split_at_records(framing, source.bytes(), PIECE_BYTES, usize::MAX..usize::MAX);
        let pieces: Vec<_> = cuts
            .windows(2)
            .map(|cut| (cut[0], cut[1]))
            .filter(|(first, end)| first < end)
            .collect();
        for window in pieces.chunks(WINDOW_PIECES) {
            stop.check()?;
            records += sink.take(args, (framing, source.bytes()), window, records)?;
            stage.advance((window[window.len() - 1].1 - window[0].0) as u64);
        }
    }
    source.check_intact()?;
    let output = sink.finish().map_err(Error::io("write", &args.output))?;
    Ok(Converted {
        plan,
        records,
        output,
    })
}

/// The shortest record that a match accepts, where it reads records of this layout.
fn shortest_record(layout: &str, layouts: &LayoutSet) -> Result<Option<usize>> {
    Ok(match layout {
        "extract" => Some(layouts.extract()?.min_bytes),
        "fcr-extract" => Some(layouts.fcr_extract()?.min_bytes_fcr),
        _ => None,
    })
}

/// Opens the input; gives it with the name of its layout, which decides its record length. That of
/// a CSV file is told by its header.
fn open(args: &Args, layouts: &LayoutSet, stop: &Stop) -> Result<(Source, String)> {
    let length = |name: &str| -> Result<usize> { Ok(layouts.require(name)?.length) };
    args.forms()
        .refuse_unused(std::iter::once(args.input.as_path()))?;
    if args.is_csv() {
        if let Some(encoding) = args.form().encoding.filter(|encoding| encoding.is_ebcdic()) {
            let problem = format!(
                "--input-format csv is UTF-8; --input-encoding {} does not go with it",
                encoding.word()
            );
            return Err(Error::Usage(problem));
        }
        let source = Source::open(&args.input, 1, InputForm::TEXT, stop)?;
        return Ok((source, String::new()));
    }
    let named = args.layout.as_deref().unwrap_or("extract");
    let source = Source::open(&args.input, length(named)?, args.form(), stop)?;
    if source.bytes().is_empty() {
        let problem = "is empty; there is nothing to convert (was the transfer complete?)";
        return Err(Error::input(&args.input, problem));
    }
    if args.layout.is_some() {
        return Ok((source, named.to_owned()));
    }
    let Some(guessed) = guess_layout(&source) else {
        let names: Vec<_> = layouts.layouts.iter().map(|l| l.name.as_str()).collect();
        let problem = format!(
            "cannot be told to be of one layout; name it with --layout: {}",
            names.join(", ")
        );
        return Err(Error::input(&args.input, problem));
    };
    // How the records are told apart may depend on their length.
    let source = source.with_record_bytes(length(guessed)?, args.form(), stop)?;
    Ok((source, guessed.to_owned()))
}

impl Args {
    /// What was asked of the input, as of any other.
    fn forms(&self) -> InputForms {
        let (all, formats) = by_name(&self.input_format);
        let (encoding, encodings) = by_name(&self.input_encoding);
        let format = |format: Option<InputFormat>| match format? {
            InputFormat::Records(format) => Some(format),
            InputFormat::Csv => Some(Format::Text),
        };
        let formats = formats.into_iter().map(|named| Named {
            value: format(named.value),
            name: named.name,
        });
        InputForms {
            all: InputForm {
                format: format(all),
                encoding,
            },
            formats: formats.collect(),
            encodings,
        }
    }

    fn form(&self) -> InputForm {
        self.forms().of(&self.input)
    }

    fn is_csv(&self) -> bool {
        let csv = |(_, format): &(_, Option<InputFormat>)| *format == Some(InputFormat::Csv);
        self.input_format.iter().any(csv)
    }
}

impl<'a> Sink<'a> {
    fn new(args: &Args, plan: &'a Plan, mut output: OutputSingle) -> Result<Self> {
        let target = match args.to {
            To::Text => Target::Text(args.output_encoding.encoding()),
            To::Fb => Target::Fixed(args.output_encoding.encoding()),
            To::Cp037Text => Target::Text(Encoding::Cp037),
            To::Cp037Fb => Target::Fixed(Encoding::Cp037),
            To::Csv => Target::Csv,
            To::Jsonl => Target::Jsonl,
            #[cfg(feature = "parquet")]
            To::Parquet => {
                let file = crate::desk::convert::ParquetFile::new(plan, output)
                    .map_err(Error::io("write", &args.output))?;
                return Ok(Sink::Parquet(Box::new(file)));
            }
            #[cfg(not(feature = "parquet"))]
            To::Parquet => {
                let problem =
                    "this icr was built without the feature `parquet`; choose another --to";
                return Err(Error::Usage(problem.to_owned()));
            }
        };
        let rows = Rows::new(plan, target);
        output.write(&rows.header())?;
        Ok(Sink::Rows(rows, output))
    }

    /// Takes the records of pieces of a file, of which so many came before; gives how many there
    /// were.
    fn take(
        &mut self,
        args: &Args,
        (framing, bytes): (Framing, &[u8]),
        pieces: &[(usize, usize)],
        before: u64,
    ) -> Result<u64> {
        let records = |&(first, end): &(usize, usize)| Records::within(framing, bytes, first, end);
        let refuse = |refused: &Refused, before: u64| {
            Error::record(
                &args.input,
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
                use crate::desk::convert::ParquetError;
                for piece in pieces {
                    count += file.add(records(piece)).map_err(|error| match error {
                        ParquetError::Refused(refused) => refuse(&refused, before + count),
                        ParquetError::Unwritable(error) => Error::io("write", &args.output)(error),
                    })?;
                }
            }
        }
        Ok(count)
    }

    /// Writes what is left.
    fn finish(self) -> std::io::Result<OutputSingle> {
        match self {
            Sink::Rows(_, output) => Ok(output),
            #[cfg(feature = "parquet")]
            Sink::Parquet(file) => file.finish(),
        }
    }
}
