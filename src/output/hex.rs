//! Digests as text.

/// A digest in lower-case hexadecimal.
pub fn hex(digest: &[u8; 32]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    digest
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_come_in_order() {
        let mut digest = [0; 32];
        digest[0] = 0xa5;
        assert!(super::hex(&digest).starts_with("a500"));
    }
}
