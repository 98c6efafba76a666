//! Output folders that appear complete or not at all, single files, and what is printed.

mod folder;
mod place;
mod publish;
mod replaceable;
mod single;
mod stdout;

pub use folder::{OutputFile, OutputFolder, WrittenFile};
pub use place::FileMode;
pub use publish::Publish;
pub(super) use replaceable::remove_run;
pub use single::OutputSingle;
pub use stdout::Stdout;
