//! Files as they come: damaged, packed, through pipes, in UTF-8, with dates that cannot be; of each command
//! that reads records.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use std::io::Write;

use super::program::Scratch;
use super::program::zip::zip;

/// A folder with an invented world, its match and its registry.
fn world() -> Scratch {
    let scratch = Scratch::new();
    for command in [
        "synth --quiet --cases 80 --states TX,CA --out world",
        "synth --quiet --registry --cases 80 --states TX,CA --fcr-states FL --out registry",
        "match --quiet --run-date 20261122 --out run world/extracts",
    ] {
        let ended = scratch.icr(command);
        assert_eq!(ended.status, 0, "{command}: {}", ended.stderr);
    }
    scratch
}

fn lines_of(scratch: &Scratch, name: &str) -> Vec<Vec<u8>> {
    let bytes = scratch.read(name);
    let lines = bytes.split(|&byte| byte == b'\n');
    let mut lines: Vec<_> = lines.map(<[u8]>::to_vec).collect();
    lines.pop();
    lines
}

/// What is done to the lines of a file.
type Done = fn(&mut Vec<Vec<u8>>);

/// A damage, and with each command the exit status and the words.
type Case = (
    &'static str,
    Done,
    &'static [(&'static str, i32, &'static str)],
);

/// A packing, and what packs.
type Pack = (&'static str, fn(&[u8]) -> Vec<u8>);

fn every(lines: &mut [Vec<u8>], change: impl Fn(&mut Vec<u8>)) {
    lines.iter_mut().for_each(change);
}

#[test]
fn respond_derive_and_convert_tell_what_was_done_to_a_file() {
    let scratch = world();
    let doubled: Done = |lines| lines.extend(lines.clone());
    let cases: [Case; 9] = [
        (
            "a mark",
            |lines| drop(lines[0].splice(0..0, *b"\xef\xbb\xbf")),
            &[
                ("respond", 0, "begins with a byte-order mark"),
                ("derive", 0, "begins with a byte-order mark"),
                ("convert", 0, "begins with a byte-order mark"),
            ],
        ),
        (
            "letters in UTF-8",
            |lines| {
                every(&mut lines[2..], |line| {
                    // In Last Name of an extract, in User Field of a registry record.
                    let at = if line.starts_with(b"FP") { 25 } else { 50 };
                    if line.len() > 100 {
                        line.splice(at..=at, *b"\xc3\x91");
                    }
                })
            },
            &[
                ("respond", 3, "letters are written in UTF-8"),
                ("derive", 3, "letters are written in UTF-8"),
                ("convert", 0, "letters are written in UTF-8"),
            ],
        ),
        (
            "shifted",
            |lines| every(lines, |line| line.insert(0, b' ')),
            &[
                ("respond", 3, "is 1 column too far right"),
                ("derive", 3, "is 1 column too far right"),
                ("convert", 3, "is 1 column too far right"),
            ],
        ),
        (
            "quoted",
            |lines| every(lines, |line| *line = [b"\"", &line[..], b"\""].concat()),
            &[
                ("respond", 3, "is in quotation marks"),
                ("derive", 3, "is in quotation marks"),
                ("convert", 3, "is in quotation marks"),
            ],
        ),
        (
            "cut at a column",
            |lines| every(lines, |line| line.truncate(130)),
            &[
                ("respond", 3, "every line ends at column 130"),
                ("convert", 0, "every line ends at column 130"),
            ],
        ),
        (
            "a header",
            |lines| lines.insert(0, b"EXTRACT OF NOVEMBER".to_vec()),
            &[
                ("respond", 3, "not a record of a person but a header"),
                ("derive", 3, "not a record of a person but a header"),
                ("convert", 0, "not a record of a person but a header"),
            ],
        ),
        (
            "a trailer",
            |lines| lines.push(b"END 00000123".to_vec()),
            &[
                ("respond", 3, "not a record of a person but a trailer"),
                ("derive", 0, "not a record of a person but a trailer"),
                ("convert", 0, "not a record of a person but a trailer"),
            ],
        ),
        (
            "doubled",
            doubled,
            &[
                ("respond", 3, "the same records 2 times over"),
                ("derive", 3, "the same records 2 times over"),
                ("convert", 0, "the same records 2 times over"),
            ],
        ),
        (
            "nothing",
            |_| (),
            &[("respond", 0, ""), ("derive", 0, ""), ("convert", 0, "")],
        ),
    ];
    for (name, done, told) in cases {
        for &(command, status, words) in told {
            let (file, options) = match command {
                "respond" => (
                    "run/responses/TX.icr",
                    "--run-date 20261122 --serial-start 1 --force --out w",
                ),
                "derive" => ("registry/registry/FL.fcr", "--force --out d"),
                _ => ("world/extracts/TX.txt", "--to csv --output c.csv"),
            };
            let mut lines = lines_of(&scratch, file);
            done(&mut lines);
            let (_, name_of_file) = file.rsplit_once('/').unwrap();
            scratch.write(name_of_file, super::wrong_files::lines(&lines, b"\n"));
            let ended = scratch.icr(&format!("{command} {options} {name_of_file}"));
            let stderr = ended.stderr;
            assert_eq!(ended.status, status, "{command}, {name}: {stderr}");
            if words.is_empty() {
                assert_eq!(stderr, "", "{command}, {name}");
            } else {
                // What was done to the file comes first.
                let first = stderr
                    .find(words)
                    .unwrap_or_else(|| panic!("{command}, {name}: {stderr}"));
                let reason = stderr.find("read as it is").unwrap_or(stderr.len());
                assert!(first < reason, "{command}, {name}: {stderr}");
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The options of a command, and its input.
const COMMANDS: [(&str, &str); 6] = [
    (
        "match --run-date 20261122 --force --out out-F world/extracts/CA.txt",
        "world/extracts/TX.txt",
    ),
    (
        "validate --run-date 20261122 --format json",
        "world/extracts/TX.txt",
    ),
    ("convert --to csv --output out-F", "world/extracts/TX.txt"),
    ("derive --force --out out-F", "registry/registry/FL.fcr"),
    (
        "respond --run-date 20261122 --serial-start 1 --force --out out-F",
        "run/responses/TX.icr",
    ),
    (
        "explain --run-date 20261122 --state TX --case CASE world/extracts/CA.txt",
        "world/extracts/TX.txt",
    ),
];

/// What a command wrote, but for the files that name their inputs.
fn written(scratch: &Scratch, name: &str) -> Vec<(String, Vec<u8>)> {
    let path = scratch.path().join(name);
    if path.is_file() {
        return vec![(String::new(), std::fs::read(path).unwrap())];
    }
    let mut files = Vec::new();
    for folder in ["", "responses", "extracts"] {
        let Ok(entries) = std::fs::read_dir(path.join(folder)) else {
            continue;
        };
        for entry in entries
            .map(Result::unwrap)
            .filter(|entry| entry.path().is_file())
        {
            let file = entry.file_name().to_string_lossy().into_owned();
            if !file.ends_with(".json") {
                files.push((file, std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_command_that_reads_records_reads_them_packed_and_from_a_named_pipe() {
    let scratch = world();
    let first = &lines_of(&scratch, "world/extracts/TX.txt")[0][..15];
    let case = String::from_utf8_lossy(first).trim().to_owned();
    let pack: [Pack; 3] = [
        ("gz", gzip),
        ("zst", |bytes| zstd::encode_all(bytes, 1).unwrap()),
        ("zip", zip),
    ];
    for (number, (command, input)) in COMMANDS.into_iter().enumerate() {
        let bytes = scratch.read(input);
        let run = |form: &str, file: &str| {
            let command = command
                .replace("-F", &format!("-{form}-{number}"))
                .replace("CASE", &case);
            let ended = scratch.icr(&format!("{command} {file}"));
            assert_eq!(ended.stderr, "", "{command} {file}");
            let stdout = ended
                .stdout
                .replace(file.rsplit('/').next().unwrap(), "FILE");
            (
                ended.status,
                stdout,
                written(&scratch, &format!("out-{form}-{number}")),
            )
        };
        let plain = run("plain", input);
        for (form, pack) in pack {
            let name = format!("packed.{form}");
            scratch.write(&name, pack(&bytes));
            assert!(run(form, &name) == plain, "{command} of {name}");
        }
        let pipe = scratch.path().join("pipe");
        let _ = std::fs::remove_file(&pipe);
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let writer = std::thread::spawn(move || std::fs::write(pipe, bytes).unwrap());
        assert!(run("pipe", "pipe") == plain, "{command} of a named pipe");
        writer.join().unwrap();
    }
}

#[test]
fn a_response_in_utf_8_gives_what_it_gives_in_iso_8859_1() {
    let scratch = world();
    let mut lines = lines_of(&scratch, "run/responses/TX.icr");
    for line in &mut lines {
        // Last names with letters of two bytes, of both sides.
        for at in [51, 306] {
            if line[at].is_ascii_uppercase() {
                line[at] = 0xd1;
            }
        }
    }
    let latin_1 = super::wrong_files::lines(&lines, b"\n");
    let utf8: String = latin_1.iter().map(|&byte| char::from(byte)).collect();
    scratch.write("latin-1.icr", &latin_1);
    scratch.write("utf-8.icr", &utf8);
    scratch.write("marked.icr", ["\u{feff}", &utf8].concat());
    let run = |file: &str, options: &str| {
        let command = "respond --run-date 20261122 --serial-start 1 --quiet --force --out w";
        let ended = scratch.icr(&format!("{command} {options} {file}"));
        assert_eq!(ended.status, 0, "{file}: {}", ended.stderr);
        written(&scratch, "w")
    };
    let expected = run("latin-1.icr", "");
    assert!(!expected.is_empty());
    for file in ["utf-8.icr", "marked.icr"] {
        assert!(run(file, "--input-encoding utf8") == expected, "{file}");
    }
    let refused = scratch.icr("respond --serial-start 1 --out x utf-8.icr");
    assert_eq!(refused.status, 3);
    let remedy = "give --input-encoding utf8";
    assert!(refused.stderr.contains(remedy), "{}", refused.stderr);
}

#[test]
fn the_rejects_of_several_files_name_their_file() {
    let scratch = world();
    let mut lines = lines_of(&scratch, "world/extracts/TX.txt");
    lines[3][49] = b'X';
    scratch.write("in/TX.txt", super::wrong_files::lines(&lines, b"\n"));
    let mut lines = lines_of(&scratch, "world/extracts/CA.txt");
    lines[5][0] = b' ';
    scratch.write("in/CA, part.txt", super::wrong_files::lines(&lines, b"\n"));
    let several = "validate --quiet --run-date 20261122 --rejects all.csv in";
    let ended = scratch.icr(several);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let all = scratch.text("all.csv");
    let head = "record,severity,code,field,first,last,message,file";
    assert_eq!(all.lines().next(), Some(head));
    let rows = super::program::rows(all.as_bytes());
    for (record, code, file) in [("6", "E03", "CA, part.txt"), ("4", "E05", "TX.txt")] {
        let is_it = |row: &Vec<String>| [&row[0], &row[2], &row[7]] == [record, code, file];
        assert!(rows.iter().any(is_it), "{all}");
    }
    // Of each file they are those that a match writes.
    for (file, usps) in [("CA, part.txt", "CA"), ("TX.txt", "TX")] {
        let of_match = scratch.icr("match --quiet --run-date 20261122 --force --out m in");
        assert_eq!(of_match.status, 0, "{}", of_match.stderr);
        let expected = super::program::rows(&scratch.read(&format!("m/rejects/{usps}.csv")));
        let found = rows.iter().filter(|row| row[7] == file);
        let found: Vec<_> = found.map(|row| row[..7].to_vec()).collect();
        assert!(found == expected, "{file}");
    }
}

#[test]
fn dates_that_cannot_be_are_told() {
    let scratch = world();
    let respond = "respond --quiet --run-date 20261122 --serial-start 1 --force --out w";
    let first = scratch.icr(&format!("{respond} run/responses/TX.icr"));
    assert_eq!(first.status, 0, "{}", first.stderr);
    let sent = scratch.text("w/sent.csv");
    assert!(sent.lines().count() > 1, "{sent}");
    scratch.write("sent.csv", sent.replace("20261122", "20270101"));
    let ended =
        scratch.icr("respond --run-date 20261122 --sent sent.csv --out x run/responses/TX.icr");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let told = "--sent, record 2: its date is after the run date";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    scratch.write(
        "roster.csv",
        "usps,role,from,to,agreement,contact\nTX,extract,20261201,20261101,,\n",
    );
    let ended = scratch.icr("match --roster roster.csv --out y world/extracts");
    assert_eq!(ended.status, 2, "{}", ended.stderr);
    let told = "roster.csv, line 2: from is after to";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    for date in ["19891231", "21010101"] {
        let ended = scratch.icr(&format!("validate --run-date {date} world/extracts"));
        assert_eq!(ended.status, 2, "{date}: {}", ended.stderr);
    }
}

#[test]
fn what_was_done_to_a_file_stands_before_how_its_volume_moved() {
    let scratch = world();
    let guarded = |file: Vec<u8>| {
        scratch.write("in/TX.txt", file);
        scratch.write("in/CA.txt", scratch.read("world/extracts/CA.txt"));
        scratch.icr(
            "match --quiet --run-date 20261123 --previous run --max-volume-change 30 --force --out m in",
        )
    };
    let sound = scratch.read("world/extracts/TX.txt");
    let doubled = guarded(sound.repeat(2));
    assert_eq!(doubled.status, 3, "{}", doubled.stderr);
    let told = "the same records 2 times over, one after the other; send them once; read as it is, its records moved from ";
    assert!(doubled.stderr.contains(told), "{}", doubled.stderr);
    let cut = guarded(sound[..sound.len() - 200].to_vec());
    assert_eq!(cut.status, 3, "{}", cut.stderr);
    assert!(
        cut.stderr.contains("the file was cut; get all of it"),
        "{}",
        cut.stderr
    );
    // A trailer is not a record that was cut off.
    let with_trailer = guarded([&sound[..], b"TRL 00000123"].concat());
    assert_eq!(with_trailer.status, 0, "{}", with_trailer.stderr);
}
