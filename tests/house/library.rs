//! The programs of `examples/` run and say what they are for.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs an example, which `cargo test` has built already.
fn example(name: &str, argument: &str, input: Option<&str>) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--locked", "--example", name, "--"]);
    if !argument.is_empty() {
        command.arg(root.join(argument));
    }
    let input = input.map(|path| std::fs::File::open(root.join(path)).unwrap());
    let output = command
        .stdin(input.map_or(Stdio::null(), Stdio::from))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn folders_are_matched_and_the_answers_read() {
    let said = example("match_folders", "testdata/examples/exact/extracts", None);
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(
        said.starts_with("CA: 1 cases returned: 00 1, 01 0"),
        "{said}"
    );
}

#[test]
fn a_response_is_read_case_by_case() {
    let said = example(
        "response_by_case",
        "testdata/examples/exact/expected/responses/CA.icr",
        None,
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.contains("with TX") && said.contains("codes 00"),
        "{said}"
    );
}

#[test]
fn an_extract_in_memory_is_validated() {
    let said = example(
        "validate_extract",
        "",
        Some("testdata/examples/rejects/extracts/CA.txt"),
    );
    for edit in ["E01", "E03", "E09", "W09"] {
        assert!(said.contains(edit), "{said}");
    }
}
