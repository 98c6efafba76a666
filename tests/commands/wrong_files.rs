//! Files that fit nothing: what each is told to be, and what to do. The transcripts stand in
//! `testdata/wrong`; `ICR_BLESS=1` writes them anew. What must be told is written here beside each
//! file, from issue 3 and layouts.md, section 4.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use icr::formats::input::Encoding;

/// A wrong file: its name, what it holds, the options beside it, and what must be told of it.
struct Wrong {
    name: &'static str,
    bytes: Vec<u8>,
    options: &'static str,
    told: &'static [&'static str],
}

/// Ten records of invented people, without line ends.
fn records() -> Vec<Vec<u8>> {
    let record = |number: usize| {
        let kind = ["NP", "CP", "CH", "CH", "PF"][number % 5];
        let line = format!(
            "{:<15}I06037  {:<9}{:<15}{kind}O{:<30}{:<16}{:<16}19850610F{:<15} 48453  {:<17}{:<40}{:<10}{:<30}",
            format!("CA{}", 100 + number / 5),
            412_660_001 + number,
            format!("M{number}"),
            "ALVAREZ",
            "LUIS",
            "",
            "TX1",
            "",
            "PAT WORKER",
            "5555550100",
            "pat@example.test"
        );
        assert_eq!(line.len(), 241);
        line.into_bytes()
    };
    (0..10).map(record).collect()
}

fn response_records() -> Vec<Vec<u8>> {
    let respond = |mut record: Vec<u8>| {
        record.extend_from_slice(b"N00");
        record.resize(500, b' ');
        record
    };
    records().into_iter().map(respond).collect()
}

fn lines(records: &[Vec<u8>], end: &[u8]) -> Vec<u8> {
    records
        .iter()
        .flat_map(|record| [record, end].concat())
        .collect()
}

fn framed(before: &[u8], after: &[u8]) -> Vec<u8> {
    let records = records();
    let framed = records
        .iter()
        .flat_map(|record| [before, record, after].concat());
    framed.collect()
}

fn ebcdic(mut bytes: Vec<u8>) -> Vec<u8> {
    Encoding::Cp037.encode(&mut bytes);
    bytes
}

/// A record descriptor word before each record; its length counts itself.
fn described(encode: fn(Vec<u8>) -> Vec<u8>, trimmed: bool) -> Vec<u8> {
    let described = records().into_iter().flat_map(|mut record| {
        if trimmed {
            record.truncate(139 + record.len() % 7);
        }
        let length = (record.len() + 4) as u16;
        [&length.to_be_bytes(), &[0, 0][..], &encode(record)].concat()
    });
    described.collect()
}

fn utf16(bytes: &[u8], to_bytes: fn(u16) -> [u8; 2], mark: &[u8]) -> Vec<u8> {
    let text = bytes.iter().flat_map(|&b| to_bytes(u16::from(b)));
    mark.iter().copied().chain(text).collect()
}

fn separated(separator: &str) -> Vec<u8> {
    let row = |record: &Vec<u8>| {
        let text = String::from_utf8_lossy(record);
        let cells: Vec<_> = text.split_whitespace().collect();
        cells.join(separator) + "\n"
    };
    records().iter().map(row).collect::<String>().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn wrong(
    name: &'static str,
    bytes: Vec<u8>,
    options: &'static str,
    told: &'static [&'static str],
) -> Wrong {
    Wrong {
        name,
        bytes,
        options,
        told,
    }
}

/// What is told where all ten records fit.
const ALL: &str = "10 of its 10 records fit";

