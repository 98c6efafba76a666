//! `icr convert`: converts records between forms.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use serde_json::json;

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, FailOn, InputEncodingArg, OutputFormatArg, ThreadsArgs};
use crate::desk::convert::{ConvertRequest, ConvertTo, Converted, SourceForm, Target, convert};
use crate::error::Result;
use crate::exit::Exit;
use crate::formats::input::{Encoding, InputForm};
use crate::progress::Progress;
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
    /// How records are told apart
    #[arg(long, value_name = "FORM", default_value = "auto")]
    input_format: InputFormatArg,
    /// The code page of the input
    #[arg(long, value_name = "CODE", default_value = "auto")]
    input_encoding: InputEncodingArg,
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
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum InputFormatArg {
    /// Text or RECFM=FB, found out from the bytes.
    Auto,
    /// One record a line, LF or CRLF.
    Text,
    /// RECFM=FB: fixed records without line ends.
    Fb,
    /// What `--to csv` wrote.
    Csv,
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
    let layouts = common.layouts()?;
    let progress = Progress::new(common.quiet);
    let request = ConvertRequest {
        input: args.input.clone(),
        output: args.output.clone(),
        source: args.source(),
        to: args.to.target(),
        layout: args.layout.clone(),
        fields: args.fields.clone(),
        mask: args.mask,
        count_rejects: args.fail_on.is_some(),
    };
    let Converted {
        plan,
        records,
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
    let rejects = plan.rejects();
    let text = match args.format {
        OutputFormatArg::Text => format!(
            "{} of the layout {layout} written as {to}{}{}\n",
            count_of(records, "record"),
            if args.mask { ", masked" } else { "" },
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
                "fields": fields, "rejects": rejects,
            });
            crate::text::json_text(&summary)
        }
    };
    let exit = FailOn::exit(args.fail_on, |_| rejects.is_some_and(|rejects| rejects > 0));
    session.publish(output, (&text, stdout), exit, stop)?;
    Ok(exit)
}

impl To {
    fn target(self) -> ConvertTo {
        ConvertTo::Rows(match self {
            To::Text => Target::Text(Encoding::Ascii),
            To::Fb => Target::Fixed(Encoding::Ascii),
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
        let encoding = self.input_encoding.encoding();
        let fixed = match self.input_format {
            InputFormatArg::Csv => return SourceForm::Csv { encoding },
            InputFormatArg::Auto => None,
            InputFormatArg::Text => Some(false),
            InputFormatArg::Fb => Some(true),
        };
        SourceForm::Records(InputForm { fixed, encoding })
    }
}
