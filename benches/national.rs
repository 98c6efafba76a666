//! The national benchmark: makes a synthetic national set, runs `icr match` on it at 1 and 2
//! threads, and compares it with the floor.
//!
//! ```text
//! cargo bench --bench national -- [--families 1000000] [--runs 5] [--folder DIR] [--keep]
//! ```
//!
//! The floor is a program with the same threads that does the same reads, writes, syncs and digests
//! as the run, largest file first, with no work between. Figures are medians; the machine's other
//! work shows in the spread, so compare within one run.
//!
//! `--once` goes through the stages once, at one thread and without the inputs' digests, and prints
//! how many records there were: what `.ci/instructions --scale` counts.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use icr::Result;
use icr::engine::extract::{Loader, Provenance, collect};
use icr::engine::matching::{Matcher, Routine, Sides};
use icr::engine::response::{OutputForm, Renderer, ResponseSink, write_response};
use icr::engine::ssn_check::{Misidentified, SsnMaster};
use icr::formats::input::{InputForms, Mapped};
use icr::formats::layout::LayoutSet;
use icr::formats::record::Date;
use icr::formats::reference::Counties;
use icr::progress::Stage;
use icr::stop::Stop;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

const ICR: &str = env!("CARGO_BIN_EXE_icr");
const RUN_DATE: u32 = 20_261_122;
/// How the floor cuts what it writes: as the run does.
const PIECE_BYTES: usize = 512 * 1024;

struct Options {
    families: u64,
    runs: usize,
    folder: PathBuf,
    keep: bool,
    /// Go through the stages once and stop: for an instruction count.
    once: bool,
}

fn main() {
    let Some(options) = options() else { return };
    let set = options
        .folder
        .join(format!("national-{}", options.families));
    if !set.join("manifest.json").exists() {
        let started = Instant::now();
        let families = options.families.to_string();
        let made = Command::new(ICR)
            .args(["synth", "--quiet", "--cases", &families, "--out"])
            .arg(&set)
            .status();
        assert!(
            made.is_ok_and(|status| status.success()),
            "icr synth failed"
        );
        println!(
            "synth: {families} families in {:.1} s",
            started.elapsed().as_secs_f64()
        );
    }
    if options.once {
        let records = in_stages(&set, 1, false).records;
        println!("{records} records");
        return;
    }
    let out = options.folder.join("national-run");
    let mut medians = Vec::new();
    for threads in [1, 2] {
        let (mut runs, mut floors, mut stages) = (Vec::new(), Vec::new(), Vec::new());
        let mut private = 0;
        for _ in 0..options.runs {
            let (time, anon) = run(&set, &out, threads);
            runs.push(time);
            private = private.max(anon);
            floors.push(floor(&set, &out, threads));
            stages.push(in_stages(&set, threads, true));
        }
        let records = stages[0].records;
        let stage = |of: fn(&StageTimes) -> Duration| median(stages.iter().map(of).collect());
        println!(
            "\n{threads} thread(s), {} runs, {records} records, medians (min - max):",
            options.runs
        );
        line("icr match, whole", &runs, records);
        line("floor", &floors, records);
        println!(
            "  whole / floor           {:.2}",
            median(runs.clone()).as_secs_f64() / median(floors.clone()).as_secs_f64()
        );
        for (name, time) in [
            ("reading and editing", stage(|s| s.reading)),
            ("indexing", stage(|s| s.indexing)),
            ("matching and rendering", stage(|s| s.rendering)),
        ] {
            println!("  {name:<24}{:>8.3} s", time.as_secs_f64());
        }
        let over = (private.saturating_sub(64 << 20)) as f64 / records as f64;
        println!(
            "  private memory          {} MiB at most; {over:.1} bytes a record above 64 MiB",
            private >> 20
        );
        medians.push((
            median(runs),
            median(floors),
            stage(|s| s.indexing + s.rendering),
        ));
    }
    let gain = |of: fn(&(Duration, Duration, Duration)) -> Duration| {
        of(&medians[0]).as_secs_f64() / of(&medians[1]).as_secs_f64()
    };
    println!(
        "\nfrom 1 to 2 threads: whole {:.2} times, floor {:.2} times, stages without input or output {:.2} times",
        gain(|m| m.0),
        gain(|m| m.1),
        gain(|m| m.2)
    );
    if !options.keep {
        drop(std::fs::remove_dir_all(&out));
        drop(std::fs::remove_dir_all(&set));
    }
}

