//! Converts records between forms: text, RECFM=FB, EBCDIC, CSV, JSON Lines, Parquet.
//!
//! A record that the target form cannot hold is refused, never altered: converting back gives the
//! same record, padded.

mod damage;
mod from_csv;
mod mask;
#[cfg(feature = "parquet")]
mod parquet;
mod plan;
mod refused;
mod request;
mod rows;
mod shown;

pub use from_csv::FromCsv;
#[cfg(feature = "parquet")]
pub use parquet::{ParquetError, ParquetFile};
pub use plan::{Plan, guess_layout, layout_of_header};
pub use refused::Refused;
pub use request::{ConvertRequest, ConvertTo, Converted, SourceForm, convert};
pub use rows::{Rows, Target};

/// Appends ISO 8859-1 bytes as UTF-8.
fn push_utf8(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.is_ascii() {
        out.extend_from_slice(bytes);
        return;
    }
    for &byte in bytes {
        out.extend_from_slice(char::from(byte).encode_utf8(&mut [0; 2]).as_bytes());
    }
}
