//! Damage of one kind, in a random place of a random sound file, is told as that kind or as nothing: of
//! extracts, of responses and of registry files.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use icr::engine::extract::{Loaded, Loader, Provenance};
use icr::formats::input::{Examined, InputForm, InputForms, SoundRecord, Source, Told};
use icr::formats::layout::LayoutSet;
use icr::stop::Stop;

use super::wrong_files::{lines, trimmed};

/// A small generator of numbers (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn word(&mut self, least: usize, most: usize) -> String {
        let length = least + self.below(most - least + 1);
        (0..length)
            .map(|_| char::from(b'A' + self.below(26) as u8))
            .collect()
    }

    fn maybe(&mut self, percent: usize, text: String) -> String {
        if self.below(100) < percent {
            text
        } else {
            String::new()
        }
    }
}

/// A sound extract of Florida: its records, padded, and whether they come trimmed.
fn sound_file(random: &mut Random) -> (Vec<Vec<u8>>, bool) {
    let mut records = Vec::new();
    for case in 0..15 + random.below(25) {
        let id = format!("{:010}", 1_000_000 + case * 37 + random.below(30));
        let (other, county) =
            [("06", "037"), ("48", "453"), ("36", "061"), ("13", "   ")][random.below(4)];
        let other_id = random.below(9_999_999).to_string();
        let other_id = random.maybe(70, other_id);
        let worker = random.word(3, 12);
        let phone = random
            .below(2)
            .eq(&0)
            .then(|| format!("{:010}", 5_550_000_000_u64 + random.below(9999) as u64));
        let email = format!(
            "{}@{}.test",
            worker.to_lowercase(),
            random.word(2, 8).to_lowercase()
        );
        let email = random.maybe(60, email);
        let status = ["O", "C"][random.below(2)];
        for person in 0..1 + random.below(4) {
            let ssn = format!(
                "{}",
                412_000_000 + (1 + random.below(98)) * 10_000 + 1 + random.below(9998)
            );
            let born = format!(
                "{}{:02}{:02}",
                1950 + random.below(70),
                1 + random.below(12),
                1 + random.below(28)
            );
            let line = format!(
                "{id:<15}{}12086  {:<9}{:<15}{}{status}{:<30}{:<16}{:<16}{:<8}{}{other_id:<15} {other}{county}  {:<17}{:<40}{:<10}{:<30}",
                ["I", "R"][random.below(2)],
                random.maybe(85, ssn),
                format!("M{case}-{person}"),
                ["NP", "CH", "CP", "CH"][person],
                random.word(2, 14),
                random.word(2, 10),
                random.word(0, 8),
                random.maybe(90, born),
                ["M", "F", " "][random.below(3)],
                "",
                worker,
                phone.clone().unwrap_or_default(),
                email,
            );
            assert_eq!(line.len(), 241);
            records.push(line.into_bytes());
        }
    }
    (records, random.below(2) == 0)
}

/// What was told of a file: kinds, and the problem where it cannot be used.
fn told_of(bytes: &[u8]) -> (Vec<String>, Option<String>) {
    let layouts = LayoutSet::load(None).unwrap();
    let (stop, progress) = (Stop::default(), icr::progress::Progress::new(true));
    let loader = Loader {
        submitted_layout: layouts.extract().unwrap(),
        fcr_layout: layouts.fcr_extract().unwrap(),
        form: InputForms::default(),
        run_date: icr::formats::record::Date::from_ccyymmdd(20_261_122).unwrap(),
        counties: &icr::formats::reference::Counties::default(),
        misidentified: &icr::engine::ssn_check::Misidentified::default(),
        master: None,
        max_rejects_percent: 25.0,
        max_warnings: 5,
        digests: false,
        progress: &progress.stage("reading", 0, icr::progress::Unit::Bytes),
        stop: &stop,
    };
    let source = Source::of_bytes("FL.txt", bytes, 241, InputForm::default(), &stop).unwrap();
    match loader.load_source(source, Provenance::Submitted).unwrap() {
        Loaded::Usable(extract) => (kinds(&extract.told), None),
        Loaded::Unusable(file) => (kinds(&file.told), Some(file.problem)),
    }
}

fn kinds(told: &[Told]) -> Vec<String> {
    told.iter().map(|told| told.kind.clone()).collect()
}

