//! The rules of the specification's state-side.md once more, plainly: fixed positions, one record at
//! a time, no shared code with the program. What it cannot agree on is wording.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "shared by several test programs, and written plainly on purpose"
)]

use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
pub struct ModelPolicy {
    pub adults: u32,
    pub children: u32,
    pub cautions: [bool; 4], // FCR, indicators, multiple, claimed twice
    pub age: u32,
    pub notice: bool,
    pub replace: bool,
}

impl Default for ModelPolicy {
    fn default() -> Self {
        ModelPolicy {
            adults: 100,
            children: 75,
            cautions: [true; 4],
            age: 18,
            notice: false,
            replace: false,
        }
    }
}

impl ModelPolicy {
    pub fn toml(&self) -> String {
        format!(
            "min_adults_percent = {}\nmin_children_percent = {}\ncaution_fcr_supplied = {}\ncaution_match_indicators = {}\ncaution_multiple_case = {}\ncaution_claimed_twice = {}\nage_of_majority = {}\nnotice_of_closure = {}\nssn_08 = \"{}\"\n",
            self.adults,
            self.children,
            self.cautions[0],
            self.cautions[1],
            self.cautions[2],
            self.cautions[3],
            self.age,
            self.notice,
            if self.replace { "replace" } else { "add" }
        )
    }
}

pub type Row = Vec<String>;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelAnswer {
    /// Without the column `rule`.
    pub updates: Vec<Row>,
    pub csenet: Vec<Vec<u8>>,
    pub fcr: Vec<Vec<u8>>,
    /// Without `finding` and `next_action`.
    pub worklist: Vec<Row>,
    pub sent: Vec<Row>,
    /// read, updated, requested, listed, no action
    pub records: [u64; 5],
    pub in_sync: u64,
}

/// Positions as layouts.md prints them.
fn at(r: &[u8], first: usize, last: usize) -> &[u8] {
    &r[first - 1..last]
}
fn s(r: &[u8], first: usize, last: usize) -> String {
    let text: String = at(r, first, last).iter().map(|&b| b as char).collect();
    text.trim_end_matches(' ').to_string()
}
fn n(r: &[u8], first: usize) -> u32 {
    s(r, first, first + 1).parse().unwrap()
}
pub fn codes(r: &[u8]) -> BTreeSet<String> {
    (0..5)
        .map(|i| s(r, 243 + 2 * i, 244 + 2 * i))
        .filter(|c| !c.is_empty())
        .collect()
}
fn usps(fips: &str) -> String {
    include_str!("../../src/formats/reference/jurisdictions.csv")
        .lines()
        .find(|l| l.starts_with(fips))
        .unwrap()[3..5]
        .to_string()
}
fn is_date(text: &str, run_date: u32) -> bool {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let value: u32 = text.parse().unwrap();
    let (y, m, d) = (value / 10000, value / 100 % 100, value % 100);
    let leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    let days = [
        31,
        if leap { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    y >= 1880 && (1..=12).contains(&m) && d >= 1 && d <= days[m as usize - 1] && value <= run_date
}
fn usable_ssn(t: &str) -> bool {
    t.len() == 9
        && t.bytes().all(|b| b.is_ascii_digit())
        && !["000", "666"].contains(&&t[..3])
        && !t.starts_with('9')
        && &t[3..5] != "00"
        && &t[5..] != "0000"
        && t.bytes().any(|b| b != t.as_bytes()[0])
        && !["123456789", "078051120", "219099999"].contains(&t)
}
/// The date so many days later, by counting.
fn plus_days(date: u32, days: u32) -> u32 {
    let mut date = date;
    for _ in 0..days {
        date += 1;
        while !is_date(&date.to_string(), 99991231) {
            date += 1;
            if date % 100 > 31 {
                date = (date / 100 + 1) * 100 + 1;
            }
            if date / 100 % 100 > 12 {
                date = (date / 10000 + 1) * 10000 + 101;
            }
        }
    }
    date
}

/// The records of each case, and the case's Other State Case ID: a record tells in 473-477 how many
/// there are from the case's first one on.
pub fn cases(records: &[Vec<u8>]) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut out = vec![];
    let mut rest = records;
    while !rest.is_empty() {
        let n: usize = s(&rest[0], 473, 477).parse().unwrap();
        let (case, after) = rest.split_at(n);
        let id = case.iter().map(|r| s(r, 122, 136)).max().unwrap();
        out.push((id, case.to_vec()));
        rest = after;
    }
    sort_cases(&mut out);
    out
}

fn sort_cases(cases: &mut [(String, Vec<Vec<u8>>)]) {
    cases.sort_by_key(|(id, rs)| (s(&rs[0], 1, 15), s(&rs[0], 138, 139), id.clone()));
}

/// Likewise of a response that does not tell it.
pub fn cases_by_answer(records: &[Vec<u8>]) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut groups: BTreeMap<Vec<Vec<u8>>, Vec<Vec<u8>>> = BTreeMap::new();
    for r in records {
        let answer = [(242, 242), (253, 275), (377, 392), (393, 472)];
        let mut key = vec![at(r, 1, 15).to_vec(), at(r, 138, 139).to_vec()];
        key.extend(answer.iter().map(|&(a, b)| at(r, a, b).to_vec()));
        groups.entry(key).or_default().push(r.clone());
    }
    let mut out = vec![];
    for (_, group) in groups {
        let ids: BTreeSet<String> = group.iter().map(|r| s(r, 122, 136)).collect();
        let named: Vec<_> = ids.iter().filter(|id| !id.is_empty()).collect();
        if named.len() <= 1 {
            let id = named.first().map(|id| id.to_string()).unwrap_or_default();
            out.push((id, group));
        } else {
            for id in &ids {
                let own = group
                    .iter()
                    .filter(|r| s(r, 122, 136) == *id)
                    .cloned()
                    .collect();
                out.push((id.clone(), own));
            }
        }
    }
    sort_cases(&mut out);
    out
}

