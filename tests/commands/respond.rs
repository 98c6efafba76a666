//! `icr respond` from the command line: every record it writes, byte by byte, its statuses, what it
//! refuses, and that it tells nothing of people.

use crate::program::responses::{asking, child, cp, lines_of, np, pf, whole};
use crate::program::{Ended, Scratch, check_transcripts, rows};

/// Runs `respond` on these records.
fn respond(records: &[Vec<u8>], options: &str) -> (Scratch, Ended) {
    let scratch = Scratch::new();
    scratch.write("TX.icr", lines_of(records));
    let ended = scratch.icr(&format!(
        "respond --run-date 20261122 {options} --out work TX.icr"
    ));
    (scratch, ended)
}

/// Records read, updated, requested, listed and without action, as the printed summary has them.
fn record_totals(ended: &Ended) -> Vec<&str> {
    let mut lines = ended.stdout.lines();
    let line = lines.find(|line| line.starts_with("records  ")).unwrap();
    line.split_whitespace().skip(1).collect()
}

#[test]
fn a_frinf_request_is_laid_out_as_chart_c_3_says() {
    let few = (385, "0001");
    let (scratch, ended) = respond(
        &[
            np(&[(243, "0206"), few, (22, "05")]),
            child(&[(243, "02"), few, (22, "05")]),
        ],
        "--serial-start 41",
    );
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let expected = [
        "48",
        "201",
        "05", // Local FIPS 1-7
        "06",
        "075",
        "  ", // Other FIPS 8-14
        "003",
        "000000000041", // Version 15-17, Serial Number 18-29
        "  ",
        "  ", // Error Reason Code, Transaction Type 30-33
        "R",
        "CSI",
        "20261122", // Action, Function, Date 34-45
        "TX1001         ",
        "CA2002         ", // Case ID 46-60, Other Case ID 61-75
        "FRINF",
        "00000000",
        "N", // Reason 76-80, Resolution Date 81-88, Attachments 89
        "000",
        "000",
        "0", // indicators 90-96
        "00000000",
        "000000", // Sent 97-110
        "        ",
        "        ",
        "0", // Due, Response 111-126, Overdue 127
        "\n",
    ]
    .concat();
    assert_eq!(scratch.text("work/csenet.txt"), expected);
    assert_eq!(expected.len(), 128);
    assert_eq!(
        scratch.text("work/sent.csv"),
        "case_id,other_state,other_case_id,transaction,date,serial\nTX1001,CA,CA2002,CSI R FRINF,20261122,41\n"
    );
}

#[test]
fn a_gsc14_notice_is_laid_out_as_the_charts_say() {
    let codes = (243, "04");
    let closed = (275, "C");
    let scratch = Scratch::new();
    let records = [
        child(&[codes, closed]),
        np(&[codes, closed]),
        cp(&[codes, closed]),
        pf(&[codes, closed]),
    ];
    scratch.write("TX.icr", lines_of(&records));
    scratch.write("policy.toml", "notice_of_closure = true\n");
    let ended = scratch.icr(
        "respond --run-date 20261122 --policy policy.toml --serial-start 999999999999 --out work TX.icr",
    );
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let header = [
        "48",
        "201",
        "  ",
        "06",
        "075",
        "  ",
        "003",
        "999999999999",
        "  ",
        "  ",
        "P",
        "MSC",
        "20261122",
        "TX1001         ",
        "CA2002         ",
        "GSC14",
        "20270121", // 60 days after 22 November 2026: 8 of November, 31 of December, 21 of January
        "N",
        "1",
        "1",
        "0",
        "3",
        "0",
        "0",
        "0",
        "00000000",
        "000000",
        "        ",
        "        ",
        "0",
    ]
    .concat();
    let case = [
        " ",
        "O",
        &" ".repeat(79),         // Case Type 1, Case Status 2
        "MARTHA POE-OF-THE-VER", // Contact Name Last 82-102, cut
        &" ".repeat(114),
        "5125550100",
        &" ".repeat(33), // Contact Phone 217-226
        "martha@example.org                 ",
        &" ".repeat(57), // Internet Address 260-294
    ]
    .concat();
    let ncp = [
        "FALLENSTEIN-MONTGOMER",
        "JOSEPH          ",
        "K               ",
        "   ", // 1-56
        "412110001",
        "19700102",
        " ",
        "M",
        &" ".repeat(106), // SSN, Date of Birth, Race, Gender
    ]
    .concat();
    let participant =
        |last: &str, first: &str, born_ssn: &str, gender: &str, relationship: &str| {
            format!(
                "{last:<21}{first:<16}{:16}   {born_ssn}{gender} {relationship}O{}",
                "",
                " ".repeat(264)
            )
        };
    let expected = [
        header,
        case,
        ncp,
        participant("ARBUTHNOT", "LEO", "20200229000000000", "M", "D"),
        // An SSN that cannot be used and a date that is none become zeros.
        participant("ARBUTHNOT", "ANN", "00000000000000000", "F", "C"),
        participant("QUILL", "PETE", "00000000412110004", " ", "P"),
        "\n".to_owned(),
    ]
    .concat();
    assert_eq!(expected.len(), 127 + 351 + 181 + 3 * 341 + 1);
    assert_eq!(scratch.text("work/csenet.txt"), expected);
    // The case is on the worklist all the same, once, and counts as requested.
    let worklist = rows(&scratch.read("work/worklist.csv"));
    assert_eq!(worklist.len(), 1);
    assert_eq!(worklist[0][1..7], ["3", "TX1001", "CA", "CA9999", "", "04"]);
    assert_eq!(record_totals(&ended), ["4", "0", "4", "0", "0"]);
    // The twelve digits are used up: the next notice becomes an item that says so.
    let again = scratch.icr(
        "respond --run-date 20270122 --policy policy.toml --sent work/sent.csv --out again TX.icr",
    );
    assert_eq!(
        (again.status, scratch.read("again/csenet.txt").len()),
        (0, 0)
    );
    assert!(
        scratch
            .text("again/worklist.csv")
            .contains("serial numbers of twelve digits are used up")
    );
}

