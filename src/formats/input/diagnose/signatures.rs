//! Files of a completely different type, detected by their first bytes or first line.

/// Types that the first bytes prove.
pub(super) fn by_first_bytes(bytes: &[u8]) -> Option<String> {
    if let Some(what) = archive(bytes) {
        return Some(what);
    }
    if !bytes.is_empty() && bytes.iter().all(|&b| b == 0) {
        return Some("it holds nothing but X'00': the transfer failed; send it again".to_owned());
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Some("it holds nothing but blanks; send it again".to_owned());
    }
    None
}

/// What a file is that is packed in another way, or of another program altogether.
pub(super) fn archive(bytes: &[u8]) -> Option<String> {
    const SIGNATURES: [(&[u8], &str); 14] = [
        (
            b"PK\x03\x04",
            "a zip archive or a spreadsheet inside another packing; unpack it, or save the records as text",
        ),
        (b"%PDF", "a PDF document; ask for the extract itself"),
        (
            b"BZh",
            "a bzip2 file; unpack it first (gzip, zstd and zip are read as they are)",
        ),
        (
            b"\xfd7zXZ\0",
            "an xz file; unpack it first (gzip, zstd and zip are read as they are)",
        ),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
        (
            b"\x1f\x9d",
            "a compress (.Z) file; unpack it first (gzip, zstd and zip are read as they are)",
        ),
        (
            b"\x04\x22\x4d\x18",
            "an lz4 file; unpack it first (gzip, zstd and zip are read as they are)",
        ),
        (
            b"\x1f\x8b",
            "a gzip file inside another packing, or a damaged one; unpack it first",
        ),
        (
            b"\x28\xb5\x2f\xfd",
            "a zstd file inside another packing; unpack it first",
        ),
        (
            b"\xd0\xcf\x11\xe0",
            "an old spreadsheet or document; save the records as text",
        ),
        (
            b"PAR1",
            "a Parquet file; give the extract that it was made from",
        ),
        (b"-----BEGIN PGP", "a PGP message; decrypt it first"),
        (b"begin 6", "a uuencoded file; decode it first"),
        (
            b"SQLite format 3",
            "a SQLite database; export the records as text",
        ),
    ];
    let signature = SIGNATURES
        .iter()
        .find(|(first, _)| bytes.starts_with(first));
    if let Some((_, what)) = signature {
        return Some(format!("it is {what}"));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some("it is a tar archive; unpack it first".to_owned());
    }
    None
}

/// What the text looks like.
pub(super) fn by_text(bytes: &[u8]) -> Option<String> {
    let start = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    let line = start
        .split(|&b| b == b'\n' || b == b'\r')
        .next()
        .unwrap_or_default();
    let told = |what: &str| Some(format!("it looks like {what}"));
    if start.starts_with(b"<") {
        return told("XML or HTML; an extract has fixed columns");
    }
    if start.starts_with(b"{") || start.starts_with(b"[") {
        return told("JSON; an extract has fixed columns");
    }
    if line.starts_with(b"case_id,") {
        return told(
            "a CSV file that `icr convert --to csv` wrote; turn it back with `icr convert --input-format csv --to text`",
        );
    }
    for (separator, name) in [
        (b',', "comma"),
        (b'\t', "tab"),
        (b'|', "vertical bar"),
        (b';', "semicolon"),
    ] {
        let count = memchr::memchr_iter(separator, line).count();
        if count >= 3 {
            return Some(format!(
                "it looks like a CSV file ({} columns, separator {name}); an extract has fixed columns and no separators. With the column names that `icr layout show extract` lists, `icr convert --input-format csv --to text` makes an extract of it",
                count + 1
            ));
        }
    }
    if start.contains(&0) {
        return told("a binary file; transfer the records as text, or in binary mode as RECFM=FB");
    }
    if matches!(line.get(..2), Some(b"FA" | b"FC" | b"FP" | b"FF")) && line.len() > 241 {
        return told(
            "records of the Federal Case Registry; derive extracts from them with `icr derive`",
        );
    }
    let digits = |from: usize, to: usize| {
        line.get(from..to)
            .is_some_and(|cell| cell.iter().all(u8::is_ascii_digit))
    };
    if line.len() == 26 && digits(0, 2) && digits(17, 26) {
        return told("a list of misidentified SSNs; give it with --misidentified");
    }
    if (10..=55).contains(&line.len()) && digits(0, 9) && !digits(9, 10) {
        return told("an SSN master; give it with --ssn-master");
    }
    if line.len() < 139 || line.len() > 241 {
        return Some(format!(
            "its first line has {} bytes; an extract record has 241",
            line.len()
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{by_first_bytes, by_text};

    #[test]
    fn other_files_are_named() {
        for (bytes, expected) in [
            (&b"PK\x03\x04"[..], "zip"),
            (b"%PDF-1.7", "PDF"),
            (b"\0\0\0", "X'00'"),
            (b" \n \n", "blanks"),
        ] {
            assert!(by_first_bytes(bytes).unwrap().contains(expected));
        }
        assert_eq!(by_first_bytes(b"A1"), None);
        for (bytes, expected) in [
            (&b"a,b,c,d\n1,2,3,4\n"[..], "4 columns, separator comma"),
            (b"a\tb\tc\td\te\n", "5 columns, separator tab"),
            (b"\xef\xbb\xbfcase_id,ssn\n", "icr convert"),
            (b"<?xml ?>", "XML"),
            (b" {\"a\": 1}", "JSON"),
            (b"412660001ALVAREZ", "--ssn-master"),
            (b"06M1             412660001\r\n", "--misidentified"),
            (b"dear colleague\n", "14 bytes"),
        ] {
            let what = by_text(bytes).unwrap();
            assert!(what.contains(expected), "{what}");
        }
        assert_eq!(by_text(&[b'x'; 241]), None);
    }
}
