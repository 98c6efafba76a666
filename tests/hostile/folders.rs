//! What folders list: every name is read or an error of the run; links and manifests lead nowhere.

use std::os::unix::fs::symlink;

use super::{World, pipe, status, stderr, stdout};

/// Commands that read a folder; each is given the folder `in`.
const READERS: [&[&str]; 7] = [
    &["match", "--out", "new", "in"],
    &["match", "--on-bad-file", "exclude", "--out", "new", "in"],
    &["match", "--out", "new", "--fcr", "in", "world/extracts"],
    &["validate", "in"],
    &["explain", "--state", "TX", "--case", "1", "in"],
    &["derive", "--out", "new", "in"],
    &["respond", "--serial-start", "1", "--out", "new", "in"],
];

#[test]
fn a_broken_link_or_a_pipe_in_an_input_folder_is_an_error_of_the_run() {
    let world = World::new();
    let folder = world.extracts("in");
    for what in ["a broken link", "a pipe", "an unreadable file"] {
        let path = folder.join("AZ.txt");
        match what {
            "a broken link" => symlink("/nowhere/at/all", &path).unwrap(),
            "a pipe" => pipe(&path),
            _ => {
                use std::os::unix::fs::PermissionsExt;
                std::fs::write(&path, "x\n").unwrap();
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
                if std::fs::File::open(&path).is_ok() {
                    eprintln!("skipped: the user of this test may read every file");
                    continue;
                }
            }
        }
        for reader in READERS {
            let output = world.run(reader, &[]);
            assert_eq!(
                status(&output),
                3,
                "{what}, {reader:?}: {}",
                stderr(&output)
            );
            assert!(
                stderr(&output).contains("AZ.txt"),
                "{what}, {reader:?}: {}",
                stderr(&output)
            );
            assert!(!world.path("new").exists());
        }
        // Folders of runs: diff and score list the responses.
        let response = world.path("run/responses/AZ.icr");
        std::fs::rename(&path, &response).unwrap();
        for reader in [
            &["diff", "run", "run"][..],
            &["score", "--truth", "world/truth.csv", "run"],
        ] {
            let output = world.run(reader, &[]);
            assert_eq!(
                status(&output),
                3,
                "{what}, {reader:?}: {}",
                stderr(&output)
            );
            assert!(
                stderr(&output).contains("AZ.icr"),
                "{what}: {}",
                stderr(&output)
            );
        }
        std::fs::remove_file(&response).unwrap();
    }
}

#[test]
fn verify_follows_nothing_and_opens_nothing_but_files_below_the_folder() {
    let world = World::new();
    assert_eq!(status(&world.run(&["verify"], &["run"])), 0);
    let damage = |named: &str| {
        let output = world.run(&["verify"], &["run"]);
        assert_eq!(status(&output), 1, "{}", stderr(&output));
        assert!(stdout(&output).contains(named), "{}", stdout(&output));
    };
    // Two links to `.` never ended.
    for name in ["one", "two"] {
        symlink(".", world.path("run").join(name)).unwrap();
    }
    damage("one: is a link or a special file");
    for name in ["one", "two"] {
        std::fs::remove_file(world.path("run").join(name)).unwrap();
    }
    // A pipe in place of a file hung.
    let file = world.path("run/responses/TX.icr");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    pipe(&file);
    damage("responses/TX.icr: is a link or a special file");
    std::fs::remove_file(&file).unwrap();
    // A link to the same bytes elsewhere.
    std::fs::write(world.path("elsewhere"), &bytes).unwrap();
    symlink(world.path("elsewhere"), &file).unwrap();
    damage("responses/TX.icr: is not the path of a file of the folder");
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(status(&world.run(&["verify"], &["run"])), 0);
    // A manifest that names a path outside, with the digest of what is there.
    let manifest = world.path("run/manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::create_dir(world.path("responses")).unwrap();
    std::fs::write(world.path("responses/TX.icr"), &bytes).unwrap();
    for outside in [
        "responses/../../elsewhere.icr",
        "../elsewhere",
        "/etc/passwd",
        "",
    ] {
        std::fs::write(world.path("elsewhere.icr"), &bytes).unwrap();
        let changed = text.replacen("responses/TX.icr", outside, 1);
        assert_ne!(changed, text);
        std::fs::write(&manifest, changed).unwrap();
        damage(&format!(
            "{outside}: is not the path of a file of the folder"
        ));
    }
    std::fs::write(&manifest, &text).unwrap();
    // Sizes that overflow, and a name twice.
    let first = text.rfind("\"bytes\": ").unwrap() + 9;
    let huge = format!(
        "{}18446744073709551615{}",
        &text[..first],
        &text[first + text[first..].find([',', '\n']).unwrap()..]
    );
    std::fs::write(&manifest, huge).unwrap();
    let output = world.run(&["verify"], &["run"]);
    assert!([1, 3].contains(&status(&output)), "{}", stderr(&output));
}
