//! Output folders and single files, which appear complete or not at all, and stdout. It knows
//! nothing of what is written.

mod abandoned;
mod file;
mod folder;
mod held_run;
mod inside;
mod lock;
mod open_folder;
mod place;
mod publish;
mod remove;
mod replaceable;
mod single;
mod staging;
mod stdout;
mod used;

pub use file::{OutputFile, WrittenFile};
pub use folder::OutputFolder;
pub(super) use held_run::{HeldRun, Named, RunFolder, RunsFolder};
pub use place::FileMode;
pub use publish::Publish;
pub use single::OutputSingle;
pub use stdout::{ProcessOutput, Stdout};
pub use used::refuse_used;