/// The response to an extract: its records, each with an answer.
fn response_to(random: &mut Random, extract: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let answer = |random: &mut Random| {
        let (case, fips, tier) = if random.below(3) > 0 {
            (format!("X{}", random.below(99_999)), "06037  O", "1")
        } else {
            (String::new(), "", " ")
        };
        let found = !case.is_empty() && random.below(4) > 0;
        let ssn = random.below(2) == 0 && found;
        let person = if found {
            let born = format!(
                "19{:02}0{}1{}",
                random.below(99),
                1 + random.below(9),
                random.below(9)
            );
            format!(
                "{:<15}{}{:<30}{:<16}{:<16}{born}{}",
                format!("P{}", random.below(9_999)),
                ["NP", "CH", "CP"][random.below(3)],
                random.word(3, 14),
                random.word(3, 10),
                random.word(0, 7),
                ["M", "F", " "][random.below(3)],
            )
        } else {
            String::new()
        };
        let code = if found { "07" } else { "01" };
        let worker = if case.is_empty() {
            String::new()
        } else {
            random.word(3, 12)
        };
        format!(
            "N{code:<10}{case:<15}{fips:<8}Y{}{}{:<9}{}{person:<88}{:02}01{:02}010101YN{}{tier}{worker:<80}{:05}{:<23}",
            [" ", "Y", "N"][random.below(3)],
            ["Y", "N"][random.below(2)],
            if ssn { "412660001" } else { "" },
            if ssn { "Y" } else { " " },
            1 + random.below(2),
            1 + random.below(2),
            ["Y", "N"][random.below(2)],
            1 + random.below(4),
            if found { "S" } else { "" },
        )
    };
    let records = extract.iter().map(|record| {
        let record = [&record[..], answer(random).as_bytes()].concat();
        assert_eq!(record.len(), 500);
        record
    });
    records.collect()
}

/// A registry file of the same persons and cases, untrimmed.
fn registry_of(random: &mut Random, extract: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut records = vec![b"FA12".to_vec()];
    let mut last: &[u8] = b"";
    for record in extract {
        let text = |columns: std::ops::Range<usize>| {
            String::from_utf8_lossy(&record[columns]).into_owned()
        };
        let case = text(0..15);
        if &record[..15] != last {
            let line = format!("FCA{case}F 086{:<32}", "");
            records.push(line.into_bytes());
            last = &record[..15];
        }
        let line = format!(
            "FPA{case}{:<25}{}  {}{}{}{}{:<9}{}{}{}{:<95}{:<9}{:<297}",
            "",
            text(47..49),
            text(32..47),
            text(120..121),
            text(112..120),
            text(23..32),
            "",
            text(80..96),
            text(96..112),
            text(50..80),
            random.word(0, 12),
            "",
            "",
        );
        assert_eq!(line.len(), 552);
        records.push(line.into_bytes());
    }
    records
}

/// What was told of a response or a registry file.
fn told_of_records(
    name: &str,
    length: usize,
    sound: Vec<SoundRecord>,
    bytes: &[u8],
) -> Vec<String> {
    let stop = Stop::default();
    let source = Source::of_bytes(name, bytes, length, InputForm::default(), &stop).unwrap();
    let header = |line: &[u8]| line.len() < 12 && line.windows(2).any(|word| word == b"FA");
    let examined = Examined::of(&source, &sound, &header, &stop).unwrap();
    kinds(&examined.told(&source, sound))
}

type Damage = fn(&mut Random, &mut Vec<Vec<u8>>) -> Option<Vec<u8>>;

/// Records of one length, without line ends.
fn fixed(records: &[Vec<u8>]) -> Vec<u8> {
    let length = records.iter().map(Vec::len).max().unwrap();
    let padded = records.iter().map(|record| {
        let mut record = record.clone();
        record.resize(length, b' ');
        record
    });
    padded.collect::<Vec<_>>().concat()
}

