//! `icr derive` tells nobody about a marked SSN or a withheld case: not in an extract, a rejects file,
//! the summary, the manifest, stdout, stderr or the audit trail, whichever of the four fields bears it.

use crate::registry::generate::{Person, case};
use crate::registry::model::File;
use crate::registry::{holds, program, scratch, tree, write};

const MARKED: &str = "412660001";
const OTHER: &str = "412660002";
const HIDDEN_CASE: &str = "WITHHELD1";
const HIDDEN_MEMBER: &str = "HIDDENMEMBER1";

/// A child with an SSN in one of the four fields: SSN, Previous SSN, Additional SSN 1 and 2.
fn bearing<'a>(field: usize, ssn: &'a str, mut person: Person<'a>) -> Person<'a> {
    person.kind = "CH";
    match field {
        0 => person.ssn = ssn,
        1 => person.previous = ssn,
        _ => person.additional[field - 2] = ssn,
    }
    person
}

/// Texas has a case and rejected records that bear the marked SSN in the one field, California the
/// record that marks it in the other.
fn files(marked_in: usize, borne_in: usize) -> [File; 2] {
    let of = |action, case, member| Person {
        action,
        case,
        member,
        ..Person::default()
    };
    let texas = [
        case("A", HIDDEN_CASE, "F", "", ""),
        bearing(borne_in, MARKED, of("A", HIDDEN_CASE, HIDDEN_MEMBER)).line(),
        // Rejected: an unknown action, no Member ID, a person whose case never came.
        bearing(borne_in, MARKED, of("Q", HIDDEN_CASE, HIDDEN_MEMBER)).line(),
        bearing(borne_in, MARKED, of("A", "C7", "")).line(),
        bearing(borne_in, MARKED, of("A", "C8", HIDDEN_MEMBER)).line(),
        // Nothing to do with it: one that stands, and one that is rejected and listed.
        case("A", "C2", "F", "", ""),
        bearing(borne_in, OTHER, of("A", "C2", "M2")).line(),
        bearing(borne_in, OTHER, of("A", "C9", "M9")).line(),
    ];
    let mark = Person {
        fv: "FV",
        ..bearing(marked_in, MARKED, of("A", "K1", "M1"))
    };
    let california = [case("A", "K1", "F", "", ""), mark.line()];
    [("48", "TX", &texas[..]), ("06", "CA", &california[..])].map(|(fips, usps, records)| {
        let mut lines = vec![format!("FA{fips}").into_bytes()];
        lines.extend_from_slice(records);
        File { fips, usps, lines }
    })
}

#[test]
fn a_marked_ssn_comes_out_nowhere_through_any_of_the_four_fields() {
    for marked_in in 0..4 {
        for borne_in in 0..4 {
            let scratch = scratch();
            let input = scratch.path().join("in");
            write(&input, &files(marked_in, borne_in));
            let audit = scratch.path().join("audit.log");
            let verbosities = [
                &["--format", "text"][..],
                &["--format", "json"],
                &["--quiet"],
                &["--participating", "CA"],
            ];
            for (number, options) in verbosities.iter().enumerate() {
                let out = scratch.path().join(number.to_string());
                let mut arguments = vec!["derive", "--max-rejects", "100", "--audit"];
                arguments.extend([audit.to_str().unwrap(), "--out", out.to_str().unwrap()]);
                arguments.extend(*options);
                arguments.push(input.to_str().unwrap());
                let (status, stdout, stderr) = program(&arguments);
                assert_eq!((status, stderr.as_str()), (0, ""));
                let mut told = tree(&out);
                let rejects = String::from_utf8(told["rejects/TX.csv"].clone()).unwrap();
                let listed: Vec<&str> = rejects.lines().skip(1).collect();
                // Of four rejected records the one that bears another number.
                assert_eq!(listed.len(), 1, "{marked_in}, {borne_in}: {rejects}");
                assert!(listed[0].starts_with("9,error,R12,"), "{rejects}");
                told.insert("stdout".to_owned(), stdout.into_bytes());
                told.insert("audit".to_owned(), std::fs::read(&audit).unwrap());
                for (name, bytes) in &told {
                    for secret in [MARKED, HIDDEN_CASE, HIDDEN_MEMBER] {
                        assert!(!holds(bytes, secret.as_bytes()), "{name}");
                    }
                }
                let fp = &serde_json::from_slice::<serde_json::Value>(&told["summary.json"])
                    .unwrap()["run"]["fp"];
                let whole: u64 = [
                    "written",
                    "deleted",
                    "replaced",
                    "withheld",
                    "non_iv_d",
                    "participating",
                    "rejected",
                ]
                .iter()
                .map(|key| fp[*key].as_u64().unwrap())
                .sum();
                assert_eq!(fp["read"], whole, "the totals balance");
            }
            let lines = std::fs::read_to_string(&audit).unwrap().lines().count();
            assert!(lines >= verbosities.len(), "{lines}");
            let (status, ..) = program(&["audit", "verify", audit.to_str().unwrap()]);
            assert_eq!(status, 0);
        }
    }
}

#[test]
fn a_run_that_is_refused_tells_no_more() {
    // All of the listed records are rejected, so that the file is refused, with its codes alone.
    for marked_in in 0..4 {
        let scratch = scratch();
        let mut files = files(marked_in, marked_in);
        files[0].lines.truncate(5);
        files[0]
            .lines
            .extend((0..9).map(|_| b"FPQC5             ".to_vec()));
        let input = scratch.path().join("in");
        write(&input, &files);
        let audit = scratch.path().join("audit.log");
        let out = scratch.path().join("out");
        let paths = [&audit, &out, &input].map(|path| path.to_str().unwrap());
        let (status, stdout, stderr) =
            program(&["derive", "--audit", paths[0], "--out", paths[1], paths[2]]);
        assert_eq!((status, stdout.as_str()), (3, ""));
        assert!(stderr.contains("are rejected (R02)"), "{stderr}");
        let audit = std::fs::read(&audit).unwrap();
        assert!(!audit.is_empty(), "the refused run has its line");
        for secret in [MARKED, HIDDEN_CASE, HIDDEN_MEMBER] {
            assert!(!stderr.contains(secret) && !holds(&audit, secret.as_bytes()));
        }
    }
}
