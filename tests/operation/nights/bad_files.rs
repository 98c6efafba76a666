//! Files that cannot be used: what they are held against, what stands in, and how it is told.

use super::world::World;

const GUARD: &str = "--quiet --receipts --previous runs --max-volume-change 30";
const STAND_IN: &str = "--receipts --previous runs --max-volume-change 30 --on-bad-file previous";

/// Texas sends half of its records.
fn halve_texas(world: &World) {
    world.shell(
        "cp in/extracts/TX.txt whole && head -n 6 whole > in/extracts/TX.txt",
        &[],
    );
}

#[test]
fn a_state_is_held_against_the_last_run_that_accepted_its_extract() {
    let world = World::sample();
    // The folder that holds the runs is empty on the first night.
    world.night(20_261_121, 0, GUARD);
    halve_texas(&world);
    let bad = world.night(20_261_122, 3, GUARD);
    let moved = "its records moved from 12 to 6 (-50.0 %) since the extract accepted on 20261121";
    assert!(bad.contains(moved), "{bad}");
    world.night(20_261_122, 0, &format!("{GUARD} --on-bad-file exclude"));
    // The night after, too: the run that left it out has no volume of it.
    let bad = world.night(20_261_123, 3, GUARD);
    assert!(bad.contains(moved), "{bad}");
    let several = GUARD.replace("runs", "runs/20261122 --previous runs/20261121");
    let bad = world.night(20_261_123, 3, &several);
    assert!(bad.contains(moved), "{bad}");
    let one = GUARD.replace("runs", "runs/20261122");
    world.night(20_261_123, 0, &one);
}

#[test]
fn runs_of_later_dates_and_the_run_that_is_replaced_are_not_earlier_ones() {
    let world = World::sample();
    world.night(20_261_121, 0, GUARD);
    halve_texas(&world);
    world.ends(
        0,
        "match --quiet --run-date 20261122 --out runs/20261122 in/extracts",
    );
    world.shell("mv whole in/extracts/TX.txt", &[]);
    world.night(20_261_122, 0, &format!("{GUARD} --force"));
    halve_texas(&world);
    let again = world.night(20_261_121, 0, &format!("{GUARD} --force"));
    assert!(!again.contains("moved"), "{again}");
}

#[test]
fn what_is_no_folder_of_runs_is_refused() {
    let world = World::sample();
    for (previous, part) in [
        ("in", "holds no finished run of icr match"),
        ("in/extracts", "holds no finished run of icr match"),
        ("in/ssn-master.txt", "is not a folder"),
        ("nowhere", "is not there"),
    ] {
        let said = world.night(20_261_121, 3, &GUARD.replace("runs", previous));
        assert!(said.contains(part), "{previous}: {said}");
    }
    world.night(20_261_121, 2, "--previous runs");
    world.night(20_261_121, 2, "--max-age 3");
    world.night(20_261_121, 2, "--max-volume-change 3");
}

