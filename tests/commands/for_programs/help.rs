//! `icr help`, and the groups of options in `--help`.

use crate::program::Scratch;

#[test]
fn help_of_a_command_is_what_the_command_prints() {
    let scratch = Scratch::new();
    assert_eq!(scratch.icr("help").stdout, scratch.icr("--help").stdout);
    for command in ["match", "audit verify", "layout show"] {
        let help = scratch.icr(&format!("help {command}"));
        assert_eq!(help.status, 0);
        assert_eq!(
            help.stdout,
            scratch.icr(&format!("{command} --help")).stdout
        );
    }
    // One level down.
    let inner = scratch.icr("audit help verify");
    assert_eq!((inner.status, inner.stderr.as_str()), (0, ""));
    // A topic is no command of the list.
    assert!(!scratch.icr("--help").stdout.contains("  topic "));
    assert!(scratch.icr("--help").stdout.contains("icr help TOPIC"));
}

#[test]
fn topics_tell_what_the_program_holds() {
    let scratch = Scratch::new();
    for (topic, words) in [
        ("layouts", &["extract", "241 bytes", "--layouts DIR"][..]),
        ("codes", &["00", "08", "E01", "W15"]),
        ("forms", &["--input-format", "fb", "cp037", "parquet"]),
        ("exit", &["129", "130", "143", "--fail-on"]),
    ] {
        let ended = scratch.icr(&format!("help {topic}"));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        for word in words {
            assert!(ended.stdout.contains(word), "{word} in {}", ended.stdout);
        }
    }
    let wrong = scratch.icr("help nothing");
    assert_eq!(wrong.status, 2);
}

#[test]
fn help_tells_the_statuses_of_the_contract() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let contract = std::fs::read_to_string(root.join("docs/spec/cli.md")).unwrap();
    let statuses = contract.split("## Exit status").nth(1).unwrap();
    let statuses = statuses.split("\n## ").next().unwrap();
    let help = Scratch::new().icr("help exit").stdout;
    let mut rows = 0;
    for row in statuses.lines().filter(|line| line.starts_with("| ")) {
        let status = row.split('|').nth(1).unwrap().trim();
        for status in status.split(", ").filter(|s| s.parse::<u8>().is_ok()) {
            rows += 1;
            let line = help
                .lines()
                .find(|line| line.trim_start().starts_with(status));
            assert!(line.is_some(), "{status} in {help}");
        }
    }
    assert_eq!(rows, 7);
}

#[test]
fn options_stand_in_groups() {
    let scratch = Scratch::new();
    let help = scratch.icr("match --help").stdout;
    for heading in [
        "Input and rules:",
        "Form of the input:",
        "Form of the output:",
        "Output folder:",
        "Running:",
        "Every command:",
    ] {
        assert!(help.contains(heading), "{heading} in {help}");
    }
    let after = |heading: &str| {
        help.split(heading)
            .nth(1)
            .unwrap()
            .split("\n\n\n")
            .next()
            .unwrap()
            .to_owned()
    };
    assert!(after("Output folder:").contains("--out <DIR>"));
    assert!(after("Every command:").contains("--quiet"));
}