fn corpus() -> Vec<Wrong> {
    let text = lines(&records(), b"\n");
    let fixed = records().concat();
    let fcr: Vec<Vec<u8>> = records()
        .into_iter()
        .map(|mut record| {
            for columns in [15..16, 121..136, 137..144, 161..241] {
                record[columns].fill(b' ');
            }
            record
        })
        .collect();
    let master: Vec<Vec<u8>> = records()
        .iter()
        .map(|r| [&r[23..32], &b"ALVAREZ"[..]].concat())
        .collect();
    let misidentified: Vec<Vec<u8>> = records()
        .iter()
        .map(|r| [&b"06"[..], &r[32..47], &r[23..32]].concat())
        .collect();
    vec![
        wrong(
            "242-bytes",
            framed(b"", b" "),
            "",
            &[ALL, "records of 242 bytes without line ends", "LRECL=241"],
        ),
        wrong(
            "243-bytes",
            framed(b"", b"\0\0"),
            "",
            &[ALL, "records of 243 bytes without line ends"],
        ),
        wrong(
            "245-rdw",
            described(|r| r, false),
            "",
            &[ALL, "4-byte record descriptor word", "RECFM=FB, LRECL=241"],
        ),
        wrong(
            "245-rdw-ebcdic",
            described(ebcdic, false),
            "",
            &[ALL, "record descriptor word", "EBCDIC code page 037"],
        ),
        wrong(
            "rdw-trimmed",
            described(|r| r, true),
            "",
            &[ALL, "record descriptor word"],
        ),
        wrong(
            "256-bytes",
            framed(b"", &[b' '; 15]),
            "",
            &[ALL, "records of 256 bytes"],
        ),
        wrong(
            "500-response",
            lines(&response_records(), b"\n"),
            "",
            &[ALL, "response file", "give the extracts"],
        ),
        wrong(
            "500-response-fb",
            response_records().concat(),
            "",
            &[
                ALL,
                "records of 500 bytes without line ends",
                "response file",
            ],
        ),
        wrong(
            "500-response-ebcdic",
            ebcdic(response_records().concat()),
            "",
            &[ALL, "response file", "EBCDIC"],
        ),
        wrong(
            "carriage-control",
            framed(b"1", b"\n"),
            "",
            &[ALL, "each after 1 other byte", "lines"],
        ),
        wrong(
            "fb-truncated",
            fixed[..fixed.len() - 100].to_vec(),
            "",
            &[
                "9 of its 10 records fit",
                "241 bytes without line ends",
                "give --input-format fb",
            ],
        ),
        wrong(
            "fb-with-one-line-end",
            [&fixed[..], b"\n"].concat(),
            "",
            &[
                "10 of its 11 records fit",
                "give --input-format fb --input-encoding ascii",
            ],
        ),
        wrong(
            "fb-ebcdic-truncated",
            ebcdic(fixed[..fixed.len() - 1].to_vec()),
            "",
            &[
                "9 of its 10",
                "give --input-format fb --input-encoding cp037",
            ],
        ),
        wrong(
            "text-named-fb",
            text.clone(),
            "--input-format fb",
            &[ALL, "lines, ASCII", "give --input-format text"],
        ),
        wrong(
            "fb-named-text",
            fixed.clone(),
            "--input-format text",
            &[ALL, "give --input-format fb"],
        ),
        wrong(
            "ebcdic-named-ascii",
            ebcdic(text.clone()),
            "--input-encoding ascii",
            &[ALL, "EBCDIC code page 037", "--input-encoding cp037"],
        ),
        wrong(
            "ebcdic-new-line-named-ascii",
            ebcdic(lines(&records(), b"\x85")),
            "--input-encoding ascii",
            &[ALL, "lines that end with X'15'", "--input-encoding cp037"],
        ),
        wrong(
            "ascii-named-ebcdic",
            text.clone(),
            "--input-encoding cp037",
            &[ALL, "ASCII", "--input-encoding ascii"],
        ),
        wrong(
            "cr-alone",
            lines(&records(), b"\r"),
            "",
            &[ALL, "CR alone", "tr '\\r' '\\n'"],
        ),
        wrong(
            "x85-line-ends",
            lines(&records(), b"\x85"),
            "",
            &[ALL, "X'85'", "transfer it again"],
        ),
        wrong(
            "utf-8-mark",
            [b"\xef\xbb\xbf", &text[..242]].concat(),
            "",
            &["1 of its 1 records fit", "byte-order mark"],
        ),
        wrong(
            "utf-16-little-endian",
            utf16(&text, u16::to_le_bytes, b"\xff\xfe"),
            "",
            &[ALL, "UTF-16, little-endian", "ISO-8859-1"],
        ),
        wrong(
            "utf-16-big-endian",
            utf16(&text, u16::to_be_bytes, b"\xfe\xff"),
            "",
            &[ALL, "UTF-16, big-endian"],
        ),
        wrong(
            "utf-16-without-mark",
            utf16(&text, u16::to_le_bytes, b""),
            "",
            &[ALL, "UTF-16"],
        ),
        wrong(
            "csv",
            separated(","),
            "",
            &["CSV file", "separator comma", "icr convert"],
        ),
        wrong(
            "csv-semicolons",
            separated(";"),
            "",
            &["CSV file", "separator semicolon"],
        ),
        wrong("tabs", separated("\t"), "", &["CSV file", "separator tab"]),
        wrong(
            "csv-of-convert",
            b"case_id,ssn\nCA100,412660001\n".to_vec(),
            "",
            &["icr convert --input-format csv --to text"],
        ),
        wrong(
            "fcr-as-extract",
            lines(&fcr, b"\n"),
            "",
            &[ALL, "FCR-derived", "--fcr"],
        ),
        wrong(
            "ssn-master",
            lines(&master, b"\n"),
            "",
            &["SSN master", "--ssn-master"],
        ),
        wrong(
            "misidentified",
            lines(&misidentified, b"\n"),
            "",
            &["--misidentified"],
        ),
        wrong(
            "zip",
            b"PK\x03\x04\x14\0".to_vec(),
            "",
            &["zip archive", "unpack"],
        ),
        wrong("bzip2", b"BZh91AY".to_vec(), "", &["bzip2"]),
        wrong("xz", b"\xfd7zXZ\0\0".to_vec(), "", &["xz file"]),
        wrong("pdf", b"%PDF-1.7\n".to_vec(), "", &["PDF"]),
        wrong("parquet", b"PAR1\x15\x04".to_vec(), "", &["Parquet"]),
        wrong(
            "tar",
            [&[b'a'; 257][..], b"ustar\0", &[b' '; 249]].concat(),
            "",
            &["tar archive"],
        ),
        wrong(
            "gzip-cut",
            gzip(&text)[..60].to_vec(),
            "",
            &["gzip file ends before it is complete", "transfer it again"],
        ),
        wrong(
            "gzip-of-zip",
            gzip(b"PK\x03\x04\x14\0"),
            "",
            &["zip archive"],
        ),
        wrong(
            "zstd-cut",
            zstd::encode_all(&text[..], 1).unwrap()[..40].to_vec(),
            "",
            &["zstd file"],
        ),
        wrong(
            "zeros",
            vec![0; 2410],
            "",
            &["nothing but X'00'", "send it again"],
        ),
        wrong("blanks", b"  \n  \n".to_vec(), "", &["nothing but blanks"]),
        wrong(
            "xml",
            b"<?xml version=\"1.0\"?>\n<cases/>\n".to_vec(),
            "",
            &["XML"],
        ),
        wrong("json", b"{\"cases\": []}\n".to_vec(), "", &["JSON"]),
        wrong(
            "letter",
            b"Dear colleague,\nplease find attached\n".to_vec(),
            "",
            &["first line has 15 bytes; an extract record has 241"],
        ),
        wrong("empty", Vec::new(), "", &["is empty", "transfer complete"]),
    ]
}