/// The name key of matching.md, section 3, of a record's names; none where there is none.
fn name_key(r: &[u8]) -> Option<(String, String)> {
    let normal = |first: usize, last: usize| -> String {
        let mut folded = String::new();
        for &byte in at(r, first, last) {
            let letters = match byte {
                0xC0..=0xC5 | 0xE0..=0xE5 => "A",
                0xC6 | 0xE6 => "AE",
                0xC7 | 0xE7 => "C",
                0xC8..=0xCB | 0xE8..=0xEB => "E",
                0xCC..=0xCF | 0xEC..=0xEF => "I",
                0xD0 | 0xF0 => "D",
                0xD1 | 0xF1 => "N",
                0xD2..=0xD6 | 0xD8 | 0xF2..=0xF6 | 0xF8 => "O",
                0xD9..=0xDC | 0xF9..=0xFC => "U",
                0xDD | 0xFD | 0xFF => "Y",
                0xDE | 0xFE => "TH",
                0xDF => "SS",
                0x91 | 0x92 | 0xB4 | b'`' => "'",
                0xAD => "-",
                0x80.. => " ",
                _ => {
                    folded.push((byte as char).to_ascii_uppercase());
                    continue;
                }
            };
            folded.push_str(letters);
        }
        let kept = |c: char| c.is_ascii_alphanumeric() || c == '\'' || c == '-';
        let mut words: Vec<&str> = folded
            .split(|c| !kept(c))
            .filter(|w| !w.is_empty())
            .collect();
        let suffixes = [
            "JR", "SR", "JUNIOR", "SENIOR", "II", "III", "IV", "2ND", "3RD", "4TH",
        ];
        if words.len() > 1 && suffixes.contains(words.last().unwrap()) {
            words.pop();
        }
        words.concat().replace(['\'', '-'], "")
    };
    let (last, first) = (normal(51, 80), normal(81, 96));
    let placeholders = [
        "UNKNOWN",
        "UNK",
        "UNBORN",
        "BABY",
        "BABYBOY",
        "BABYGIRL",
        "BABYBOYA",
        "BABYBOYB",
        "BABYGIRLA",
        "BABYGIRLB",
        "BOY",
        "GIRL",
        "TWINA",
        "TWINB",
        "INFANT",
        "NONAME",
        "NFN",
        "NLN",
        "",
    ];
    let is_none = [&last, &first]
        .iter()
        .any(|n| placeholders.contains(&n.as_str()))
        || last == "DOE" && ["JOHN", "JANE"].contains(&first.as_str());
    (!is_none).then_some((last, first))
}

