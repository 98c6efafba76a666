//! The seal of a line: its own digest, as its last member.
//!
//! Each line has the digest of the line before, so that a change shows in the next line. The last
//! line has no next one; its seal covers it and, through `previous`, all lines before it. The seal
//! is a digest of the line's bytes without the seal, so that it can be checked without parsing
//! JSON.

use super::digest::hex_digest;

/// The text before the digest.
const HEAD: &[u8] = b",\"seal\":\"";
/// The text after the digest.
const TAIL: &[u8] = b"\"}";
/// The number of digits of a digest.
const DIGITS: usize = 64;

/// The state of a line's seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seal {
    /// The line is unchanged.
    Holds,
    /// The line was changed.
    Broken,
    /// There is none: an earlier version of the program wrote the line, or the seal was removed.
    None,
}

/// Adds the seal to a line; `line` is a non-empty JSON object.
pub(super) fn sealed(line: &[u8]) -> Vec<u8> {
    let digest = hex_digest(line);
    let mut sealed = line.strip_suffix(b"}").unwrap_or(line).to_vec();
    sealed.extend_from_slice(HEAD);
    sealed.extend_from_slice(digest.as_bytes());
    sealed.extend_from_slice(TAIL);
    sealed
}

/// A line without its seal and the final brace, if it has a seal.
pub(super) fn unsealed(line: &[u8]) -> &[u8] {
    parted(line).map_or(line, |(body, _)| body)
}

fn parted(line: &[u8]) -> Option<(&[u8], &[u8])> {
    line.len()
        .checked_sub(HEAD.len() + DIGITS + TAIL.len())
        .map(|end| line.split_at(end))
        .filter(|(_, seal)| seal.starts_with(HEAD) && seal.ends_with(TAIL))
}

/// Checks the seal of a line.
pub(super) fn seal_of(line: &[u8]) -> Seal {
    let Some((body, seal)) = parted(line) else {
        // A seal in another place than it is written.
        let moved = memchr::memmem::find(line, b"\"seal\":").is_some();
        return if moved { Seal::Broken } else { Seal::None };
    };
    let digest = &seal[HEAD.len()..HEAD.len() + DIGITS];
    let line = [body, b"}"].concat();
    if hex_digest(&line).as_bytes() == digest {
        Seal::Holds
    } else {
        Seal::Broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_other_byte_breaks_the_seal() {
        let line = sealed(br#"{"event":"start","number":1}"#);
        assert_eq!(seal_of(&line), Seal::Holds);
        for at in 0..line.len() {
            let mut changed = line.clone();
            changed[at] ^= 1;
            assert_ne!(seal_of(&changed), Seal::Holds, "{at}");
        }
        let text = String::from_utf8(line).unwrap();
        let spaced = text.replace("\"seal\":", "\"seal\": ");
        assert_eq!(seal_of(spaced.as_bytes()), Seal::Broken);
        assert_eq!(seal_of(br#"{"event":"start","number":1}"#), Seal::None);
    }
}
