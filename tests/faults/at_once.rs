//! Many processes on one output, and on one trail.

use std::process::{Child, Command};
use std::time::Duration;

use crate::writers::{Bench, WRITERS, inputs};
use crate::{ICR, is_long};

/// What a killed run left beside the output.
fn leave(bench: &Bench<'_>) {
    let staging = bench.parent().join(".out.icr-staging");
    std::fs::create_dir_all(staging.join("content/responses")).unwrap();
    let mark = "{\"schema\": \"icr.staging/1\"}\n";
    std::fs::write(staging.join(".icr-staging"), mark).unwrap();
    std::fs::write(staging.join("content/responses/TX.icr"), "half").unwrap();
    std::fs::write(bench.parent().join(".out.icr-lock"), "").unwrap();
}

/// Starts so many, some milliseconds apart, and gives their statuses.
fn start(bench: &Bench<'_>, processes: u64, apart: u64, force: bool) -> Vec<Option<i32>> {
    let start = |_| {
        let mut command = bench.command();
        if force {
            command.arg("--force");
        }
        let child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(apart));
        child
    };
    let children: Vec<Child> = (0..processes).map(start).collect();
    let end = |child: Child| {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let refused = said.contains("another run") || said.contains("is not empty");
        assert!(output.status.success() || refused, "{said}");
        output.status.code()
    };
    children.into_iter().map(end).collect()
}

#[test]
fn of_many_runs_into_one_place_at_once_one_publishes_and_the_others_are_refused() {
    let inputs = inputs();
    let rounds = if is_long() { 120 } else { 8 };
    for writer in &WRITERS {
        let bench = Bench::new(writer, inputs.path());
        let (mut published, mut refused) = (0, 0);
        for round in 0..rounds {
            let processes = [8, 2, 20, 8][round % 4];
            let forced = writer.name.contains("--force");
            let force = round % 5 == 4 && !writer.is_single() && !forced;
            bench.prepare();
            if round % 3 == 2 && !writer.is_prepared() {
                leave(&bench);
            }
            let apart = [0, 4, 12, 37_u64][round / 2 % 4];
            let statuses = start(&bench, processes, apart, force);
            let what = format!("{}, round {round}: {statuses:?}", writer.name);
            let count = |status| statuses.iter().filter(|&&s| s == Some(status)).count();
            assert_eq!(count(0) + count(3), statuses.len(), "{what}");
            // What replaces may replace again, one after the other.
            let several = force || forced || writer.is_single();
            assert!(count(0) == 1 || several && count(0) > 1, "{what}");
            assert!(bench.check(&what), "{what}");
            published += count(0);
            refused += count(3);
        }
        println!(
            "{}: {rounds} rounds of 2 to 20 runs at once; {published} published, each complete, {refused} were refused",
            writer.name
        );
    }
}

#[test]
fn twenty_runs_on_one_trail_keep_its_chain() {
    let inputs = inputs();
    let match_writer = &WRITERS[0];
    let rounds = if is_long() { 20 } else { 2 };
    let aside = tempfile::tempdir().unwrap();
    let trail = aside.path().join("trail");
    for _ in 0..rounds {
        let benches: Vec<_> = (0..20)
            .map(|_| Bench::new(match_writer, inputs.path()))
            .collect();
        let start = |bench: &Bench<'_>| {
            let mut command = bench.command();
            command.arg("--audit").arg(&trail);
            command.spawn().unwrap()
        };
        let children: Vec<_> = benches.iter().map(start).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
        }
    }
    let mut verify = Command::new(ICR);
    verify.args(["audit", "verify"]).arg(&trail);
    let output = verify.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let commands = rounds * 20;
    let holds = format!(
        "the chain holds: {} lines, {commands} commands, 0 without an end line",
        commands * 3
    );
    assert!(said.contains(&holds), "{said}");
}