/// Runs `respond` on these records with notices of closure on.
fn respond_with_notices(records: &[Vec<u8>], run_date: &str) -> (Scratch, Ended) {
    let scratch = Scratch::new();
    scratch.write("TX.icr", lines_of(records));
    scratch.write("policy.toml", "notice_of_closure = true\n");
    let ended = scratch.icr(&format!(
        "respond --run-date {run_date} --policy policy.toml --serial-start 1 --out work TX.icr"
    ));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    (scratch, ended)
}

#[test]
fn a_notice_that_must_not_be_sent_becomes_an_item_that_says_why() {
    for (codes, why_not, words) in [
        ("04", &[(385, "0000")][..], "nobody of your case matched"),
        ("04", &[(253, "      ")], "no case ID"),
        ("04", &[(48, "PF")], "no NP to identify"),
    ] {
        let fields = [&[(243, codes), (275, "C")], why_not].concat();
        let (scratch, _) = respond_with_notices(&[np(&fields)], "20261122");
        assert!(
            !scratch.text("work/csenet.txt").contains("GSC14"),
            "{words}"
        );
        let worklist = rows(&scratch.read("work/worklist.csv"));
        let item = worklist.iter().find(|row| row[6] == "04").unwrap();
        assert!(item[7].contains(words), "{}", item[7]);
    }
    let closed = [(243, "04"), (275, "C")];
    let open = np(&closed);
    let contradicting = child(&[&closed[..], &[(50, "C")]].concat());
    let (scratch, _) = respond_with_notices(&[open, contradicting], "20261122");
    assert!(
        scratch
            .text("work/worklist.csv")
            .contains("your case is closed")
    );
    // What holds a case's ID back does not hold its notice back: the specification asks for none of it.
    for (codes, caution) in [
        ("0204", &[][..]),
        ("0204", &[(391, "Y")]),
        ("04", &[(242, "Y")]),
    ] {
        let fields = [&[(243, codes), (275, "C")], caution].concat();
        let (scratch, _) = respond_with_notices(&[np(&fields)], "20261122");
        assert!(scratch.text("work/csenet.txt").contains("GSC14"), "{codes}");
    }
}

#[test]
fn a_notice_that_was_written_is_not_asked_for_again_and_names_who_is_not_in_it() {
    let closed = [(243, "04"), (275, "C"), (377, "0112"), (385, "0112")];
    let ids: Vec<String> = (10..22).map(|n| format!("K{n}")).collect();
    let mut records = vec![np(&closed)];
    records.extend(
        ids.iter()
            .map(|id| child(&[&closed[..], &[(33, id)]].concat())),
    );
    let (scratch, _) = respond_with_notices(&records, "20261122");
    let notice = scratch.text("work/csenet.txt");
    assert_eq!(
        (notice.len(), &notice[92..93]),
        (127 + 351 + 181 + 9 * 341 + 1, "9")
    );
    let worklist = rows(&scratch.read("work/worklist.csv"));
    assert_eq!(worklist.len(), 1);
    let words = "3 more are not in it: Member ID K19, K20, K21.";
    assert!(worklist[0][7].contains(words), "{}", worklist[0][7]);
    assert!(worklist[0][8].contains("the initiating state knows already"));
    // Nor is it where one was sent lately; without one it is.
    let again = scratch.icr(
        "respond --run-date 20261201 --policy policy.toml --sent work/sent.csv --out again TX.icr",
    );
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert!(scratch.text("again/worklist.csv").contains("knows already"));
    scratch.icr("respond --run-date 20261122 --serial-start 1 --out without TX.icr");
    let without = scratch.text("without/worklist.csv");
    assert!(without.contains("tell the initiating state"), "{without}");
}

