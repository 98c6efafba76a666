//! The reader of response files: every exact response of the examples is whole and without a fault, and
//! nothing that was cut, doubled or changed is taken for one.

use std::path::{Path, PathBuf};

use crate::program::{Scratch, lines_of, record};
use icr::Error;
use icr::engine::response::{CaseReader, CutBy, OnFault, Read, ResponseFields, recount};
use icr::formats::input::{Framing, InputForm, Source};
use icr::formats::layout::{LayoutSet, RESPONSE_BYTES};
use icr::stop::Stop;

fn fields(layouts: Option<&Path>) -> ResponseFields {
    ResponseFields::new(&LayoutSet::load(layouts).unwrap()).unwrap()
}

/// Every response of the examples, as records.
fn examples() -> Vec<(String, Vec<Vec<u8>>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples");
    let entries = |folder: PathBuf| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let mut found = Vec::new();
    for folder in entries(root) {
        for path in entries(folder.join("expected/responses")) {
            let bytes = std::fs::read(&path).unwrap();
            let lines = bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty());
            let records: Vec<_> = lines.map(<[u8]>::to_vec).collect();
            let name = path.display().to_string();
            found.push((name, records));
        }
    }
    assert!(found.len() > 40, "{}", found.len());
    found
}

fn source(scratch: &Scratch, records: &[Vec<u8>]) -> Source {
    let path = scratch.write("TX.icr", lines_of(records));
    Source::open(
        &path,
        RESPONSE_BYTES,
        InputForm::default(),
        &Stop::default(),
    )
    .unwrap()
}

/// The numbers of the records of each case, or the record and message of the refusal.
fn read(
    records: &[Vec<u8>],
    fields: &ResponseFields,
    cut_by: CutBy,
) -> Result<Vec<Vec<u64>>, (u64, String)> {
    let scratch = Scratch::new();
    let source = source(&scratch, records);
    let mut reader = CaseReader::new(&source, fields, OnFault::Refuse, cut_by);
    let mut cases = Vec::new();
    loop {
        match reader.next(&Stop::default()) {
            Ok(Some(Read::Case(case))) => {
                let numbers = case.records().iter().map(|record| record.place.number);
                cases.push(numbers.collect());
            }
            Ok(Some(Read::NoRecord(_))) => panic!("refused lines are not given out"),
            Ok(None) => return Ok(cases),
            Err(Error::Input {
                record: Some(record),
                problem,
                ..
            }) => return Err((record, problem)),
            Err(other) => panic!("{other}"),
        }
    }
}

fn by_count(records: &[Vec<u8>]) -> Result<Vec<Vec<u64>>, (u64, String)> {
    read(records, &fields(None), CutBy::Count)
}

/// How many faults a recount notes, and the records of the first.
fn faults(records: &[Vec<u8>]) -> (u64, Vec<u64>) {
    let scratch = Scratch::new();
    let found = recount(&source(&scratch, records), &fields(None), &Stop::default()).unwrap();
    let listed = found.faults.listed.iter().map(|fault| fault.record);
    (found.faults.count, listed.collect())
}

/// A layout set whose response layout has neither 473-477 nor 478.
fn old_layouts(scratch: &Scratch) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("layouts/response.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let kept = text.lines().filter(|line| {
        !line.contains("number_of_records_from_your_state")
            && !line.contains("participant_match_basis")
    });
    let kept: Vec<_> = kept.collect();
    scratch.write("old-layouts/response.csv", kept.join("\n"));
    scratch.path().join("old-layouts")
}

#[test]
fn every_exact_response_is_whole_and_without_a_fault() {
    for (name, records) in examples() {
        let cases = by_count(&records).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        let numbers: Vec<u64> = cases.into_iter().flatten().collect();
        assert!(numbers.into_iter().eq(1..=records.len() as u64), "{name}");
        let scratch = Scratch::new();
        let source = source(&scratch, &records);
        let found = recount(&source, &fields(None), &Stop::default()).unwrap();
        assert_eq!(found.faults.listed, [], "{name}");
        assert_eq!(found.totals.records, records.len() as u64, "{name}");
    }
}