/// Whether two records of a case are of one person, whom the state listed twice.
fn one_person(a: &[u8], b: &[u8]) -> bool {
    let member = s(a, 33, 47);
    member.chars().any(|c| c != '0' && c != ' ')
        && member == s(b, 33, 47)
        && name_key(a).is_some()
        && name_key(a) == name_key(b)
}

/// The response with what an early matcher did not write: how many records each case has, and on which
/// basis each counterpart was found. One that tells it is left as it is.
pub fn completed(response: &[u8]) -> Vec<u8> {
    let records = lines(response);
    if records.iter().all(|r| at(r, 473, 477) != b"     ") {
        return response.to_vec();
    }
    let mut out = vec![];
    for (_, case) in cases_by_answer(&records) {
        for mut r in case.clone() {
            put(&mut r, 473, 477, format!("{:05}", case.len()).as_bytes());
            if !codes(&r).contains("06") && !codes(&r).contains("01") {
                put(&mut r, 478, 478, b"S");
            }
            out.extend(r);
            out.push(b'\n');
        }
    }
    out
}

pub fn lines(response: &[u8]) -> Vec<Vec<u8>> {
    response
        .split(|&b| b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| l.to_vec())
        .collect()
}

pub fn answer(
    response: &[u8],
    policy: &ModelPolicy,
    sent_before: &[Row],
    first_serial: u64,
    run_date: u32,
) -> ModelAnswer {
    let mut out = ModelAnswer {
        sent: sent_before.to_vec(),
        ..Default::default()
    };
    let mut serial = first_serial;
    let cases = cases(&lines(response));
    let plans = plans(&cases, policy);
    // Of which of your cases each case of the other states is the answer.
    let mut claims: BTreeMap<[String; 2], BTreeSet<String>> = BTreeMap::new();
    for r in cases.iter().map(|(_, records)| &records[0]) {
        let theirs = [s(r, 138, 139), s(r, 253, 267)];
        if r[391] != b' ' && !theirs[1].is_empty() {
            claims.entry(theirs).or_default().insert(s(r, 1, 15));
        }
    }
    let claimed = |r: &[u8]| {
        let theirs = [s(r, 138, 139), s(r, 253, 267)];
        r[391] != b' ' && claims.get(&theirs).is_some_and(|yours| yours.len() > 1)
    };
    for (place, (other_id, records)) in cases.iter().enumerate() {
        one_case(
            &mut out,
            other_id,
            records,
            policy,
            &mut serial,
            run_date,
            (&plans[place], claimed(&records[0])),
        );
    }
    let place = |row: &Row| (row[0].clone(), row[1].clone());
    out.worklist.sort_by_key(place);
    out
}

/// What 07 or 08 of a record comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    List,
    /// A row, and for 08 an FP record with perhaps a second SSN.
    Row(bool, Option<Vec<u8>>),
    /// Another row says it.
    Same,
}

/// Whether the SSN of 07 or 08 may be loaded by what the record itself says.
fn is_sure(r: &[u8]) -> bool {
    let kind = s(r, 48, 49);
    let adult = ["CP", "NP", "PF"].contains(&kind.as_str());
    let counted = kind == "CH" && n(r, 387) > 0 || adult && n(r, 385) > 0;
    let yes = |column: usize| at(r, column, column) == b"Y";
    let (seven, eight) = (codes(r).contains("07"), codes(r).contains("08"));
    counted
        && yes(288)
        && (!adult || yes(389) && yes(390))
        && usable_ssn(&s(r, 279, 287))
        && !b"D345".contains(&r[477])
        && (seven || eight && at(r, 278, 278) == b"N")
}

/// Whether a participant without a usable SSN was found in doubt.
pub fn is_in_doubt(r: &[u8]) -> bool {
    at(r, 478, 478) == b"D" && !usable_ssn(&s(r, 24, 32))
}

