//! Files that unpack to far more than they are, and files of nothing: told at once, by their own name,
//! and with `--on-bad-file exclude` the night goes on without them.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::program::zip::{DEFLATED, archive, zip};
use super::{World, status, stderr, stdout};

/// Frames of zstd, a few kilobytes, that unpack to so many times 64 MiB.
fn bomb(times: usize) -> Vec<u8> {
    let frame = zstd::encode_all(&vec![b'A'; 64 << 20][..], 1).unwrap();
    frame.repeat(times)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn sparse(path: &Path, bytes: u64) {
    let file = std::fs::File::create(path).unwrap();
    file.set_len(bytes).unwrap();
}

#[test]
fn a_bomb_is_a_file_that_cannot_be_used_and_is_told_by_its_name() {
    let world = World::new();
    let folder = world.extracts("in");
    let packed = bomb(64);
    assert!(packed.len() < 1 << 20, "{}", packed.len());
    std::fs::write(folder.join("AZ.zst"), packed).unwrap();
    let begun = Instant::now();
    let stopped = world.run(&["match", "--out", "r", "in"], &[]);
    assert_eq!(status(&stopped), 3, "{}", stderr(&stopped));
    let told = stderr(&stopped);
    assert!(
        told.contains("in/AZ.zst: unpacks to more than 250 times its size"),
        "{told}"
    );
    assert!(!told.contains("/tmp"), "{told}");
    let excluded = world.run(
        &["match", "--on-bad-file", "exclude", "--out", "r", "in"],
        &[],
    );
    assert_eq!(status(&excluded), 0, "{}", stderr(&excluded));
    assert!(
        stderr(&excluded).contains("AZ.zst was left out: unpacks to more"),
        "{}",
        stderr(&excluded)
    );
    let summary = std::fs::read_to_string(world.path("r/summary.json")).unwrap();
    assert!(summary.contains("\"AZ.zst\""), "{summary}");
    for command in [
        &["validate", "in"][..],
        &["convert", "--to", "csv", "--output", "c", "in/AZ.zst"],
        &["derive", "--out", "d", "in/AZ.zst"],
        &["respond", "--serial-start", "1", "--out", "w", "in/AZ.zst"],
        &[
            "match",
            "--out",
            "m",
            "--ssn-master",
            "in/AZ.zst",
            "world/extracts",
        ],
        &[
            "match",
            "--out",
            "m",
            "--misidentified",
            "in/AZ.zst",
            "world/extracts",
        ],
    ] {
        let output = world.run(command, &[]);
        assert_eq!(status(&output), 3, "{command:?}: {}", stderr(&output));
        assert!(
            stderr(&output).contains("in/AZ.zst: unpacks"),
            "{command:?}: {}",
            stderr(&output)
        );
    }
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn the_limit_can_be_set_and_a_sound_file_is_read_within_it() {
    let world = World::new();
    let folder = world.extracts("in");
    let plain = std::fs::read(folder.join("TX.txt")).unwrap();
    std::fs::remove_file(folder.join("TX.txt")).unwrap();
    std::fs::write(folder.join("TX.gz"), gzip(&plain)).unwrap();
    let length = plain.len().to_string();
    let within = world.run(
        &["match", "--max-unpacked", &length, "--out", "r", "in"],
        &[],
    );
    assert_eq!(status(&within), 0, "{}", stderr(&within));
    let less = (plain.len() - 1).to_string();
    let over = world.run(
        &["match", "--max-unpacked", &less, "--out", "r2", "in"],
        &[],
    );
    assert_eq!(status(&over), 3, "{}", stderr(&over));
    assert!(
        stderr(&over).contains("in/TX.gz: unpacks to more than"),
        "{}",
        stderr(&over)
    );
    // The file is of no state that is known, so its state is absent.
    let excluded = world.run(
        &[
            "match",
            "--on-bad-file",
            "exclude",
            "--max-unpacked",
            &less,
            "--out",
            "r2",
            "in",
        ],
        &[],
    );
    assert_eq!(status(&excluded), 0, "{}", stderr(&excluded));
    let verified = world.run(&["verify", "r2"], &[]);
    assert_eq!(status(&verified), 0, "{}", stdout(&verified));
}

#[test]
fn gigabytes_of_nothing_are_told_at_once() {
    let world = World::new();
    let folder = world.extracts("in");
    sparse(&folder.join("AZ.txt"), 8 << 30);
    std::fs::write(folder.join("OR.gz"), gzip(&vec![0; 16 << 20])).unwrap();
    let begun = Instant::now();
    let output = world.run(&["match", "--out", "r", "in"], &[]);
    assert_eq!(status(&output), 3, "{}", stderr(&output));
    for name in ["AZ.txt", "OR.gz"] {
        let words = format!("in/{name}: begins with 65536 bytes of X'00'");
        assert!(stderr(&output).contains(&words), "{}", stderr(&output));
    }
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_file_of_nothing_but_empty_records_is_given_up_before_it_takes_gigabytes() {
    let world = World::new();
    let folder = world.extracts("in");
    std::fs::write(folder.join("OR.gz"), gzip(&vec![b'\n'; 60 << 20])).unwrap();
    let shell = |line: &str| {
        let mut command = std::process::Command::new("sh");
        // These records took five gigabytes and more.
        let line = format!("ulimit -v 2000000; exec {} {line}", super::ICR);
        command.args(["-c", &line]);
        super::ends(command.current_dir(world.folder.path()))
    };
    let stopped = shell("match --threads 2 --out r in");
    assert_eq!(status(&stopped), 3, "{}", stderr(&stopped));
    assert!(stderr(&stopped).contains("cannot make up for them"));
    let excluded = shell("match --threads 2 --on-bad-file exclude --out r in");
    assert_eq!(status(&excluded), 0, "{}", stderr(&excluded));
    assert!(stderr(&excluded).contains("OR.gz was left out"));
    let checked = shell("validate --threads 2 in");
    assert!([1, 3].contains(&status(&checked)), "{}", stderr(&checked));
}

#[test]
fn a_packed_file_that_is_damaged_or_not_read_is_left_out_where_that_is_asked() {
    let world = World::new();
    let folder = world.extracts("in");
    let plain = std::fs::read(folder.join("TX.txt")).unwrap();
    std::fs::remove_file(folder.join("TX.txt")).unwrap();
    let packed = gzip(&plain);
    for (name, bytes, told) in [
        ("TX.gz", packed[..packed.len() / 2].to_vec(), "ends before"),
        (
            "TX.zip",
            archive(&[("a", &plain), ("b", &plain)], DEFLATED),
            "holds 2 files",
        ),
        ("TX.zip", zip(&plain)[..99].to_vec(), "ends before"),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
        let stopped = world.run(&["match", "--out", "r", "in"], &[]);
        assert_eq!(status(&stopped), 3, "{}", stderr(&stopped));
        let exclude = [
            "match",
            "--on-bad-file",
            "exclude",
            "--force",
            "--out",
            "r",
            "in",
        ];
        let excluded = world.run(&exclude, &[]);
        assert_eq!(status(&excluded), 0, "{}", stderr(&excluded));
        let words = format!("{name} was left out: this");
        let stderr = stderr(&excluded);
        assert!(stderr.contains(&words) && stderr.contains(told), "{stderr}");
        let verified = world.run(&["verify", "r"], &[]);
        assert_eq!(status(&verified), 0, "{}", stdout(&verified));
        std::fs::remove_file(folder.join(name)).unwrap();
    }
}

#[test]
fn frames_of_nothing_keep_nobody_waiting() {
    let world = World::new();
    let extract = std::fs::read(world.path("world/extracts/TX.txt")).unwrap();
    let packed = zstd::encode_all(&extract[..], 1).unwrap();
    // A million frames that a reader skips, 8 bytes each.
    let skipped = [
        &[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0].repeat(1_000_000)[..],
        &packed,
    ]
    .concat();
    std::fs::write(world.path("skipped.zst"), skipped).unwrap();
    // The invented extract has findings.
    let sound = status(&world.run(&["validate", "world/extracts/TX.txt"], &[]));
    let begun = Instant::now();
    let read = world.run(&["validate", "skipped.zst"], &[]);
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(status(&read), sound, "{}", stderr(&read));
    // Real frames without a byte: a few may stand together, not a hundred thousand.
    let empty = zstd::encode_all(&b""[..], 1).unwrap();
    for (count, expected) in [(100, sound), (100_000, 3)] {
        std::fs::write(
            world.path("empty.zst"),
            [&empty.repeat(count)[..], &packed].concat(),
        )
        .unwrap();
        let begun = Instant::now();
        let read = world.run(&["validate", "empty.zst"], &[]);
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(status(&read), expected, "{}", stderr(&read));
    }
}

#[test]
fn of_two_files_of_one_name_in_an_archive_none_is_chosen() {
    let world = World::new();
    let extract = std::fs::read(world.path("world/extracts/TX.txt")).unwrap();
    let two = [("TX.txt", &extract[..]), ("TX.txt", &extract[..241])];
    std::fs::write(world.path("two.zip"), archive(&two, DEFLATED)).unwrap();
    let read = world.run(&["validate", "two.zip"], &[]);
    assert_eq!(status(&read), 3, "{}", stdout(&read));
    assert!(stderr(&read).contains("holds 2 files"), "{}", stderr(&read));
}
