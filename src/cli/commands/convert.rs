//! `icr convert`: converts records between forms.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::AuditArgs;
use crate::cli::{
    CommonArgs, FailOn, OutputEncodingArg, OutputFormatArg, ThreadsArgs, UnpackArgs, by_name,
    named_encoding, named_word, tell,
};
use crate::desk::convert::{ConvertRequest, ConvertTo, Converted, SourceForm, Target, convert};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::input::{Encoding, Format, InputForm, InputForms, Named, Told};
use crate::progress::Progress;
use crate::run::audit::Session;
use crate::run::output::{FileMode, OutputSingle, Stdout};
use crate::stop::Stop;
use crate::text::count_of;

/// Convert records between text, RECFM=FB, EBCDIC, CSV, JSON Lines and Parquet
///
/// Reads every form that `icr match` reads, gzip, zstd and zip too, and the CSV that it writes. What is
/// converted and converted back is the same, padded; a record that a form cannot carry stops the
/// run. FILE appears complete or not at all.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr convert --to csv --output CA.csv extracts/CA.txt
  icr convert --to cp037-fb --input-format csv --output CA.ebcdic CA.csv
  icr convert --to parquet --mask --output CA.parquet run/responses/CA.icr
  icr convert --to csv --fields case_id,case_status --output cases.csv extracts/CA.txt")]
pub struct Args {
    /// The file to read; - is standard input
    #[arg(value_name = "INPUT")]
    input: PathBuf,
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
    /// How records are separated: auto, text, fb, vb, or csv, which `--to csv` writes; NAME=FORM is for the file of that name alone
    #[arg(long, value_name = "[NAME=]FORM", default_value = "auto", value_parser = input_format)]
    input_format: Vec<(Option<String>, Option<InputFormat>)>,
    /// The code page of the input: auto, ascii, utf8, cp037, cp1047, cp1140 or cp500; NAME=CODE is for the file of that name alone
    #[arg(long, value_name = "[NAME=]CODE", default_value = "auto", value_parser = named_encoding)]
    input_encoding: Vec<(Option<String>, Option<Encoding>)>,
    /// The code page of FILE, where it is text or fb
    #[arg(long, value_name = "CODE", default_value = "ascii")]
    output_encoding: OutputEncodingArg,
    #[command(flatten)]
    limit: UnpackArgs,
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
}

/// `--to`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// ASCII, one record per line.
    Text,
    /// ASCII, RECFM=FB.
    Fb,
    /// EBCDIC code page 037, lines that end with X'25'.
    Cp037Text,
    /// EBCDIC code page 037, RECFM=FB.
    Cp037Fb,
    /// CSV in UTF-8 with a header.
    Csv,
    /// JSON Lines: one object per record.
    Jsonl,
    /// Parquet: one text column per field.
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

/// Runs the command.
///
/// # Errors
/// Whatever stops the run; then FILE is unchanged.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("convert", None, stop, |session| {
        let layouts = common.layouts.as_deref();
        let side = layouts.into_iter().chain(args.audit.paths());
        let used: Vec<_> = side.chain([args.input.as_path()]).collect();
        let output = OutputSingle::create(&args.output, args.file_mode, &used)?;
        session.read_files([args.input.as_path()], stop)?;
        convert_audited(args, common, output, session, stdout, stop)
    })
}

fn convert_audited(
    args: &Args,
    common: &CommonArgs,
    output: OutputSingle,
    session: &Session,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    if args.output_encoding != OutputEncodingArg::Ascii && !matches!(args.to, To::Text | To::Fb) {
        let problem = "--output-encoding goes with --to text and --to fb";
        return Err(Error::Usage(problem.to_owned()));
    }
    let layouts = common.layouts()?;
    let progress = Progress::new(common.quiet);
    let request = ConvertRequest {
        input: args.input.clone(),
        output: args.output.clone(),
        source: args.source(),
        to: args.to.target(args.output_encoding.encoding()),
        layout: args.layout.clone(),
        fields: args.fields.clone(),
        mask: args.mask,
        count_rejects: args.fail_on.is_some(),
    };
    let Converted {
        plan,
        records,
        told,
        output,
    } = args
        .threads
        .run(|| convert(&request, &layouts, output, &progress, stop))?;
    let (to, layout) = (
        args.to
            .to_possible_value()
            .map_or_else(String::new, |v| v.get_name().to_owned()),
        &plan.layout,
    );
    tell(common, &args.input, &told);
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
            crate::text::json_text(&ConvertDocument {
                blanked: plan.blanked(),
                fields,
                layout,
                masked: args.mask,
                records,
                rejects,
                schema: "icr.convert/1",
                to: &to,
                told,
            })
        }
    };
    let exit = FailOn::exit(args.fail_on, |_| rejects.is_some_and(|rejects| rejects > 0));
    let text = common.printed(args.format, text);
    session.publish(output, (&text, stdout), exit, stop)?;
    Ok(exit)
}

/// What was converted, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct ConvertDocument<'a> {
    /// How many records were blanked, since what they hold could not be masked by field.
    blanked: Option<u64>,
    /// The keys of the fields that were written.
    fields: Vec<&'a str>,
    /// The layout.
    layout: &'a str,
    /// Whether persons were masked.
    masked: bool,
    /// How many records were written.
    records: u64,
    /// How many a match would reject (E01, E02), where that was asked.
    rejects: Option<u64>,
    /// The form of this value.
    #[schemars(extend("const" = "icr.convert/1"))]
    schema: &'static str,
    /// The form that was written.
    to: &'a str,
    /// What the file holds beside records, and what reading it changed.
    told: Vec<Told>,
}

impl To {
    fn target(self, encoding: Encoding) -> ConvertTo {
        ConvertTo::Rows(match self {
            To::Text => Target::Text(encoding),
            To::Fb => Target::Fixed(encoding),
            To::Cp037Text => Target::Text(Encoding::Cp037),
            To::Cp037Fb => Target::Fixed(Encoding::Cp037),
            To::Csv => Target::Csv,
            To::Jsonl => Target::Jsonl,
            To::Parquet => return ConvertTo::Parquet,
        })
    }
}

impl Args {
    fn source(&self) -> SourceForm {
        self.limit.apply();
        let (all, formats) = by_name(&self.input_format);
        let (encoding, encodings) = by_name(&self.input_encoding);
        let records = |format: Option<InputFormat>| match format? {
            InputFormat::Records(format) => Some(format),
            InputFormat::Csv => None,
        };
        let is_csv = |(_, format): &(_, Option<InputFormat>)| *format == Some(InputFormat::Csv);
        let forms = InputForms {
            all: InputForm {
                format: records(all),
                encoding,
            },
            formats: formats
                .into_iter()
                .map(|named| Named {
                    value: records(named.value),
                    name: named.name,
                })
                .collect(),
            encodings,
        };
        if self.input_format.iter().any(is_csv) {
            let encoding = forms.of(&self.input).encoding;
            return SourceForm::Csv { encoding };
        }
        SourceForm::Records(forms)
    }
}
