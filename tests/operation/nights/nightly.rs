//! `contrib/nightly`: seven nights with failures, as its scripts run them.

use std::path::Path;
use std::process::{Command, Output};

use super::world::{World, said};

fn contrib(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("contrib/nightly")
        .join(name)
        .display()
        .to_string()
}

/// Runs a script of contrib/nightly in the world's folder.
fn script(world: &World, name: &str, variables: &[(&str, &str)]) -> Output {
    let programs = Path::new(env!("CARGO_BIN_EXE_icr")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", programs.display());
    Command::new("sh")
        .arg(contrib(name))
        .env_clear()
        .env("PATH", path)
        .env("ICR_KEEP_RESPONSES", "3")
        .envs(variables.iter().copied())
        .current_dir(world.path("."))
        .output()
        .unwrap()
}

fn night(world: &World, date: &str, status: i32) -> String {
    let output = script(world, "icr-nightly", &[("ICR_DATE", date)]);
    let printed = said(&output);
    assert_eq!(output.status.code(), Some(status), "{date}: {printed}");
    printed
}

/// Delivers with a program that notes what it was given, or fails.
fn deliver(world: &World, works: bool) -> bool {
    let send = if works {
        "#!/bin/sh\necho \"$1\" >> sent\n"
    } else {
        "#!/bin/sh\nexit 1\n"
    };
    std::fs::write(world.path("send"), send).unwrap();
    world.shell("chmod +x send", &[]);
    let output = script(world, "icr-deliver", &[("ICR_SEND", "./send")]);
    output.status.success()
}

/// A state's extract arrives, with its marker.
fn arrives(world: &World, script: &str) {
    world.shell(&format!("mkdir -p arrivals && {script}"), &[]);
}

#[test]
fn seven_nights_with_failures() {
    let world = World::sample();
    world.shell("mkdir all && mv in/extracts/* all && rmdir runs", &[]);
    // Night 1: there are no runs yet. A second start leaves the finished date alone.
    arrives(
        &world,
        "cp all/* arrivals && for f in arrivals/*; do : > \"$f.ready\"; done",
    );
    let said = night(&world, "20261121", 0);
    assert!(said.lines().all(|line| line.starts_with('{')), "{said}");
    let manifest = world.read("runs/20261121/manifest.json");
    assert_eq!(night(&world, "20261121", 0), "");
    assert_eq!(world.read("runs/20261121/manifest.json"), manifest);
    assert!(deliver(&world, true));
    // Night 2: Texas was cut in transfer. Its last extract stands in; delivery fails.
    arrives(
        &world,
        "head -n 6 all/TX.txt > arrivals/TX.txt && : > arrivals/TX.txt.ready",
    );
    let said = night(&world, "20261122", 0);
    assert!(
        said.contains("\"event\":\"stood-in\"") && said.contains("\"state\":\"TX\""),
        "{said}"
    );
    assert_eq!(
        world.read("runs/20261122/responses/TX.icr"),
        world.read("runs/20261121/responses/TX.icr")
    );
    assert!(!deliver(&world, false));
    // Night 3: the guard still holds the cut file against night 1. The roster has a fault at first:
    // the unfinished date is taken up again. Both nights are delivered.
    world.shell(
        "cp in/roster.csv roster && echo 'TX,both,,,,' >> in/roster.csv",
        &[],
    );
    let said = night(&world, "20261123", 2);
    assert!(
        said.contains("\"level\":\"error\"") && said.contains("roster.csv"),
        "{said}"
    );
    assert!(!world.path("runs/20261123").exists());
    world.shell("cp roster in/roster.csv", &[]);
    let said = night(&world, "20261123", 0);
    assert!(said.contains("moved from 12 to 6"), "{said}");
    assert!(deliver(&world, true));
    assert_eq!(
        world.read("sent"),
        "runs/20261121\nruns/20261122\nruns/20261123\n"
    );
    // Night 4: one file is still arriving, another has no marker and is growing; both wait. Texas is
    // whole again.
    arrives(
        &world,
        "cp all/TX.txt arrivals/ && : > arrivals/TX.txt.ready && head -n 2 all/CA.txt > arrivals/CA.txt && cp all/FL.txt arrivals/FL.txt.filepart",
    );
    let said = night(&world, "20261124", 0);
    assert!(said.contains("CA.txt is still arriving"), "{said}");
    let left = world.shell("ls arrivals", &[]);
    assert_eq!(
        String::from_utf8_lossy(&left.stdout),
        "CA.txt\nFL.txt.filepart\n"
    );
    assert_eq!(world.read("in/extracts/CA.txt"), world.read("all/CA.txt"));
    assert!(
        world.summary(20_261_124)["excluded"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    // Night 5: what has not changed for ten minutes is whole, marker or not. The run is killed after
    // the match and before it is verified.
    arrives(
        &world,
        "cp all/CA.txt arrivals/ && touch -d '20 minutes ago' arrivals/CA.txt",
    );
    night(&world, "20261125", 0);
    world.shell("rm state/20261125.verified", &[]);
    night(&world, "20261125", 0);
    assert!(!world.path("arrivals/CA.txt").exists());
    // Night 6: the run was damaged before it was verified. It is not delivered.
    night(&world, "20261126", 0);
    world.shell(
        "rm state/20261126.verified && sed -i '1s/^./Z/' runs/20261126/responses/WA.icr",
        &[],
    );
    let said = night(&world, "20261126", 1);
    assert!(said.contains("responses/WA.icr: was changed"), "{said}");
    assert!(deliver(&world, true));
    assert!(
        world
            .read("sent")
            .ends_with("runs/20261124\nruns/20261125\n")
    );
    world.shell("mv runs/20261126 damaged", &[]);
    night(&world, "20261126", 0);
    // Night 7: what is older than three days was pruned, and the trail holds.
    night(&world, "20261127", 0);
    assert!(deliver(&world, true));
    let verified = world.ends(0, "verify runs/20261122");
    assert!(verified.starts_with("pruned on"), "{verified}");
    world.ends(0, "verify runs/20261127");
    world.ends(0, "audit verify audit.jsonl");
    let history = world.ends(0, "history runs");
    assert!(history.starts_with("History of 7 runs"), "{history}");
    assert!(history.contains("extract of 20261121"), "{history}");
    // A state that sends nothing new is answered from what it sent last.
    assert_eq!(
        world.summary(20_261_127)["states"]
            .as_object()
            .unwrap()
            .len(),
        6
    );
}

#[test]
fn a_night_without_warnings_says_nothing_in_text() {
    let world = World::sample();
    let variables = [("ICR_DATE", "20261121"), ("ICR_LOG_FORMAT", "text")];
    let output = script(&world, "icr-nightly", &variables);
    let said = said(&output);
    let lines = said
        .lines()
        .filter(|line| !line.contains("running as root"));
    assert_eq!(lines.count(), 0, "{said}");
}

#[test]
fn the_operator_is_told_which_unit_failed_and_its_last_lines() {
    let world = World::sample();
    std::fs::write(world.path("log"), "icr: error: TX.txt: is empty\n").unwrap();
    std::fs::write(
        world.path("notify"),
        "#!/bin/sh\n{ echo \"$1\"; cat; } > told\n",
    )
    .unwrap();
    world.shell(
        "chmod +x notify && ICR_NOTIFY=./notify ICR_LOG=log sh \"$1\" icr-nightly.service",
        &[&contrib("icr-failure")],
    );
    let told = world.read("told");
    assert!(
        told.starts_with("icr: icr-nightly.service failed on "),
        "{told}"
    );
    assert!(told.ends_with("icr: error: TX.txt: is empty\n"), "{told}");
}

#[test]
fn the_units_are_ones_that_systemd_takes() {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        return;
    }
    let world = World::sample();
    // The scripts stand elsewhere here, and the folder of the operation is not there.
    let copy = "mkdir units && cp \"$1\"*.service \"$1\"*.timer units && sed -i \"s#/usr/local/lib/icr/#$1#; s#/srv/icr/delivered#/tmp#; s#/srv/icr#/tmp#\" units/*.service && systemd-analyze verify --man=no units/* 2>&1";
    let output = world.shell(copy, &[&contrib("")]);
    assert_eq!(said(&output), "");
}
