//! Each example in each form that layouts.md, section 4 knows gives the same responses.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use icr::formats::input::Encoding;

use crate::program::zip::{As, DEFLATED, archive, zip};

/// One way to deliver a file.
type Form = (&'static str, fn(&[u8]) -> Vec<u8>);

const FORMS: [Form; 37] = [
    ("LF", |text| joined(text, b"\n")),
    ("CRLF", |text| joined(text, b"\r\n")),
    ("last line without its end", |text| {
        let mut bytes = joined(text, b"\n");
        // An empty last line is a record only with its line end.
        if !bytes.ends_with(b"\n\n") {
            bytes.pop();
        }
        bytes
    }),
    ("FB", fixed),
    ("EBCDIC, X'25'", |text| ebcdic(&joined(text, b"\n"))),
    ("EBCDIC, X'15'", |text| {
        // A byte X'85' of a record would be a line end too: no reader could tell them apart.
        let end = if text.contains(&0x85) { b"\n" } else { b"\x85" };
        ebcdic(&joined(text, end))
    }),
    ("EBCDIC, X'0D25'", |text| ebcdic(&joined(text, b"\r\n"))),
    ("EBCDIC, FB", |text| ebcdic(&fixed(text))),
    ("gzip", gzip),
    ("zstd", |text| zstd::encode_all(text, 1).unwrap()),
    ("EBCDIC, FB, gzip", |text| gzip(&ebcdic(&fixed(text)))),
    ("EBCDIC, X'0A'", |text| {
        let mut bytes = ebcdic(&joined(text, b"\n"));
        bytes
            .iter_mut()
            .filter(|byte| **byte == 0x25)
            .for_each(|byte| *byte = 0x0a);
        bytes
    }),
    ("byte-order mark", |text| [b"\xef\xbb\xbf", text].concat()),
    ("X'1A' at the end", |text| {
        [&joined(text, b"\r\n"), &b"\x1a"[..]].concat()
    }),
    ("X'00' at the end", |text| {
        [&joined(text, b"\n"), &[0; 300][..]].concat()
    }),
    ("blanks at the end", |text| {
        [&joined(text, b"\n"), &[b' '; 300][..]].concat()
    }),
    ("FB, padded", |text| {
        let bytes = fixed(text);
        let padding: &[u8] = if bytes.contains(&b'\n') {
            b""
        } else {
            &[0; 100]
        };
        [&bytes, padding].concat()
    }),
    ("VB", |text| blocked(text, false, 0)),
    ("VB in blocks", |text| blocked(text, false, 7)),
    ("VB, EBCDIC", |text| blocked(text, true, 0)),
    ("VB in blocks, EBCDIC", |text| blocked(text, true, 7)),
    ("VB in blocks, EBCDIC, gzip", |text| {
        gzip(&blocked(text, true, 3))
    }),
    ("VB, padded", |text| {
        [&blocked(text, false, 0)[..], &[0; 64]].concat()
    }),
    ("gzip, padded", |text| [&gzip(text)[..], &[0; 500]].concat()),
    ("gzip in two members", |text| {
        let (one, two) = text.split_at(text.len() / 2);
        [gzip(one), gzip(two)].concat()
    }),
    ("zstd, padded", |text| {
        [&zstd::encode_all(text, 1).unwrap()[..], &[0; 500]].concat()
    }),
    ("zstd in two frames", |text| {
        let (one, two) = text.split_at(text.len() / 2);
        [
            zstd::encode_all(one, 1).unwrap(),
            zstd::encode_all(two, 1).unwrap(),
        ]
        .concat()
    }),
    ("zstd --long=31", |text| {
        let mut packer = zstd::Encoder::new(Vec::new(), 1).unwrap();
        packer.window_log(31).unwrap();
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }),
    ("zip", zip),
    ("zip, stored", |text| {
        zipped(
            text,
            As {
                method: 0,
                ..DEFLATED
            },
        )
    }),
    ("zip, sizes behind", |text| {
        zipped(
            text,
            As {
                described: true,
                ..DEFLATED
            },
        )
    }),
    ("zip64", |text| {
        zipped(
            text,
            As {
                large: true,
                ..DEFLATED
            },
        )
    }),
    ("zip, EBCDIC, VB in blocks", |text| {
        zip(&blocked(text, true, 5))
    }),
    ("zip, padded", |text| [&zip(text)[..], &[0; 500]].concat()),
    ("code page 1047", |text| in_page(Encoding::Cp1047, text)),
    ("code page 1140", |text| in_page(Encoding::Cp1140, text)),
    ("code page 500", |text| in_page(Encoding::Cp500, text)),
];

/// A page that is not told by itself where the bytes do not decide: then as it is.
fn in_page(page: Encoding, text: &[u8]) -> Vec<u8> {
    let mut bytes = joined(text, b"\n");
    page.encode(&mut bytes);
    let mut plain = joined(text, b"\n");
    Encoding::Cp037.encode(&mut plain);
    if bytes == plain { bytes } else { text.to_vec() }
}

/// An archive of a folder with one file, and of what macOS packs beside it.
fn zipped(text: &[u8], packed_as: As) -> Vec<u8> {
    let beside = "__MACOSX/in/._TX.txt";
    archive(
        &[("in/", b""), ("in/TX.txt", text), (beside, b"x")],
        packed_as,
    )
}

fn described(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() + 4) as u16;
    [&length.to_be_bytes(), &[0, 0][..], bytes].concat()
}

