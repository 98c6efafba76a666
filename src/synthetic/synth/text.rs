//! A short text of a field, stored inline, without allocation.

/// Up to 30 bytes, the widest name field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text {
    bytes: [u8; Text::BYTES],
    length: u8,
}

impl Default for Text {
    fn default() -> Self {
        Text {
            bytes: [b' '; Text::BYTES],
            length: 0,
        }
    }
}

impl Text {
    /// The capacity in bytes.
    pub const BYTES: usize = 30;

    /// A text, truncated to the capacity.
    pub fn new(bytes: &[u8]) -> Self {
        let mut text = Text::default();
        text.push(bytes);
        text
    }

    /// Appends bytes, truncated to the capacity.
    pub fn push(&mut self, bytes: &[u8]) {
        let first = usize::from(self.length);
        let taken = bytes.len().min(Text::BYTES - first);
        self.bytes[first..first + taken].copy_from_slice(&bytes[..taken]);
        self.length += taken as u8;
    }

    /// The text truncated to this many bytes.
    #[must_use]
    pub fn cut(self, bytes: usize) -> Self {
        Text::new(&self.as_bytes()[..self.len().min(bytes)])
    }

    /// Its bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Its length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        usize::from(self.length)
    }

    /// True if it is empty.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

/// Texts are usually names, so they are not shown.
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Text(..)")
    }
}