#[test]
fn the_last_accepted_extract_stands_in_and_is_told() {
    let world = World::sample();
    world.night(20_261_121, 0, STAND_IN);
    let response = world.read("runs/20261121/responses/TX.icr");
    assert_eq!(
        world.read("runs/20261121/extracts/TX.extract"),
        world.read("in/extracts/TX.txt")
    );
    halve_texas(&world);
    let said = world.night(20_261_122, 0, &format!("{STAND_IN} --roster in/roster.csv"));
    assert!(
        said.contains("warning: TX.txt was left out: its records moved from 12 to 6")
            && said.contains("the state's extract accepted on 20261121 stands in for it"),
        "{said}"
    );
    assert_eq!(world.read("runs/20261122/responses/TX.icr"), response);
    for state in ["CA", "FL", "NY", "OH", "WA"] {
        let name = format!("responses/{state}.icr");
        assert_eq!(
            world.read(&format!("runs/20261122/{name}")),
            world.read(&format!("runs/20261121/{name}"))
        );
    }
    let summary = world.summary(20_261_122);
    let stood_in = &summary["states"]["TX"]["stood_in"];
    assert_eq!(stood_in["accepted"], "20261121");
    assert_eq!(stood_in["sent"], "TX.txt");
    assert_eq!(summary["excluded"][0]["stood_in"], "20261121");
    assert_eq!(summary["roster"]["TX"]["stood"], "previous");
    assert_eq!(summary["roster"]["TX"]["as_agreed"], true);
    assert!(
        summary["roster"]["TX"]["excluded"]
            .as_str()
            .unwrap()
            .starts_with("its records moved")
    );
    let receipt = world.read("runs/20261122/receipts/TX.receipt");
    assert!(
        receipt.contains("Your file TX.txt was NOT USED: its records moved from 12 to 6")
            && receipt.contains("Your extract accepted on 20261121 stands in for it"),
        "{receipt}"
    );
    let manifest = world.json("runs/20261122/manifest.json");
    let kinds: Vec<_> = manifest["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|input| input["state"] == "TX")
        .map(|input| input["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["excluded", "previous"]);
    assert_eq!(manifest["options"]["max_age"], 30);
    world.ends(0, "verify runs/20261122");
    let status = world.ends(0, "status runs/20261122");
    assert!(
        status.contains("TX    20261122  20261122          previous")
            && status.contains("its file was left out: its records moved from 12 to 6"),
        "{status}"
    );
    let report = world.ends(0, "report runs/20261122");
    let words: Vec<&str> = report.split_whitespace().collect();
    assert!(
        words
            .join(" ")
            .contains("the state's extract accepted on 20261121 stands in for it"),
        "{report}"
    );
    // It stands in for more than one night, from the last run alone too, up to its age.
    let last = STAND_IN.replace("--previous runs", "--previous runs/20261122");
    world.night(20_261_123, 0, &format!("{last} --max-age 2"));
    assert_eq!(
        world.summary(20_261_123)["states"]["TX"]["stood_in"]["accepted"],
        "20261121"
    );
    let old = world.night(20_261_124, 3, &format!("{STAND_IN} --max-age 2"));
    assert!(
        old.contains("nothing stands in for it: TX's last accepted extract, of 20261121, is 3 days old, more than --max-age 2"),
        "{old}"
    );
    // The whole file is held against the last one that was accepted, and takes its place.
    world.shell("mv whole in/extracts/TX.txt", &[]);
    world.night(20_261_124, 0, STAND_IN);
    assert!(world.summary(20_261_124)["states"]["TX"]["stood_in"].is_null());
}

#[test]
fn the_same_bytes_are_kept_once() {
    use std::os::unix::fs::MetadataExt;
    let world = World::sample();
    world.night(20_261_121, 0, STAND_IN);
    world.night(20_261_122, 0, STAND_IN);
    // What stands in is another name of both; it can be read and kept all the same.
    halve_texas(&world);
    world.night(20_261_123, 0, STAND_IN);
    world.ends(0, "verify runs/20261123");
    let inode = |date: u32| {
        let path = world.path(&format!("runs/{date}/extracts/TX.extract"));
        std::fs::metadata(path).unwrap().ino()
    };
    assert_eq!(inode(20_261_121), inode(20_261_122));
    world.ends(0, "verify runs/20261122");
}

#[test]
fn a_file_that_does_not_say_its_state_is_of_the_state_that_sent_that_name() {
    let world = World::sample();
    world.shell("mv in/extracts/TX.txt in/extracts/texas.dat", &[]);
    world.night(20_261_121, 0, STAND_IN);
    world.shell("mv in/extracts/texas.dat whole", &[]);
    for name in ["texas.dat", "TX.gz"] {
        world.shell(": > in/extracts/$1", &[name]);
        world.night(20_261_122, 0, &format!("{STAND_IN} --force"));
        assert_eq!(
            world.summary(20_261_122)["states"]["TX"]["stood_in"]["sent"],
            name
        );
        world.shell("rm in/extracts/$1", &[name]);
    }
    world.shell(": > in/extracts/unknown.dat", &[]);
    let said = world.night(20_261_123, 3, STAND_IN);
    assert!(
        said.contains("nothing stands in for it: it is not known of which state it is"),
        "{said}"
    );
}

#[test]
fn where_nothing_stands_in_the_run_stops_and_says_why() {
    let world = World::sample();
    world.shell("cp in/extracts/TX.txt whole; : > in/extracts/TX.txt", &[]);
    let said = world.night(20_261_121, 3, "--on-bad-file previous");
    assert!(
        said.contains("nothing stands in for it: no earlier run is given"),
        "{said}"
    );
    let said = world.night(20_261_121, 3, STAND_IN);
    assert!(
        said.contains("nothing stands in for it: no earlier run is given"),
        "{said}"
    );
    world.shell("cp whole in/extracts/TX.txt", &[]);
    world.night(20_261_121, 0, GUARD);
    world.shell(": > in/extracts/TX.txt", &[]);
    let said = world.night(20_261_122, 3, STAND_IN);
    assert!(
        said.contains("the run of 20261121 kept no copy of TX's extract"),
        "{said}"
    );
    world.shell("cp whole in/extracts/TX.txt && rm -r runs/*", &[]);
    world.night(20_261_121, 0, STAND_IN);
    world.shell(
        ": > in/extracts/TX.txt; cd runs/20261121/extracts; chmod u+w TX.extract; sed -i 's/5/6/' TX.extract",
        &[],
    );
    let said = world.night(20_261_122, 3, STAND_IN);
    assert!(
        said.contains("the copy of TX's extract of 20261121 was changed"),
        "{said}"
    );
    world.shell("rm runs/20261121/extracts/TX.extract", &[]);
    let said = world.night(20_261_122, 3, STAND_IN);
    assert!(
        said.contains("the copy of TX's extract of 20261121 was removed"),
        "{said}"
    );
    // Another extract of the state can be used: nothing needs to stand in for the bad one.
    world.shell("cp whole in/extracts/TX-2.txt", &[]);
    let said = world.night(20_261_122, 3, STAND_IN);
    assert!(
        said.contains("TX sent another extract, which can be used"),
        "{said}"
    );
}

#[test]
fn an_excluded_file_is_told_as_excluded_with_the_reason() {
    let world = World::sample();
    world.night(20_261_121, 0, GUARD);
    halve_texas(&world);
    // The roster is kept: the state sent its file.
    world.night(
        20_261_122,
        0,
        &format!("{GUARD} --on-bad-file exclude --roster in/roster.csv"),
    );
    let summary = world.summary(20_261_122);
    assert_eq!(summary["roster"]["TX"]["stood"], "nothing");
    assert_eq!(summary["roster"]["TX"]["as_agreed"], true);
    let reason = summary["excluded"][0]["reason"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(reason.starts_with("its records moved from 12 to 6"));
    assert_eq!(summary["roster"]["TX"]["excluded"], *reason);
    let receipt = world.read("runs/20261122/receipts/TX.receipt");
    assert!(
        receipt.contains(&format!(
            "Your file TX.txt was NOT USED: {reason}.\nThere is no response"
        )),
        "{receipt}"
    );
    let report = world.ends(0, "report runs/20261122");
    let sent_nothing = report.find("STATES THAT CASES NAME AND THAT SENT NOTHING");
    let left_out = report.find("FILES THAT CAME AND WERE LEFT OUT");
    let (sent_nothing, left_out) = (sent_nothing.unwrap(), left_out.unwrap());
    assert!(!report[sent_nothing..left_out].contains("TX"), "{report}");
    let words: Vec<&str> = report[left_out..].split_whitespace().collect();
    assert!(
        words
            .join(" ")
            .contains("TX.txt: its records moved from 12 to 6 (-50.0 %) since"),
        "{report}"
    );
    let page = world.ends(0, "report --format html runs/20261122");
    assert!(page.contains("was left out: its records moved from 12 to 6"));
    let status = world.ends(0, "status runs/20261122");
    assert!(
        status.contains("TX    20261122  20261122          excluded")
            && status.contains("its file was left out: its records moved from 12 to 6"),
        "{status}"
    );
    // A file that does not say its state is known by its name.
    world.shell(": > in/extracts/TX.txt", &[]);
    world.night(
        20_261_123,
        0,
        "--quiet --on-bad-file exclude --roster in/roster.csv",
    );
    assert_eq!(world.summary(20_261_123)["excluded"][0]["state"], "TX");
    // A state that sent nothing did not do as agreed.
    world.shell("rm in/extracts/TX.txt", &[]);
    let said = world.night(20_261_124, 3, "--quiet --roster in/roster.csv");
    assert!(
        said.contains("TX should have sent an extract and did not"),
        "{said}"
    );
}

#[test]
fn explain_answers_from_what_stood_in() {
    let world = World::sample();
    world.night(20_261_121, 0, STAND_IN);
    let case = world.read("runs/20261121/responses/TX.icr");
    let layout = world.ends(0, "layout show extract");
    assert!(layout.contains("Case ID"));
    // Case ID, columns 1-15.
    let case = case[..15].trim().to_owned();
    halve_texas(&world);
    world.night(20_261_122, 0, &format!("{STAND_IN} --roster in/roster.csv"));
    let asked = format!(
        "--fcr in/fcr --ssn-master in/ssn-master.txt --misidentified in/misidentified.txt --state TX --case {case} in/extracts"
    );
    let before = world.ends(0, &format!("explain --quiet --run-date 20261122 --previous runs/20261121 --on-bad-file previous --max-volume-change 30 {asked}"));
    let of_run = world.ends(
        0,
        &format!("explain --quiet --from-run runs/20261122 --previous runs/20261121 {asked}"),
    );
    assert_eq!(before, of_run);
}