#[test]
fn each_wrong_file_is_told_what_it_is_and_what_to_do() {
    let transcripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/wrong");
    let bless = std::env::var_os("ICR_BLESS").is_some();
    let corpus = corpus();
    assert!(corpus.len() >= 25);
    for wrong in &corpus {
        let work = tempfile::tempdir().unwrap();
        fs::write(work.path().join(wrong.name), &wrong.bytes).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_icr"))
            .args(["validate", "--run-date", "20261122", "--format", "csv"])
            .args(wrong.options.split_whitespace())
            .arg(wrong.name)
            .current_dir(work.path())
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        // Whoever runs the tests as root is warned.
        let message = message
            .split_inclusive('\n')
            .filter(|line| !line.contains("warning: running as root"))
            .collect::<String>();
        for told in wrong.told {
            assert!(
                message.contains(told),
                "{}: no `{told}` in {message}",
                wrong.name
            );
        }
        for value in [
            "CA100",
            "41266",
            "ALVAREZ",
            "LUIS",
            "19850610",
            "example.test",
        ] {
            assert!(!message.contains(value), "{message}");
        }
        assert_eq!(output.status.code(), Some(3), "{}", wrong.name);
        let options = if wrong.options.is_empty() {
            String::new()
        } else {
            format!(" {}", wrong.options)
        };
        let transcript = format!(
            "$ icr validate{options} {}\n{message}(exit status 3)\n",
            wrong.name
        );
        let path = transcripts.join(format!("{}.txt", wrong.name));
        if bless {
            fs::create_dir_all(&transcripts).unwrap();
            fs::write(&path, &transcript).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(transcript, expected, "{}", wrong.name);
    }
    let files = fs::read_dir(&transcripts).unwrap().count();
    assert_eq!(
        files,
        corpus.len(),
        "a transcript for each file, and no other"
    );
}
