//! From UTF-8 to ISO 8859-1, a character a byte, so that columns are counted in characters.
//!
//! What is beyond ISO 8859-1 becomes `?`, and its place is kept: its record gets W02. Bytes that
//! are no UTF-8 are kept as they are (ours): some system wrote them in ISO 8859-1.

/// Translates a file in pieces.
#[derive(Default)]
pub(super) struct FromUtf8 {
    /// The begin of a character that the last piece cut.
    pending: Vec<u8>,
    /// How many bytes were written.
    written: u64,
    /// Where characters were replaced, in what was written.
    pub(super) replaced: Vec<u64>,
}

impl FromUtf8 {
    /// Translates the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let before = out.len();
        if self.pending.is_empty() && bytes.is_ascii() {
            out.extend_from_slice(bytes);
        } else {
            let mut all = std::mem::take(&mut self.pending);
            all.extend_from_slice(bytes);
            self.translate(&all, before, out);
        }
        self.written += (out.len() - before) as u64;
    }

    fn translate(&mut self, mut bytes: &[u8], before: usize, out: &mut Vec<u8>) {
        loop {
            let (good, rest) = match std::str::from_utf8(bytes) {
                Ok(text) => (text, None),
                Err(error) => {
                    let (good, rest) = bytes.split_at(error.valid_up_to());
                    let good = std::str::from_utf8(good).unwrap_or_default();
                    (good, Some((rest, error.error_len())))
                }
            };
            for character in good.chars() {
                let byte = u8::try_from(u32::from(character)).unwrap_or_else(|_| {
                    let at = self.written + (out.len() - before) as u64;
                    self.replaced.push(at);
                    b'?'
                });
                out.push(byte);
            }
            match rest {
                None => return,
                Some((rest, None)) => {
                    self.pending = rest.to_vec();
                    return;
                }
                Some((rest, Some(wrong))) => {
                    out.extend_from_slice(&rest[..wrong]);
                    bytes = &rest[wrong..];
                }
            }
        }
    }

    /// The file has ended: what is pending is no character.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.written += self.pending.len() as u64;
        out.append(&mut self.pending);
    }
}

/// A piece in ISO 8859-1, for a look at it.
pub(super) fn latin_1(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = FromUtf8::default();
    from.push(bytes, &mut out);
    from.finish(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_become_bytes_in_pieces_of_any_size() {
        let text = "PE\u{d1}A \u{141}UKASZ \u{1f600}.";
        let mut bytes = text.as_bytes().to_vec();
        bytes.extend_from_slice(b"\xd1\xe9x\xc3");
        for piece in 1..=bytes.len() {
            let (mut from, mut out) = (FromUtf8::default(), Vec::new());
            for piece in bytes.chunks(piece) {
                from.push(piece, &mut out);
            }
            from.finish(&mut out);
            assert_eq!(out, b"PE\xd1A ?UKASZ ?.\xd1\xe9x\xc3", "by {piece}");
            assert_eq!(from.replaced, [5, 12]);
        }
    }
}