/// RECFM=VB, in blocks of so many records, or without blocks where that is 0.
fn blocked(text: &[u8], in_ebcdic: bool, block: usize) -> Vec<u8> {
    let records = records(text).into_iter();
    let records: Vec<_> = records
        .map(|record| {
            described(&if in_ebcdic {
                ebcdic(record)
            } else {
                record.to_vec()
            })
        })
        .collect();
    if block == 0 {
        return records.concat();
    }
    records
        .chunks(block)
        .flat_map(|block| described(&block.concat()))
        .collect()
}

/// The records, as layouts.md, section 4 tells them apart.
fn records(bytes: &[u8]) -> Vec<&[u8]> {
    if bytes.len().is_multiple_of(241) && !bytes.contains(&b'\n') {
        return bytes.chunks(241).collect();
    }
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    text.split(|&b| b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect()
}

fn joined(bytes: &[u8], end: &[u8]) -> Vec<u8> {
    records(bytes)
        .iter()
        .flat_map(|record| [record, end].concat())
        .collect()
}

/// RECFM=FB, where every record has a length that is padded and not rejected; else as text.
fn fixed(bytes: &[u8]) -> Vec<u8> {
    let records = records(bytes);
    if records.iter().any(|r| !(139..=241).contains(&r.len())) {
        return bytes.to_vec();
    }
    let padded = records.iter().flat_map(|record| {
        let mut record = record.to_vec();
        record.resize(241, b' ');
        record
    });
    padded.collect()
}

fn ebcdic(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    Encoding::Cp037.encode(&mut bytes);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples");
    let mut examples: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    examples.sort();
    assert!(examples.len() >= 18);
    examples
}

/// Writes the example's inputs into `work`, each as `form` makes it.
fn deliver(example: &Path, work: &Path, form: fn(&[u8]) -> Vec<u8>) {
    for folder in ["extracts", "fcr"] {
        let Ok(entries) = fs::read_dir(example.join(folder)) else {
            continue;
        };
        fs::create_dir_all(work.join(folder)).unwrap();
        for entry in entries {
            let path = entry.unwrap().path();
            let target = work.join(folder).join(path.file_name().unwrap());
            fs::write(target, form(&fs::read(&path).unwrap())).unwrap();
        }
    }
}

fn run_match(example: &Path, work: &Path, more: &[&str]) -> PathBuf {
    let out = work.join("run");
    let mut command = Command::new(env!("CARGO_BIN_EXE_icr"));
    command
        .args([
            "match",
            "--quiet",
            "--run-date",
            "20261122",
            "--max-rejects",
            "100",
        ])
        .args(more)
        .arg("--out")
        .arg(&out);
    if work.join("fcr").exists() {
        command.arg("--fcr").arg(work.join("fcr"));
    }
    for (option, file) in [
        ("--ssn-master", "ssn-master.txt"),
        ("--misidentified", "misidentified.txt"),
    ] {
        let side_file = if work.join(file).exists() {
            work.join(file)
        } else {
            example.join(file)
        };
        if side_file.exists() {
            command.arg(option).arg(side_file);
        }
    }
    let options = fs::read_to_string(example.join("options.txt")).unwrap_or_default();
    command.args(options.split_whitespace());
    let output = command.arg(work.join("extracts")).output().unwrap();
    assert!(
        output.status.success(),
        "{}: {}",
        example.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    out
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn each_form_of_each_example_gives_the_same_responses() {
    for example in examples() {
        let expected = files(&example.join("expected/responses"));
        for (name, form) in FORMS {
            let work = tempfile::tempdir().unwrap();
            deliver(&example, work.path(), form);
            let out = run_match(&example, work.path(), &[]);
            assert!(
                files(&out.join("responses")) == expected,
                "{} as {name}",
                example.display()
            );
        }
    }
}

#[test]
fn named_forms_are_taken_as_named() {
    let example = &examples()[0];
    let expected = files(&example.join("expected/responses"));
    for (name, options) in [
        ("FB", "--input-format fb --input-encoding ascii"),
        ("EBCDIC, FB", "--input-format fb --input-encoding cp037"),
        (
            "EBCDIC, X'15'",
            "--input-format text --input-encoding cp037",
        ),
        ("VB in blocks", "--input-format vb"),
        ("VB, EBCDIC", "--input-format vb --input-encoding cp037"),
        ("FB", "--input-format text --input-format *.txt=fb"),
        (
            "EBCDIC, FB",
            "--input-encoding ascii --input-encoding ??.*=auto",
        ),
        ("CRLF", "--input-encoding utf8"),
        ("CRLF", "--input-format text --input-encoding ascii"),
    ] {
        let work = tempfile::tempdir().unwrap();
        let form = FORMS.iter().find(|form| form.0 == name).unwrap().1;
        deliver(example, work.path(), form);
        let options: Vec<_> = options.split(' ').collect();
        let out = run_match(example, work.path(), &options);
        assert!(files(&out.join("responses")) == expected, "{name}");
    }
}

#[test]
fn each_code_page_is_read_and_written() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples/exact");
    let expected = files(&example.join("expected/responses"));
    for page in ["cp037", "cp1047", "cp1140", "cp500"] {
        let work = tempfile::tempdir().unwrap();
        deliver(&example, work.path(), |bytes| bytes.to_vec());
        for entry in fs::read_dir(work.path().join("extracts")).unwrap() {
            let path = entry.unwrap().path();
            let converted = path.with_extension("ebcdic");
            let status = Command::new(env!("CARGO_BIN_EXE_icr"))
                .args([
                    "convert",
                    "--to",
                    "fb",
                    "--output-encoding",
                    page,
                    "--output",
                ])
                .args([&converted, &path])
                .stdout(std::process::Stdio::null())
                .status()
                .unwrap();
            assert!(status.success());
            fs::remove_file(path).unwrap();
        }
        let options = ["--input-encoding", page, "--output-encoding", page];
        let out = run_match(&example, work.path(), &options);
        let encoding = Encoding::ALL
            .into_iter()
            .find(|e| e.word() == page)
            .unwrap();
        for ((name, mut text), (_, response)) in expected
            .clone()
            .into_iter()
            .zip(files(&out.join("responses")))
        {
            encoding.encode(&mut text);
            assert!(text == response, "{name} in {page}");
        }
    }
}

#[test]
fn utf_8_is_read_by_characters() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples/accents");
    let expected = files(&example.join("expected/responses"));
    let work = tempfile::tempdir().unwrap();
    deliver(&example, work.path(), |bytes| {
        let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
        text.into_bytes()
    });
    let out = run_match(&example, work.path(), &["--input-encoding", "utf8"]);
    assert!(files(&out.join("responses")) == expected);
}

#[test]
fn what_is_beyond_iso_8859_1_is_a_question_mark_and_warned_of() {
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("KS.txt");
    let text =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample/extracts/KS.txt"))
            .unwrap_or_else(|_| fs::read(examples()[0].join("extracts/CA.txt")).unwrap());
    let mut text: Vec<char> = text.iter().map(|&byte| char::from(byte)).collect();
    text[50] = '\u{141}';
    fs::write(&path, text.iter().collect::<String>()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_icr"))
        .args(["validate", "--format", "csv", "--input-encoding", "utf8"])
        .arg(&path)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(report.contains("code,W02,Byte beyond ASCII,1,"), "{report}");
    assert!(report.contains("1 character beyond ISO 8859-1"), "{report}");
}

#[test]
fn a_form_for_a_file_that_is_not_there_is_refused() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples/exact/extracts");
    let output = Command::new(env!("CARGO_BIN_EXE_icr"))
        .args(["validate", "--input-format", "XX.txt=fb"])
        .arg(example)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("XX.txt"));
}

