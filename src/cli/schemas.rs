//! The JSON Schemas of every JSON that the program writes or reads, made from the types that are
//! written.
//!
//! A schema allows keys that it does not name: a later version may add some (cli.md).

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::commands::{
    audit, completions, convert, layout, man, misidentified, prune, respond, topic, verify,
};
use crate::desk::diff::DiffDocument;
use crate::desk::explain::{CodeEntry, Explanation};
use crate::desk::history::History;
use crate::desk::respond::RespondSummary;
use crate::desk::status::StatusDocument;
use crate::desk::{report, validate};
use crate::fcr::DeriveSummary;
use crate::run::audit::{Line, MonthReport};
use crate::run::{Manifest, MatchSummary, Pruned};
#[cfg(feature = "synth")]
use crate::synthetic::score::{comparison::ComparisonDocument, report::ScoreDocument};

/// A JSON with a schema.
pub struct Described {
    /// Its name without `icr.` and version: `match.summary`.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    /// Where it is written or read.
    pub place: &'static str,
    make: fn() -> Schema,
}

/// The mark of a staging folder, as JSON.
#[derive(Serialize, JsonSchema)]
struct StagingMark {
    /// The form of this value.
    #[schemars(extend("const" = "icr.staging/1"))]
    schema: String,
}

/// The list of schemas, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct SchemaList {
    /// The form of this value.
    #[schemars(extend("const" = "icr.schemas/1"))]
    schema: &'static str,
    /// The schemas, by name.
    schemas: Vec<SchemaName>,
}

/// One of the schemas.
#[derive(Serialize, JsonSchema)]
struct SchemaName {
    /// The name that the value has in `schema`: `icr.match.summary/1`.
    name: String,
    /// Where it is written or read.
    place: &'static str,
}

fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}

const fn described(name: &'static str, place: &'static str, make: fn() -> Schema) -> Described {
    Described {
        name,
        version: 1,
        place,
        make,
    }
}

/// All of them, by name.
pub const SCHEMAS: &[Described] = &[
    described("audit", "a line of the audit trail (--audit)", of::<Line>),
    described(
        "audit.report",
        "icr audit report --format json",
        of::<MonthReport>,
    ),
    described(
        "audit.verify",
        "icr audit verify --format json",
        of::<audit::TrailDocument>,
    ),
    described(
        "code-table",
        "icr layout show --format json, of a table",
        of::<layout::TableDocument>,
    ),
    described(
        "completions",
        "icr completions --format json",
        of::<completions::CompletionsDocument>,
    ),
    described(
        "convert",
        "icr convert --format json",
        of::<convert::ConvertDocument>,
    ),
    described(
        "derive.summary",
        "summary.json of icr derive",
        of::<DeriveSummary>,
    ),
    described("diff", "icr diff --format json", of::<DiffDocument>),
    described("explain", "icr explain --format json", of::<Explanation>),
    described(
        "explain.code",
        "icr explain --code --format json",
        of::<CodeEntry>,
    ),
    described(
        "help",
        "icr help TOPIC --format json",
        of::<topic::HelpDocument>,
    ),
    described("history", "icr history --format json", of::<History>),
    described(
        "layout",
        "icr layout show --format json, of a record",
        of::<layout::LayoutDocument>,
    ),
    described(
        "layouts",
        "icr layout list --format json",
        of::<Vec<layout::LayoutName>>,
    ),
    described("man", "icr man --format json", of::<man::ManDocument>),
    described(
        "manifest",
        "manifest.json of every output folder",
        of::<Manifest>,
    ),
    described(
        "match.summary",
        "summary.json of icr match",
        of::<MatchSummary>,
    ),
    described(
        "misidentified.change",
        "icr misidentified add and remove --format json",
        of::<misidentified::ChangeDocument>,
    ),
    described(
        "misidentified.check",
        "icr misidentified check --format json",
        of::<misidentified::CheckDocument>,
    ),
    described(
        "misidentified.list",
        "icr misidentified list --format json",
        of::<misidentified::ListDocument>,
    ),
    described(
        "prune",
        "icr prune --format json",
        of::<prune::PruneDocument>,
    ),
    described(
        "pruned",
        "pruned.json of a run that was pruned",
        of::<Pruned>,
    ),
    described("report", "icr report --format json", of::<report::Report>),
    described(
        "report.change",
        "icr report --format json, of two runs",
        of::<report::ReportChange>,
    ),
    described(
        "report.state",
        "icr report --state --format json",
        of::<report::state::StateDocument>,
    ),
    described(
        "respond.policy",
        "icr respond --print-policy --format json",
        of::<respond::PolicyDocument>,
    ),
    described(
        "respond.summary",
        "summary.json of icr respond",
        of::<RespondSummary>,
    ),
    described("schemas", "icr schema --format json", of::<SchemaList>),
    #[cfg(feature = "synth")]
    described("score", "icr score --format json", of::<ScoreDocument>),
    #[cfg(feature = "synth")]
    described(
        "score-comparison",
        "icr score --format json, of two runs",
        of::<ComparisonDocument>,
    ),
    described(
        "staging",
        ".icr-staging of a folder that is being written",
        of::<StagingMark>,
    ),
    described("status", "icr status --format json", of::<StatusDocument>),
    #[cfg(feature = "synth")]
    described(
        "synth",
        "icr synth --format json",
        of::<super::commands::synth::SynthDocument>,
    ),
    described(
        "validate",
        "icr validate --format json, and its --baseline",
        of::<validate::Report>,
    ),
    described(
        "verify",
        "icr verify --format json",
        of::<verify::VerifyDocument>,
    ),
];

impl Described {
    /// The name that the value has in `schema`: `icr.match.summary/1`.
    pub fn full_name(&self) -> String {
        format!("icr.{}/{}", self.name, self.version)
    }

    /// The schema of that name, with or without `icr.` and version.
    pub fn find(name: &str) -> Option<&'static Described> {
        SCHEMAS
            .iter()
            .find(|schema| schema.name == name || schema.full_name() == name)
    }

    /// The schema.
    pub fn schema(&self) -> Schema {
        let mut schema = (self.make)();
        schema.insert("title".to_owned(), self.full_name().into());
        schema
    }
}

impl SchemaList {
    /// The list.
    pub fn new() -> Self {
        let name = |schema: &Described| SchemaName {
            name: schema.full_name(),
            place: schema.place,
        };
        SchemaList {
            schema: "icr.schemas/1",
            schemas: SCHEMAS.iter().map(name).collect(),
        }
    }
}

impl Default for SchemaList {
    fn default() -> Self {
        Self::new()
    }
}
