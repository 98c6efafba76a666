//! What a command costs grows as its input does: processor time at n and 4n. A quadratic step shows
//! as 16 times the time; the bound is 9, so that a busy machine does not.

use std::process::Command;

use sha2::{Digest, Sha256};

use super::World;

/// Seconds of processor time that a command takes, in user mode, to its end.
fn seconds(command: &mut Command) -> f64 {
    command.stdout(std::process::Stdio::null());
    command.stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let stat = format!("/proc/{}/stat", child.id());
    let ticks = loop {
        let text = std::fs::read_to_string(&stat).unwrap();
        let fields: Vec<&str> = text.rsplit(") ").next().unwrap().split(' ').collect();
        // Of a process that has ended, and was not asked for yet, the times stand.
        if fields[0] == "Z" {
            break fields[11].parse::<f64>().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    drop(child.wait());
    ticks / 100.0
}

/// The least of three, for other work slows one.
fn least(mut measure: impl FnMut() -> f64) -> f64 {
    (0..3).map(|_| measure()).fold(f64::INFINITY, f64::min)
}

fn assert_linear(what: &str, small: f64, large: f64) {
    println!("{what}: {small:.2} s at n, {large:.2} s at 4n");
    // Below a tick or two nothing can be told, and nothing is wrong.
    let bound = (small.max(0.03)) * 9.0;
    assert!(
        large <= bound,
        "{what}: {small:.2} s at n, {large:.2} s at 4n"
    );
}

/// A trail of so many commands, each with two end lines.
fn trail_of(commands: usize) -> String {
    let hex = |bytes: &[u8]| icr::text::hex(&Sha256::digest(bytes).into());
    let mut text = String::new();
    let mut previous = "0".repeat(64);
    let mut number = 0;
    let mut starts = Vec::new();
    let mut push = |line: &str, previous: &mut String| {
        number += 1;
        let line = line
            .replace("NUMBER", &number.to_string())
            .replace("PREVIOUS", previous);
        *previous = hex(line.as_bytes());
        text += &line;
        text.push('\n');
        previous.clone()
    };
    for _ in 0..commands {
        let start = r#"{"event":"start","schema":"icr.audit/1","number":NUMBER,"previous":"PREVIOUS","time":"2026-11-22T00:00:00Z","user":"u","user_id":1,"host":"h","process":1,"program":"icr","command":"match","options":[]}"#;
        starts.push(push(start, &mut previous));
    }
    for start in starts.iter().chain(&starts) {
        let end = format!(
            r#"{{"event":"end","schema":"icr.audit/1","number":NUMBER,"previous":"PREVIOUS","time":"2026-11-22T00:00:00Z","start":"{start}","command":"match","outcome":"failed","exit":3}}"#
        );
        push(&end, &mut previous);
    }
    text
}

#[test]
fn a_trail_is_verified_in_time_proportional_to_its_lines() {
    let world = World::new();
    let measure = |commands: usize| {
        let name = format!("trail-{commands}");
        std::fs::write(world.path(&name), trail_of(commands)).unwrap();
        least(|| seconds(world.command().args(["audit", "verify", &name])))
    };
    let (small, large) = (measure(2000), measure(8000));
    assert_linear("audit verify", small, large);
}

#[test]
fn a_line_is_appended_in_time_proportional_to_the_last_line() {
    let world = World::new();
    let measure = |megabytes: usize| {
        let name = format!("long-{megabytes}");
        // Torn, as a killed process leaves a line.
        let line = format!(
            "{{\"event\":\"start\",\"options\":[\"{}",
            "x".repeat(megabytes << 20)
        );
        let path = world.path(&name);
        least(|| {
            std::fs::write(&path, &line).unwrap();
            seconds(world.command().args(["verify", "--audit", &name, "run"]))
        })
    };
    let (small, large) = (measure(12), measure(48));
    assert_linear("--audit behind a long last line", small, large);
}