fn options() -> Option<Options> {
    let mut options = Options {
        families: 1_000_000,
        runs: 5,
        folder: std::env::temp_dir(),
        keep: false,
        once: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_default();
        match argument.as_str() {
            "--families" => options.families = value().parse().ok()?,
            "--runs" => options.runs = value().parse().ok()?,
            "--folder" => options.folder = value().into(),
            "--keep" => options.keep = true,
            "--once" => options.once = true,
            "--bench" => {}
            // `cargo test --benches` passes other arguments: nothing to do then.
            other => {
                eprintln!(
                    "national: {other} is not an option; see the head of benches/national.rs"
                );
                return None;
            }
        }
    }
    Some(options)
}

fn line(name: &str, times: &[Duration], records: u64) {
    let seconds = |time: &Duration| time.as_secs_f64();
    let median = median(times.to_vec()).as_secs_f64();
    let (least, most) = (
        times.iter().map(seconds).fold(f64::MAX, f64::min),
        times.iter().map(seconds).fold(0.0, f64::max),
    );
    println!(
        "  {name:<24}{median:>8.3} s ({least:.3} - {most:.3}), {:.2} million records/s",
        records as f64 / median / 1e6
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn arguments(set: &Path) -> Vec<PathBuf> {
    let mut arguments = Vec::new();
    for (option, name) in [
        ("--fcr", "fcr"),
        ("--ssn-master", "ssn-master.txt"),
        ("--misidentified", "misidentified.txt"),
    ] {
        if set.join(name).exists() {
            arguments.extend([option.into(), set.join(name)]);
        }
    }
    arguments.push(set.join("extracts"));
    arguments
}

/// Runs the program; gives its time, and its most private memory in bytes.
fn run(set: &Path, out: &Path, threads: usize) -> (Duration, u64) {
    drop(std::fs::remove_dir_all(out));
    rustix::fs::sync();
    let started = Instant::now();
    let mut child = Command::new(ICR)
        .args([
            "match",
            "--quiet",
            "--run-date",
            &RUN_DATE.to_string(),
            "--threads",
            &threads.to_string(),
            "--out",
        ])
        .arg(out)
        .args(arguments(set))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{ICR}: {e}"));
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let ended = loop {
        most = most.max(anonymous_bytes(&status));
        match child.try_wait() {
            Ok(Some(ended)) => break ended,
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let time = started.elapsed();
    assert!(ended.success(), "icr match failed");
    (time, most)
}

/// `RssAnon` of a process, in bytes.
fn anonymous_bytes(status: &str) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or_default() << 10
}

fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if let Ok(metadata) = entry.metadata() {
            if metadata.is_dir() {
                files.extend(self::files(&entry.path()));
            } else {
                files.push((entry.path(), metadata.len()));
            }
        }
    }
    files.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    files
}

/// The same reads, writes, syncs and digests as the run that left `out`, and no work.
fn floor(set: &Path, out: &Path, threads: usize) -> Duration {
    let copies = out.with_extension("floor");
    drop(std::fs::remove_dir_all(&copies));
    let read: Vec<_> = arguments(set)
        .iter()
        .filter(|path| path.exists())
        .flat_map(|path| {
            if path.is_dir() {
                files(path)
            } else {
                vec![(path.clone(), path.metadata().map_or(0, |m| m.len()))]
            }
        })
        .collect();
    let written = files(out);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap_or_else(|e| panic!("{e}"));
    rustix::fs::sync();
    let started = Instant::now();
    pool.install(|| {
        read.par_iter().with_max_len(1).for_each(|(path, _)| {
            let bytes = Mapped::open(path).unwrap_or_else(|e| panic!("{e}"));
            std::hint::black_box(Sha256::digest(&*bytes));
        });
        std::fs::create_dir_all(&copies).unwrap_or_else(|e| panic!("{e}"));
        let piece = vec![b'x'; PIECE_BYTES];
        written
            .par_iter()
            .enumerate()
            .with_max_len(1)
            .for_each(|(number, (_, bytes))| {
                let mut file =
                    File::create(copies.join(number.to_string())).unwrap_or_else(|e| panic!("{e}"));
                let mut digest = Sha256::new();
                let mut left = *bytes as usize;
                while left > 0 {
                    let piece = &piece[..left.min(PIECE_BYTES)];
                    file.write_all(piece).unwrap_or_else(|e| panic!("{e}"));
                    digest.update(piece);
                    left -= piece.len();
                }
                file.sync_all().unwrap_or_else(|e| panic!("{e}"));
                std::hint::black_box(digest.finalize());
            });
        File::open(&copies)
            .and_then(|folder| folder.sync_all())
            .unwrap_or_else(|e| panic!("{e}"));
    });
    let time = started.elapsed();
    drop(std::fs::remove_dir_all(&copies));
    time
}

struct StageTimes {
    records: u64,
    reading: Duration,
    indexing: Duration,
    rendering: Duration,
}

/// A sink that keeps nothing: rendering into memory.
struct Nowhere;

impl ResponseSink for Nowhere {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        std::hint::black_box(bytes);
        Ok(())
    }
}

