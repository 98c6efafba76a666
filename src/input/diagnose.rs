//! What a file that is no extract looks like instead.

use memchr::memchr_iter;

/// How much of a file is looked at.
const LOOK_BYTES: usize = 64 * 1024;

/// In a few words what the bytes look like, and what to do; `None` where nothing stands out.
pub fn looks_like(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(LOOK_BYTES)];
    let count =
        |range: std::ops::RangeInclusive<u8>| head.iter().filter(|b| range.contains(b)).count();
    let text = |what: &str| Some(what.to_owned());
    if head.starts_with(&[0x1f, 0x8b]) {
        return text("a gzip file; unpack it first");
    }
    if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return text("a zstd file; unpack it first");
    }
    if head.starts_with(b"PK\x03\x04") {
        return text("a zip archive; unpack it first");
    }
    if head.starts_with(b"%PDF") {
        return text("a PDF document");
    }
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return text("UTF-16 text; save it as ASCII");
    }
    if head.starts_with(&[0xef, 0xbb, 0xbf]) {
        return text("UTF-8 text with a byte-order mark; save it without");
    }
    if count(0x40..=0x40) > count(b' '..=b' ') && count(0xf0..=0xf9) > count(b'0'..=b'9') {
        return text("EBCDIC; give --input-encoding cp037");
    }
    if head.trim_ascii_start().starts_with(b"<") {
        return text("XML or HTML");
    }
    if head.trim_ascii_start().starts_with(b"{") || head.trim_ascii_start().starts_with(b"[") {
        return text("JSON");
    }
    if head.contains(&0) {
        return text("a binary file");
    }
    let line_length = memchr::memchr(b'\n', head).unwrap_or(head.len());
    let line = head[..line_length]
        .strip_suffix(b"\r")
        .unwrap_or(&head[..line_length]);
    if line.len() == 500 {
        return text("a response file (records of 500 bytes); give the extracts");
    }
    if memchr_iter(b',', line).count() >= 3 && line.len() < 400 {
        return text("a CSV file; an extract has fixed columns and no separators");
    }
    if matches!(line.get(..2), Some(b"FA" | b"FC" | b"FP")) {
        return text("records of the Federal Case Registry; derive extracts from them first");
    }
    if line.len() < 139 || line.len() > 241 {
        return Some(format!(
            "text whose first line has {} bytes; an extract record has 241",
            line.len()
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::looks_like;

    #[test]
    fn common_mistakes_are_named() {
        for (bytes, expected) in [
            (&b"\x1f\x8b\x08"[..], "gzip"),
            (b"PK\x03\x04", "zip"),
            (b"\xff\xfea\0", "UTF-16"),
            (b"a,b,c,d\n1,2,3,4\n", "CSV"),
            (b"<?xml ?>", "XML"),
            (b" {\"a\": 1}", "JSON"),
            (b"\xc1\x40\x40\x40\xf1\xf2", "EBCDIC"),
            (b"dear colleague\n", "14 bytes"),
        ] {
            let what = looks_like(bytes).unwrap();
            assert!(what.contains(expected), "{what}");
        }
        assert_eq!(looks_like(&[b' '; 241]), None);
        assert!(looks_like(&[b' '; 500]).unwrap().contains("response file"));
    }
}
