//! The digest of a line of the audit trail.

use sha2::{Digest, Sha256};

/// The SHA-256 of a line without its line end, in hexadecimal.
pub(super) fn hex_digest(line: &[u8]) -> String {
    crate::text::hex(&Sha256::digest(line).into())
}
