//! From arguments to records: the files, their forms, and the place of each record. What a record
//! means is not decided here.

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

pub use diagnose::{Wanted, diagnose, diagnose_form};
pub use entry::{InputEntry, file_name};
pub use form::{Encoding, Framing, InputForm};
pub use framing::{Record, Records, split_at_records};
pub use mapped::Mapped;
pub use packing::Packing;
pub use paths::{folder_files, input_files};
pub use source::{Source, digest_until};
