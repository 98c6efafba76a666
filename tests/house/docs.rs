//! The transcripts in `docs/` are real: every `console` block is run again and must print what it
//! says. Commands start with `$ `; a status other than 0 stands as `[status N]` behind the output.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Runs the console blocks of a chapter in one fresh folder, where `in/` holds the sample's inputs.
fn check(chapter: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs").join(chapter)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sample = root.join("testdata/sample");
    let script = "mkdir -p in runs && cp -r \"$1\"/extracts \"$1\"/fcr \"$1\"/*.txt in && cp \"$2\" in/roster.csv";
    let prepared = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(&sample)
        .arg(sample.join("roster.csv"))
        .current_dir(folder.path())
        .status();
    assert!(prepared.unwrap().success());
    let mut blocks = 0;
    for block in text.split("```console\n").skip(1) {
        let written = block.split("```").next().unwrap();
        let mut real = String::new();
        for command in written.lines().filter_map(|line| line.strip_prefix("$ ")) {
            writeln!(real, "$ {command}").unwrap();
            real += &transcript(command, folder.path());
        }
        assert_eq!(
            real, written,
            "docs/{chapter}: the transcript is not what the program prints"
        );
        blocks += 1;
    }
    assert!(blocks > 0, "docs/{chapter} has no transcript");
}

fn transcript(command: &str, folder: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_icr")).parent().unwrap();
    let path = format!(
        "{}:{}",
        programs.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let both = format!("{{ {command}\n}} 2>&1");
    let output = Command::new("bash")
        .args(["-c", &both])
        .env_clear()
        .env("PATH", path)
        .current_dir(folder)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    // Whoever runs the tests as root is warned; the transcripts are of a user of its own.
    let lines = printed
        .split_inclusive('\n')
        .filter(|line| !line.contains("warning: running as root"));
    let mut text: String = lines.collect();
    if let Some(status) = output.status.code().filter(|&status| status != 0) {
        writeln!(text, "[status {status}]").unwrap();
    }
    text
}

#[test]
fn operations() {
    check("operations.md");
}
