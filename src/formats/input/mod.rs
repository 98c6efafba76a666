//! From arguments to records: which files, in which form, and where each record lies.

mod cp037;
mod diagnose;
mod entry;
mod form;
mod framing;
mod mapped;
mod packing;
mod paths;
mod source;
mod temporary;
mod unpacked;

pub use diagnose::{Wanted, diagnose, diagnose_form};
pub use entry::{InputEntry, file_name};
pub use form::{Encoding, Framing, InputForm};
pub use framing::{Record, Records, split_at_records};
pub use mapped::Mapped;
pub use packing::Packing;
pub use paths::{folder_files, input_files};
pub use source::{Source, digest_until};
pub use unpacked::{MAX_UNPACKED_BYTES, set_max_unpacked};
