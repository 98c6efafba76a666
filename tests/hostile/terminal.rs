//! What reaches a terminal: no byte of a file name or record moves the cursor or forges a line.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::{World, ends, status, stderr, stdout};

/// A name as somebody would make it who wants the operator to see something else.
const NAME: &[u8] = b"TX\x1b[2J\nicr: error: forged\r\x9b\x7f\xe2\x80\xae.txt";

fn hostile_name() -> PathBuf {
    PathBuf::from(std::ffi::OsStr::from_bytes(NAME))
}

/// Nothing but line ends, page ends and tabs controls the terminal, and no line is forged.
fn assert_harmless(what: &str, text: &str, bytes: &[u8]) {
    for line in text.split('\n') {
        assert!(!line.starts_with("icr: error: forged"), "{what}: {text:?}");
    }
    let harmful =
        |c: char| (c.is_control() && !matches!(c, '\n' | '\t' | '\x0c')) || c == '\u{202e}';
    assert!(!text.contains(harmful), "{what}: {text:?}");
    assert!(!bytes.contains(&0x1b), "{what}");
}

#[test]
fn hostile_file_names_are_shown_escaped_by_every_command() {
    let world = World::new();
    let folder = world.extracts("in");
    let hostile = folder.join(hostile_name());
    std::fs::rename(folder.join("TX.txt"), &hostile).unwrap();
    std::fs::create_dir(world.path("bad")).unwrap();
    let bad = world.path("bad").join(hostile_name());
    std::fs::write(&bad, "nothing\n").unwrap();
    let run = |arguments: &[&str], last: Option<&PathBuf>| {
        let mut command = world.command();
        command.args(arguments);
        if let Some(last) = last {
            command.arg(last);
        }
        let output = ends(&mut command);
        let what = format!("{arguments:?}");
        assert_harmless(&what, &stderr(&output), &output.stderr);
        // CSV and HTML on stdout too; a name in CSV is quoted data, escaped all the same.
        assert_harmless(&what, &stdout(&output), &output.stdout);
        (status(&output), stderr(&output) + &stdout(&output))
    };
    for format in ["text", "json"] {
        run(
            &[
                "match",
                "--receipts",
                "--format",
                format,
                "--force",
                "--out",
                "r",
                "in",
            ],
            None,
        );
        run(
            &[
                "match",
                "--on-bad-file",
                "exclude",
                "--format",
                format,
                "--force",
                "--out",
                "r2",
                "in",
                "bad",
            ],
            None,
        );
        run(&["status", "--format", format, "r"], None);
        run(&["verify", "--format", format, "r"], None);
        run(&["report", "--format", format, "r2"], None);
    }
    run(&["report", "--format", "html", "r2"], None);
    for log in ["text", "json"] {
        let line = [
            "match",
            "--log-format",
            log,
            "--on-bad-file",
            "exclude",
            "--force",
        ];
        run(&[&line[..], &["--out", "r3", "in", "bad"]].concat(), None);
        run(&["match", "--log-format", log, "--out", "r4"], Some(&bad));
    }
    let receipt = std::fs::read_to_string(world.path("r/receipts/TX.receipt")).unwrap();
    assert_harmless("a receipt", &receipt, receipt.as_bytes());
    for format in ["text", "json", "csv"] {
        let (_, told) = run(&["validate", "--format", format, "in", "bad"], None);
        assert!(told.contains("TX"), "{told}");
        run(&["validate", "--format", format], Some(&bad));
    }
    for command in [
        &["derive", "--out", "d"][..],
        &["respond", "--serial-start", "1", "--out", "w"],
        &["convert", "--to", "csv", "--output", "c"],
        &["explain", "--state", "TX", "--case", "1"],
        &["score", "--truth", "world/truth.csv"],
        &["diff", "run"],
        &["audit", "verify"],
        &["report"],
        &["verify"],
        &["status"],
        &["match", "--out", "m", "world/extracts", "--roster"],
        &["match", "--out", "m", "world/extracts", "--ssn-master"],
        &["match", "--out", "m", "world/extracts", "--misidentified"],
        &["match", "--out", "m", "world/extracts", "--layouts"],
        &["synth", "--cases", "2", "--out", "s", "--noise"],
        &[
            "respond",
            "--serial-start",
            "1",
            "--out",
            "w",
            "run/responses/TX.icr",
            "--policy",
        ],
        &[
            "respond",
            "--serial-start",
            "1",
            "--out",
            "w",
            "run/responses/TX.icr",
            "--sent",
        ],
        &["score", "run", "--truth"],
        &["layout", "list", "--layouts"],
    ] {
        for argument in [bad.clone(), hostile_name()] {
            let (status, told) = run(command, Some(&argument));
            assert!([1, 2, 3].contains(&status), "{command:?}: {status} {told}");
        }
    }
    // A name that a shell found and that is taken for an option or a value.
    for argument in ["--\x1b[2J\nicr: error: forged", "\x1b]0;x\x07"] {
        for command in [
            &["match", "--out", "m"][..],
            &[],
            &["audit"],
            &["layout"],
            &["match", "--threads"],
        ] {
            let mut line = world.command();
            line.args(command).arg(argument);
            let output = ends(&mut line);
            assert!([2, 3].contains(&status(&output)), "{}", stderr(&output));
            assert_harmless("an argument", &stderr(&output), &output.stderr);
        }
    }
}

