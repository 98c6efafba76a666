//! `icr layout`: the record layouts and code tables in use.

use std::fmt::Write;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use crate::cli::{CommonArgs, OutputFormatArg};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::layout::{CodeTable, Layout, LayoutSet};
use crate::run::output::Stdout;
use crate::text::json_text;

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

fn list_json(layouts: &LayoutSet) -> String {
    let records = layouts
        .layouts
        .iter()
        .map(|l| json!({"name": l.name, "kind": "record", "bytes": l.length, "title": l.title}));
    let tables = layouts.tables.iter().map(
        |t| json!({"name": t.name, "kind": "codes", "codes": t.codes.len(), "title": t.title}),
    );
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
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn show_json(layout: &Layout) -> String {
    let fields: Vec<_> = layout
        .fields
        .iter()
        .map(|f| {
            json!({
                "field": f.name, "key": f.key, "first": f.columns.first, "last": f.columns.last, "kind": f.kind,
                "required": f.required, "source": f.origin.word(), "document": f.document, "values": f.values,
            })
        })
        .collect();
    json_text(
        &json!({"name": layout.name, "title": layout.title, "bytes": layout.length, "fields": fields}),
    )
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
    let codes: Vec<_> = table
        .codes
        .iter()
        .map(|c| {
            json!({
                "code": c.code, "severity": c.severity, "title": c.title, "field": c.field, "meaning": c.meaning,
                "next_action": c.next_action, "source": c.source,
            })
        })
        .collect();
    json_text(&json!({"name": table.name, "title": table.title, "codes": codes}))
}