/// For each case, for each of its records.
pub fn plans(cases: &[(String, Vec<Vec<u8>>)], policy: &ModelPolicy) -> Vec<Vec<Plan>> {
    let mut plans: Vec<Vec<Plan>> = cases
        .iter()
        .map(|(_, records)| vec![Plan::List; records.len()])
        .collect();
    // By Case ID, Member ID and field, in order of case and record: place and SSN.
    let mut people: BTreeMap<(String, String, bool), Vec<(usize, Vec<u8>, usize, Vec<u8>)>> =
        BTreeMap::new();
    for (place, (_, records)) in cases.iter().enumerate() {
        // First each record by itself, then what the case's records say together.
        let mut sure: Vec<bool> = records.iter().map(|r| is_sure(r)).collect();
        let stands = |ssn: &String, but: usize| {
            (0..records.len()).any(|i| i != but && s(&records[i], 24, 32) == *ssn)
        };
        for i in 0..records.len() {
            sure[i] = sure[i] && !stands(&s(&records[i], 279, 287), i);
        }
        let alone = sure.clone();
        for i in 0..records.len() {
            for j in 0..records.len() {
                if i != j
                    && alone[i]
                    && alone[j]
                    && at(&records[i], 279, 287) == at(&records[j], 279, 287)
                    && !one_person(&records[i], &records[j])
                {
                    // Others may be one person with this one: the SSN is nobody's then.
                    for k in 0..records.len() {
                        if at(&records[k], 279, 287) == at(&records[i], 279, 287) {
                            sure[k] = false;
                        }
                    }
                }
            }
        }
        for (at_record, r) in records.iter().enumerate() {
            if !sure[at_record] {
                continue;
            }
            let eight = codes(r).contains("08");
            let adds = eight && !policy.replace;
            plans[place][at_record] = Plan::Row(adds, None);
            if !s(r, 33, 47).is_empty() {
                let key = (s(r, 1, 15), s(r, 33, 47), adds);
                let ssn = at(r, 279, 287).to_vec();
                people
                    .entry(key)
                    .or_default()
                    .push((place, r.clone(), at_record, ssn));
            }
        }
    }
    for ((_, _, adds), mut answers) in people {
        answers.sort();
        let mut distinct: Vec<Vec<u8>> = vec![];
        for (_, _, _, ssn) in &answers {
            if !distinct.contains(ssn) {
                distinct.push(ssn.clone());
            }
        }
        let mut seen: Vec<Vec<u8>> = vec![];
        for (place, _, at_record, ssn) in answers {
            let plan = &mut plans[place][at_record];
            if !adds && distinct.len() > 1
                || adds && distinct[2.min(distinct.len())..].contains(&ssn)
            {
                *plan = if seen.contains(&ssn) && adds {
                    Plan::Same
                } else {
                    Plan::List
                };
            } else if seen.contains(&ssn) {
                *plan = Plan::Same;
            } else if adds && !seen.is_empty() {
                *plan = Plan::Row(false, None);
            } else {
                *plan = Plan::Row(adds, distinct.get(1).cloned());
            }
            seen.push(ssn);
        }
    }
    plans
}

fn was_sent(out: &ModelAnswer, key: [&str; 3], what: &str, run_date: u32, days: u32) -> bool {
    out.sent.iter().any(|row| {
        row[..3].iter().map(|c| c.as_str()).eq(key)
            && row[3].ends_with(what)
            && run_date <= plus_days(row[4].parse().unwrap(), days)
    })
}