#[test]
fn the_cases_are_the_same_where_the_layout_does_not_tell_their_records() {
    let scratch = Scratch::new();
    let old = fields(Some(&old_layouts(&scratch)));
    assert!(!old.has_record_counts() && fields(None).has_record_counts());
    let (mut compared, mut merged) = (0, 0);
    for (name, records) in examples() {
        let cases = by_count(&records).unwrap();
        let found = read(&records, &old, CutBy::Count).unwrap();
        // Two cases with the same answer, one of them without Other State Case ID, cannot be told apart.
        merged += cases.len() - found.len();
        let is_union = |case: &Vec<u64>| {
            let parts = cases.iter().filter(|part| case.contains(&part[0]));
            parts.flatten().eq(case)
        };
        assert!(found.iter().all(is_union), "{name}");
        // The program does not rely on it that records of one case stand together.
        let backwards: Vec<_> = records.iter().rev().cloned().collect();
        let numbers = |cases: Vec<Vec<u64>>| {
            let last = records.len() as u64 + 1;
            let mut cases: Vec<Vec<u64>> = cases
                .into_iter()
                .map(|case| case.into_iter().map(|n| last - n).rev().collect())
                .collect();
            cases.sort();
            cases
        };
        let backwards = read(&backwards, &old, CutBy::Count).unwrap();
        assert_eq!(numbers(backwards), found, "{name}");
        compared += cases.len();
    }
    assert!(
        compared > 100 && merged > 0 && merged < 10,
        "{compared} {merged}"
    );
}

