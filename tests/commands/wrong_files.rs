//! Files that fit nothing: what each is told to be, and what to do. The transcripts stand in
//! `testdata/wrong`; `ICR_BLESS=1` writes them anew. What must be told is written here beside each
//! file, from issue 3 and layouts.md, section 4.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use icr::formats::input::Encoding;

use crate::program::record;
use crate::program::zip::{As, DEFLATED, archive, zip};

/// A wrong file: its name, what it holds, the options beside it, and what must be told of it.
struct Wrong {
    name: &'static str,
    bytes: Vec<u8>,
    options: &'static str,
    told: &'static [&'static str],
    status: i32,
}

/// Ten records of invented people, without line ends.
fn records() -> Vec<Vec<u8>> {
    let of_number = |number: usize| {
        let fields = [
            (1, format!("CA{}", 100 + number / 5)),
            (16, "I06037".to_owned()),
            (24, (412_660_001 + number).to_string()),
            (33, format!("M{number}")),
            (48, ["NP", "CP", "CH", "CH", "PF"][number % 5].to_owned()),
            (50, "OALVAREZ".to_owned()),
            (81, "LUIS".to_owned()),
            (113, "19850610F".to_owned()),
            (122, "TX1".to_owned()),
            (138, "48453".to_owned()),
            (162, "PAT WORKER".to_owned()),
            (202, "5555550100pat@example.test".to_owned()),
        ];
        record(
            241,
            &fields
                .each_ref()
                .map(|(first, text)| (*first, text.as_str())),
        )
    };
    (0..10).map(of_number).collect()
}

fn response_records() -> Vec<Vec<u8>> {
    let respond = |mut record: Vec<u8>| {
        record.extend_from_slice(b"N00");
        record.resize(500, b' ');
        record
    };
    records().into_iter().map(respond).collect()
}