fn one_case(
    out: &mut ModelAnswer,
    other_id: &str,
    records: &[Vec<u8>],
    policy: &ModelPolicy,
    serial: &mut u64,
    run_date: u32,
    (plans, claimed): (&[Plan], bool),
) {
    let lead = records.iter().min().unwrap();
    let (id, state, their_id) = (s(lead, 1, 15), usps(&s(lead, 138, 139)), s(lead, 253, 267));
    let all: BTreeSet<String> = records.iter().flat_map(|r| codes(r)).collect();
    let has = |code: &str| all.contains(code);
    let yes = |column: usize| at(lead, column, column) == b"Y";
    let [ay, cy, am, cm] = [377, 379, 385, 387].map(|c| n(lead, c));
    let any_99 = [ay, cy, am, cm].contains(&99);
    let worker = s(lead, 162, 201);
    let list = |out: &mut ModelAnswer, codes: &str, priority: u8, member: &str| {
        out.worklist.push(
            [
                &worker,
                &priority.to_string(),
                &id,
                &state,
                other_id,
                member,
                codes,
            ]
            .map(|c| c.to_string())
            .to_vec(),
        );
    };
    let update =
        |out: &mut ModelAnswer, member: &str, field: &str, old: &str, new: &str, code: &str| {
            out.updates.push(
                [&id, &state, other_id, member, field, old, new, code]
                    .map(|c| c.to_string())
                    .to_vec(),
            );
        };
    let (mut case_updated, mut case_requested, mut case_listed) = (false, false, false);
    let mut asks: Vec<&str> = vec![];

    let doubts = records.iter().any(|r| is_in_doubt(r));
    if !any_99 && ay == am && cy == cm && all.iter().eq(["00"]) && !doubts {
        out.in_sync += 1;
    }
    if has("01") {
        list(out, "01", 1, "");
        case_listed = true;
    }
    if has("02") {
        let met = !any_99
            && am + cm > 0
            && am * 100 >= ay * policy.adults
            && cm * 100 >= cy * policy.children;
        let caution = policy.cautions[0] && yes(242)
            || policy.cautions[1] && !(yes(389) && yes(390))
            || policy.cautions[2] && yes(391)
            || policy.cautions[3] && claimed
            || their_id.is_empty()
            || is_formula(&their_id);
        if !met {
            asks.push("02");
        } else if caution {
            list(out, "02", 2, "");
            case_listed = true;
        } else {
            update(out, "", "other_state_case_id", other_id, &their_id, "02");
            case_updated = true;
        }
    }
    // The adults of 06.
    let missing: Vec<&Vec<u8>> = records
        .iter()
        .filter(|r| codes(r).contains("06") && ["CP", "NP", "PF"].contains(&s(r, 48, 49).as_str()))
        .collect();
    if !missing.is_empty() {
        asks.push("06");
    }
    let numeric = |county: &str| {
        county.is_empty() || county.len() == 3 && county.bytes().all(|b| b.is_ascii_digit())
    };
    let header_possible =
        numeric(&s(lead, 19, 21)) && numeric(&s(lead, 270, 272)) && s(lead, 268, 269).len() == 2;
    if !asks.is_empty() {
        let open = records.iter().all(|r| at(r, 50, 50) == b"O");
        let surely = records.iter().any(|r| b"S1".contains(&r[477]));
        if !(open
            && surely
            && am + cm > 0
            && !yes(242)
            && !their_id.is_empty()
            && !is_formula(&their_id))
        {
            let member = if asks == ["06"] && missing.len() == 1 {
                s(missing[0], 33, 47)
            } else {
                String::new()
            };
            list(
                out,
                &asks.join(" "),
                if asks[0] == "02" { 2 } else { 6 },
                &member,
            );
            case_listed = true;
        } else if was_sent(out, [&id, &state, &their_id], "FRINF", run_date, 30) {
        } else if !header_possible {
            let member = if asks == ["06"] && missing.len() == 1 {
                s(missing[0], 33, 47)
            } else {
                String::new()
            };
            list(
                out,
                &asks.join(" "),
                if asks[0] == "02" { 2 } else { 6 },
                &member,
            );
            case_listed = true;
        } else {
            out.csenet
                .push(header(lead, *serial, run_date, "R", "CSI", "FRINF", None));
            out.sent.push(
                [
                    &id,
                    &state,
                    &their_id,
                    "CSI R FRINF",
                    &run_date.to_string(),
                    &serial.to_string(),
                ]
                .map(|c| c.to_string())
                .to_vec(),
            );
            *serial += 1;
            case_requested = true;
        }
    }
    if has("03") {
        list(out, "03", 7, "");
        case_listed = true;
    }
    if has("04") {
        list(out, "04", 3, "");
        case_listed = true;
        let np = records.iter().any(|r| s(r, 48, 49) == "NP");
        let blank = records.iter().any(|r| s(r, 48, 49).is_empty());
        if policy.notice
            && at(lead, 16, 16) == b"R"
            && records.iter().all(|r| at(r, 50, 50) == b"O")
            && plus_days(run_date, 60) <= 99991231
            && am + cm > 0
            && !their_id.is_empty()
            && !is_formula(&their_id)
            && np
            && !blank
            && header_possible
            && !was_sent(out, [&id, &state, &their_id], "GSC14", run_date, 60)
        {
            out.csenet.push(gsc14(lead, records, *serial, run_date));
            out.sent.push(
                [
                    &id,
                    &state,
                    &their_id,
                    "MSC P GSC14",
                    &run_date.to_string(),
                    &serial.to_string(),
                ]
                .map(|c| c.to_string())
                .to_vec(),
            );
            *serial += 1;
            case_requested = true;
        }
    }
    for (r, plan) in records.iter().zip(plans) {
        let c = codes(r);
        let kind = s(r, 48, 49);
        let member = s(r, 33, 47);
        let adult = ["CP", "NP", "PF"].contains(&kind.as_str());
        let (mut updated, mut listed) = (false, false);
        if c.contains("06") && !adult {
            let born = s(r, 113, 120);
            let young = !is_date(&born, run_date)
                || born == "19000101"
                || born.parse::<u32>().unwrap() + policy.age * 10000 > run_date;
            if kind.is_empty() || young {
                list(out, "06", 6, &member);
                listed = true;
            }
        }
        if is_in_doubt(r) && !c.contains("07") && !c.contains("08") {
            let codes: Vec<String> = c.iter().cloned().collect();
            list(out, &codes.join(" "), 4, &member);
            listed = true;
        }
        let theirs = s(r, 279, 287);
        for (code, priority) in [("07", 4), ("08", 5)] {
            if !c.contains(code) {
                continue;
            }
            let adds = code == "08" && !policy.replace;
            match plan {
                Plan::List => {
                    list(out, code, priority, &member);
                    listed = true;
                }
                Plan::Same => updated = true,
                Plan::Row(makes_fp, second) => {
                    updated = true;
                    if adds {
                        update(out, &member, "additional_ssn", "", &theirs, code);
                    } else {
                        update(out, &member, "ssn", &s(r, 24, 32), &theirs, code);
                    }
                    if member.is_empty() {
                        list(out, code, priority, "");
                    } else if *makes_fp {
                        out.fcr.push(fp(r, second.as_deref()));
                    }
                }
            }
        }
        let fate = if updated || case_updated {
            1
        } else if case_requested {
            2
        } else if listed || case_listed {
            3
        } else {
            4
        };
        out.records[0] += 1;
        out.records[fate] += 1;
    }
}

