//! The offset of each line of a large side file, in four bytes per line.

/// The first byte of each line, from 0. The lower 32 bits are stored per line; of the upper bits,
/// only the lines at which they grow.
#[derive(Default)]
pub(super) struct LineOffsets {
    lower: Vec<u32>,
    grows: Vec<u32>,
}

impl LineOffsets {
    /// Adds the next line. Offsets must ascend.
    pub(super) fn push(&mut self, offset: u64) {
        while (self.grows.len() as u64) < offset >> 32 {
            self.grows.push(self.lower.len() as u32);
        }
        self.lower.push(offset as u32);
    }

    /// The first byte of a line, or `None` beyond the last line.
    #[inline]
    pub(super) fn get(&self, line: usize) -> Option<u64> {
        let lower = u64::from(*self.lower.get(line)?);
        // Usually empty: the file is smaller than 4 GiB.
        let upper = self.grows.iter().take_while(|&&at| at as usize <= line);
        Some((upper.count() as u64) << 32 | lower)
    }

    /// The number of lines.
    pub(super) fn len(&self) -> usize {
        self.lower.len()
    }
}

#[cfg(test)]
mod tests {
    use super::LineOffsets;

    #[test]
    fn offsets_beyond_four_gibibytes_come_back() {
        let all = [0, 55, (1 << 32) - 1, 1 << 32, (3 << 32) + 7, (3 << 32) + 9];
        let mut offsets = LineOffsets::default();
        for offset in all {
            offsets.push(offset);
        }
        let back: Vec<u64> = (0..offsets.len()).filter_map(|n| offsets.get(n)).collect();
        assert_eq!(back, all);
        assert_eq!(offsets.get(6), None);
    }
}
