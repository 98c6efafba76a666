//! The form of a response file.

use crate::formats::input::Encoding;

/// The form of a response file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputForm {
    /// RECFM=FB: no line ends.
    pub fixed: bool,
    /// The code page.
    pub encoding: Encoding,
}

impl OutputForm {
    /// The bytes after each record.
    #[inline]
    pub fn line_end(self) -> &'static [u8] {
        if self.fixed { b"" } else { b"\n" }
    }
}