#[test]
fn standard_input_and_pipes_are_read() {
    let sample = examples()[0].join("extracts");
    let file = fs::read_dir(sample)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let bytes = fs::read(&file).unwrap();
    let work = tempfile::tempdir().unwrap();
    let run = |arguments: &str| {
        let mut child = Command::new("sh")
            .args([
                "-c",
                &format!("exec {} {arguments}", env!("CARGO_BIN_EXE_icr")),
            ])
            .current_dir(work.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), output.stdout)
    };
    let named = file.display();
    let (status, expected) = run(&format!("validate --quiet --format json {named}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    for argument in ["-", "/dev/stdin"] {
        let (also, report) = run(&format!("validate --quiet --format json {argument}"));
        let as_named = text(&report).replace(
            &format!("\"file\": \"{}\"", argument.rsplit('/').next().unwrap()),
            &format!("\"file\": \"{name}\""),
        );
        assert_eq!((also, as_named), (status, text(&expected)));
    }
    let (status, _) = run("convert --to csv --output converted.csv -");
    assert_eq!(status, Some(0));
    let (status, _) = run(&format!("convert --to csv --output named.csv {named}"));
    assert_eq!(status, Some(0));
    let read = |name: &str| fs::read(work.path().join(name)).unwrap();
    assert!(read("converted.csv") == read("named.csv"));
}

