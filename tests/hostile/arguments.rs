//! Arguments and surroundings as nobody would give them on purpose: no panic (status 101) is
//! reachable from outside.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{World, ends, status, stderr};

#[test]
fn arguments_that_are_no_text_are_recorded_as_far_as_they_can_be() {
    let world = World::new();
    let folder = world.extracts("in");
    let name = OsStr::from_bytes(b"NY\xff\xfe.txt");
    std::fs::rename(folder.join("NY.txt"), folder.join(name)).unwrap();
    for by_variable in [false, true] {
        let mut command = world.command();
        command.args(["match", "--force", "--out", "r"]);
        if by_variable {
            command.env("ICR_AUDIT", "trail");
        } else {
            command.args(["--audit", "trail"]);
        }
        command.args([
            folder.join("TX.txt"),
            folder.join("CA.txt"),
            folder.join(name),
        ]);
        let output = ends(&mut command);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    }
    let check = world.run(&["audit", "verify"], &["trail"]);
    assert_eq!(status(&check), 0, "{}", stderr(&check));
    // The variable itself may be no text either.
    let mut command = world.command();
    command
        .args(["verify", "run"])
        .env("ICR_AUDIT", OsStr::from_bytes(b"tr\xffail"));
    let output = ends(&mut command);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(
        world
            .folder
            .path()
            .join(OsStr::from_bytes(b"tr\xffail"))
            .exists()
    );
}

#[test]
fn no_value_of_any_option_makes_a_command_panic() {
    use clap::CommandFactory;
    let world = World::new();
    let values: [&[u8]; 9] = [
        b"",
        b"\xff",
        b"-1",
        b"18446744073709551616",
        b"\xc3\xa9\xc3\xa9\xc3\xa9",
        b"00000000",
        b"99999999",
        b"2026-1\xc3\xa9",
        b"TX,,\xc2\xa0",
    ];
    let lines = [
        "match --out new-1 world/extracts",
        "validate world/extracts",
        "derive --out new-2 registry/registry",
        "convert --to csv --output new.csv world/extracts/TX.txt",
        "report run",
        "explain --state TX --case 1 world/extracts",
        "diff run run",
        "respond --serial-start 1 --out new-3 run/responses/TX.icr",
        "synth --cases 2 --states TX,CA --out new-4",
        "score --truth world/truth.csv run",
        "audit report --state TX --month 2026-11 trail",
    ];
    let root = icr::cli::Cli::command();
    let mut tried = 0;
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = root.find_subcommand(words[0]).unwrap();
        let mut arguments: Vec<_> = root
            .get_arguments()
            .chain(command.get_arguments())
            .collect();
        if words[0] == "audit" {
            command = command.find_subcommand(words[1]).unwrap();
            arguments.extend(command.get_arguments());
        }
        let options = arguments
            .into_iter()
            .filter(|argument| argument.get_long().is_some());
        for option in options.filter(|argument| argument.get_action().takes_values()) {
            let long = format!("--{}", option.get_long().unwrap());
            for value in values {
                let mut words: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
                match words.iter().position(|word| *word == OsStr::new(&long)) {
                    Some(at) => words[at + 1] = OsStr::from_bytes(value),
                    None => words.extend([OsStr::new(&long), OsStr::from_bytes(value)]),
                }
                let output = ends(world.command().args(&words));
                assert!(
                    [0, 1, 2, 3].contains(&status(&output)),
                    "{words:?}: {} {}",
                    status(&output),
                    stderr(&output)
                );
                for name in ["new-1", "new-2", "new-3", "new-4"] {
                    drop(std::fs::remove_dir_all(world.path(name)));
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 400, "{tried}");
}