#[test]
fn a_response_that_was_cut_is_refused_at_the_case_that_lacks_records() {
    let mut tried = 0;
    for (name, records) in examples() {
        let cases = by_count(&records).unwrap();
        for case in cases.iter().filter(|case| case.len() > 1) {
            let first = case[0];
            for cut in first as usize..first as usize + case.len() - 1 {
                // The end is missing, or one record in the midst.
                let (record, problem) = by_count(&records[..cut]).unwrap_err();
                assert_eq!(record, first, "{name}");
                assert!(problem.contains("columns 473-477"), "{problem}");
                let mut without = records.clone();
                without.remove(cut);
                // A next case with the same Case ID and other state is taken for the rest of this one,
                // with which it does not agree.
                let of_case = first..first + case.len() as u64;
                for record in [by_count(&without).unwrap_err().0, faults(&without).1[0]] {
                    assert!(of_case.contains(&record), "{name}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn a_response_that_was_doubled_is_refused_where_the_second_copy_begins() {
    for (name, records) in examples() {
        let doubled = [&records[..], &records].concat();
        let begins = records.len() as u64 + 1;
        if records.is_empty() {
            continue;
        }
        let (record, problem) = by_count(&doubled).unwrap_err();
        assert_eq!(record, begins, "{name}: {problem}");
        assert!(problem.contains("holds it twice"), "{problem}");
        assert_eq!(faults(&doubled).1[0], begins, "{name}");
        // One record twice: the case has more than it says.
        for place in 0..records.len() {
            let mut more = records.clone();
            more.insert(place, records[place].clone());
            assert!(by_count(&more).is_err(), "{name} {place}");
            assert!(faults(&more).0 > 0, "{name} {place}");
        }
    }
}

#[test]
fn every_column_of_the_case_level_answer_is_the_same_on_every_record_of_a_case() {
    let (_, records) = examples().swap_remove(0);
    let case = by_count(&records)
        .unwrap()
        .into_iter()
        .find(|c| c.len() > 1);
    let second = case.unwrap()[1];
    for column in (253..=275).chain(393..=472).chain(473..=477) {
        let mut changed = records.clone();
        let byte = &mut changed[second as usize - 1][column - 1];
        *byte = match column {
            275 if *byte == b'O' => b'C',
            275 => b'O',
            473..=477 => b'7',
            _ => b'Q',
        };
        let (record, problem) = by_count(&changed).unwrap_err();
        assert_eq!(record, second, "{column}: {problem}");
        assert!(problem.contains("does not agree"), "{problem}");
    }
}

/// A child of TX1 that was not found in California.
fn not_found(fields: &[(usize, &str)]) -> Vec<u8> {
    let mut all = vec![
        (1, "TX1"),
        (16, "R"),
        (17, "48201"),
        (33, "M1"),
        (48, "CH"),
        (50, "O"),
        (138, "06037"),
        (242, "N01"),
        (276, "Y"),
        (377, "000100000000NNN"),
        (473, "00001"),
    ];
    all.extend(fields);
    record(500, &all)
}

#[test]
fn two_cases_that_differ_in_the_other_state_case_id_alone_may_stand_side_by_side() {
    let (a, b, blank) = (
        not_found(&[(122, "CA1")]),
        not_found(&[(122, "CA2")]),
        not_found(&[]),
    );
    // The third case, CA2 say, was suppressed: nothing of it is in the response.
    for records in [
        vec![a.clone(), blank.clone()],
        vec![blank.clone(), a.clone()],
        vec![a.clone(), b, blank.clone()],
    ] {
        assert_eq!(by_count(&records).unwrap().len(), records.len());
        assert_eq!(faults(&records), (0, vec![]));
    }
    // Of the two records of a case one may leave the ID blank.
    let [of_two, also] =
        [(33, "M1"), (33, "M2")].map(|member| not_found(&[member, (377, "0002"), (473, "00002")]));
    let mut named = of_two.clone();
    named[121..124].copy_from_slice(b"CA1");
    for records in [[named.clone(), also.clone()], [also.clone(), named.clone()]] {
        assert_eq!(by_count(&records).unwrap().len(), 1);
        // It is the case of the ID that it names: again, it is there twice.
        let twice = [&records[..], std::slice::from_ref(&a)].concat();
        assert_eq!(by_count(&twice).unwrap_err().0, 3);
        let other = [&records[..], std::slice::from_ref(&blank)].concat();
        assert_eq!(by_count(&other).unwrap().len(), 2);
    }
    // Two IDs are two cases.
    let mut other = also;
    other[121..124].copy_from_slice(b"CA2");
    assert_eq!(by_count(&[named, other]).unwrap_err().0, 1);
}

#[test]
fn a_number_of_records_that_is_none_is_refused_and_a_full_field_means_so_many_or_more() {
    for told in ["     ", "00000", "0000x", "1    "] {
        let (record, problem) = by_count(&[not_found(&[(473, told)])]).unwrap_err();
        assert_eq!(record, 1);
        assert!(problem.contains("columns 473-477"), "{problem}");
    }
    let many = not_found(&[(377, "0099"), (473, "99999")]);
    let other = not_found(&[(1, "TX2")]);
    let case = vec![many.clone(); 100_001];
    let cases = by_count(&[&case[..], &[other]].concat()).unwrap();
    assert_eq!(cases.iter().map(Vec::len).collect::<Vec<_>>(), [100_001, 1]);
    assert_eq!(by_count(&case[..99_998]).unwrap_err().0, 1);
}

#[test]
fn fixed_records_are_read_as_lines_are() {
    let scratch = Scratch::new();
    let (_, records) = examples().swap_remove(0);
    let path = scratch.write("TX.icr", records.concat());
    let source = Source::open(
        &path,
        RESPONSE_BYTES,
        InputForm::default(),
        &Stop::default(),
    )
    .unwrap();
    assert!(matches!(source.framing, Framing::Fixed(_)));
    let found = recount(&source, &fields(None), &Stop::default()).unwrap();
    assert_eq!(found.faults.count, 0);
    assert_eq!(found.totals.records, records.len() as u64);
}

#[test]
fn what_contradicts_itself_is_a_fault_of_the_record() {
    let matched = |fields: &[(usize, &str)]| {
        let mut all = vec![
            (122, "CA1"),
            (243, "00"),
            (253, "CA1"),
            (268, "06037"),
            (275, "OYY"),
            (289, "M9"),
            (304, "CH"),
            (377, "000100010001NNN1"),
            (478, "S"),
        ];
        all.extend(fields);
        not_found(&all)
    };
    assert_eq!(faults(&[matched(&[])]), (0, vec![]));
    let doubtful = (478, "D");
    for contradicting in [
        &[(478, " ")][..],
        &[(478, "X")],
        &[(478, "s")],
        &[(243, "06"), (289, "  "), (304, "  "), (385, "0000")],
        &[doubtful, (279, "412110001")],
        &[doubtful, (288, "N")],
        &[(478, "3"), (243, "0007"), (279, "412110001")],
        &[(243, "0008"), (279, "412110001")],
        &[(243, "0007")],
        &[(279, "111111111")],
        &[(392, " ")],
        &[(392, "2")],
        &[(392, "8")],
        &[(377, "0002")],
        &[(377, "0101")],
        &[(387, "00")],
        &[(389, "Y")],
        &[(390, "Y")],
        &[(490, "x")],
    ] {
        let (count, at) = faults(&[matched(contradicting)]);
        assert!(count > 0 && at[0] == 1, "{contradicting:?}");
    }
    for fine in [
        &[doubtful][..],
        &[(478, "5")],
        &[(243, "02"), (392, "7")],
        &[(243, "0007"), (279, "412110001"), (288, "Y")],
        &[(24, "412110002"), (243, "0008"), (279, "412110001")],
    ] {
        assert_eq!(faults(&[matched(fine)]), (0, vec![]), "{fine:?}");
    }
}
