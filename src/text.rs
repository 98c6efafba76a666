//! Text that several rooms write.

/// A count with its noun: `1 record`, `2 records`.
pub fn count_of(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A value as JSON for people and programs: indented, with a last line end.
pub fn json_text(value: &impl serde::Serialize) -> String {
    // What is printed holds text, numbers and maps with text keys: it can always be written.
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

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
