//! `icr layout`: the record layouts and code tables in use.

use std::fmt::Write;

use clap::{Args as ClapArgs, Subcommand};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{CommonArgs, OutputFormatArg};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::layout::{CodeTable, Layout, LayoutSet};
use crate::run::output::Stdout;
use crate::text::{json_text, shown};

/// Show the record layouts and code tables in use
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  icr layout list\n  icr layout show response\n  icr layout show reason-codes --format json"
)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// What to print
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// List the layouts and tables
    #[command(after_help = "Example:\n  icr layout list --layouts newer")]
    List,
    /// Show one, field by field, with the source of each position
    #[command(
        after_help = "Examples:\n  icr layout show response\n  icr layout show reason-codes --format json"
    )]
    Show {
        /// A name that `icr layout list` shows
        name: String,
    },
}

/// Runs the command.
///
/// # Errors
/// [`Error::Usage`] where there is no such layout, [`Error::Layout`] if one cannot be used.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>) -> Result<Exit> {
    let layouts = common.layouts()?;
    let json = args.format == OutputFormatArg::Json;
    let text = match &args.action {
        Action::List if json => list_json(&layouts),
        Action::List => list(&layouts),
        Action::Show { name } => match (layouts.get(name), layouts.table(name)) {
            (Some(layout), _) => {
                let layout = layouts.expanded(layout);
                if json {
                    show_json(&layout)
                } else {
                    show(&layout)
                }
            }
            (None, Some(table)) => {
                if json {
                    table_json(table)
                } else {
                    show_table(table)
                }
            }
            (None, None) => {
                let names = layouts
                    .layouts
                    .iter()
                    .map(|l| l.name.as_str())
                    .chain(layouts.tables.iter().map(|t| t.name.as_str()));
                let names: Vec<_> = names.collect();
                return Err(Error::Usage(format!(
                    "there is no layout `{name}`; the names are {}",
                    names.join(", ")
                )));
            }
        },
    };
    stdout.print(&text)?;
    Ok(Exit::Success)
}

fn list(layouts: &LayoutSet) -> String {
    let mut text = String::new();
    for layout in &layouts.layouts {
        let _ = writeln!(
            text,
            "{:<18} {:>4} bytes  {}",
            layout.name, layout.length, layout.title
        );
    }
    for table in &layouts.tables {
        let _ = writeln!(
            text,
            "{:<18} {:>4} codes  {}",
            table.name,
            table.codes.len(),
            table.title
        );
    }
    text
}

/// One of the layouts and tables in use, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct LayoutName<'a> {
    /// Of a record, its length.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    /// Of a table, how many codes it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    codes: Option<usize>,
    /// `record` or `codes`.
    kind: &'static str,
    /// The name.
    name: &'a str,
    /// What it is.
    title: &'a str,
}

/// A layout, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct LayoutDocument<'a> {
    /// The length of a record.
    bytes: usize,
    /// The fields, in order.
    fields: Vec<FieldDocument<'a>>,
    /// The name.
    name: &'a str,
    /// The form of this value.
    #[schemars(extend("const" = "icr.layout/1"))]
    schema: &'static str,
    /// What it is.
    title: &'a str,
}

/// A field of a layout, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct FieldDocument<'a> {
    /// Where its positions are published, or which decision made them.
    document: &'a str,
    /// Its name, as published.
    field: &'a str,
    /// Its first column, from 1.
    first: usize,
    /// Its name in files of this program.
    key: &'a str,
    /// `an`, `n`, `date`, `filler`, or `extract` for a whole submitted record.
    kind: &'a str,
    /// Its last column.
    last: usize,
    /// `yes`, `no`, `case` (for at least one participant of a case) or `first 2` (bytes).
    required: &'a str,
    /// `seed`, `public` or `ours`.
    source: &'static str,
    /// The values that it takes.
    values: &'a str,
}

/// A table of codes, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct TableDocument<'a> {
    /// The codes, in order.
    codes: Vec<CodeDocument<'a>>,
    /// The name.
    name: &'a str,
    /// The form of this value.
    #[schemars(extend("const" = "icr.code-table/1"))]
    schema: &'static str,
    /// What it is.
    title: &'a str,
}

/// A code of a table, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct CodeDocument<'a> {
    /// The code.
    code: &'a str,
    /// The key of the field that it is about, of an edit.
    field: &'a str,
    /// What it means.
    meaning: &'a str,
    /// What to do.
    next_action: &'a str,
    /// `error` or `warning`, of an edit.
    severity: &'a str,
    /// Where the rule comes from.
    source: &'a str,
    /// Its name.
    title: &'a str,
}

fn list_json(layouts: &LayoutSet) -> String {
    let records = layouts.layouts.iter().map(|layout| LayoutName {
        bytes: Some(layout.length),
        codes: None,
        kind: "record",
        name: &layout.name,
        title: &layout.title,
    });
    let tables = layouts.tables.iter().map(|table| LayoutName {
        bytes: None,
        codes: Some(table.codes.len()),
        kind: "codes",
        name: &table.name,
        title: &table.title,
    });
    json_text(&records.chain(tables).collect::<Vec<_>>())
}

fn show(layout: &Layout) -> String {
    let mut text = format!(
        "{}: {}, {} bytes\n",
        layout.name, layout.title, layout.length
    );
    text += "source: public or seed = published; ours = a decision of this product\n\n";
    let name_width = layout
        .fields
        .iter()
        .map(|f| f.name.len())
        .max()
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "{:<name_width$}  {:>9}  {:>3}  {:<6}  {:<8}  {:<6}  values",
        "field", "columns", "len", "kind", "required", "source"
    );
    for field in &layout.fields {
        let columns = format!("{}-{}", field.columns.first, field.columns.last);
        let line = format!(
            "{:<name_width$}  {columns:>9}  {:>3}  {:<6}  {:<8}  {:<6}  {}",
            field.name,
            field.columns.width(),
            field.kind,
            field.required,
            field.origin.word(),
            field.values
        );
        // The names are those of the operator's own files, perhaps with line ends.
        text += &shown(line.trim_end());
        text.push('\n');
    }
    text
}

fn show_json(layout: &Layout) -> String {
    let fields = layout.fields.iter().map(|field| FieldDocument {
        document: &field.document,
        field: &field.name,
        first: field.columns.first,
        key: &field.key,
        kind: &field.kind,
        last: field.columns.last,
        required: &field.required,
        source: field.origin.word(),
        values: &field.values,
    });
    json_text(&LayoutDocument {
        bytes: layout.length,
        fields: fields.collect(),
        name: &layout.name,
        schema: "icr.layout/1",
        title: &layout.title,
    })
}

fn show_table(table: &CodeTable) -> String {
    let mut text = format!("{}: {}\n", table.name, table.title);
    for code in &table.codes {
        let severity = if code.severity.is_empty() {
            String::new()
        } else {
            format!(" ({})", code.severity)
        };
        let _ = write!(
            text,
            "\n{}{severity}  {}\n    {}\n    next: {}\n    source: {}\n",
            code.code, code.title, code.meaning, code.next_action, code.source
        );
    }
    text
}

fn table_json(table: &CodeTable) -> String {
    let codes = table.codes.iter().map(|code| CodeDocument {
        code: &code.code,
        field: &code.field,
        meaning: &code.meaning,
        next_action: &code.next_action,
        severity: &code.severity,
        source: &code.source,
        title: &code.title,
    });
    json_text(&TableDocument {
        codes: codes.collect(),
        name: &table.name,
        schema: "icr.code-table/1",
        title: &table.title,
    })
}