#[test]
fn side_files_come_packed_and_in_ebcdic_too() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples/random-1");
    let expected = files(&example.join("expected/responses"));
    for form in [gzip as fn(&[u8]) -> Vec<u8>, ebcdic, zip, |bytes| {
        joined(bytes, b"\r\n")
    }] {
        let work = tempfile::tempdir().unwrap();
        deliver(&example, work.path(), |bytes| bytes.to_vec());
        for name in ["ssn-master.txt", "misidentified.txt"] {
            let bytes = fs::read(example.join(name)).unwrap();
            fs::write(work.path().join(name), form(&bytes)).unwrap();
        }
        let out = run_match(&example, work.path(), &[]);
        assert!(files(&out.join("responses")) == expected);
    }
}

#[test]
fn responses_come_in_the_mainframe_forms_on_request() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples/exact");
    let expected = files(&example.join("expected/responses"));
    let work = tempfile::tempdir().unwrap();
    deliver(&example, work.path(), |bytes| bytes.to_vec());
    let options = ["--output-format", "fb", "--output-encoding", "cp037"];
    let out = run_match(&example, work.path(), &options);
    for ((name, fixed), (_, text)) in files(&out.join("responses")).iter().zip(&expected) {
        let records: Vec<u8> = text
            .split(|&b| b == b'\n')
            .flat_map(|line| line.to_vec())
            .collect();
        assert!(*fixed == ebcdic(&records), "{name}");
    }
}

/// A world of one case in both states whose name has letters beyond ASCII before the first name.
fn named_world(work: &Path, master: &[u8]) -> Vec<(String, Vec<u8>)> {
    let record = |own: &str, other: &str, case: &str, other_case: &str| {
        let fields: [(usize, &[u8]); 11] = [
            (1, case.as_bytes()),
            (16, b"I"),
            (17, own.as_bytes()),
            (24, b"412660001"),
            (33, b"M1"),
            (48, b"NPO"),
            (51, b"PE\xd1A\xc9E"),
            (81, b"JOS\xc9"),
            (113, b"19850610M"),
            (122, other_case.as_bytes()),
            (138, other.as_bytes()),
        ];
        let mut record = vec![b' '; 241];
        for (first, text) in fields {
            record[first - 1..first - 1 + text.len()].copy_from_slice(text);
        }
        record.push(b'\n');
        record
    };
    fs::create_dir_all(work.join("extracts")).unwrap();
    let extracts = [
        ("TX", "48453", "06037", "T1", "C1"),
        ("CA", "06037", "48453", "C1", "T1"),
    ];
    for (usps, own, other, case, other_case) in extracts {
        let path = work.join(format!("extracts/{usps}.txt"));
        fs::write(path, record(own, other, case, other_case)).unwrap();
    }
    fs::write(work.join("master"), master).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_icr"))
        .args(["match", "--run-date", "20261122", "--ssn-master", "master"])
        .args(["--force", "--out", "out", "extracts"])
        .current_dir(work)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    files(&work.join("out/responses"))
}

#[test]
fn a_master_in_utf_8_verifies_what_the_same_in_iso_8859_1_verifies() {
    let work = tempfile::tempdir().unwrap();
    let line = format!("412660001{:<30}{:<16}\n", "PE\u{d1}A\u{c9}E", "JOS\u{c9}");
    let latin_1: Vec<u8> = line.chars().map(|c| c as u8).collect();
    let expected = named_world(work.path(), &latin_1);
    // Submitting State SSN Verification Indicator.
    assert!(expected.iter().all(|(_, response)| response[277] == b'Y'));
    let marked = ["\u{feff}", &line].concat();
    for utf8 in [line, marked] {
        assert!(named_world(work.path(), utf8.as_bytes()) == expected);
    }
    let other = named_world(work.path(), b"412660001SMITH\n");
    assert!(other.iter().all(|(_, response)| response[277] == b'N'));
}

#[test]
fn a_side_file_whose_lines_end_with_cr_alone_is_named() {
    let work = tempfile::tempdir().unwrap();
    fs::write(work.path().join("world.txt"), "").unwrap();
    let master: Vec<u8> = b"412660001ALVAREZ                       LUIS\r".repeat(9);
    fs::write(work.path().join("master"), master).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_icr"))
        .args([
            "match",
            "--out",
            "out",
            "--ssn-master",
            "master",
            "world.txt",
        ])
        .current_dir(work.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("master, record 1: the line holds CRs"),
        "{stderr}"
    );
}
