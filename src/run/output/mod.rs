//! Output folders and single files, which appear complete or not at all, and stdout. It knows
//! nothing of what is written.

mod abandoned;
mod file;
mod folder;
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
pub use place::FileMode;
pub use publish::Publish;
pub(super) use remove::remove_run;
pub use single::OutputSingle;
pub use stdout::{ProcessOutput, Stdout};
pub use used::refuse_used;
