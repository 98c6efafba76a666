//! A line's seal: the digest of the line itself, its last member.
//!
//! A line holds the digest of the line before, so that a change shows in the next one. The last line
//! has no next one: its seal covers it, and with `previous` all lines before it. It is made of the
//! line's bytes without the seal, so that a reader needs no JSON to check it.

use super::digest::hex_digest;

/// What stands before the digest.
const HEAD: &[u8] = b",\"seal\":\"";
/// What stands behind it.
const TAIL: &[u8] = b"\"}";
/// The digits of a digest.
const DIGITS: usize = 64;

/// A line's seal, as far as it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seal {
    /// The line was written as it stands.
    Holds,
    /// It was changed.
    Broken,
    /// It has none: an earlier version of the program wrote it, or the seal was taken off.
    None,
}

/// The line with its seal; `line` is a JSON object with members.
pub(super) fn sealed(line: &[u8]) -> Vec<u8> {
    let digest = hex_digest(line);
    let mut sealed = line.strip_suffix(b"}").unwrap_or(line).to_vec();
    sealed.extend_from_slice(HEAD);
    sealed.extend_from_slice(digest.as_bytes());
    sealed.extend_from_slice(TAIL);
    sealed
}

/// A line without its seal and the last bracket, as far as it has one.
pub(super) fn unsealed(line: &[u8]) -> &[u8] {
    parted(line).map_or(line, |(body, _)| body)
}

fn parted(line: &[u8]) -> Option<(&[u8], &[u8])> {
    line.len()
        .checked_sub(HEAD.len() + DIGITS + TAIL.len())
        .map(|end| line.split_at(end))
        .filter(|(_, seal)| seal.starts_with(HEAD) && seal.ends_with(TAIL))
}

/// Holds a line against its seal.
pub(super) fn seal_of(line: &[u8]) -> Seal {
    let Some((body, seal)) = parted(line) else {
        // A seal that does not stand where it is written.
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