/// Kinds of damage, each with the words by which it may be told; one that is done to records alone gives
/// no bytes of its own.
const DAMAGES: [(&str, &[&str], Damage); 21] = [
    ("nothing", &[], |_, _| None),
    ("byte-order mark", &["byte-order-mark"], |_, records| {
        records[0].splice(0..0, *b"\xef\xbb\xbf");
        None
    }),
    ("UTF-8", &["utf-8"], |random, records| {
        for _ in 0..1 + random.below(records.len()) {
            let record = random.below(records.len());
            // A letter of a name.
            let at = [50, 80, 161][random.below(3)];
            if records[record][at].is_ascii_uppercase() {
                records[record].splice(at..=at, *b"\xc3\x91");
            }
        }
        None
    }),
    ("header", &["header"], |random, records| {
        let line = ["HDR 20261122", "H00000001", "FILE: EXTRACT OF NOVEMBER"][random.below(3)];
        records.insert(0, line.as_bytes().to_vec());
        None
    }),
    ("trailer", &["trailer"], |random, records| {
        let line = ["TRL 0000000120", "T9", "END OF FILE"][random.below(3)];
        records.push(line.as_bytes().to_vec());
        None
    }),
    ("padding", &["padding"], |random, records| {
        let padding = [0, b' ', 0x1a][random.below(3)];
        let bytes = [lines(records, b"\n"), vec![padding; 1 + random.below(600)]].concat();
        Some(bytes)
    }),
    ("empty lines", &["empty-lines"], |random, records| {
        for _ in 0..1 + random.below(4) {
            records.push(Vec::new());
        }
        None
    }),
    ("cut at a column", &["cut-column"], |random, records| {
        let at = 60 + random.below(181);
        records.iter_mut().for_each(|record| record.truncate(at));
        None
    }),
    (
        "last record cut",
        &["last-record-cut"],
        |random, records| {
            let bytes = lines(records, b"\n");
            Some(bytes[..bytes.len() - 2 - random.below(200)].to_vec())
        },
    ),
    ("CR CR LF", &["cr-cr-lf"], |_, records| {
        Some(lines(records, b"\r\r\n"))
    }),
    ("quotes", &["quoted"], |_, records| {
        records
            .iter_mut()
            .for_each(|record| *record = [b"\"", &record[..], b"\""].concat());
        None
    }),
    ("SSN with hyphens", &["ssn-hyphens"], |random, records| {
        let cut = random.below(2) == 0;
        for record in records.iter_mut().filter(|record| record[23] != b' ') {
            record.insert(26, b'-');
            record.insert(29, b'-');
            if cut {
                record.drain(32..34);
            }
        }
        None
    }),
    ("dates", &["date-order"], |_, records| {
        for record in records {
            record[112..120].rotate_left(4);
        }
        None
    }),
    (
        "shifted",
        &["shifted", "bytes-before"],
        |random, records| {
            let by = 1 + random.below(4);
            let left = random.below(2) == 0;
            for record in records {
                if left {
                    record.drain(..by);
                } else {
                    record.splice(0..0, vec![b' '; by]);
                }
            }
            None
        },
    ),
    ("byte missing", &["byte-missing"], |random, records| {
        let (record, at) = (random.below(records.len()), random.below(161));
        let at = at.min(records[record].len() - 1);
        records[record].remove(at);
        None
    }),
    (
        "byte added",
        &["byte-added", "bytes-before"],
        |random, records| {
            let (record, at) = (random.below(records.len()), random.below(161));
            let at = at.min(records[record].len());
            records[record].insert(at, b'A' + random.below(26) as u8);
            None
        },
    ),
    (
        "no line ends, a byte missing",
        &["out-of-step"],
        |random, records| {
            let mut bytes = fixed(records);
            bytes.remove(random.below(bytes.len() * 3 / 4));
            Some(bytes)
        },
    ),
    (
        "no line ends, bytes added",
        &["out-of-step", "padding"],
        |random, records| {
            let mut bytes = fixed(records);
            let at = random.below(bytes.len() * 3 / 4);
            let more: Vec<u8> = (0..1 + random.below(4))
                .map(|_| b'A' + random.below(26) as u8)
                .collect();
            bytes.splice(at..at, more);
            Some(bytes)
        },
    ),
    ("twice", &["repeated", "cases-twice"], |_, records| {
        records.extend(records.clone());
        None
    }),
    (
        "line end missing",
        &["line-end-missing"],
        |random, records| {
            let at = random.below(records.len() - 1);
            let next = records.remove(at + 1);
            records[at].extend(next);
            None
        },
    ),
    ("broken line", &["wrapped"], |random, records| {
        let (record, at) = (random.below(records.len()), 1 + random.below(200));
        let at = at.min(records[record].len() - 1);
        let rest = records[record].split_off(at);
        records.insert(record + 1, rest);
        None
    }),
];

