//! What this machine cannot look at is an error, and never taken for missing, damaged or intact.

use std::io::Write;
use std::path::Path;
use std::process::Output;

use super::{World, ends, status, stderr, stdout};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn run(world: &World, temporary: Option<&str>, line: &str) -> Output {
    let mut command = world.command();
    if let Some(folder) = temporary {
        command.env("TMPDIR", folder);
    }
    ends(command.args(line.split(' ')))
}

/// Runs a line with one system call of it failing on a file; none where there is no strace.
fn injected(world: &World, file: &Path, fault: &str, line: &str) -> Option<Output> {
    let probe = std::process::Command::new("strace").arg("-V").output();
    if probe.is_err() {
        #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
        {
            println!("skipped: a failing system call needs strace");
        }
        return None;
    }
    let like = world.command();
    let mut command = std::process::Command::new("strace");
    command.current_dir(world.folder.path()).env_clear();
    command
        .args(["-f", "-qq", "-o", "/dev/null", "-P"])
        .arg(file);
    command.args(["-e", fault]).arg(like.get_program());
    Some(ends(command.args(line.split(' '))))
}

#[test]
fn verify_reads_the_records_or_says_that_it_cannot() {
    let world = World::new();
    let made = run(
        &world,
        None,
        "match --output-encoding cp037 --output-format fb --out ebcdic world/extracts",
    );
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    assert_eq!(status(&run(&world, None, "verify ebcdic")), 0);
    let nowhere = run(&world, Some("/nowhere"), "verify ebcdic");
    assert_eq!(status(&nowhere), 3, "{}", stdout(&nowhere));
    let told = stderr(&nowhere);
    assert!(
        told.contains("/nowhere") && told.contains("TMPDIR"),
        "{told}"
    );
    assert!(!stdout(&nowhere).contains("intact"));
    // Text needs no temporary file.
    assert_eq!(status(&run(&world, Some("/nowhere"), "verify run")), 0);
}

#[test]
fn what_verify_cannot_open_is_neither_intact_nor_damaged() {
    let world = World::new();
    for (name, fault) in [
        ("run/responses/TX.icr", "inject=openat:error=EIO"),
        ("run/responses/TX.icr", "inject=statx:error=ESTALE:when=1"),
        ("run/manifest.json", "inject=openat:error=EMFILE"),
        ("run/summary.json", "inject=openat:error=EACCES"),
    ] {
        let path = world.path(name).canonicalize().unwrap();
        let Some(output) = injected(
            &world,
            &path,
            fault,
            &format!(
                "verify {}/run",
                world.path("").canonicalize().unwrap().display()
            ),
        ) else {
            return;
        };
        assert_eq!(status(&output), 3, "{name}: {}", stdout(&output));
        assert!(stderr(&output).contains(name), "{}", stderr(&output));
    }
    std::fs::remove_file(world.path("run/manifest.json")).unwrap();
    let missing = run(&world, None, "verify run");
    assert_eq!(status(&missing), 1, "{}", stderr(&missing));
    assert!(stdout(&missing).contains("manifest.json: is missing"));
}

#[test]
fn a_temporary_folder_that_fails_never_makes_a_file_bad() {
    let world = World::new();
    let folder = world.extracts("in");
    let plain = std::fs::read(folder.join("TX.txt")).unwrap();
    std::fs::remove_file(folder.join("TX.txt")).unwrap();
    std::fs::write(folder.join("TX.gz"), gzip(&plain)).unwrap();
    std::fs::write(
        world.path("response.gz"),
        gzip(&std::fs::read(world.path("run/responses/TX.icr")).unwrap()),
    )
    .unwrap();
    for line in [
        "match --on-bad-file exclude --out r in",
        "validate in",
        "convert --to csv --output c in/TX.gz",
        "explain --state TX --case 1 in",
        "diff response.gz run/responses/TX.icr",
        "respond --serial-start 1 --out w response.gz",
        "derive --out d in/TX.gz",
    ] {
        let output = run(&world, Some("/nowhere"), line);
        assert_eq!(status(&output), 3, "{line}: {}", stderr(&output));
        let told = stderr(&output);
        assert!(
            told.contains("cannot be kept in /nowhere"),
            "{line}: {told}"
        );
        assert!(told.contains("TMPDIR"), "{line}: {told}");
    }
    assert!(!world.path("r").exists());
}

#[test]
fn leads_that_cannot_be_looked_at_are_not_none() {
    let world = World::new();
    let made = run(&world, None, "match --leads --out leads world/extracts");
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    let root = world.path("").canonicalize().unwrap();
    let line = format!("score --truth world/truth.csv {}/leads", root.display());
    for name in ["leads/leads", "leads/leads/TX.csv", "leads/manifest.json"] {
        let fault = "inject=statx:error=EIO:when=1";
        let Some(output) = injected(&world, &root.join(name), fault, &line) else {
            return;
        };
        assert_eq!(status(&output), 3, "{name}: {}", stdout(&output));
        assert!(stderr(&output).contains(name), "{}", stderr(&output));
    }
}

#[test]
fn threads_that_cannot_start_are_this_machines_fault() {
    let world = World::new();
    let Some(output) = injected(&world, Path::new("/nowhere"), "trace=none", "verify run") else {
        return;
    };
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let like = world.command();
    let mut command = std::process::Command::new("strace");
    command.current_dir(world.folder.path()).env_clear();
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    command.args(["-e", "inject=clone3,clone:error=EAGAIN:when=1"]);
    let output = ends(command.arg(like.get_program()).args(["verify", "run"]));
    assert_eq!(status(&output), 3, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("cannot start a thread"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_roster_that_is_not_there_is_an_input() {
    let world = World::new();
    let output = run(&world, None, "match --roster gone --out r world/extracts");
    assert_eq!(status(&output), 3, "{}", stderr(&output));
    assert!(stderr(&output).contains("gone"), "{}", stderr(&output));
}

#[test]
fn truths_trails_and_entries_come_through_pipes() {
    let world = World::new();
    assert_eq!(status(&run(&world, None, "verify --audit trail run")), 0);
    for (file, line) in [
        ("world/truth.csv", "score --truth PIPE run"),
        (
            "world/truth-participants.csv",
            "score --truth world/truth.csv --participants PIPE run",
        ),
        ("trail", "audit verify PIPE"),
        ("trail", "audit report --state TX --month 2026-11 PIPE"),
        (
            "world/misidentified.txt",
            "misidentified add --file list --entries PIPE",
        ),
    ] {
        let (pipe, from) = (world.path("PIPE"), world.path(file));
        super::pipe(&pipe);
        let to = pipe.clone();
        let writer = std::thread::spawn(move || {
            std::fs::write(to, std::fs::read(from).unwrap()).unwrap();
        });
        let output = run(&world, None, line);
        assert_eq!(status(&output), 0, "{line}: {}", stderr(&output));
        writer.join().unwrap();
        std::fs::remove_file(pipe).unwrap();
    }
}
