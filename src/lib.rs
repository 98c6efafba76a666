//! Interstate Case Reconciliation: matches the states' child support cases against each other and
//! writes to each state its response file.
//!
//! The rooms, each of which imports only from those before it:
//!
//! - [`formats`]: layouts, fields of records, reference facts, files and their forms;
//! - [`engine`]: extracts with their cases, the SSN check, the match, response records;
//! - [`run`]: the output folder, manifest, summary, roster, volumes, receipts, audit trail;
//! - [`desk`]: validate, convert, explain, report, diff, respond;
//! - [`fcr`]: extracts derived from the Federal Case Registry for states that sent none;
//! - `synthetic` (feature `synth`): invented extracts with their truth, and runs compared with it;
//! - `cli` (feature `cli`): the command line.
//!
//! # A file
//!
//! What is wrong with an extract, as data. The report never holds a value of a record.
//!
//! ```
//! use icr::desk::validate::{ValidateRequest, validate};
//! use icr::formats::layout::LayoutSet;
//! use icr::formats::record::Date;
//! use icr::progress::Progress;
//! use icr::stop::Stop;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let run_date = Date::parse(b"20261122").ok_or("no date")?;
//! let request = ValidateRequest::new(vec!["testdata/sample/extracts/FL.txt".into()], run_date);
//! let layouts = LayoutSet::load(None)?;
//! let validated = validate(&request, &layouts, &Progress::hidden(), &Stop::default())?;
//! assert!(validated.refusal.is_none(), "a match would take the file");
//! let file = &validated.report.files[0];
//! assert_eq!((file.state, file.records, file.rejected), (Some("FL"), 12, 1));
//! assert_eq!(file.codes[0].code, "E05");
//! # Ok(())
//! # }
//! ```
//!
//! # A record
//!
//! ```
//! use icr::formats::record::{Date, SsnField};
//!
//! assert!(Date::parse(b"20260229").is_none(), "2026 has no 29 February");
//! let ssn = SsnField::parse(b"412660001").usable().expect("SSA could have given it");
//! // A value of a person never gets into a message.
//! assert!(!format!("{ssn:?}").contains("412660001"));
//! assert!(SsnField::parse(b"123456789").usable().is_none(), "a placeholder joins nobody");
//! ```
//!
//! # A run, on threads of the caller
//!
//! Nothing is global: not the layouts, not the run date, not the threads. Parallel work runs in the
//! rayon pool in which it is called; a caller who wants fewer threads, or shares them, calls from its
//! own pool. [`progress::Progress::told`] hears how far it is, and a [`stop::Stop`] ends it.
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use icr::formats::layout::LayoutSet;
//! use icr::formats::record::Date;
//! use icr::progress::Progress;
//! use icr::run::output::{FileMode, OutputFolder};
//! use icr::run::{MatchRequest, reconcile};
//! use icr::stop::Stop;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let run_date = Date::parse(b"20261122").ok_or("no date")?;
//! let request = MatchRequest {
//!     max_warnings: 10,
//!     ..MatchRequest::new(vec!["testdata/sample/extracts".into()], run_date)
//! };
//! let steps = Arc::new(AtomicU64::new(0));
//! let counted = Arc::clone(&steps);
//! let progress = Progress::told(move |_step| {
//!     counted.fetch_add(1, Ordering::Relaxed);
//! });
//! let place = tempfile::tempdir()?;
//! let folder = OutputFolder::create(&place.path().join("run"), false, FileMode::default())?;
//! let (layouts, stop) = (LayoutSet::load(None)?, Stop::default());
//! let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
//! let run = pool.install(|| reconcile(&request, &layouts, &folder, &progress, &stop))?;
//! // Dropped, the folder would leave nothing behind; published, it appears whole.
//! folder.publish()?;
//! assert_eq!(run.summary.run.totals.records.read, 68);
//! assert!(place.path().join("run/responses/CA.icr").exists());
//! assert!(steps.load(Ordering::Relaxed) > 0);
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `cli` | the program, its arguments, and bars of progress |
//! | `parquet` | Parquet files from `icr convert` |
//! | `synth` | `synthetic`: invented extracts and scores |
//!
//! All are on by default; `default-features = false` leaves the engine, runs and the desk. Checked from
//! nothing (`cargo check`), that takes 91 s of processor time on two cores, all of it 148 s.
//!
//! # Versions
//!
//! The version follows Semantic Versioning, for the crate as for the program. Before 1.0 a minor
//! version may break, a patch does not. A change is breaking if code that uses the crate can stop to
//! compile, if a response file, a CSV column or a JSON key changes its meaning or goes, or if an exit
//! status changes. What is returned (summaries, reports, manifests, errors) is `#[non_exhaustive]`:
//! fields and kinds may be added in any version. A request is made by `new`, which has the defaults
//! of the command line, and changed field by field or by `..`; it may get fields in any version too. The least version of Rust is `rust-version`; a newer one is no
//! breaking change. JSON has versions of its own (`icr.match.summary/1`).

pub mod clock;
pub mod desk;
pub mod engine;
pub mod error;
pub mod exit;
pub mod fcr;
pub mod formats;
pub mod guard;
pub mod open;
pub mod parallel;
pub mod progress;
pub mod run;
pub mod stderr;
pub mod stop;
#[cfg(feature = "synth")]
pub mod synthetic;
pub mod text;

#[cfg(feature = "cli")]
pub mod cli;

pub use error::{Error, Result};
pub use exit::Exit;
