//! Faults at every system call of every command that writes: errors, and kills, by `strace`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::is_long;
use crate::writers::{Bench, WRITERS, inputs};

/// The calls that make, write, move and remove, and those that look.
const CALLS: &str = "openat,mkdirat,mkdir,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlinkat,unlink,fchmod,flock,ftruncate,fstat,newfstatat,statx,getdents64,lseek,read,pread64,fcntl,close,faccessat2";
/// What each of them is made to do. A signal in place of an error kills at that call.
const FAULTS: [&str; 6] = [
    "signal=KILL",
    "error=ENOSPC",
    "error=EIO",
    "error=EINTR",
    "error=EDQUOT",
    "error=EMFILE",
];

pub(crate) fn has_strace() -> bool {
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .output();
    traced.is_ok_and(|output| output.status.success())
}

/// How often a run makes each call, at most in one thread.
fn calls(bench: &Bench<'_>) -> BTreeMap<String, usize> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let path = log.path().to_str().unwrap().to_owned();
    let trace = format!("trace={CALLS}");
    let strace = ["strace", "-f", "-qq", "-o", &path, "-e", &trace].map(str::to_owned);
    bench.prepare();
    let output = bench.command_behind(&strace, true).output().unwrap();
    assert!(output.status.success());
    bench.check_end("traced", &output);
    bench.remove();
    let text = std::fs::read_to_string(log.path()).unwrap();
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        if let Some((call, _)) = rest.trim_start().split_once('(')
            && call.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            *counts
                .entry((thread.to_owned(), call.to_owned()))
                .or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((_, call), count) in counts {
        let known: &mut usize = most.entry(call).or_default();
        *known = count.max(*known);
    }
    most
}

#[test]
fn a_fault_at_any_system_call_leaves_nothing_half_done() {
    if !has_strace() {
        println!("skipped: faults at system calls need strace");
        return;
    }
    let inputs = inputs();
    let only = std::env::var("ICR_FAULTS_ONLY").ok();
    for (place, writer) in WRITERS.iter().enumerate() {
        if only.as_deref().is_some_and(|only| only != writer.name) {
            continue;
        }
        let bench = Bench::new(writer, inputs.path());
        let mut all = Vec::new();
        let counts = calls(&bench);
        for (call, &count) in &counts {
            // An error of `close` tells nothing: what was written was synced.
            let faults = if call.as_str() == "close" {
                &FAULTS[..1]
            } else {
                &FAULTS
            };
            for at in 1..=count {
                all.extend(faults.iter().map(|&fault| (call.clone(), at, fault)));
            }
        }
        let places: BTreeSet<_> = all
            .iter()
            .map(|(call, at, _)| (call.clone(), *at))
            .collect();
        // The short form takes some, others for each command; of what publishes, all kills and errors, and
        // of what looks at the run that is replaced, all errors.
        let some = all.len() / 16;
        let publishing = |call: &str| call.starts_with("rename") || call == "flock";
        let looks_at_old = |call: &str, at: usize| {
            writer.replaces && call == "newfstatat" && at * 3 > counts[call] * 2
        };
        let mut chosen = all.clone();
        if !is_long() {
            let mut number = 0;
            chosen.retain(|(call, at, fault)| {
                number += 1;
                number % some == place % some
                    || looks_at_old(call, *at) && *fault == "error=EIO"
                    || publishing(call) && ["signal=KILL", "error=EIO"].contains(fault)
            });
        }
        let (mut failed, mut published) = (0, 0);
        for (call, at, fault) in &chosen {
            let what = format!("{}: {call} {at} {fault}", writer.name);
            let inject = format!("inject={call}:{fault}:when={at}");
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject];
            bench.prepare();
            let output = bench
                .command_behind(&strace.map(str::to_owned), true)
                .output()
                .unwrap();
            failed += u32::from(!output.status.success());
            bench.check_end(&what, &output);
            published += u32::from(bench.check(&what));
        }
        println!(
            "{}: {} faults at {} system calls; {failed} ended the run, {published} runs had published, all complete",
            writer.name,
            chosen.len(),
            places.len()
        );
        assert!(failed > 0);
    }
}
