//! `icr respond` takes a response that is what was sent, whole and once, and nothing else; and whose SSN
//! it is that the other state offers.

use crate::program;
use crate::program::responses::{asking, child, cp, lines_of, np, whole};
use crate::program::{Ended, Scratch, rows};

fn respond(records: &[Vec<u8>], options: &str) -> (Scratch, Ended) {
    let scratch = Scratch::new();
    scratch.write("TX.icr", program::lines_of(records));
    let ended = scratch.icr(&format!(
        "respond --run-date 20261122 {options} --serial-start 1 --out work TX.icr"
    ));
    (scratch, ended)
}

/// A layout set whose response layout has neither 473-477 nor 478.
fn write_old_layouts(scratch: &Scratch) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("layouts/response.csv")).unwrap();
    let left_out = [
        "number_of_records_from_your_state",
        "participant_match_basis",
    ];
    let kept = text
        .lines()
        .filter(|line| !left_out.iter().any(|key| line.contains(key)));
    scratch.write("old/response.csv", kept.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_response_that_was_cut_or_doubled_is_refused_with_the_record() {
    let four = |id| {
        let fields = [(1, id), (243, "00"), (253, id)];
        vec![np(&fields), cp(&fields), child(&fields), child(&fields)]
    };
    let response = whole(&[four("TX1001"), four("TX1002")].concat());
    assert_eq!(respond(&response, "").1.status, 0);
    let without = |at: usize| [&response[..at], &response[at + 1..]].concat();
    let twice = |at: usize| [&response[..=at], &response[at..]].concat();
    let mut disagrees = response.clone();
    disagrees[2][399] = b'Q';
    for (name, records, record) in [
        ("cut", response[..2].to_vec(), 1),
        ("cut later", response[..7].to_vec(), 5),
        ("a record lost", without(1), 1),
        ("the first record lost", without(4), 5),
        ("a record doubled", twice(6), 9),
        ("doubled", [&response[..], &response].concat(), 9),
        (
            "a case doubled",
            [&response[..], &response[4..]].concat(),
            9,
        ),
        ("another answer on one record", disagrees, 3),
    ] {
        let (scratch, ended) = respond(&records, "");
        assert_eq!(ended.status, 3, "{name}: {}", ended.stdout);
        let place = format!("record {record}: ");
        let names_both = ended.stderr.contains("TX.icr") && ended.stderr.contains(&place);
        assert!(names_both, "{name}: {}", ended.stderr);
        if name == "doubled" {
            let told = "holds the same records 2 times over";
            assert!(ended.stderr.contains(told), "{}", ended.stderr);
        }
        assert!(!scratch.path().join("work").exists(), "{name}");
        for shown in ["TX1001", "ARBUTHNOT", "412110"] {
            assert!(!ended.stderr.contains(shown), "{}", ended.stderr);
        }
    }
}

#[test]
fn where_the_layout_does_not_tell_whole_cases_the_command_says_so() {
    let scratch = Scratch::new();
    write_old_layouts(&scratch);
    let records = whole(&asking("TX1001"));
    // Under such a layout these columns are filler: nothing is read there.
    let filler = |record: &Vec<u8>| [&record[..472], &[b' '; 28][..]].concat();
    let records: Vec<_> = records.iter().map(filler).collect();
    scratch.write("TX.icr", program::lines_of(&records));
    let line = "respond --layouts old --run-date 20261122 --serial-start 1";
    let ended = scratch.icr(&format!("{line} --out work TX.icr"));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let words = "whether the cases are whole could not be checked";
    for printed in [&ended.stderr, &ended.stdout] {
        assert!(printed.contains(words), "{printed}");
    }
    let summary: serde_json::Value =
        serde_json::from_slice(&scratch.read("work/summary.json")).unwrap();
    assert_eq!(summary["cases_checked"], false);
    // Any basis counts under a layout without the field.
    assert_eq!(rows(&scratch.read("work/sent.csv")).len(), 1);
    let quiet = scratch.icr(&format!("{line} --quiet --out quiet TX.icr"));
    assert_eq!((quiet.status, quiet.stderr.as_str()), (0, ""));
    // The same file under the layouts that have the field is none that was sent.
    let ended = scratch.icr("respond --serial-start 1 --out other TX.icr");
    assert_eq!(ended.status, 3);
    assert!(
        ended.stderr.contains("record 1: its Number of Records"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_request_goes_only_where_somebody_matched_by_ssn_or_by_name_and_birth() {
    for (basis, sent) in [
        ("S", true),
        ("1", true),
        ("2", false),
        ("D", false),
        ("3", false),
        ("4", false),
        ("5", false),
        (" ", false),
    ] {
        let mut records = whole(&asking("TX1001"));
        records[1][477] = basis.as_bytes()[0];
        let (scratch, ended) = respond(&records, "");
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        assert_eq!(
            rows(&scratch.read("work/sent.csv")).len(),
            usize::from(sent),
            "{basis}"
        );
        let worklist = rows(&scratch.read("work/worklist.csv"));
        let items = worklist
            .iter()
            .filter(|row| row[6] == "06")
            .collect::<Vec<_>>();
        assert_eq!(items.len(), usize::from(!sent), "{basis}");
        for item in items {
            assert!(item[7].contains("Match Basis S or 1"), "{}", item[7]);
        }
    }
}

/// A child that has no SSN, to whom the other state offers this one.
fn offered<'a>(member: &'a str, first: &'a str, ssn: &'a str) -> Vec<(usize, &'a str)> {
    vec![
        (33, member),
        (81, first),
        (243, "0007"),
        (279, ssn),
        (288, "Y"),
    ]
}

/// Rows of updates.csv (Member ID and SSN) and of worklist.csv (Member ID, codes and finding).
fn outcome(records: &[Vec<u8>]) -> (Vec<[String; 2]>, Vec<[String; 3]>) {
    let (scratch, ended) = respond(&whole(records), "");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let updates = rows(&scratch.read("work/updates.csv")).into_iter();
    let worklist = rows(&scratch.read("work/worklist.csv")).into_iter();
    (
        updates
            .map(|row| [row[3].clone(), row[6].clone()])
            .collect(),
        worklist
            .map(|row| [row[5].clone(), row[6].clone(), row[7].clone()])
            .collect(),
    )
}

#[test]
fn an_ssn_that_stands_on_another_participant_is_listed_and_not_loaded() {
    let ssn = "412119999";
    let boy = child(&offered("M3", "LEO", ssn));
    let (updates, worklist) = outcome(&[np(&[(243, "00")]), boy.clone()]);
    assert_eq!((updates.len(), worklist.len()), (1, 0));
    let holder = np(&[(243, "00"), (24, ssn)]);
    let (updates, worklist) = outcome(&[holder.clone(), boy]);
    assert_eq!((updates.len(), worklist.len()), (0, 1));
    assert_eq!(worklist[0][..2], ["M3", "07"]);
    let words = "another participant of your case has it";
    assert!(worklist[0][2].contains(words), "{}", worklist[0][2]);
    // 08 likewise.
    let other = [
        &offered("M3", "LEO", ssn)[..],
        &[(24, "412110008"), (243, "0008"), (278, "N")],
    ];
    let (updates, worklist) = outcome(&[holder, child(&other.concat())]);
    assert_eq!((updates.len(), worklist.len()), (0, 1));
    assert_eq!(worklist[0][..2], ["M3", "08"]);
}

#[test]
fn one_ssn_for_two_persons_is_loaded_for_none_of_them_and_for_one_listed_twice_once() {
    let ssn = "412119999";
    let pair = |one: (&str, &str), other: (&str, &str)| {
        outcome(&[
            child(&offered(one.0, one.1, ssn)),
            child(&offered(other.0, other.1, ssn)),
        ])
    };
    for (one, other) in [
        (("M3", "LEO"), ("M4", "LEO")),
        (("M3", "LEO"), ("M3", "LEA")),
        (("  ", "LEO"), ("  ", "LEO")),
        (("00 0", "LEO"), ("00 0", "LEO")),
        (("M3", "BABY"), ("M3", "BABY")),
    ] {
        let (updates, worklist) = pair(one, other);
        assert_eq!((updates.len(), worklist.len()), (0, 2), "{one:?} {other:?}");
        for item in worklist {
            assert_eq!(item[1], "07");
            let words = "two participants of your case who are not the same person";
            assert!(item[2].contains(words), "{}", item[2]);
        }
    }
    let (updates, worklist) = pair(("M3", "LEO"), ("M3", "Leo Jr"));
    assert_eq!((updates.len(), worklist.len()), (1, 0));
    assert_eq!(updates[0], ["M3", ssn]);
    // In two cases each is its own.
    let (updates, worklist) = outcome(&[
        child(&offered("M3", "LEO", ssn)),
        child(&[&offered("M4", "LEA", ssn)[..], &[(1, "TX2002")]].concat()),
    ]);
    assert_eq!((updates.len(), worklist.len()), (2, 0));
}

#[test]
fn twins_whose_ssn_nobody_can_tell_are_listed() {
    let twin = |member, ssn| child(&[(33, member), (24, ssn), (243, "00"), (478, "D")]);
    let blank = "         ";
    let (updates, worklist) = outcome(&[
        twin("M3", blank),
        twin("M4", "111111111"),
        twin("M5", "412110005"),
    ]);
    assert!(updates.is_empty());
    let told: Vec<_> = worklist
        .iter()
        .map(|row| (&row[0][..], &row[1][..]))
        .collect();
    assert_eq!(told, [("M3", "00"), ("M4", "00")]);
    for item in &worklist {
        assert!(item[2].contains("found in doubt"), "{}", item[2]);
    }
    // The summary counts them, and the case is not in sync.
    let counts = (377, "000200020002");
    let records = [("M3", blank), ("M4", blank)].map(|(member, ssn)| {
        let mut record = twin(member, ssn);
        record[376..388].copy_from_slice(counts.1.as_bytes());
        record
    });
    let (_, ended) = respond(&whole(&records), "--format json");
    let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(summary["worklist"], serde_json::json!({"in_doubt": 2}));
    assert_eq!(summary["cases_in_sync"], 0);
    assert_eq!(summary["records"]["listed"], 2);
    // On such a basis a code that offers an SSN contradicts itself.
    for basis in ["D", "3", "4", "5"] {
        let fields = [&offered("M3", "LEO", "412119999")[..], &[(478, basis)]].concat();
        let (updates, worklist) = outcome(&[child(&fields)]);
        assert_eq!((updates.len(), worklist.len()), (0, 1), "{basis}");
        assert!(
            worklist[0][2].contains("no number is handed out"),
            "{}",
            worklist[0][2]
        );
    }
}

#[test]
fn a_child_with_the_date_that_stands_for_an_unknown_one_is_listed() {
    for (born, items) in [
        ("19000101", 1),
        ("19000102", 0),
        ("20270101", 1),
        ("18791231", 1),
    ] {
        let (_, worklist) = outcome(&[child(&[(243, "06"), (113, born)])]);
        assert_eq!(worklist.len(), items, "{born}");
    }
}

#[test]
fn the_tiers_of_the_pooled_routine_are_read_and_counted() {
    let of_tier = |id, code, tier| np(&[(1, id), (243, code), (389, "YYN"), (392, tier)]);
    let published = [of_tier("TX1", "00", "1"), of_tier("TX2", "02", "3")];
    let pooled = [
        of_tier("TX1", "00", "1"),
        of_tier("TX2", "02", "4"),
        of_tier("TX3", "02", "7"),
        np(&[(1, "TX4"), (243, "01"), (392, " ")]),
    ];
    let scratch = Scratch::new();
    for (name, records, tiers, routine) in [
        (
            "published",
            &published[..],
            serde_json::json!({"1": 1, "2": 0, "3": 1, "none": 0}),
            serde_json::Value::Null,
        ),
        (
            "pooled",
            &pooled[..],
            serde_json::json!({"1": 1, "2": 0, "3": 0, "4": 1, "5": 0, "6": 0, "7": 1, "none": 1}),
            "pooled".into(),
        ),
    ] {
        scratch.write("TX.icr", lines_of(records));
        let ended = scratch.icr(&format!(
            "respond --serial-start 1 --format json --out {name} TX.icr"
        ));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(summary["cases_by_tier"], tiers);
        assert_eq!(summary["routine"], routine);
        let manifest: serde_json::Value =
            serde_json::from_slice(&scratch.read(&format!("{name}/manifest.json"))).unwrap();
        assert_eq!(manifest["totals"]["routine"], routine);
    }
}
