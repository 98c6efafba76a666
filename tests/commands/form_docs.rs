//! The transcripts in the chapters on validate, convert and input forms are what the program says.
//! `ICR_BLESS=1` writes them anew.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files that the transcripts speak of.
fn sandbox() -> tempfile::TempDir {
    let work = tempfile::tempdir().unwrap();
    let extracts = root().join("testdata/examples/leading-zeroes/extracts");
    fs::create_dir(work.path().join("extracts")).unwrap();
    for name in ["KS.txt", "TX.txt"] {
        fs::copy(extracts.join(name), work.path().join("extracts").join(name)).unwrap();
    }
    let text = fs::read(extracts.join("KS.txt")).unwrap();
    let mut spoilt = text.clone();
    spoilt[49] = b'X';
    fs::write(work.path().join("spoilt.txt"), spoilt).unwrap();
    let wide: Vec<u8> = text
        .split(|&b| b == b'\n')
        .filter(|line| !line.is_empty())
        .flat_map(|line| {
            let mut record = line.to_vec();
            record.resize(242, b' ');
            record
        })
        .collect();
    fs::write(work.path().join("242.txt"), wide).unwrap();
    work
}

/// A chapter with its transcripts as the program gives them now.
fn run_transcripts(chapter: &str) -> String {
    let work = sandbox();
    let mut told = String::new();
    let mut inside = false;
    for line in chapter.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if inside && !line.starts_with("$ ") => continue,
            _ => {}
        }
        told += line;
        told += "\n";
        let Some(command) = line.strip_prefix("$ icr ").filter(|_| inside) else {
            continue;
        };
        let output = Command::new(env!("CARGO_BIN_EXE_icr"))
            .args(command.split_whitespace())
            .current_dir(work.path())
            .output()
            .unwrap();
        for bytes in [output.stdout, output.stderr] {
            // Whoever runs the tests as root is warned.
            told += &String::from_utf8(bytes)
                .unwrap()
                .split_inclusive('\n')
                .filter(|line| !line.contains("warning: running as root"))
                .collect::<String>();
        }
    }
    told
}

#[test]
fn every_transcript_is_what_the_program_says() {
    for name in ["validate.md", "convert.md", "input-forms.md"] {
        let path = root().join("docs").join(name);
        let chapter = fs::read_to_string(&path).unwrap();
        assert!(chapter.contains("```console\n$ icr "), "{name}");
        let told = run_transcripts(&chapter);
        if std::env::var_os("ICR_BLESS").is_some() {
            fs::write(&path, told).unwrap();
        } else {
            assert_eq!(chapter, told, "{name}");
        }
    }
}