fn put(line: &mut [u8], first: usize, last: usize, value: &[u8]) {
    let width = value.len().min(last + 1 - first);
    line[first - 1..first - 1 + width].copy_from_slice(&value[..width]);
}

/// Zeros, or the value.
fn digits(value: &str, width: usize, good: bool) -> Vec<u8> {
    let good = good && value.len() <= width && value.bytes().all(|b| b.is_ascii_digit());
    format!("{:0>width$}", if good { value } else { "" }).into_bytes()
}

fn header(
    lead: &[u8],
    serial: u64,
    run_date: u32,
    action: &str,
    function: &str,
    reason: &str,
    participants: Option<usize>,
) -> Vec<u8> {
    let mut h = vec![b' '; 127];
    put(&mut h, 1, 2, at(lead, 17, 18));
    put(&mut h, 3, 5, &digits(&s(lead, 19, 21), 3, true));
    put(&mut h, 6, 7, at(lead, 22, 23));
    put(&mut h, 8, 9, at(lead, 268, 269));
    put(&mut h, 10, 12, &digits(&s(lead, 270, 272), 3, true));
    put(&mut h, 13, 14, at(lead, 273, 274));
    put(&mut h, 15, 17, b"003");
    put(&mut h, 18, 29, format!("{serial:012}").as_bytes());
    put(&mut h, 34, 34, action.as_bytes());
    put(&mut h, 35, 37, function.as_bytes());
    put(&mut h, 38, 45, run_date.to_string().as_bytes());
    put(&mut h, 46, 60, at(lead, 1, 15));
    put(&mut h, 61, 75, at(lead, 253, 267));
    put(&mut h, 76, 80, reason.as_bytes());
    let (resolution, indicators) = match participants {
        None => ("00000000".to_string(), "0000000".to_string()),
        Some(n) => (plus_days(run_date, 60).to_string(), format!("110{n}000")),
    };
    put(&mut h, 81, 88, resolution.as_bytes());
    put(&mut h, 89, 89, b"N");
    put(&mut h, 90, 96, indicators.as_bytes());
    put(&mut h, 97, 110, b"00000000000000");
    put(&mut h, 127, 127, b"0");
    h
}

