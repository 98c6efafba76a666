//! Columns as in published layouts, and the only conversion to a byte range.

use std::ops::Range;

/// A field's first and last column, 1-based and inclusive, as in published layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Columns {
    /// The first column, from 1.
    pub first: usize,
    /// The last column, inclusive.
    pub last: usize,
}

impl Columns {
    /// The byte range of the columns: half-open, from 0.
    #[inline]
    pub fn range(self) -> Range<usize> {
        self.first - 1..self.last
    }

    /// The width of the field in bytes.
    #[inline]
    pub fn width(self) -> usize {
        self.last + 1 - self.first
    }

    /// The field in a record that has at least `last` bytes.
    #[inline]
    pub fn of(self, record: &[u8]) -> &[u8] {
        &record[self.range()]
    }

    /// The field in a record that may have been trimmed. It may be shorter than its width, or
    /// empty.
    #[inline]
    pub fn of_trimmed(self, record: &[u8]) -> &[u8] {
        let last = self.last.min(record.len());
        record.get(self.first - 1..last).unwrap_or_default()
    }

    /// Writes a field, left-justified, without padding. A value that is too long is truncated.
    #[inline]
    pub fn put(self, record: &mut [u8], value: &[u8]) {
        let bytes = value.len().min(self.width());
        record[self.range()][..bytes].copy_from_slice(&value[..bytes]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_based_inclusive_columns_become_a_half_open_range() {
        let columns = Columns { first: 3, last: 5 };
        assert_eq!(columns.range(), 2..5);
        assert_eq!(columns.width(), 3);
        assert_eq!(columns.of(b"abcdef"), b"cde");
        assert_eq!(columns.of_trimmed(b"abcd"), b"cd");
        assert_eq!(columns.of_trimmed(b"a"), b"");
        let mut record = *b"......";
        columns.put(&mut record, b"x");
        assert_eq!(&record, b"..x...");
        columns.put(&mut record, b"wxyz");
        assert_eq!(&record, b"..wxy.");
    }
}
