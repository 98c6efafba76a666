//! An audit trail in the hands of somebody who can write it and has not got its key.

use std::os::unix::fs::PermissionsExt;

use super::{World, status, stderr, stdout};

fn key(world: &World, name: &str, text: &str) {
    let path = world.path(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn who_has_not_got_the_key_cannot_change_rebuild_or_continue_a_trail_unseen() {
    let world = World::new();
    key(&world, "key", "0123456789abcdef0123456789abcdef\n");
    key(&world, "other", "fedcba9876543210fedcba9876543210\n");
    let run = |arguments: &str| world.run(&arguments.split(' ').collect::<Vec<_>>(), &[]);
    for _ in 0..3 {
        let output = run("verify --audit trail --audit-key key run");
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    }
    let holds = run("audit verify --audit-key key trail");
    assert_eq!(status(&holds), 0, "{}", stdout(&holds));
    assert!(stdout(&holds).contains("6 lines signed with this key, 0 before"));
    // Without the key the chain is checked all the same.
    let without = run("audit verify trail");
    assert_eq!(status(&without), 0);
    assert!(stdout(&without).contains("only --audit-key shows with which key"));
    let broken = run("audit verify --audit-key other trail");
    assert_eq!(status(&broken), 1, "{}", stdout(&broken));
    assert!(stdout(&broken).contains("line 1: BROKEN: it is not signed with this key"));
    // Nobody goes on without the key, or with another.
    for arguments in [
        "verify --audit trail run",
        "verify --audit trail --audit-key other run",
    ] {
        let refused = run(arguments);
        assert_eq!(status(&refused), 3, "{}", stderr(&refused));
        assert!(stderr(&refused).contains("key"), "{}", stderr(&refused));
    }
    // A trail rebuilt without the key holds as a chain, and not with the key.
    for _ in 0..3 {
        assert_eq!(status(&run("verify --audit rebuilt run")), 0);
    }
    assert_eq!(status(&run("audit verify rebuilt")), 0);
    let rebuilt = run("audit verify --audit-key key rebuilt");
    assert_eq!(status(&rebuilt), 1, "{}", stdout(&rebuilt));
    assert!(
        stdout(&rebuilt).contains("is not signed"),
        "{}",
        stdout(&rebuilt)
    );
    // A trail that gets a key later is signed from then on; lines before it are held by the chain.
    assert_eq!(
        status(&run("verify --audit rebuilt --audit-key key run")),
        0
    );
    let later = run("audit verify --audit-key key rebuilt");
    assert_eq!(status(&later), 0, "{}", stdout(&later));
    assert!(stdout(&later).contains("2 lines signed with this key, 6 before"));
    let json = run("audit verify --format json --audit-key key rebuilt");
    assert!(stdout(&json).contains("\"signed\": 2"), "{}", stdout(&json));
    let text = std::fs::read_to_string(world.path("rebuilt")).unwrap();
    let changed = text.replacen("\"verify\"", "\"report\"", 1);
    std::fs::write(world.path("rebuilt"), changed).unwrap();
    assert_eq!(status(&run("audit verify --audit-key key rebuilt")), 1);
}

#[test]
fn a_key_comes_with_a_trail_and_never_by_a_file_that_others_can_read() {
    let world = World::new();
    key(&world, "key", "0123456789abcdef0123456789abcdef\n");
    let run = |arguments: &str| world.run(&arguments.split(' ').collect::<Vec<_>>(), &[]);
    assert_eq!(status(&run("verify --audit-key key run")), 2);
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(world.path("key"), open).unwrap();
    let refused = run("verify --audit trail --audit-key key run");
    assert_eq!(status(&refused), 3, "{}", stderr(&refused));
    assert!(!world.path("trail").exists(), "the command did not run");
    // No message, trail or manifest holds the key.
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(world.path("key"), private).unwrap();
    let output = run("match --audit trail --audit-key key --out r world/extracts");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    for name in ["trail", "r/manifest.json"] {
        let text = std::fs::read_to_string(world.path(name)).unwrap();
        assert!(!text.contains("0123456789abcdef0123"), "{name}");
    }
}
