//! `--log-format json`, `--quiet`, and what the audit trail says of a failure.

use serde_json::Value;

use super::world::World;

fn lines(world: &World, status: i32, line: &str) -> Vec<Value> {
    let output = world.icr(line);
    assert_eq!(output.status.code(), Some(status), "{line}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
    stderr.lines().map(parse).collect()
}

#[test]
fn every_line_has_a_time_a_level_and_an_event() {
    let world = World::sample();
    world.shell(": > in/extracts/TX.txt", &[]);
    let line =
        "match --log-format json --fcr in/fcr --on-bad-file exclude --out runs/1 in/extracts";
    let lines = lines(&world, 0, line);
    for line in &lines {
        let time = line["time"].as_str().unwrap();
        assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
        assert!(line["level"].is_string() && line["event"].is_string());
    }
    let of = |event: &str| -> Vec<&Value> {
        lines.iter().filter(|line| line["event"] == event).collect()
    };
    assert_eq!(of("start")[0]["command"], "match");
    assert_eq!(of("end")[0]["figures"]["exit"], 0);
    assert_eq!(of("answered").len(), 5);
    let california = of("answered")[0];
    assert_eq!(
        (&california["state"], &california["file"]),
        (&"CA".into(), &"CA.txt".into())
    );
    assert_eq!(
        california["figures"]["records_read"],
        world.json("runs/1/summary.json")["states"]["CA"]["records"]["read"]
    );
    let excluded = of("excluded")[0];
    assert_eq!(
        (&excluded["level"], &excluded["state"]),
        (&"warning".into(), &"TX".into())
    );
}

#[test]
fn an_error_is_one_line_also_of_a_wrong_command_line() {
    let world = World::sample();
    let failed = lines(
        &world,
        3,
        "match --quiet --log-format json --out runs/1 in/none",
    );
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["event"], "failed");
    assert_eq!(failed[0]["figures"]["exit"], 3);
    assert_eq!(failed[0]["file"], "in/none");
    for line in [
        "match --log-format json",
        "verify --log-format=json --nonsense x",
    ] {
        let refused = lines(&world, 2, line);
        assert_eq!(refused.len(), 1);
        assert_eq!(
            (&refused[0]["level"], &refused[0]["figures"]["exit"]),
            (&"error".into(), &2.into())
        );
    }
    for command in [
        "layout list",
        "status runs/1",
        "history runs",
        "verify runs/1",
        "completions bash",
    ] {
        let output = world.icr(&format!("{command} --log-format json"));
        let stderr = String::from_utf8(output.stderr).unwrap();
        for line in stderr.lines() {
            let parsed: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
            assert!(parsed["time"].is_string());
        }
        assert!(!stderr.is_empty(), "{command}");
    }
}

#[test]
fn quiet_prints_no_table_and_json_where_it_is_asked_for() {
    let world = World::sample();
    for line in [
        "match --quiet --out runs/1 in/extracts",
        "respond --quiet --serial-start 1 --out desk runs/1/responses/TX.icr",
        "synth --quiet --cases 20 --out world",
        "convert --quiet --to csv --output csv in/extracts/TX.txt",
        "prune --quiet --keep-responses 9 --keep-summaries 9 --run-date 19900101 runs",
    ] {
        assert_eq!(world.ends(0, line), "", "{line}");
    }
    let json = world.ends(0, "match --quiet --format json --out runs/2 in/extracts");
    assert!(json.starts_with('{'));
}

#[test]
fn the_trail_says_why_a_run_failed_and_the_month_of_a_state_lists_it() {
    let world = World::sample();
    world.shell("cp in/extracts/TX.txt whole; : > in/extracts/TX.txt", &[]);
    world.ends(3, "match --audit trail --out runs/1 in/extracts");
    world.shell("cp whole in/extracts/TX.txt", &[]);
    world.ends(0, "match --quiet --audit trail --out runs/1 in/extracts");
    let trail = world.read("trail");
    let end: Value = serde_json::from_str(trail.lines().nth(1).unwrap()).unwrap();
    let reason = end["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("in/extracts/TX.txt: is empty"),
        "{reason}"
    );
    world.ends(0, "audit verify trail");
    let month = &end["time"].as_str().unwrap()[..7];
    let report = |state: &str| {
        world.ends(
            0,
            &format!("audit report --state {state} --month {month} trail"),
        )
    };
    let texas = report("TX");
    assert!(
        texas.contains("2 commands") && texas.contains("failed"),
        "{texas}"
    );
    assert!(
        texas.contains("because: in/extracts/TX.txt: is empty"),
        "{texas}"
    );
    // Another state learns that the run failed, and nothing of the file.
    let california = report("CA");
    assert!(
        california.contains("because: a file of another state"),
        "{california}"
    );
    assert!(!california.contains("TX.txt"), "{california}");
}
