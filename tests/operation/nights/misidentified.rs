//! `icr misidentified`: the list stays sorted, whole and without an SSN on the screen.

use super::world::World;

const ENTRIES: &str =
    "state,member_id,ssn\nTX,M2,412660002\nCA,M1,412660001\nTX,M2,412660009\nTX,M1,412660003\n";

#[test]
fn entries_are_kept_sorted_and_once() {
    let world = World::sample();
    std::fs::write(world.path("new.csv"), ENTRIES).unwrap();
    let said = world.ends(0, "misidentified add --file list --entries new.csv");
    assert_eq!(
        said,
        "4 added, 0 removed, 0 without effect; the list has 4 misidentified SSNs\n"
    );
    let lines = "06M1             412660001\n48M1             412660003\n48M2             412660002\n48M2             412660009\n";
    assert_eq!(world.read("list"), lines);
    let said = world.ends(0, "misidentified add --file list --entries new.csv");
    assert!(
        said.starts_with("0 added, 0 removed, 4 without effect"),
        "{said}"
    );
    assert_eq!(world.read("list"), lines);
    // The lines of the list are entries too, through a pipe.
    let piped =
        "printf '48M2             412660002\\n' | $1 misidentified remove --quiet --file list";
    world.shell(piped, &[env!("CARGO_BIN_EXE_icr")]);
    assert_eq!(
        world.read("list"),
        lines.replace("48M2             412660002\n", "")
    );
    let said = world.ends(
        0,
        "misidentified remove --file list --state TX --member-id M2",
    );
    assert!(said.starts_with("0 added, 1 removed"), "{said}");
    assert_eq!(
        world.ends(0, "misidentified check --file list"),
        "2 misidentified SSNs; 0 out of order, 0 repeated, 0 of no state\n"
    );
    // The match reads what was written.
    world.ends(
        0,
        "match --quiet --misidentified list --out run in/extracts",
    );
}

#[test]
fn a_list_that_is_not_in_order_is_told_and_put_in_order() {
    let world = World::sample();
    let lines = "48M2             412660002\n06M1             412660001\n06M1             412660001\n99M1             412660001\n";
    std::fs::write(world.path("list"), lines).unwrap();
    let said = world.ends(1, "misidentified check --file list");
    assert_eq!(
        said,
        "2 misidentified SSNs; 1 out of order, 1 repeated, 1 of no state\n"
    );
    std::fs::write(world.path("none"), "").unwrap();
    world.ends(0, "misidentified add --file list --entries none");
    world.ends(0, "misidentified check --file list");
    assert_eq!(
        world.read("list"),
        "06M1             412660001\n48M2             412660002\n"
    );
}

#[test]
fn an_ssn_is_shown_only_for_a_purpose_under_audit() {
    let world = World::sample();
    std::fs::write(world.path("new.csv"), ENTRIES).unwrap();
    world.ends(
        0,
        "misidentified add --audit trail --file list --entries new.csv",
    );
    let said = world.ends(0, "misidentified list --file list");
    assert_eq!(
        said,
        "CA    M1                  1\nTX    M1                  1\nTX    M2                  2\n"
    );
    for format in ["json", "csv"] {
        let said = world.ends(
            0,
            &format!("misidentified list --format {format} --file list"),
        );
        assert!(!said.contains("41266"), "{said}");
    }
    world.ends(2, "misidentified list --show-pii --file list");
    world.ends(
        2,
        "misidentified list --show-pii --purpose ticket --file list",
    );
    let line = "misidentified list --show-pii --purpose ticket --audit trail --file list";
    assert!(world.ends(0, line).contains("412660002 412660009"));
    let trail = world.read("trail");
    assert!(trail.contains("\"purpose\":\"ticket\"") && trail.contains("\"added\":4"));
    assert!(!trail.contains("41266"));
}

#[test]
fn bad_entries_change_nothing_and_are_not_shown() {
    let world = World::sample();
    std::fs::write(world.path("new.csv"), ENTRIES).unwrap();
    world.ends(0, "misidentified add --file list --entries new.csv");
    let before = world.read("list");
    for (bad, part) in [
        (
            "state,member_id,ssn\nTX,M1,41266000X\n",
            "record 2: its SSN is not nine digits",
        ),
        (
            "state,member_id,ssn\nXX,M1,412660003\n",
            "record 2: its state is not one of the 54",
        ),
        (
            "state,member_id,ssn\nTX,,412660003\n",
            "record 2: its Member ID is not 1 to 15",
        ),
        (
            "state,member_id,ssn\nTX,M1\n",
            "record 2: does not have the three cells",
        ),
        ("48M1   412660003\n", "record 1: is too short"),
    ] {
        std::fs::write(world.path("bad"), bad).unwrap();
        let said = world.ends(3, "misidentified add --file list --entries bad");
        assert!(said.contains(part) && !said.contains("41266"), "{said}");
        assert_eq!(world.read("list"), before);
    }
    world.ends(3, "misidentified remove --file nothing --entries new.csv");
    world.ends(3, "misidentified list --file nothing");
    assert!(!world.path("nothing").exists());
}