pub(super) fn lines(records: &[Vec<u8>], end: &[u8]) -> Vec<u8> {
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
fn described(encode: fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let described = records().into_iter().flat_map(|record| {
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
        status: 3,
    }
}

/// A file that is told of and can be used; the exit status is that of its findings.
fn usable(status: i32, name: &'static str, bytes: Vec<u8>, told: &'static [&'static str]) -> Wrong {
    Wrong {
        status,
        ..wrong(name, bytes, "", told)
    }
}

/// Forty records of different invented people, in cases of two.
fn people() -> Vec<Vec<u8>> {
    let record = |number: usize| {
        let letters: String = (0..4 + number % 5)
            .map(|place| char::from(b'A' + ((number * 7 + place * 11) % 26) as u8))
            .collect();
        let case = number / 2;
        let line = format!(
            "{:<15}I06037  {:<9}{:<15}{}O{:<30}{:<16}{:<16}{}F{:<15} 48453  {:<17}{:<40}{:<10}{:<30}",
            format!("CA{}", 100 + case),
            412_660_001 + number,
            format!("M{number}"),
            ["NP", "CH"][number % 2],
            format!("ALVAREZ{letters}"),
            letters,
            "",
            19_850_610 + number % 20,
            format!("TX{}", 1 + case),
            "",
            format!("PAT {}WORKER", &letters[..1 + case % 4]),
            "5555550100",
            format!("{}@example.test", "pat".repeat(1 + case % 4)),
        );
        assert_eq!(line.len(), 241);
        line.into_bytes()
    };
    (0..40).map(record).collect()
}

/// The records of [`people`] as lines, some of them changed first.
fn changed(which: impl Fn(usize) -> bool, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut records = people();
    for (number, record) in records.iter_mut().enumerate() {
        if which(number) {
            change(record);
        }
    }
    lines(&records, b"\n")
}

pub(super) fn trimmed(mut record: Vec<u8>) -> Vec<u8> {
    while record.last() == Some(&b' ') {
        record.pop();
    }
    record
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
            &["10 records", "each after 1 other byte"],
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
            "fb-byte-missing",
            [&people().concat()[..5000], &people().concat()[5001..]].concat(),
            "",
            &[
                "1 byte is missing in a record",
                "stand too far left",
                "record (21)",
            ],
        ),
        wrong(
            "fb-bytes-added",
            [
                &people().concat()[..5000],
                b"XX",
                &people().concat()[5000..],
            ]
            .concat(),
            "",
            &[
                "2 bytes too many stand in a record",
                "stand too far right",
                "record (21)",
            ],
        ),
        wrong(
            "fb-byte-missing-named-fb",
            [&people().concat()[..5000], &people().concat()[5001..]].concat(),
            "--input-format fb",
            &["1 byte is missing in a record", "record (21)"],
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
            "zip-cut",
            zip(&text)[..60].to_vec(),
            "",
            &["zip file ends before it is complete", "transfer it again"],
        ),
        wrong(
            "zip-damaged",
            {
                let mut bytes = zip(&text);
                bytes[14] ^= 1;
                let at = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
                bytes[at + 16] ^= 1;
                bytes
            },
            "",
            &["zip file is damaged", "transfer it again"],
        ),
        wrong(
            "zip-of-two",
            archive(&[("TX.txt", &text), ("KS.txt", &text)], DEFLATED),
            "",
            &[
                "zip file holds 2 files",
                "unpack it and give the file that is meant",
            ],
        ),
        wrong(
            "zip-of-none",
            archive(&[], DEFLATED),
            "",
            &["zip file holds no file"],
        ),
        wrong(
            "zip-encrypted",
            archive(
                &[("TX.txt", &text)],
                As {
                    flags: 1,
                    ..DEFLATED
                },
            ),
            "",
            &["zip file is encrypted", "decrypt"],
        ),
        wrong(
            "zip-deflate64",
            archive(
                &[("TX.txt", &text)],
                As {
                    method: 9,
                    ..DEFLATED
                },
            ),
            "",
            &["Deflate64", "pack it with gzip"],
        ),
        wrong(
            "zip-bzip2",
            archive(
                &[("TX.txt", &text)],
                As {
                    method: 12,
                    ..DEFLATED
                },
            ),
            "",
            &["method 12", "unpack it first"],
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
        wrong(
            "vb-named-text",
            described(|r| r),
            "--input-format text",
            &[
                ALL,
                "record descriptor word",
                "give --input-format vb --input-encoding ascii",
            ],
        ),
        wrong(
            "vb-cut",
            described(|r| r)[..2000].to_vec(),
            "",
            &["RECFM=VB and ends inside the record", "it was cut"],
        ),
        wrong(
            "vb-spanned",
            {
                let mut bytes = described(ebcdic);
                bytes[245 * 4 + 2] = 1;
                bytes
            },
            "--input-format vb",
            &["RECFM=VBS", "RECFM=VB or RECFM=FB"],
        ),
        wrong(
            "cut-120",
            changed(|_| true, |r| r.truncate(120)),
            "",
            &["every line ends at column 120", "cut there"],
        ),
        wrong(
            "cut-130",
            changed(|_| true, |r| r.truncate(130)),
            "",
            &["every line ends at column 130"],
        ),
        wrong(
            "cr-cr-lf",
            lines(&people(), b"\r\r\n"),
            "",
            &["40 records", "CR CR LF"],
        ),
        wrong(
            "quoted",
            changed(|_| true, |r| *r = [b"\"", &r[..], b"\""].concat()),
            "",
            &["40 records", "quotation marks"],
        ),
        wrong(
            "249-bytes",
            changed(|_| true, |r| r.extend_from_slice(b"00000100")),
            "",
            &["40 records", "follows the record, from column 242 on"],
        ),
        wrong(
            "line-numbers",
            changed(|_| true, |r| *r = [b"00000100", &r[..]].concat()),
            "",
            &["40 records", "8 other bytes"],
        ),
        wrong(
            "shifted-right",
            changed(|_| true, |r| r.insert(0, b' ')),
            "",
            &["40 records", "1 column too far right"],
        ),
        wrong(
            "shifted-left",
            changed(
                |_| true,
                |r| {
                    r.remove(0);
                },
            ),
            "",
            &["40 records", "1 column too far left"],
        ),
        wrong(
            "ssn-of-eleven",
            changed(
                |_| true,
                |r| {
                    r.insert(26, b'-');
                    r.insert(29, b'-');
                },
            ),
            "",
            &["40 records", "SSN is written with hyphens"],
        ),
        wrong(
            "wrapped",
            lines(
                &people()
                    .iter()
                    .flat_map(|r| r.chunks(80).map(<[u8]>::to_vec).collect::<Vec<_>>())
                    .collect::<Vec<_>>(),
                b"\n",
            ),
            "",
            &["40 records", "broken into several lines"],
        ),
        wrong(
            "utf-8-everywhere",
            changed(|_| true, |r| drop(r.splice(52..53, *b"\xc3\x91"))),
            "",
            &["40 records", "UTF-8", "give --input-encoding utf8"],
        ),
        usable(
            0,
            "utf-8-mark",
            [b"\xef\xbb\xbf", &lines(&people(), b"\n")[..]].concat(),
            &["byte-order mark", "skipped"],
        ),
        usable(
            1,
            "utf-8-letters",
            changed(|n| n % 9 == 4, |r| drop(r.splice(52..53, *b"\xc3\x91"))),
            &["utf-8", "4", "give --input-encoding utf8"],
        ),
        usable(
            0,
            "utf-8-in-contact",
            changed(|n| n % 9 == 4, |r| drop(r.splice(163..164, *b"\xc3\x91"))),
            &["utf-8", "give --input-encoding utf8"],
        ),
        usable(
            1,
            "marks-inside",
            changed(|n| n == 20, |r| drop(r.splice(0..0, *b"\xef\xbb\xbf"))),
            &["byte-order-mark", "several files were put together"],
        ),
        usable(
            1,
            "header",
            [
                &b"HDRCALIFORNIA ICR EXTRACT 20261122\n"[..],
                &lines(&people(), b"\n"),
            ]
            .concat(),
            &["header", "leave it out"],
        ),
        usable(
            1,
            "trailer",
            [&lines(&people(), b"\n")[..], b"TRL0000000040\n"].concat(),
            &["trailer", "leave it out"],
        ),
        usable(
            0,
            "x1a-at-the-end",
            [&lines(&people(), b"\r\n")[..], b"\x1a"].concat(),
            &["1 byte of padding"],
        ),
        usable(
            0,
            "x00-at-the-end",
            [&lines(&people(), b"\n")[..], &[0; 77]].concat(),
            &["77 bytes of padding"],
        ),
        usable(
            0,
            "blanks-at-the-end",
            [&lines(&people(), b"\n")[..], &[b' '; 241], b"\n"].concat(),
            &["padding"],
        ),
        usable(
            1,
            "empty-last-lines",
            [&lines(&people(), b"\n")[..], b"\n\n\n"].concat(),
            &["empty-lines", "write none"],
        ),
        usable(
            1,
            "cut-139",
            changed(|_| true, |r| r.truncate(139)),
            &["every line ends at column 139", "columns 138-144"],
        ),
        usable(
            1,
            "cut-180",
            changed(|_| true, |r| r.truncate(180)),
            &["every line ends at column 180", "columns 162-201"],
        ),
        usable(
            1,
            "last-record-cut",
            {
                let text = lines(&people(), b"\n");
                text[..text.len() - 42].to_vec()
            },
            &["the last record ends at column 200"],
        ),
        usable(
            1,
            "last-record-cut-early",
            {
                let text = lines(&people(), b"\n");
                text[..text.len() - 142].to_vec()
            },
            &["the last record ends at column 100"],
        ),
        usable(
            1,
            "ssn-of-nine",
            changed(
                |_| true,
                |r| {
                    r.insert(26, b'-');
                    r.insert(29, b'-');
                    drop(r.drain(32..34));
                },
            ),
            &["cut at nine columns", "implausible"],
        ),
        usable(
            1,
            "dates-mmddccyy",
            changed(|_| true, |r| r[112..120].rotate_left(4)),
            &["MMDDCCYY", "implausible"],
        ),
        usable(
            1,
            "dates-ddmmccyy",
            changed(
                |_| true,
                |r| {
                    r[112..120].rotate_left(4);
                    r[112..114].copy_from_slice(b"23");
                    r[114..116].copy_from_slice(b"06");
                },
            ),
            &["DDMMCCYY"],
        ),
        usable(
            1,
            "byte-missing",
            changed(
                |n| n == 7,
                |r| {
                    r.remove(60);
                },
            ),
            &["byte-missing", "columns 51-112"],
        ),
        usable(
            1,
            "byte-added",
            changed(|n| n == 7, |r| r.insert(85, b'X')),
            &["byte-added", "columns 50-112"],
        ),
        usable(
            1,
            "line-end-missing",
            {
                let text = lines(&people(), b"\n");
                [&text[..241], &text[242..]].concat()
            },
            &["two records are on one line"],
        ),
        usable(
            1,
            "broken-line",
            {
                let text = lines(&people(), b"\n");
                [&text[..100], b"\n", &text[100..]].concat()
            },
            &["wrapped", "broken into several lines"],
        ),
        usable(
            1,
            "doubled",
            lines(&people(), b"\n").repeat(2),
            &["the same records 2 times over"],
        ),
        usable(
            1,
            "two-months",
            {
                let mut later = people();
                later.iter_mut().step_by(7).for_each(|r| r[49] = b'C');
                [lines(&people(), b"\n"), lines(&later, b"\n")].concat()
            },
            &["two files, or two months"],
        ),
        usable(
            1,
            "FL.txt",
            lines(&people(), b"\n"),
            &["named after FL, and its records are of CA"],
        ),
        usable(
            1,
            "types-blank",
            changed(|_| true, |r| r[47..49].fill(b' ')),
            &["`participant_type` is unusable (W09) in 100.0 %"],
        ),
        usable(
            1,
            "other-case-ids-zero",
            changed(
                |_| true,
                |r| r[121..136].copy_from_slice(b"000            "),
            ),
            &["`other_state_case_id` is unusable (W12)"],
        ),
        usable(
            0,
            "trimmed",
            lines(
                &people().into_iter().map(trimmed).collect::<Vec<_>>(),
                b"\n",
            ),
            &[],
        ),
        usable(0, "sound", lines(&people(), b"\n"), &[]),
    ]
}

#[test]
fn each_wrong_file_is_told_what_it_is_and_what_to_do() {
    let transcripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/wrong");
    let bless = std::env::var_os("ICR_BLESS").is_some();
    let corpus = corpus();
    assert!(corpus.len() >= 25);
    let mut failures = Vec::new();
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
        let report = String::from_utf8(output.stdout).unwrap();
        let of_file = report.lines().filter(|line| line.contains(",told,"));
        let message: String = of_file
            .map(|line| line.to_owned() + "\n")
            .collect::<String>()
            + &message;
        for told in wrong.told {
            if !message.contains(told) {
                failures.push(format!("{}: no `{told}` in {message}", wrong.name));
            }
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
        if output.status.code() != Some(wrong.status) {
            let code = output.status.code();
            failures.push(format!("{}: status {code:?}: {message}", wrong.name));
        }
        if wrong.told.is_empty() && !message.is_empty() {
            failures.push(format!("{}: told {message}", wrong.name));
        }
        let options = if wrong.options.is_empty() {
            String::new()
        } else {
            format!(" {}", wrong.options)
        };
        let transcript = format!(
            "$ icr validate{options} {}\n{message}(exit status {})\n",
            wrong.name, wrong.status
        );
        let path = transcripts.join(format!("{}.txt", wrong.name));
        if bless {
            fs::create_dir_all(&transcripts).unwrap();
            fs::write(&path, &transcript).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if transcript != expected {
            failures.push(format!("{}: {transcript}instead of {expected}", wrong.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let files = fs::read_dir(&transcripts).unwrap().count();
    assert_eq!(
        files,
        corpus.len(),
        "a transcript for each file, and no other"
    );
}