#[test]
fn an_fp_record_adds_the_other_states_ssn() {
    let (scratch, ended) = respond(
        &[np(&[
            (243, "0008"),
            (278, "N"),
            (279, "412119999"),
            (288, "Y"),
        ])],
        "--serial-start 1",
    );
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let expected = [
        "FP",
        "C",
        "TX1001         ",
        "  ",
        &" ".repeat(15),
        "   ",
        "  ",
        "  ",
        " ", // 1-43
        "NP",
        "  ",
        "M1             ",
        "M",
        "19700102",
        "412110001",
        &" ".repeat(9), // 44-89
        "JOSEPH          ",
        "K               ",
        "FALLENSTEIN-MONTGOMERY        ", // 90-151
        &" ".repeat(95),
        "412119999",
        &" ".repeat(297),
        "\n", // Additional SSN 1 247-255
    ]
    .concat();
    assert_eq!(expected.len(), 553);
    assert_eq!(scratch.text("work/fcr.txt"), expected);
    let warning = "fcr.txt has no family violence marks: fill columns 46-47 before it is loaded\n";
    assert!(ended.stdout.contains(warning), "{}", ended.stdout);
    let (_, without) = respond(&[np(&[(243, "00")])], "--serial-start 1");
    assert!(!without.stdout.contains("violence"), "{}", without.stdout);
    assert_eq!(
        scratch.text("work/updates.csv"),
        "case_id,other_state,other_case_id,member_id,field,old,new,reason_code,rule\n\
         TX1001,CA,CA9999,M1,additional_ssn,,412119999,08,\"yours is not verified, theirs is; both match indicators are Y\"\n"
    );
}

#[test]
fn updates_name_the_case_or_the_participant() {
    let records = [
        np(&[(243, "02")]),
        child(&[(243, "0207"), (279, "412110003"), (288, "Y")]),
    ];
    let (scratch, _) = respond(&records, "--serial-start 1");
    assert_eq!(
        scratch.text("work/updates.csv"),
        "case_id,other_state,other_case_id,member_id,field,old,new,reason_code,rule\n\
         TX1001,CA,CA9999,,other_state_case_id,CA9999,CA2002,02,threshold met: 2 of 2 adults and 2 of 2 children matched; no caution applies\n\
         TX1001,CA,CA9999,M3,ssn,,412110003,07,theirs is verified\n"
    );
}

#[test]
fn the_three_quarters_of_the_children_are_a_threshold() {
    // 3 of 4 are enough, 2 of 3 are not; a case without children is judged by its adults; 99 never.
    for (counts, updates) in [
        ("020402040203", 1),
        ("020302030202", 0),
        ("020002000200", 1),
        ("020402040103", 0),
        ("029902990299", 0),
        ("990199019901", 0),
    ] {
        let (scratch, _) = respond(&[np(&[(243, "02"), (377, counts)])], "--serial-start 1");
        assert_eq!(
            rows(&scratch.read("work/updates.csv")).len(),
            updates,
            "{counts}"
        );
        assert_eq!(
            rows(&scratch.read("work/sent.csv")).len(),
            1 - updates,
            "{counts}"
        );
    }
}

#[test]
fn each_caution_keeps_an_update_for_a_worker_until_its_switch_is_off() {
    for (caution, switch) in [
        ((242, "Y"), "caution_fcr_supplied"),
        ((389, "N"), "caution_match_indicators"),
        ((390, "N"), "caution_match_indicators"),
        ((391, "Y"), "caution_multiple_case"),
    ] {
        let records = [np(&[(243, "02"), caution])];
        let (scratch, _) = respond(&records, "--serial-start 1");
        let worklist = rows(&scratch.read("work/worklist.csv"));
        assert_eq!((worklist.len(), &worklist[0][6][..]), (1, "02"), "{switch}");
        assert!(scratch.read("work/csenet.txt").is_empty());
        scratch.write("policy.toml", format!("{switch} = false\n"));
        scratch.icr("respond --policy policy.toml --serial-start 1 --out off TX.icr");
        assert_eq!(rows(&scratch.read("off/updates.csv")).len(), 1, "{switch}");
    }
}

#[test]
fn a_request_that_must_not_be_sent_becomes_an_item_that_says_why() {
    for (why_not, words) in [
        ((50, "C"), "your case is closed"),
        ((385, "0000"), "nobody of your case matched"),
        ((242, "Y"), "came from the FCR"),
        ((253, "      "), "no case ID"),
        ((270, "0A5"), "FIPS Code is not a number"),
    ] {
        let records = [np(&[(243, "06"), why_not]), cp(&[(243, "00"), why_not])];
        let (scratch, _) = respond(&records, "--serial-start 1");
        assert!(scratch.read("work/csenet.txt").is_empty(), "{words}");
        let worklist = rows(&scratch.read("work/worklist.csv"));
        assert_eq!(
            worklist[0][1..7],
            ["6", "TX1001", "CA", "CA9999", "M1", "06"]
        );
        assert!(worklist[0][7].contains(words), "{}", worklist[0][7]);
    }
}

