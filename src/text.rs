//! Text that several rooms write.
//!
//! Foreign text (file names, IDs, contacts, bytes of records) reaches a person only through [`shown`]
//! or [`shown_path`]: a control character in it could move the cursor, hide a line or forge one.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use serde_json::ser::{Formatter, PrettyFormatter};

/// A count with its noun: `1 record`, `2 records`.
pub fn count_of(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A value as JSON for people and programs: indented, with a last line end.
pub fn json_text(value: &impl serde::Serialize) -> String {
    // A value has only text, numbers and maps with text keys, so it can always be serialised.
    let mut bytes = Vec::new();
    if write_json(&mut bytes, value).is_err() {
        return String::new();
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Writes a value as [`json_text`] does.
///
/// # Errors
/// What the writer answers.
pub fn write_json(out: impl Write, value: &impl serde::Serialize) -> std::io::Result<()> {
    let mut writer = serde_json::Serializer::with_formatter(out, SafeJson::default());
    value.serialize(&mut writer)?;
    writer.into_inner().write_all(b"\n")
}

/// Foreign text, safe to show: control characters are replaced by their numbers, such as `\x1b` or
/// `\u{202e}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, is_control, number_of)
}

/// A path, safe to show: like [`shown`], with the number of each byte that is not text.
pub fn shown_path(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += &shown(chunk.valid());
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02x}");
        }
    }
    text
}

/// A text of several lines, safe for a terminal: like [`shown`], but line ends, tabs and form feeds
/// are kept. Foreign text must have gone through [`shown`] before it was inserted.
pub fn shown_lines(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| is_control(c) && !matches!(c, '\n' | '\t' | '\x0c');
    escaped(text, harmful, number_of)
}

/// A cell of a CSV file that people open: what a spreadsheet would read as a formula gets an
/// apostrophe, and control characters are replaced by their numbers. X'80' to X'FF' are kept
/// (cli.md).
pub fn cell(text: &str) -> Cow<'_, str> {
    let safe = escaped(text, is_control_in_cell, number_of);
    if is_formula(text) {
        Cow::Owned(format!("'{safe}"))
    } else {
        safe
    }
}

/// Whether text would do harm in a file whose bytes must not be changed: a formula to a
/// spreadsheet, or control characters (decision 0034).
pub fn is_harmful(text: &str) -> bool {
    is_formula(text) || text.contains(is_control_in_cell)
}

/// Whether a spreadsheet would read a cell as a formula.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn escaped(
    text: &str,
    harmful: impl Fn(char) -> bool,
    escape: impl Fn(char) -> String,
) -> Cow<'_, str> {
    if !text.contains(&harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if harmful(c) {
            safe += &escape(c);
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

fn number_of(c: char) -> String {
    let number = u32::from(c);
    if number < 0x100 {
        format!("\\x{number:02x}")
    } else {
        format!("\\u{{{number:x}}}")
    }
}

fn is_control_in_cell(c: char) -> bool {
    is_control(c) && !matches!(c, '\u{80}'..='\u{ff}')
}

/// C0, DEL, C1, the characters that change the direction of text, and invisible ones.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
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

/// Indented JSON without control characters in strings: serde escapes only those below X'20'.
#[derive(Default)]
struct SafeJson<'a>(PrettyFormatter<'a>);

impl Formatter for SafeJson<'_> {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> std::io::Result<()> {
        let safe = escaped(fragment, is_control, |c| format!("\\u{:04x}", u32::from(c)));
        out.write_all(safe.as_bytes())
    }

    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> std::io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> std::io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, out: &mut W) -> std::io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> std::io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> std::io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> std::io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> std::io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_come_in_order() {
        let mut digest = [0; 32];
        digest[0] = 0xa5;
        assert!(super::hex(&digest).starts_with("a500"));
    }

    #[test]
    fn foreign_text_controls_nothing() {
        use super::{cell, json_text, shown, shown_lines, shown_path};
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(shown("plain é, 12"), "plain é, 12");
        assert_eq!(
            shown("a\x1b[31m\n\u{9b}\x7f\u{202e}"),
            "a\\x1b[31m\\x0a\\x9b\\x7f\\u{202e}"
        );
        assert_eq!(shown_lines("a\tb\n\rc\x08"), "a\tb\n\\x0dc\\x08");
        let name = std::path::Path::new(OsStr::from_bytes(b"a\xff\nb"));
        assert_eq!(shown_path(name), "a\\xff\\x0ab");
        for (text, safe) in [
            ("=1", "'=1"),
            ("\tx", "'\\x09x"),
            ("@a", "'@a"),
            ("a=1", "a=1"),
        ] {
            assert_eq!(cell(text), safe);
        }
        let value = "\u{9b}\x1b\u{202e}é";
        let json = json_text(&value);
        assert!(
            !json.chars().any(|c| super::is_control(c) && c != '\n'),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), value);
    }
}
