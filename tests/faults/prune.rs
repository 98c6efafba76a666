//! `icr prune` beside runs, under faults, and stopped.

use std::process::{Command, Output};

use crate::ICR;
use crate::system_calls::has_strace;

struct Runs(tempfile::TempDir);

impl Runs {
    fn new() -> Self {
        let runs = Runs(tempfile::tempdir().unwrap());
        std::fs::create_dir(runs.0.path().join("runs")).unwrap();
        let icr = |line: &str| assert!(runs.icr(line).status.success(), "{line}");
        icr("synth --quiet --cases 40 --states CA,TX --out world");
        for date in ["20260101", "20260601", "20261101", "20261120"] {
            icr(&format!(
                "match --quiet --run-date {date} --out runs/{date} world/extracts"
            ));
        }
        runs
    }

    fn icr(&self, line: &str) -> Output {
        self.run(ICR, line)
    }

    fn run(&self, program: &str, line: &str) -> Output {
        let mut command = Command::new(program);
        command.args(line.split(' ')).current_dir(self.0.path());
        command.output().unwrap()
    }

    fn prune(&self, inject: &str) -> (Output, String) {
        let output = self.run(
            "strace",
            &format!("-f -qq -o /dev/null -e inject={inject} {ICR} {PRUNE}"),
        );
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output, said)
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }
}

const PRUNE: &str =
    "prune --quiet --run-date 20261129 --keep-responses 14 --keep-summaries 100 --audit trail runs";

#[test]
fn a_prune_cut_short_anywhere_is_taken_up_again() {
    if !has_strace() {
        println!("skipped: faults at system calls need strace");
        return;
    }
    let runs = Runs::new();
    for fault in ["signal=KILL", "error=EIO"] {
        for at in 1..=24 {
            let script = "rm -rf trail kept; cp -a runs kept";
            let what = format!("{fault} {at}");
            let shell = |script| {
                Command::new("sh")
                    .args(["-c", script])
                    .current_dir(runs.0.path())
                    .status()
            };
            assert!(shell(script).unwrap().success());
            let (output, said) = runs.prune(&format!("unlinkat:{fault}:when={at}"));
            assert!(
                output.status.code() != Some(3) || said.contains("remove"),
                "{what}: {said}"
            );
            for run in ["20260101", "20260601", "20261101", "20261120"] {
                if runs.has(&format!("runs/{run}")) {
                    let verified = runs.icr(&format!("verify --quiet runs/{run}"));
                    assert!(verified.status.success(), "{what}: {run}");
                }
            }
            let again = runs.icr(PRUNE);
            assert!(again.status.success(), "{what}: {again:?}");
            assert!(
                !runs.has("runs/20260101") && !runs.has("runs/20261101/responses"),
                "{what}"
            );
            assert!(runs.has("runs/20261120/responses"), "{what}");
            let listed = std::fs::read_dir(runs.0.path().join("runs")).unwrap();
            assert_eq!(listed.count(), 2, "{what}");
            let history = runs.icr("history runs");
            assert!(history.status.success(), "{what}");
            assert!(shell("rm -r runs; mv kept runs").unwrap().success());
        }
    }
    // Stopped after a run is gone, it says so.
    let (output, said) = runs.prune("unlinkat:signal=TERM:when=8");
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(
        said.contains("removed 20260101; but interrupted before"),
        "{said}"
    );
    let trail = std::fs::read_to_string(runs.0.path().join("trail")).unwrap();
    assert!(
        trail.contains(r#""outcome":"interrupted""#) && trail.contains(r#""not_reached":3"#),
        "{trail}"
    );
}

#[test]
fn a_prune_beside_runs_into_its_folders_takes_nothing_from_a_new_one() {
    let runs = Runs::new();
    for _ in 0..12 {
        let start = |line: &str| {
            let mut command = Command::new(ICR);
            command.args(line.split(' ')).current_dir(runs.0.path());
            command.spawn().unwrap()
        };
        let mut new =
            start("match --quiet --force --run-date 20261129 --out runs/20260601 world/extracts");
        let mut prune = start(PRUNE);
        let status = prune.wait().unwrap().code();
        assert!([Some(0), Some(3)].contains(&status));
        assert!(new.wait().unwrap().success());
        assert!(runs.icr("verify --quiet runs/20260601").status.success());
        assert!(runs.has("runs/20260601/responses"));
        let shell = "icr=$1; rm -r runs/20260601; $icr match --quiet --run-date 20260601 --out runs/20260601 world/extracts";
        let again = Command::new("sh")
            .args(["-c", shell, "sh", ICR])
            .current_dir(runs.0.path())
            .status();
        assert!(again.unwrap().success());
    }
}
