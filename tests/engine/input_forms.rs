//! Each example in each form that layouts.md, section 4 knows gives the same responses.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use icr::formats::input::Encoding;

/// One way to deliver a file.
type Form = (&'static str, fn(&[u8]) -> Vec<u8>);

const FORMS: [Form; 11] = [
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
];

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
fn side_files_come_packed_and_in_ebcdic_too() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples/random-1");
    let expected = files(&example.join("expected/responses"));
    for form in [gzip as fn(&[u8]) -> Vec<u8>, ebcdic] {
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
