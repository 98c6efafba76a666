//! Damages inputs at random, the same way for the same seed.

/// Makes new inputs from old ones (splitmix64).
pub(super) struct Mutator(u64);

/// Values that programs get wrong.
const TOKENS: [&[u8]; 34] = [
    b"0",
    b"-1",
    b"1",
    b"99",
    b"999999999",
    b"4294967296",
    b"18446744073709551616",
    b"1e999",
    b"NaN",
    b"20261122",
    b"19000101",
    b"99999999",
    b"00000000",
    b"\"",
    b",",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\x1a",
    b"\x1b[2K",
    b"\xef\xbb\xbf",
    b"\xc3\xa9",
    b"\xff",
    b"\x15",
    b"\x25",
    b"\x40\x40\x40\x40",
    b"=",
    b"null",
    b"true",
    b"[",
    b"{",
    b"}",
    b"../../etc/passwd",
];

impl Mutator {
    pub(super) fn new(seed: u64) -> Self {
        Mutator(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// A range within so many bytes; small ones are likelier.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let most = match self.below(3) {
            0 => 2,
            1 => 16,
            _ => 512,
        };
        start..(start + self.below(most + 1)).min(length)
    }

    /// One of the inputs, with one to four damages.
    pub(super) fn mutate(&mut self, pool: &[Vec<u8>]) -> Vec<u8> {
        let mut input = pool[self.below(pool.len())].clone();
        for _ in 0..=self.below(4) {
            self.damage(&mut input, pool);
        }
        input.truncate(1 << 16);
        input
    }

    fn damage(&mut self, input: &mut Vec<u8>, pool: &[Vec<u8>]) {
        match self.below(12) {
            0 => {
                let at = self.below(input.len());
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << (self.0 % 8);
                }
            }
            1 => {
                let (at, byte) = (self.below(input.len()), self.next() as u8);
                if let Some(there) = input.get_mut(at) {
                    *there = byte;
                }
            }
            2 => {
                let range = self.range(input.len());
                drop(input.drain(range));
            }
            3 => {
                let part = input[self.range(input.len())].to_vec();
                let at = self.below(input.len() + 1);
                input.splice(at..at, part);
            }
            4 => input.truncate(self.below(input.len() + 1)),
            5 | 6 => {
                let token = TOKENS[self.below(TOKENS.len())];
                let range = self.range(input.len());
                // In place, or between.
                let end = if self.below(2) == 0 {
                    range.start
                } else {
                    range.end
                };
                input.splice(range.start..end, token.iter().copied());
            }
            7 => {
                let other = &pool[self.below(pool.len())];
                let part = other[self.range(other.len())].to_vec();
                let range = self.range(input.len());
                input.splice(range, part);
            }
            8 => self.number(input),
            9 | 10 => self.lines(input),
            _ => {
                // The beginning of one and the end of another.
                let other = &pool[self.below(pool.len())];
                let from = self.below(other.len() + 1);
                input.truncate(self.below(input.len() + 1));
                input.extend_from_slice(&other[from..]);
            }
        }
    }

    /// Another number in place of one.
    fn number(&mut self, input: &mut Vec<u8>) {
        let from = self.below(input.len());
        let Some(start) = (from..input.len()).find(|&at| input[at].is_ascii_digit()) else {
            return;
        };
        let end = (start..input.len())
            .find(|&at| !input[at].is_ascii_digit())
            .unwrap_or(input.len());
        let token = TOKENS[self.below(13)];
        input.splice(start..end, token.iter().copied());
    }

    /// Lines doubled, left out or exchanged.
    fn lines(&mut self, input: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = input
            .split_inclusive(|&b| b == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        if lines.is_empty() {
            return;
        }
        let (one, other) = (self.below(lines.len()), self.below(lines.len()));
        match self.below(3) {
            0 => drop(lines.remove(one)),
            1 => lines.insert(other, lines[one].clone()),
            _ => lines.swap(one, other),
        }
        *input = lines.concat();
    }
}