#[test]
fn damage_of_a_response_or_a_registry_file_is_told_as_its_kind_or_as_nothing() {
    let layouts = LayoutSet::load(None).unwrap();
    let (extract, response) = (layouts.extract().unwrap(), layouts.response().unwrap());
    let registry = layouts.registry().unwrap();
    // Those of one place of an extract.
    let of_extracts = ["SSN with hyphens", "dates", "UTF-8"];
    let mut told_as_such = [[(0, 0); DAMAGES.len()]; 2];
    let mut failures = Vec::new();
    for seed in 0..1_500 {
        let mut random = Random(seed);
        let (extract_records, trim) = sound_file(&mut random);
        let which = seed as usize / 2 % DAMAGES.len();
        let (name, allowed, damage) = DAMAGES[which];
        let is_registry = seed % 2 == 1;
        if is_registry && of_extracts.contains(&name) {
            continue;
        }
        let mut records = if is_registry {
            registry_of(&mut random, &extract_records)
        } else {
            response_to(&mut random, &extract_records)
        };
        let bytes = damage(&mut random, &mut records).unwrap_or_else(|| {
            if trim && !["cut at a column", "line end missing", "broken line"].contains(&name) {
                records = records.into_iter().map(trimmed).collect();
            }
            lines(&records, [&b"\n"[..], b"\r\n"][random.below(2)])
        });
        let kinds = if is_registry {
            let sound = SoundRecord::of_registry(&registry);
            told_of_records("FL.fcr", 552, sound, &bytes)
        } else {
            let sound = vec![SoundRecord::of_response(&extract, &response)];
            told_of_records("FL.icr", 500, sound, &bytes)
        };
        let file = ["response", "registry file"][usize::from(is_registry)];
        for kind in &kinds {
            // Behind a broken line blanks may be left, a byte may be added at the end, and what stands
            // before a record may be the state's own.
            let also = matches!(
                (name, kind.as_str()),
                ("broken line", "padding")
                    | ("byte added", "bytes-behind")
                    | ("line end missing", "bytes-before")
            );
            if !allowed.contains(&kind.as_str()) && !also {
                failures.push(format!("seed {seed}, {file}, {name}: told as {kind}"));
            }
        }
        let told = &mut told_as_such[usize::from(is_registry)][which];
        told.0 += 1;
        told.1 += usize::from(!kinds.is_empty());
    }
    for (told_as_such, file) in told_as_such.iter().zip(["response", "registry file"]) {
        for ((name, ..), (tries, told)) in DAMAGES.iter().zip(told_as_such).skip(1) {
            // A registry record has few codes, and none behind its names.
            let any = file == "response" || *name != "broken line";
            if any && told * 8 < *tries {
                failures.push(format!("{file}, {name}: {told} of {tries} told"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn damage_of_one_kind_is_told_as_that_kind_or_as_nothing() {
    let mut told_as_such = [(0, 0); DAMAGES.len()];
    let mut failures = Vec::new();
    for seed in 0..1_500 {
        let mut random = Random(seed);
        let (mut records, trim) = sound_file(&mut random);
        let which = seed as usize % DAMAGES.len();
        let (name, allowed, damage) = DAMAGES[which];
        let bytes = damage(&mut random, &mut records).unwrap_or_else(|| {
            if trim && !["cut at a column", "line end missing", "broken line"].contains(&name) {
                records = records.into_iter().map(trimmed).collect();
            }
            lines(&records, [&b"\n"[..], b"\r\n"][random.below(2)])
        });
        let (kinds, problem) = told_of(&bytes);
        for kind in &kinds {
            if !allowed.contains(&kind.as_str()) {
                failures.push(format!("seed {seed}, {name}: told as {kind}; {problem:?}"));
            }
        }
        if let Some(problem) = &problem {
            for wrong in ["FCR-derived", "without line ends", "response", "EBCDIC"] {
                if problem.contains(wrong) {
                    failures.push(format!("seed {seed}, {name}: {problem}"));
                }
            }
        }
        told_as_such[which].0 += 1;
        told_as_such[which].1 += usize::from(!kinds.is_empty());
    }
    // Most are told; what is left are places where nothing shows it.
    for ((name, ..), (tries, told)) in DAMAGES.iter().zip(told_as_such).skip(1) {
        if told * 2 <= tries {
            failures.push(format!("{name}: {told} of {tries} told"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