#[test]
fn nothing_rests_on_codes_that_the_counts_contradict() {
    let ssn = [(279, "412119999"), (288, "Y")];
    let with = |fields: &[(usize, &'static str)]| [&ssn[..], fields].concat();
    for (record, code) in [
        (
            np(&with(&[(243, "0007"), (24, "         "), (385, "0002")])),
            "07",
        ),
        (np(&with(&[(243, "0008"), (278, "N"), (385, "0002")])), "08"),
        (child(&with(&[(243, "0007"), (385, "0200")])), "07"),
        (
            child(&with(&[(243, "0007"), (385, "0000"), (389, "NN")])),
            "07",
        ),
        // A participant without a type is compared with nobody.
        (np(&with(&[(243, "0007"), (48, "  ")])), "07"),
    ] {
        let (scratch, ended) = respond(&[record], "--serial-start 1");
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        assert!(rows(&scratch.read("work/updates.csv")).is_empty(), "{code}");
        assert!(scratch.read("work/fcr.txt").is_empty());
        let worklist = rows(&scratch.read("work/worklist.csv"));
        assert_eq!((worklist.len(), &worklist[0][6][..]), (1, code));
        let words = "the code and the counts contradict each other";
        assert!(worklist[0][7].contains(words), "{}", worklist[0][7]);
    }
    // Nor is a case ID taken over, or a stranger's data asked for.
    let nobody = [(385, "0000"), (389, "NN")];
    let (scratch, _) = respond(
        &[np(&[&[(243, "02")], &nobody[..]].concat())],
        "--serial-start 1",
    );
    assert!(rows(&scratch.read("work/updates.csv")).is_empty());
    assert!(scratch.read("work/csenet.txt").is_empty());
    let worklist = rows(&scratch.read("work/worklist.csv"));
    assert!(
        worklist[0][7].contains("nobody of your case matched"),
        "{worklist:?}"
    );
}

/// A participant of TX1001 in another action, with Kansas, that gives this SSN.
fn in_kansas(codes: &'static str, ssn: &'static str) -> Vec<u8> {
    let verification = if codes.contains("08") { "N" } else { " " };
    child(&[
        (
            24,
            if codes.contains("08") {
                "412110005"
            } else {
                "         "
            },
        ),
        (122, "KS7"),
        (138, "20091"),
        (243, codes),
        (253, "KS7"),
        (268, "20091"),
        (278, verification),
        (279, ssn),
        (288, "Y"),
    ])
}

fn in_california(codes: &'static str, ssn: &'static str) -> Vec<u8> {
    let mut record = in_kansas(codes, ssn);
    for (first, text) in [
        (122, "CA9999"),
        (138, "06037"),
        (253, "CA2002"),
        (268, "06075"),
    ] {
        record[first - 1..first - 1 + text.len()].copy_from_slice(text.as_bytes());
    }
    record
}

#[test]
fn two_answers_about_one_participant_make_one_row_or_none() {
    // Two actions of one IV-D case: both name the participant.
    let (one, other) = ("412119991", "412119992");
    let same = [in_california("0007", one), in_kansas("0007", one)];
    let (scratch, ended) = respond(&same, "--serial-start 1");
    let updates = rows(&scratch.read("work/updates.csv"));
    assert_eq!(updates.len(), 1);
    assert_eq!(
        updates[0][..7],
        ["TX1001", "CA", "CA9999", "M3", "ssn", "", one]
    );
    assert_eq!(record_totals(&ended), ["2", "2", "0", "0", "0"]);
    let differing = [in_california("0007", one), in_kansas("0007", other)];
    let (scratch, ended) = respond(&differing, "--serial-start 1");
    assert!(rows(&scratch.read("work/updates.csv")).is_empty());
    let worklist = rows(&scratch.read("work/worklist.csv"));
    assert_eq!(worklist.len(), 2);
    for item in worklist {
        assert_eq!((&item[5][..], &item[6][..]), ("M3", "07"));
        assert!(
            item[7].contains("two answers about this participant disagree"),
            "{}",
            item[7]
        );
    }
    assert_eq!(record_totals(&ended), ["2", "0", "0", "2", "0"]);
    // Listed twice in one case, and with the policy that replaces.
    let twice = [in_kansas("0008", one), in_kansas("0008", other)];
    scratch.write("TX.icr", lines_of(&twice));
    scratch.write("policy.toml", "ssn_08 = \"replace\"\n");
    scratch.icr("respond --policy policy.toml --serial-start 1 --out twice TX.icr");
    assert!(rows(&scratch.read("twice/updates.csv")).is_empty());
    assert_eq!(rows(&scratch.read("twice/worklist.csv")).len(), 2);
}

#[test]
fn one_fp_record_holds_two_additional_ssns_and_a_third_is_for_a_person() {
    let (a, b, c) = ("412119991", "412119992", "412119993");
    let records = [
        in_kansas("0008", c),
        in_kansas("0008", b),
        in_california("0008", a),
        in_kansas("0008", a),
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
        let mut records = order.map(|at: usize| records[at].clone());
        // The records of a case stand together.
        records.sort_by_key(|record| record[137..139].to_vec());
        let (scratch, ended) = respond(&records, "--serial-start 1");
        let fcr = scratch.text("work/fcr.txt");
        assert_eq!(fcr.lines().count(), 1);
        assert_eq!(&fcr[246..264], &format!("{a}{b}"));
        let mut updates = rows(&scratch.read("work/updates.csv"));
        updates.sort();
        let told: Vec<_> = updates
            .iter()
            .map(|row| (&row[4][..], &row[6][..]))
            .collect();
        assert_eq!(told, [("additional_ssn", a), ("additional_ssn", b)]);
        let worklist = rows(&scratch.read("work/worklist.csv"));
        assert_eq!((worklist.len(), &worklist[0][6][..]), (1, "08"));
        assert!(
            worklist[0][7].contains("holds no third"),
            "{}",
            worklist[0][7]
        );
        assert_eq!(record_totals(&ended), ["4", "3", "0", "1", "0"]);
    }
}

#[test]
fn two_responses_that_disagree_about_a_case_update_and_send_nothing() {
    let scratch = Scratch::new();
    scratch.write("january.icr", lines_of(&[np(&[(243, "02")])]));
    for (name, theirs, matched, updates, listed) in [
        // The same answer, with another contact: one row.
        ("same.icr", "CA2002", "0202", 1, 0),
        ("february.icr", "CA3003", "0202", 0, 2),
        // It would have asked the other case for its data.
        ("few.icr", "CA3003", "0001", 0, 2),
    ] {
        let fields = [
            (243, "02"),
            (253, theirs),
            (385, matched),
            (393, "ANOTHER CONTACT"),
        ];
        scratch.write(name, lines_of(&[np(&fields)]));
        let ended = scratch.icr(&format!(
            "respond --run-date 20261122 --serial-start 1 --out w-{name} january.icr {name}"
        ));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let rows_of = |file: &str| rows(&scratch.read(&format!("w-{name}/{file}")));
        assert_eq!(rows_of("updates.csv").len(), updates, "{name}");
        let worklist = rows_of("worklist.csv");
        assert_eq!(worklist.len(), listed, "{name}");
        for item in worklist {
            assert!(
                item[7].to_lowercase().contains("two answers to this case"),
                "{}",
                item[7]
            );
        }
        assert!(scratch.read(&format!("w-{name}/csenet.txt")).is_empty());
    }
}

#[test]
fn a_response_given_twice_is_refused() {
    let scratch = Scratch::new();
    let records = [np(&[(243, "0008")]), child(&[(243, "00")])];
    scratch.write("TX.icr", lines_of(&records));
    scratch.write("again.icr", whole(&records).concat());
    scratch.write("empty", "");
    for (files, status) in [
        ("TX.icr again.icr", 3),
        ("TX.icr TX.icr", 3),
        ("empty TX.icr empty", 0),
    ] {
        let ended = scratch.icr(&format!(
            "respond --serial-start 1 --force --out work {files}"
        ));
        assert_eq!(ended.status, status, "{}", ended.stderr);
        assert_eq!(
            ended.stderr.contains("two responses for TX"),
            status == 3,
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn the_worklist_is_by_worker_then_priority_and_speaks_to_the_role_you_have() {
    let other = |fields: &[(usize, &str)]| {
        let mut all = vec![(162, "ABEL OLDER THAN MARTHA, AND LONG "), (16, "I")];
        all.extend(fields);
        np(&all)
    };
    let records = [
        other(&[(1, "TX2001"), (243, "03")]),
        other(&[(1, "TX2002"), (243, "07"), (288, "N")]),
        other(&[(1, "TX2003"), (243, "04"), (275, "C")]),
        other(&[(1, "TX2004"), (243, "01"), (242, "Y")]),
        np(&[(1, "TX1001"), (243, "01")]),
        child(&[(1, "TX1002"), (243, "06")]),
        child(&[(1, "TX1003"), (243, "06"), (113, "20081122")]),
        child(&[(1, "TX1004"), (243, "06"), (113, "20081123")]),
    ];
    let (scratch, ended) = respond(&records, "--serial-start 1");
    let worklist = rows(&scratch.read("work/worklist.csv"));
    let order: Vec<_> = worklist
        .iter()
        .map(|row| (&row[2][..], &row[6][..]))
        .collect();
    // TX1003's child is 18 on the run date: none. TX1004's is 18 tomorrow.
    let expected = [
        ("TX2004", "01"),
        ("TX2003", "04"),
        ("TX2002", "07"),
        ("TX2001", "03"),
        ("TX1001", "01"),
        ("TX1002", "06"),
        ("TX1004", "06"),
    ];
    assert_eq!(order, expected);
    assert_eq!(record_totals(&ended), ["8", "0", "0", "7", "1"]);
    // FCR-supplied: it may exist without being registered, and closing is never suggested.
    let fcr = worklist[0][7..].concat().to_lowercase();
    assert!(
        fcr.contains("without being registered") && !fcr.contains("clos"),
        "{fcr}"
    );
    assert!(worklist[0][8].contains("remain interstate") && !worklist[0][8].contains("services"));
    assert!(worklist[4][8].contains("services") && !worklist[4][8].contains("interstate"));
}

#[test]
fn an_item_says_what_your_case_lacks_and_whom_it_is_about() {
    let blank = [(122, "      ")];
    let item = |records: &[Vec<u8>]| {
        let (scratch, _) = respond(records, "--serial-start 1");
        let mut worklist = rows(&scratch.read("work/worklist.csv"));
        assert_eq!(worklist.len(), 1);
        worklist.remove(0)
    };
    let finding = |fields: &[(usize, &str)]| {
        item(&[np(&[&[(243, "02"), (391, "Y")], fields].concat())])[7].clone()
    };
    assert!(finding(&[]).starts_with("Your Other State Case ID leads nowhere"));
    assert!(finding(&blank).starts_with("Your case records no Other State Case ID"));
    let missing = [(243, "06"), (385, "0000")];
    let nameless = pf(&[&missing[..], &[(33, "  ")]].concat());
    let several = item(&[nameless, cp(&missing), np(&missing)]);
    let words = "3 adults of yours were not found in the other state's case: Member ID M1, M2, 1 without a Member ID.";
    assert!(several[7].contains(words), "{}", several[7]);
    assert_eq!(several[5], "");
}

#[test]
fn a_folder_without_responses_is_told_as_such() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path().join("nothing")).unwrap();
    let ended = scratch.icr("respond --serial-start 1 --out work nothing");
    assert_eq!(ended.status, 3);
    let words = "is a folder without files; give the folder that holds the responses";
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
}

#[test]
fn counties_go_to_three_lists() {
    let records = [
        np(&[(1, "TX1"), (243, "03"), (268, "06000")]),
        np(&[(1, "TX2"), (243, "03"), (138, "06   ")]),
        np(&[(1, "TX3"), (243, "03")]),
    ];
    let (scratch, ended) = respond(&records, "--serial-start 1 --format json");
    let worklist = rows(&scratch.read("work/worklist.csv"));
    for (row, words) in worklist
        .iter()
        .zip(["County 000", "No county", "names county 037"])
    {
        assert!(
            row[7].starts_with(words) || row[7].contains(words),
            "{}",
            row[7]
        );
        assert_eq!(row[1], "7");
    }
    assert!(scratch.read("work/updates.csv").ends_with(b"rule\n"));
    let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let lists = serde_json::json!({"central_000": 1, "none_of_yours": 1, "other": 1});
    assert_eq!(summary["counties"], lists);
    assert_eq!(scratch.text("work/summary.json"), ended.stdout);
}

#[test]
fn a_participant_without_a_member_id_is_brought_to_a_person() {
    let nameless = (33, "  ");
    let records = [
        child(&[
            (1, "TX1"),
            nameless,
            (243, "07"),
            (279, "412110003"),
            (288, "Y"),
        ]),
        child(&[
            (1, "TX2"),
            nameless,
            (24, "412110009"),
            (243, "08"),
            (278, "N"),
            (279, "412110003"),
            (288, "Y"),
        ]),
    ];
    let (scratch, ended) = respond(&records, "--serial-start 1 --fail-on errors");
    assert_eq!(rows(&scratch.read("work/updates.csv")).len(), 2);
    let worklist = scratch.text("work/worklist.csv");
    assert!(worklist.contains("Load this update by hand"), "{worklist}");
    assert!(
        worklist.contains("could not be written for the FCR"),
        "{worklist}"
    );
    assert!(scratch.read("work/fcr.txt").is_empty());
    assert_eq!(ended.status, 1, "{}", ended.stdout);
}

#[test]
fn nothing_of_people_is_printed() {
    let scratch = Scratch::new();
    let records = [
        np(&[(243, "0206"), (385, "0101")]),
        cp(&[(243, "0207"), (385, "0101"), (279, "412110003"), (288, "Y")]),
    ];
    scratch.write("TX.icr", lines_of(&records));
    let mut printed = String::new();
    for options in ["", "--format json", "--quiet"] {
        let out = options.replace("--", "").replace(' ', "-");
        let ended = scratch.icr(&format!(
            "respond --serial-start 1 {options} --out w{out} TX.icr"
        ));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        printed += &(ended.stdout + &ended.stderr);
    }
    // A record that is none is refused without its values.
    scratch.write("bad.icr", lines_of(&[np(&[(243, "06"), (50, "X")])]));
    let ended = scratch.icr("respond --serial-start 1 --out bad bad.icr");
    assert_eq!(ended.status, 3);
    printed += &(ended.stdout + &ended.stderr);
    for secret in [
        "FALLENSTEIN",
        "ARBUTHNOT",
        "JOSEPH",
        "412110",
        "1970",
        "MARTHA",
        "martha",
        "555",
        "TX1001",
        "CA2002",
        "CA9999",
        "M1\"",
    ] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}

#[test]
fn what_is_no_response_is_refused_with_file_and_record_and_nothing_is_published() {
    let scratch = Scratch::new();
    let good = np(&[(243, "06")]);
    for (bad, words) in [
        (np(&[]), "Reason Codes (columns 243-252)"),
        (np(&[(243, "0602")]), "Reason Codes"),
        (np(&[(245, "06")]), "Reason Codes"),
        (np(&[(243, "09")]), "Reason Codes"),
        (np(&[(243, "0102")]), "a set of codes that a match can give"),
        (np(&[(243, "0003")]), "a set of codes"),
        (np(&[(243, "0006")]), "a set of codes"),
        (np(&[(243, "0405")]), "a set of codes"),
        (np(&[(243, "0607")]), "a set of codes"),
        (
            np(&[(243, "06"), (377, "01")]),
            "Number of Adults Matched (columns 385-386)",
        ),
        (
            np(&[(243, "06"), (379, "01")]),
            "Number of Children Matched",
        ),
        (np(&[(243, "06"), (242, "X")]), "FCR-Supplied Indicator"),
        (np(&[(243, "06"), (385, " 1")]), "two digits"),
        (np(&[(243, "06"), (17, "03")]), "FIPS Code"),
        (np(&[(243, "06"), (138, "99")]), "Other State FIPS Code"),
        (np(&[(243, "06"), (48, "XX")]), "Participant Type"),
        (np(&[(243, "06"), (392, "8")]), "Match Tier (column 392)"),
        (np(&[(243, "00"), (478, "s")]), "Participant Match Basis"),
        (
            np(&[(243, "06"), (480, "\t")]),
            "byte 480 is a control byte",
        ),
        (
            good[..241].to_vec(),
            "has 241 bytes; a response record has 500; an extract?",
        ),
        ([&good[..], b"x"].concat(), "has 501 bytes"),
        (
            np(&[(243, "06"), (17, "20")]),
            "two submitting states, TX and KS",
        ),
    ] {
        scratch.write("TX.icr", lines_of(&[good.clone(), bad]));
        let ended = scratch.icr("respond --serial-start 1 --out work TX.icr");
        assert_eq!(ended.status, 3, "{words}");
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
        assert!(
            words.contains("two submitting")
                || ended.stderr.contains("TX.icr") && ended.stderr.contains("record 2: "),
            "{}",
            ended.stderr
        );
        assert!(!scratch.path().join("work").exists());
    }
}

#[test]
fn responses_are_read_in_any_form() {
    let trimmed = |record: &Vec<u8>| record.trim_ascii_end().to_vec();
    let of_case = |id| [np(&[(1, id), (243, "06")]), child(&[(1, id), (243, "00")])];
    let records = whole(&[of_case("TX1001"), of_case("TX1002")].concat());
    let scratch = Scratch::new();
    scratch.write("text.icr", lines_of(&records));
    scratch.write("crlf.icr", records.join(&b"\r\n"[..]));
    scratch.write("fb.icr", records.concat());
    scratch.write(
        "short.icr",
        lines_of(&records.iter().map(trimmed).collect::<Vec<_>>()),
    );
    scratch.write("folder/b", lines_of(&records[..2]));
    scratch.write("folder/a", lines_of(&records[2..]));
    scratch.icr("respond --run-date 20261122 --serial-start 1 --out w text.icr");
    for form in ["crlf.icr", "fb.icr", "short.icr", "folder"] {
        let ended = scratch.icr(&format!(
            "respond --run-date 20261122 --serial-start 1 --out w-{form} {form}"
        ));
        assert_eq!(ended.status, 0, "{form}: {}", ended.stderr);
        for file in ["updates.csv", "csenet.txt", "worklist.csv", "sent.csv"] {
            assert_eq!(
                scratch.read(&format!("w/{file}")),
                scratch.read(&format!("w-{form}/{file}"))
            );
        }
    }
}

#[test]
fn a_fixed_record_that_was_cut_is_refused_and_not_padded() {
    let scratch = Scratch::new();
    let records = whole(&[np(&[(243, "06")]), child(&[(243, "00")])]).concat();
    // What is missing is the other state's contact and filler alone.
    scratch.write("TX.icr", &records[..900]);
    let ended = scratch.icr("respond --serial-start 1 --input-format fb --out work TX.icr");
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    for words in [
        "TX.icr: 1 record (2): the last record ends at column 400",
        "read as it is, record 2: has 400 bytes; a response record has 500",
    ] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    assert!(!scratch.path().join("work").exists());
}

#[test]
fn an_empty_response_is_valid_and_carries_sent_forward() {
    let scratch = Scratch::new();
    let sent = "case_id,other_state,other_case_id,transaction,date,serial\nTX1,CA,CA1,CSI R FRINF,20261101,7\n";
    scratch.write("sent.csv", sent);
    scratch.write("TX.icr", "");
    let ended = scratch.icr("respond --sent sent.csv --out work TX.icr");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert_eq!(scratch.text("work/sent.csv"), sent);
    let mut names: Vec<_> = std::fs::read_dir(scratch.path().join("work"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "manifest.json")
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "csenet.txt",
            "fcr.txt",
            "sent.csv",
            "summary.json",
            "updates.csv",
            "worklist.csv"
        ]
    );
}

#[test]
fn serial_numbers_are_asked_for_and_never_repeated() {
    let scratch = Scratch::new();
    scratch.write("TX.icr", lines_of(&asking("TX1001")));
    for (options, status) in [("", 2), ("--serial-start 0", 2), ("--serial-start 5", 0)] {
        let ended = scratch.icr(&format!(
            "respond --run-date 20261122 {options} --out work TX.icr"
        ));
        assert_eq!(ended.status, status, "{options}: {}", ended.stderr);
    }
    let repeated = scratch.icr("respond --sent work/sent.csv --serial-start 5 --out again TX.icr");
    assert_eq!(repeated.status, 2, "{}", repeated.stderr);
    assert!(repeated.stderr.contains("repeats a serial number"));
    let gap = scratch.icr("respond --sent work/sent.csv --serial-start 9 --out again TX.icr");
    let words = "--serial-start 9 leaves a gap: the last serial number in the --sent file is 5";
    assert!(
        gap.status == 2 && gap.stderr.contains(words),
        "{}",
        gap.stderr
    );
    // A run that did not end published nothing: the same command gives the same numbers.
    scratch.write("bad.icr", "x\n");
    let failed = scratch.icr("respond --run-date 20270101 --sent work/sent.csv --out next bad.icr");
    assert_eq!(failed.status, 3);
    let next = scratch.icr("respond --run-date 20270101 --sent work/sent.csv --out next TX.icr");
    assert_eq!(next.status, 0, "{}", next.stderr);
    let serials: Vec<_> = rows(&scratch.read("next/sent.csv"))
        .into_iter()
        .map(|row| row[5].clone())
        .collect();
    assert_eq!(serials, ["5", "6"]);
}

#[test]
fn serial_numbers_have_no_gap_and_no_repeat_whatever_interrupts_the_runs() {
    const CASES: usize = 4000;
    let scratch = Scratch::new();
    let ids: Vec<String> = (0..CASES).map(|case| format!("TX{case:06}")).collect();
    let records: Vec<_> = ids.iter().flat_map(|id| asking(id)).collect();
    scratch.write("TX.icr", lines_of(&records));
    let mut interrupted = 0;
    // Each more than 30 days after the one before, so that every case is asked about again.
    for (day, run_date) in ["20260105", "20260305", "20260505"].iter().enumerate() {
        let serials = match day {
            0 => "--serial-start 1".to_owned(),
            _ => format!("--sent day{}/sent.csv", day - 1),
        };
        let line = format!("respond --quiet --run-date {run_date} {serials} --out day{day} TX.icr");
        for (attempt, millis) in [0, 3, 6, 10, 15, 25, 40].into_iter().enumerate() {
            if scratch.path().join(format!("day{day}")).exists() {
                break;
            }
            let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_icr"))
                .args(line.split_whitespace())
                .current_dir(scratch.path())
                .stderr(std::process::Stdio::null())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(std::time::Duration::from_millis(millis));
            let signal = ["TERM", "INT", "KILL"][attempt % 3];
            let kill = format!("kill -{signal} {} 2>/dev/null", child.id());
            std::process::Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap();
            interrupted += usize::from(!child.wait().unwrap().success());
        }
        if !scratch.path().join(format!("day{day}")).exists() {
            let ended = scratch.icr(&line);
            assert_eq!(ended.status, 0, "{}", ended.stderr);
        }
        let told: Vec<usize> = rows(&scratch.read(&format!("day{day}/sent.csv")))
            .iter()
            .map(|row| row[5].parse().unwrap())
            .collect();
        assert!(told.into_iter().eq(1..=(day + 1) * CASES), "day {day}");
        let first = day * CASES + 1;
        let csenet = scratch.text(&format!("day{day}/csenet.txt"));
        let written = csenet
            .lines()
            .map(|line| line[17..29].parse::<usize>().unwrap());
        assert!(written.eq(first..first + CASES), "day {day}");
    }
    assert!(interrupted > 2, "{interrupted}");
}

#[test]
fn where_nothing_was_ever_sent_the_first_serial_number_is_given_again() {
    let scratch = Scratch::new();
    scratch.write("sync.icr", lines_of(&[np(&[(243, "00")])]));
    scratch.write("TX.icr", lines_of(&asking("TX1001")));
    let first = scratch.icr("respond --serial-start 7 --out first sync.icr");
    assert_eq!(first.status, 0, "{}", first.stderr);
    let without = scratch.icr("respond --sent first/sent.csv --out second TX.icr");
    assert_eq!(without.status, 2);
    let words = "the --sent file holds no transaction";
    assert!(without.stderr.contains(words), "{}", without.stderr);
    let with = scratch.icr("respond --sent first/sent.csv --serial-start 7 --out second TX.icr");
    assert_eq!(with.status, 0, "{}", with.stderr);
    assert_eq!(rows(&scratch.read("second/sent.csv"))[0][5], "7");
    // An empty file is none that a run wrote.
    scratch.write("empty.csv", "");
    let empty = scratch.icr("respond --sent empty.csv --serial-start 7 --out third TX.icr");
    assert_eq!(empty.status, 3);
    assert!(
        empty
            .stderr
            .contains("empty.csv, record 1: is not the header"),
        "{}",
        empty.stderr
    );
}

#[test]
fn the_policy_is_printed_and_a_mistake_in_one_is_refused_with_its_line() {
    let scratch = Scratch::new();
    let printed = scratch.icr("respond --print-policy --quiet");
    assert_eq!(printed.status, 0);
    scratch.write("policy.toml", &printed.stdout);
    scratch.write("TX.icr", "");
    let ended = scratch.icr("respond --policy policy.toml --serial-start 1 --out work TX.icr");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    scratch.write("policy.toml", printed.stdout + "\nmin_adults = 3\n");
    let ended = scratch.icr("respond --policy policy.toml --serial-start 1 --out work2 TX.icr");
    assert_eq!(ended.status, 2);
    let lines = scratch.text("policy.toml").lines().count();
    assert!(
        ended.stderr.contains(&format!(
            "policy.toml, line {lines}: unknown field `min_adults`"
        )),
        "{}",
        ended.stderr
    );
}

#[test]
fn the_layouts_of_what_is_written_are_shown() {
    let scratch = Scratch::new();
    let list = scratch.icr("layout list").stdout;
    for (name, field, columns) in [
        ("csenet-header", "Transaction Serial Number", "18-29"),
        ("csenet-case", "Internet Address", "260-294"),
        ("csenet-ncp", "Gender", "75-75"),
        ("csenet-participant", "Relationship", "76-76"),
        ("fcr-fp", "Additional SSN 1", "247-255"),
    ] {
        assert!(list.contains(name), "{list}");
        let shown = scratch.icr(&format!("layout show {name}")).stdout;
        let line = shown.lines().find(|line| line.starts_with(field)).unwrap();
        assert!(line.contains(columns), "{line}");
    }
}

#[test]
fn the_chapter_shows_what_the_program_prints() {
    check_transcripts("docs/respond.md");
}
