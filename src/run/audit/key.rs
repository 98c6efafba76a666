//! The key of a trail: whoever has not got it cannot write, change or rebuild a line unseen.
//!
//! With `--audit-key` each line holds an HMAC-SHA256 of itself, which covers the line before too, by
//! its digest. Against whom that is evidence, and against whom not, is in `SECURITY.md`.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Attempt, Error, Result};
use crate::open::read_whole;
use crate::stop::Stop;
use crate::text::hex;

/// The shortest key: as long as the digest.
const FEWEST_BYTES: usize = 32;
/// What comes before the HMAC.
const HEAD: &[u8] = b",\"mac\":\"";
/// What comes after it.
const TAIL: &[u8] = b"\"}";
/// The digits of an HMAC.
const DIGITS: usize = 64;

/// A key.
#[derive(Clone)]
pub struct AuditKey(Hmac<Sha256>);

impl std::fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuditKey")
    }
}

impl AuditKey {
    /// Reads a key: all bytes of the file but one line end behind them.
    ///
    /// # Errors
    /// [`Error::Input`] where others than its owner can read or change the file, or the key is too
    /// short; as [`read_whole`].
    pub fn load(path: &Path, stop: &Stop) -> Result<Self> {
        let metadata = std::fs::metadata(path).map_err(Error::io(Attempt::Open, path))?;
        if metadata.is_file() && metadata.mode() & 0o077 != 0 {
            let problem = "is the key of an audit trail, and others than its owner can read or change it; take that right away (chmod 600), or make a new key";
            return Err(Error::input(path, problem));
        }
        let file = read_whole(path, stop)?;
        let bytes = file.bytes.strip_suffix(b"\n").unwrap_or(&file.bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.len() < FEWEST_BYTES {
            let problem = format!(
                "holds a key of {} bytes; the key of an audit trail has at least {FEWEST_BYTES}, for example of `openssl rand -hex 32`",
                bytes.len()
            );
            return Err(Error::input(path, problem));
        }
        Ok(AuditKey::of(bytes))
    }

    pub(super) fn of(bytes: &[u8]) -> Self {
        // HMAC takes a key of any length.
        match Hmac::new_from_slice(bytes) {
            Ok(hmac) => AuditKey(hmac),
            Err(_) => unreachable!("a key of any length is taken"),
        }
    }

    fn mac_of(&self, line: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(line);
        mac
    }

    /// The line with its HMAC; `line` is a JSON object with members.
    pub(super) fn signed(&self, line: &[u8]) -> Vec<u8> {
        let mac = self.mac_of(line).finalize().into_bytes();
        let mut signed = line.strip_suffix(b"}").unwrap_or(line).to_vec();
        signed.extend_from_slice(HEAD);
        signed.extend_from_slice(hex(&mac.into()).as_bytes());
        signed.extend_from_slice(TAIL);
        signed
    }

    /// Whether this key made the HMAC of a line.
    pub(super) fn made(&self, signed: &Signed<'_>) -> bool {
        let Some(mac) = unhex(signed.mac) else {
            return false;
        };
        let line = [signed.line, b"}"].concat();
        self.mac_of(&line).verify_slice(&mac).is_ok()
    }
}

/// A line that has an HMAC, taken apart.
pub(super) struct Signed<'l> {
    /// Without the HMAC and the last bracket.
    line: &'l [u8],
    mac: &'l [u8],
}

impl<'l> Signed<'l> {
    /// Takes a line apart that was parted from its seal; `None` where it has no HMAC.
    pub(super) fn of(line: &'l [u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\"")?;
        let at = line.len().checked_sub(HEAD.len() + DIGITS)?;
        let (line, mac) = line.split_at(at);
        let mac = mac.strip_prefix(HEAD)?;
        Some(Signed { line, mac })
    }
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hmac_is_that_of_the_standard() {
        // RFC 4231, test case 2.
        let mac = AuditKey::of(b"Jefe").mac_of(b"what do ya want for nothing?");
        assert_eq!(
            hex(&mac.finalize().into_bytes().into()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn another_key_and_another_byte_are_seen() {
        let (key, other) = (AuditKey::of(&[7; 32]), AuditKey::of(&[8; 32]));
        let line = key.signed(br#"{"event":"start","number":1}"#);
        let made = |key: &AuditKey, line: &[u8]| {
            let body = line.strip_suffix(b"}").unwrap_or_default();
            Signed::of(body).is_some_and(|signed| key.made(&signed))
        };
        assert!(made(&key, &line) && !made(&other, &line));
        for at in 0..line.len() {
            let mut changed = line.clone();
            changed[at] ^= 1;
            assert!(!made(&key, &changed), "{at}");
        }
        assert_eq!(format!("{key:?}"), "AuditKey");
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_short_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        let load = || AuditKey::load(file.path(), &Stop::default());
        std::fs::write(file.path(), [b'k'; 31]).unwrap();
        assert!(load().unwrap_err().to_string().contains("31 bytes"));
        std::fs::write(file.path(), [b'k'; 32]).unwrap();
        assert!(load().is_ok());
        let others = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(file.path(), others).unwrap();
        assert!(load().unwrap_err().to_string().contains("chmod 600"));
    }
}
