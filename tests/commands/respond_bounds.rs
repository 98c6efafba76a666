//! `icr respond` at the bounds of its rules: nobody matched under the lowest percentages, a lead that is
//! closed itself, the totals of notices.

use crate::program::responses::{child, lines_of, np};
use crate::program::{Scratch, rows};

#[test]
fn under_the_lowest_percentages_somebody_must_have_matched_all_the_same() {
    let scratch = Scratch::new();
    scratch.write(
        "policy.toml",
        "min_adults_percent = 0\nmin_children_percent = 0\n",
    );
    for (name, matched, flags, updates) in [
        ("nobody", "0000", "NN", 0),
        ("indicators", "0000", "YY", 0),
        ("a-child", "0001", "YY", 1),
    ] {
        let fields = [(243, "02"), (385, matched), (389, flags)];
        scratch.write(&format!("{name}.icr"), lines_of(&[np(&fields)]));
        let ended = scratch.icr(&format!(
            "respond --run-date 20261122 --policy policy.toml --serial-start 1 --out {name} {name}.icr"
        ));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let written = rows(&scratch.read(&format!("{name}/updates.csv")));
        assert_eq!(written.len(), updates, "{name}");
    }
}

#[test]
fn the_open_case_of_the_people_of_a_closed_one_is_named_and_a_closed_lead_is_not() {
    let scratch = Scratch::new();
    scratch.write("TX.icr", lines_of(&[np(&[(243, "04"), (275, "C")])]));
    let head = "case_id,other_state,other_case_id,why,rank,lead_case_id,evidence,against,share_right,trials\n";
    let answer = "TX1001,CA,CA9999,doubtful,1,CA2002,np-ssn,people-in-open-case,0.9990,1000\n";
    for (against, is_told) in [("", true), ("closed", false)] {
        let lead = format!("TX1001,CA,CA9999,doubtful,2,CA3003,np-ssn,{against},0.9000,1000\n");
        scratch.write("leads.csv", format!("{head}{answer}{lead}"));
        let ended = scratch.icr(
            "respond --run-date 20261122 --serial-start 1 --leads leads.csv --force --out work TX.icr",
        );
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let worklist = rows(&scratch.read("work/worklist.csv"));
        let item = worklist.iter().find(|row| row[6] == "04").unwrap();
        let words = "in another case there, which is open: California's case CA3003";
        assert_eq!(item[7].contains(words), is_told, "{}", item[7]);
    }
}

#[test]
fn the_totals_of_notices_say_what_became_of_each() {
    let scratch = Scratch::new();
    scratch.write("policy.toml", "notice_of_closure = true\n");
    let closed = [(243, "04"), (275, "C")];
    let case = |id: &'static str, more: &[(usize, &'static str)]| {
        np(&[&[(1, id)], &closed[..], more].concat())
    };
    let records = [
        case("TX1", &[]),
        case("TX2", &[]),
        case("TX3", &[(385, "0000")]),
        child(&[(1, "TX4"), (243, "00")]),
    ];
    scratch.write("TX.icr", lines_of(&records));
    let totals = |out: &str, more: &str| -> serde_json::Value {
        let ended = scratch.icr(&format!(
            "respond --policy policy.toml --format json {more} --out {out} TX.icr"
        ));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        summary["notices"].clone()
    };
    let first = totals("first", "--run-date 20261122 --serial-start 1");
    let expected = serde_json::json!({"written": 2, "sent_before": 0, "not_sent": 1});
    assert_eq!(first, expected);
    let second = totals("second", "--run-date 20261125 --sent first/sent.csv");
    let expected = serde_json::json!({"written": 0, "sent_before": 2, "not_sent": 1});
    assert_eq!(second, expected);
}

#[test]
fn the_latest_date_of_the_log_counts_in_whatever_order_its_rows_stand() {
    let scratch = Scratch::new();
    scratch.write("TX.icr", lines_of(&[np(&[(243, "00")])]));
    let head = "case_id,other_state,other_case_id,transaction,date,serial\n";
    let row = |date: &str, serial: u8| format!("TX1,CA,CA1,CSI R FRINF,{date},{serial}\n");
    for (dates, is_told) in [
        (["20261101", "20270101"], true),
        (["20270101", "20261101"], true),
        (["20261101", "20261102"], false),
    ] {
        let text = format!("{head}{}{}", row(dates[0], 1), row(dates[1], 2));
        scratch.write("sent.csv", text);
        let ended =
            scratch.icr("respond --run-date 20261122 --sent sent.csv --force --out work TX.icr");
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        assert_eq!(
            ended.stderr.contains("--sent, record"),
            is_told,
            "{dates:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn what_cannot_be_built_is_counted_and_a_case_without_matches_has_one_reason() {
    let scratch = Scratch::new();
    let case = |id: &'static str, matched: &'static str| {
        let fields = [(1, id), (385, matched), (22, "05")];
        let of = |code: &'static str| [&fields[..], &[(243, code)]].concat();
        // Who was not found has no Match Basis.
        let child_code = if matched == "0000" { "0206" } else { "02" };
        [np(&of("0206")), child(&of(child_code))]
    };
    // The last serial number is for the first of the two.
    for (name, matched, not_built) in [("used-up", "0001", 1), ("nobody", "0000", 0)] {
        scratch.write(
            "TX.icr",
            lines_of(&[case("TX1", matched), case("TX2", matched)].concat()),
        );
        let ended = scratch.icr(&format!(
            "respond --run-date 20261122 --serial-start 999999999999 --format json --out {name} TX.icr"
        ));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(summary["not_built"], not_built, "{name}");
        for item in rows(&scratch.read(&format!("{name}/worklist.csv"))) {
            assert!(!item[7].contains("Match Basis"), "{}", item[7]);
        }
    }
}