/// The stages of a run, one by one, in this process, perhaps without the inputs' digests.
fn in_stages(set: &Path, threads: usize, digests: bool) -> StageTimes {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap_or_else(|e| panic!("{e}"));
    pool.install(|| stages(set, digests))
        .unwrap_or_else(|e| panic!("{e}"))
}

fn stages(set: &Path, digests: bool) -> Result<StageTimes> {
    let layouts = LayoutSet::load(None)?;
    let counties = Counties::default();
    let optional = |name: &str| Some(set.join(name)).filter(|path| path.exists());
    let started = Instant::now();
    let misidentified = optional("misidentified.txt")
        .map(|path| Misidentified::load(&path, layouts.require("misidentified")?, &Stop::default()))
        .transpose()?
        .unwrap_or_default();
    let master = optional("ssn-master.txt")
        .map(|path| SsnMaster::load(&path, layouts.require("ssn-master")?, &Stop::default()))
        .transpose()?;
    let loader = Loader {
        submitted_layout: layouts.extract()?,
        fcr_layout: layouts.fcr_extract()?,
        form: InputForms::default(),
        run_date: Date::from_ccyymmdd(RUN_DATE).unwrap_or_else(Date::today),
        counties: &counties,
        misidentified: &misidentified,
        master: master.as_ref(),
        max_rejects_percent: 25.0,
        max_warnings: 1000,
        digests,
        progress: &Stage::hidden(),
        stop: &Stop::default(),
    };
    let of = |name: &str, provenance| {
        files(&set.join(name))
            .into_iter()
            .map(move |(path, _)| (path, provenance))
    };
    let inputs: Vec<_> = of("extracts", Provenance::Submitted)
        .chain(of("fcr", Provenance::FcrDerived))
        .collect();
    let extracts = collect(&loader, &inputs)?.extracts;
    let records = extracts.iter().map(|extract| extract.records).sum();
    let reading = started.elapsed();
    let started = Instant::now();
    let sides = Sides::index(
        extracts,
        Routine::Published,
        &Stage::hidden(),
        &Stop::default(),
    )?;
    let indexing = started.elapsed();
    let started = Instant::now();
    let matcher = Matcher {
        sides: &sides,
        directed: false,
        absent_is_unmatched: false,
        routine: Routine::Published,
    };
    let renderer = Renderer::new(&layouts, &counties, OutputForm::default())?;
    let mut submitters: Vec<_> = sides.submitters().collect();
    submitters.sort_by_key(|side| std::cmp::Reverse(side.extract.rows.len()));
    let hidden = Stage::hidden();
    submitters.par_iter().with_max_len(1).try_for_each(|side| {
        write_response(
            &matcher,
            &renderer,
            side,
            &mut Nowhere,
            (&hidden, &hidden),
            false,
            &Stop::default(),
        )
        .map(drop)
    })?;
    Ok(StageTimes {
        records,
        reading,
        indexing,
        rendering: started.elapsed(),
    })
}
