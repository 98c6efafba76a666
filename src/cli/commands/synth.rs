//! `icr synth`: invented extracts with known truth.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{CommonArgs, FailOn, OutFolderArgs, OutputFormatArg, ThreadsArgs, whole_number};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::reference::State;
use crate::progress::{Progress, Unit};
use crate::run::Manifest;
use crate::run::audit::Session;
use crate::run::output::{OutputFolder, Stdout};
use crate::stop::Stop;
use crate::synthetic::synth::ssn::SsnAllotment;
use crate::synthetic::synth::{
    LAST_NIGHT, Profile, Request, SynthTotals, World, families_on, generate,
};

/// Generate extracts of N invented families with interstate cases, and the truth about them
///
/// All people are invented. The same options give the same files, byte for byte, with any number of
/// threads. The folder DIR appears complete or not at all.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr synth --cases 1000 --out world
  icr synth --cases 20000 --seed 7 --states all --fcr-states PA,WI --noise harsh --out world
  icr match --fcr world/fcr --misidentified world/misidentified.txt --out run world/extracts")]
pub struct Args {
    /// How many families have an interstate action; each has a case on both sides
    #[arg(long, value_name = "N", value_parser = whole_number(1..=SsnAllotment::MAX_FAMILIES))]
    cases: u64,
    /// What everything is drawn from
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = whole_number(0..=u64::MAX))]
    seed: u64,
    /// The states among which the families live
    #[arg(long, value_name = "LIST|all", default_value = "all")]
    states: String,
    /// States that submit nothing and get an FCR-derived file
    #[arg(long, value_name = "LIST")]
    fcr_states: Option<String>,
    /// What goes wrong, and how often: none, light, national, harsh, adverse, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "national")]
    noise: PathBuf,
    /// Make the same families N nights later, with corrections, new mistakes, closures and new cases
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole_number(0..=LAST_NIGHT))]
    night: u32,
    /// Give those states their registry file, for `icr derive`, in place of the FCR-derived one
    #[arg(long)]
    registry: bool,
    /// Exit with 1 after publishing if there are such findings: errors are records planted to fail an
    /// edit, warnings all other noise; noise none gives neither
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    out: OutFolderArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// Runs the command.
///
/// # Errors
/// Whatever stops the run; then nothing is published.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    let world = world(args)?;
    if families_on(args.cases, args.night) > SsnAllotment::MAX_FAMILIES {
        return Err(Error::Usage(format!(
            "--cases with the families that come until --night are more than {}; give fewer",
            SsnAllotment::MAX_FAMILIES
        )));
    }
    let folder = args.out.create(common, [args.noise.as_path()])?;
    let profile = Profile::load(&args.noise, stop)?;
    let totals = args
        .threads
        .run(|| make(args, common, &profile, world, &folder, stop))?;
    let text = match args.format {
        OutputFormatArg::Json => json(&totals),
        OutputFormatArg::Text => text(&totals, &profile),
    };
    let text = common.printed(args.format, text);
    // Nobody's data are read, so that no trail is kept.
    let session = Session::default();
    let exit = FailOn::exit(args.fail_on, |severity| totals.has(severity));
    session.publish(folder, (&text, stdout), exit, stop)?;
    Ok(exit)
}

fn make(
    args: &Args,
    common: &CommonArgs,
    profile: &Profile,
    world: World,
    folder: &OutputFolder,
    stop: &Stop,
) -> Result<SynthTotals> {
    let layouts = common.layouts()?;
    let progress = Progress::new(common.quiet);
    let stage = progress.stage("inventing", args.cases, Unit::Items);
    let manifest = Manifest::new("synth", None, &layouts);
    let names = |states: &mut dyn Iterator<Item = State>| -> Vec<&str> {
        states.map(State::usps).collect()
    };
    let rates: serde_json::Map<String, serde_json::Value> = profile
        .rates()
        .map(|(name, rate)| (name.to_owned(), rate.into()))
        .collect();
    let mut manifest = manifest
        .option("cases", args.cases)
        .option("seed", args.seed)
        .option("states", names(&mut world.submitters()))
        .option("fcr_states", names(&mut world.fcr_states()))
        .option("night", args.night)
        .option("registry", args.registry)
        .option("noise", profile.name.as_str())
        .option("noise_rates", rates);
    let request = Request {
        families: args.cases,
        seed: args.seed,
        world,
        profile,
        night: args.night,
        registry: args.registry,
    };
    let totals = generate(&request, &layouts, folder, &stage, stop)?;
    manifest.totals = serde_json::to_value(&totals).unwrap_or_default();
    folder.write_manifest(manifest)?;
    Ok(totals)
}

/// The participating states: those of `--states`, and those of `--fcr-states`, which submit nothing.
fn world(args: &Args) -> Result<World> {
    let states = match args.states.as_str() {
        "all" => State::all().collect(),
        list => list_of("--states", list)?,
    };
    let fcr = args
        .fcr_states
        .as_deref()
        .map_or(Ok(Vec::new()), |list| list_of("--fcr-states", list))?;
    let world = World::new(&states, &fcr);
    let (submitting, derived) = (world.submitters().count(), world.fcr_states().count());
    if submitting == 0 || submitting + derived < 2 {
        return Err(Error::Usage(format!(
            "--states and --fcr-states leave {submitting} states that submit and {derived} with FCR-derived files; an interstate case needs two states, of which one submits"
        )));
    }
    if args.registry && derived == 0 {
        return Err(Error::Usage(
            "--registry makes the registry files of states that submit nothing; name them with --fcr-states"
                .to_owned(),
        ));
    }
    Ok(world)
}

fn list_of(option: &str, list: &str) -> Result<Vec<State>> {
    let state = |code: &str| {
        State::from_usps(code.trim()).ok_or_else(|| {
            Error::Usage(format!("{option}: `{code}` is no USPS code of a jurisdiction; give codes with commas between, such as TX,CA"))
        })
    };
    list.split(',').map(state).collect()
}

/// What was made, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct SynthDocument<'a> {
    /// The form of this value.
    #[schemars(extend("const" = "icr.synth/1"))]
    schema: &'static str,
    #[serde(flatten)]
    totals: &'a SynthTotals,
}

fn json(totals: &SynthTotals) -> String {
    crate::text::json_text(&SynthDocument {
        schema: "icr.synth/1",
        totals,
    })
}

fn text(totals: &SynthTotals, profile: &Profile) -> String {
    let mut text = format!(
        "{} families, noise {}\nextracts: {} cases, {} records\n",
        totals.families, profile.name, totals.cases, totals.records
    );
    if totals.fcr_cases > 0 {
        text += &format!(
            "FCR-derived: {} cases, {} records\n",
            totals.fcr_cases, totals.fcr_records
        );
    }
    if totals.fcr_withheld > 0 {
        text += &format!(
            "withheld for family violence: {} cases\n",
            totals.fcr_withheld
        );
    }
    text += &format!(
        "{} people on record, {} misidentified SSNs\n",
        totals.people, totals.misidentified
    );
    let planted: Vec<_> = totals
        .planted
        .iter()
        .filter(|&(_, &count)| count > 0)
        .collect();
    if !planted.is_empty() {
        text += "\ncases with each kind of noise:\n";
    }
    for (kind, count) in planted {
        text += &format!("  {kind:<20}{count:>10}\n");
    }
    text
}