fn gsc14(lead: &[u8], records: &[Vec<u8>], serial: u64, run_date: u32) -> Vec<u8> {
    // The NP with the lowest Member ID, then the lowest record.
    let rank = |r: &Vec<u8>| (s(r, 48, 49) == "CH", at(r, 33, 47).to_vec(), r.clone());
    let ncp_place = (0..records.len())
        .filter(|&i| s(&records[i], 48, 49) == "NP")
        .min_by_key(|&i| rank(&records[i]))
        .unwrap();
    let mut others: Vec<usize> = (0..records.len()).filter(|&i| i != ncp_place).collect();
    others.sort_by_key(|&i| rank(&records[i]));
    others.truncate(9);
    others.sort();
    let mut line = header(
        lead,
        serial,
        run_date,
        "P",
        "MSC",
        "GSC14",
        Some(others.len()),
    );
    let mut case = vec![b' '; 351];
    put(&mut case, 2, 2, b"O");
    put(&mut case, 82, 102, at(lead, 162, 201));
    put(&mut case, 217, 226, &digits(&s(lead, 202, 211), 10, true));
    put(&mut case, 260, 294, at(lead, 212, 241));
    line.extend(case);
    let person = |r: &[u8], length: usize, ssn: usize, born: usize, gender: usize| {
        let mut b = vec![b' '; length];
        put(&mut b, 1, 21, at(r, 51, 80));
        put(&mut b, 22, 37, at(r, 81, 96));
        put(&mut b, 38, 53, at(r, 97, 112));
        put(
            &mut b,
            ssn,
            ssn + 8,
            &digits(&s(r, 24, 32), 9, usable_ssn(&s(r, 24, 32))),
        );
        put(
            &mut b,
            born,
            born + 7,
            &digits(&s(r, 113, 120), 8, is_date(&s(r, 113, 120), run_date)),
        );
        if b"MFO".contains(&r[120]) {
            put(&mut b, gender, gender, at(r, 121, 121));
        }
        b
    };
    line.extend(person(&records[ncp_place], 181, 57, 66, 75));
    for i in others {
        let mut block = person(&records[i], 341, 65, 57, 74);
        let relationship = match s(&records[i], 48, 49).as_str() {
            "NP" => b"A",
            "CP" => b"C",
            "CH" => b"D",
            _ => b"P",
        };
        put(&mut block, 76, 76, relationship);
        put(&mut block, 77, 77, b"O");
        line.extend(block);
    }
    line
}

fn fp(r: &[u8], second: Option<&[u8]>) -> Vec<u8> {
    let mut f = vec![b' '; 552];
    put(&mut f, 1, 2, b"FP");
    put(&mut f, 3, 3, b"C");
    put(&mut f, 4, 18, at(r, 1, 15));
    put(&mut f, 44, 45, at(r, 48, 49));
    put(&mut f, 48, 62, at(r, 33, 47));
    put(&mut f, 63, 63, at(r, 121, 121));
    put(&mut f, 64, 71, at(r, 113, 120));
    put(&mut f, 72, 80, at(r, 24, 32));
    put(&mut f, 90, 105, at(r, 81, 96));
    put(&mut f, 106, 121, at(r, 97, 112));
    put(&mut f, 122, 151, at(r, 51, 80));
    put(&mut f, 247, 255, at(r, 279, 287));
    put(&mut f, 256, 264, second.unwrap_or(b""));
    f
}

/// Another state's ID that a spreadsheet would take for a formula is not taken over by itself.
fn is_formula(id: &str) -> bool {
    id.starts_with(['=', '+', '-', '@'])
}