#[test]
fn hostile_ids_are_shown_escaped_and_are_no_formulas() {
    let world = World::new();
    // A response in which the other state's Case ID, the Member ID and the worker are formulas and
    // hold control characters.
    let response = std::fs::read(world.path("run/responses/TX.icr")).unwrap();
    let layouts = icr::formats::layout::LayoutSet::load(None).unwrap();
    let columns = |layout: &str, key: &str| {
        let layout = layouts.require(layout).unwrap();
        let layout = layouts.expanded(layout);
        let field = layout.fields.iter().find(|field| field.key == key);
        field.map(|field| field.columns)
    };
    let their_id = columns("response", "case_id_from_other_state").unwrap();
    let mut changed = Vec::new();
    for line in response.split_inclusive(|&byte| byte == b'\n') {
        let mut line = line.to_vec();
        let range = their_id.range();
        if line[range.clone()].iter().any(|&byte| byte != b' ') {
            let id = b"=cmd|'/c \x9b'!A1";
            line[range.clone()][..id.len()].copy_from_slice(id);
        }
        changed.extend(line);
    }
    assert_ne!(changed, response);
    std::fs::write(world.path("hostile.icr"), &changed).unwrap();
    let output = world.run(
        &["respond", "--serial-start", "1", "--out"],
        &["hostile", "hostile.icr"],
    );
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let read = |name: &str| std::fs::read_to_string(world.path("hostile").join(name)).unwrap();
    let before = std::fs::read_to_string(world.path("work/updates.csv")).unwrap();
    assert!(
        before.contains("other_state_case_id"),
        "the world has an update"
    );
    for name in ["updates.csv", "sent.csv"] {
        assert!(!read(name).contains("cmd|"), "{name} takes the ID over");
    }
    let worklist = read("worklist.csv");
    assert!(worklist.contains("is a formula to a spreadsheet, or holds a control character"));
    for row in csv::Reader::from_reader(worklist.as_bytes()).records() {
        for cell in &row.unwrap() {
            assert!(!icr::text::is_formula(cell), "{cell}");
            assert!(!cell.contains(|c: char| c.is_ascii_control()), "{cell:?}");
        }
    }
    for format in ["text", "json", "csv"] {
        let output = world.run(
            &["diff", "--format", format],
            &["run/responses/TX.icr", "hostile.icr"],
        );
        assert_eq!(status(&output), 1, "{}", stderr(&output));
        if format == "csv" {
            // A byte of X'80' or above appears as its character (cli.md); no cell is a formula.
            for row in csv::Reader::from_reader(&output.stdout[..]).records() {
                assert!(!row.unwrap().iter().any(icr::text::is_formula));
            }
        } else {
            assert_harmless(format, &stdout(&output), &output.stdout);
        }
    }
}

#[test]
fn names_of_run_folders_forge_no_line_and_are_no_formulas() {
    let world = World::new();
    std::fs::create_dir(world.path("runs")).unwrap();
    for name in ["a\nicr: error: forged", "=1+1", "b\u{9b}31m"] {
        let copied = std::process::Command::new("cp")
            .arg("-r")
            .arg(world.path("run"))
            .arg(world.path("runs").join(name))
            .status();
        assert!(copied.unwrap().success());
    }
    for line in [
        "history --summaries-only runs",
        "history --summaries-only --format csv runs",
        "status runs/=1+1",
        "prune --dry-run --run-date 20290101 --keep-responses 1 --keep-summaries 2 runs",
    ] {
        let output = ends(world.command().args(line.split(' ')));
        assert_eq!(status(&output), 0, "{line}: {}", stderr(&output));
        let text = stdout(&output);
        assert_harmless(line, &text, &output.stdout);
        assert!(
            !text.lines().any(|line| line.starts_with("icr: ")),
            "{line}: {text}"
        );
        assert!(
            !line.contains("csv") || !text.contains(",=") && !text.contains("\n="),
            "{text}"
        );
    }
}
