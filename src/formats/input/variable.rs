//! RECFM=VB: records behind 4-byte record descriptor words, in blocks behind block descriptor words
//! or without blocks.
//!
//! A descriptor word is the length of what it describes, itself included, in two bytes (the high
//! one first), and two zero bytes. Such a file becomes text: a line feed, or a carriage return at
//! the end of a record, which no record may hold (E02), becomes X'1A' (ours), so that a record stays
//! one record.

use super::ends::is_padding;

/// A descriptor word's length.
const WORD_BYTES: usize = 4;

/// Whether descriptor words of blocks come before those of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocks {
    /// A BDW before each block of records.
    Described,
    /// RDWs alone.
    None,
}

/// Why bytes are no such records; with the byte, from 0, of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A word is none, or what it describes is longer than its block.
    Word(u64),
    /// Records that span blocks (RECFM=VBS).
    Spanned(u64),
    /// The file ends inside a record or block.
    Cut(u64),
}

/// The length in a word, itself included.
fn length(word: &[u8]) -> Result<usize, bool> {
    match *word {
        [high, low, 0, 0] if usize::from(high) << 8 | usize::from(low) >= WORD_BYTES => {
            Ok(usize::from(high) << 8 | usize::from(low))
        }
        [_, _, 1..=3, 0] => Err(true),
        _ => Err(false),
    }
}

/// The length in a block's word: two bytes, or with the first bit set 31 bits.
fn block_length(word: &[u8]) -> Option<usize> {
    match *word {
        [a @ 0x80..=0xff, b, c, d] => {
            let length = u32::from_be_bytes([a & 0x7f, b, c, d]) as usize;
            (length >= 2 * WORD_BYTES).then_some(length)
        }
        _ => length(word).ok(),
    }
}

/// Whether a file that begins with these bytes is RECFM=VB, and how; `whole` is whether they are
/// all of it. Every word of them must be one, and at least one record must be whole.
pub(super) fn blocks_of(bytes: &[u8], whole: bool) -> Option<Blocks> {
    if bytes.len() < WORD_BYTES {
        return None;
    }
    // Blocks alone look like records; what is in them decides.
    [Blocks::Described, Blocks::None]
        .into_iter()
        .find(|&blocks| {
            let mut unblocker = Unblocker::new(blocks);
            let mut records = 0;
            let held = unblocker.push(bytes, &mut |_| records += 1);
            // A file that ends inside a record is cut; it is still of this form.
            let ended = !whole || !matches!(unblocker.finish(), Err(Fault::Word(_)));
            held.is_ok() && ended && records > 0
        })
}

/// Takes a file in pieces and gives its records.
pub(super) struct Unblocker {
    blocks: Blocks,
    /// What came and is not yet a whole word or record.
    pending: Vec<u8>,
    /// How many bytes of the file were used up.
    used: u64,
    /// How many bytes of the open block are left.
    block_left: usize,
    /// Only padding may follow.
    at_padding: bool,
}

impl Unblocker {
    pub(super) fn new(blocks: Blocks) -> Self {
        Unblocker {
            blocks,
            pending: Vec::new(),
            used: 0,
            block_left: 0,
            at_padding: false,
        }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// The first word that is none.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        record: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Fault> {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = &pending[..];
        let taken = self.take(&mut rest, record);
        self.pending = rest.to_vec();
        taken
    }

    fn take(&mut self, rest: &mut &[u8], record: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
        loop {
            if self.at_padding {
                if !rest.iter().all(|&byte| is_padding(byte)) {
                    return Err(Fault::Word(self.used));
                }
                self.used += rest.len() as u64;
                *rest = &[];
                return Ok(());
            }
            let Some(word) = rest.get(..WORD_BYTES) else {
                return Ok(());
            };
            if self.blocks == Blocks::Described && self.block_left == 0 {
                if word.iter().all(|&byte| is_padding(byte)) && self.used > 0 {
                    self.at_padding = true;
                    continue;
                }
                let length = block_length(word).ok_or(Fault::Word(self.used))?;
                self.block_left = length - WORD_BYTES;
                self.advance(rest, WORD_BYTES);
                continue;
            }
            if word.iter().all(|&byte| is_padding(byte))
                && self.used > 0
                && self.blocks == Blocks::None
            {
                self.at_padding = true;
                continue;
            }
            let length = length(word).map_err(|spanned| {
                if spanned {
                    Fault::Spanned(self.used)
                } else {
                    Fault::Word(self.used)
                }
            })?;
            if self.blocks == Blocks::Described {
                self.block_left = self
                    .block_left
                    .checked_sub(length)
                    .ok_or(Fault::Word(self.used))?;
            }
            let Some(whole) = rest.get(..length) else {
                if self.blocks == Blocks::Described {
                    self.block_left += length;
                }
                return Ok(());
            };
            record(&whole[WORD_BYTES..]);
            self.advance(rest, length);
        }
    }

    fn advance(&mut self, rest: &mut &[u8], bytes: usize) {
        *rest = &rest[bytes..];
        self.used += bytes as u64;
    }

    /// The file has ended.
    ///
    /// # Errors
    /// Where it ended inside a word, record or block.
    pub(super) fn finish(&self) -> Result<(), Fault> {
        let padding = self.pending.iter().all(|&byte| is_padding(byte)) && self.used > 0;
        if self.pending.is_empty() && self.block_left == 0 || padding && self.pending.len() < 4 {
            Ok(())
        } else {
            Err(Fault::Cut(self.used))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(record: &[u8]) -> Vec<u8> {
        let length = (record.len() + 4) as u16;
        [&length.to_be_bytes(), &[0, 0][..], record].concat()
    }

    fn records(bytes: &[u8], piece: usize) -> Result<Vec<Vec<u8>>, Fault> {
        let mut unblocker = Unblocker::new(blocks_of(bytes, true).ok_or(Fault::Word(0))?);
        let mut records = Vec::new();
        for piece in bytes.chunks(piece) {
            unblocker.push(piece, &mut |record| records.push(record.to_vec()))?;
        }
        unblocker.finish().map(|()| records)
    }

    #[test]
    fn records_come_back_with_and_without_blocks_in_pieces_of_any_size() {
        let expected: [&[u8]; 3] = [b"first record", b"second", b"the third of all"];
        let plain = expected.map(described).concat();
        let blocked = [
            described(&[described(expected[0]), described(expected[1])].concat()),
            described(&described(expected[2])),
        ]
        .concat();
        let padded = [&plain[..], &[0; 9]].concat();
        let mut large = described(&plain);
        large.splice(..4, (0x8000_0000 | (plain.len() as u32 + 4)).to_be_bytes());
        for file in [plain, blocked, padded, large] {
            for piece in 1..file.len() {
                assert_eq!(records(&file, piece).unwrap(), expected, "by {piece}");
            }
        }
    }

    #[test]
    fn what_is_cut_spanned_or_text_is_told() {
        let file = [described(b"first record"), described(b"second")].concat();
        for cut in 18..file.len() {
            assert_eq!(records(&file[..cut], 7), Err(Fault::Cut(16)), "{cut}");
        }
        assert_eq!(blocks_of(b"a line\nanother\n", true), None);
        assert_eq!(blocks_of(&[0; 100], true), None);
        let mut spanned = file;
        spanned[18] = 1;
        let mut unblocker = Unblocker::new(Blocks::None);
        assert_eq!(
            unblocker.push(&spanned, &mut |_| ()),
            Err(Fault::Spanned(16))
        );
    }
}
