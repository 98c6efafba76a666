//! From input arguments to records: which files, in which form, and where each record lies.

mod code_pages;
mod diagnose;
mod ends;
mod entry;
mod form;
mod forms;
mod framing;
mod mapped;
mod packing;
mod paths;
mod source;
mod spool;
mod temporary;
mod told;
mod translate;
mod unpacked;
mod utf8;
mod variable;
mod zip;

pub use diagnose::{
    Counts, Examined, ReadFile, RejectedAt, Shape, SoundRecord, Wanted, diagnose, diagnose_form,
    refuse_archive, repeated, shape,
};
pub use entry::{InputEntry, file_name};
pub use form::{Encoding, Format, Framing, InputForm};
pub use forms::{InputForms, Named};
pub use framing::{Record, Records, split_at_records};
pub use mapped::Mapped;
pub use packing::Packing;
pub use paths::{folder_files, input_bytes, input_files};
pub use source::{Source, digest_until};
pub use spool::{delivered, is_stdin};
pub use told::{Told, told_first};
pub use unpacked::{MAX_UNPACKED_BYTES, set_max_unpacked};
