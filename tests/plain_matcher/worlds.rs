//! Random worlds for the plain matcher: small, dense and adversarial.
//!
//! Everything comes from the seed alone. Every file is usable (it has a clear state and at least one good record)
//! and no state has two files of one kind, so that a run over a world never ends with an error.
//! The texts are ASCII-based (ISO 8859-1 bytes in names); no EBCDIC.

use super::plain::{World, name_key};
use super::scenes::{self, Stage, accented, middle_as_written, near_birth};
use std::collections::{BTreeMap, BTreeSet};

// ---------------------------------------------------------------------------------------------
// Chance
// ---------------------------------------------------------------------------------------------

/// splitmix64
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0x5EED_0000_0000_0001)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 .. below
    pub fn below(&mut self, below: usize) -> usize {
        (self.draw() % below as u64) as usize
    }

    /// low ..= high
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            let other = self.below(at + 1);
            list.swap(at, other);
        }
    }
}

// ---------------------------------------------------------------------------------------------
// The pools from which worlds are drawn
// ---------------------------------------------------------------------------------------------

const RUN_DATE: u32 = 20_261_122;

/// State FIPS and some of its counties.
const STATES: [(&str, [&str; 3]); 7] = [
    ("06", ["037", "001", "059"]),
    ("48", ["453", "001", "201"]),
    ("36", ["061", "001", "005"]),
    ("20", ["001", "003", "091"]),
    ("72", ["001", "003", "127"]),
    ("11", ["001", "000", "001"]),
    ("25", ["001", "003", "025"]),
];

const CASE_IDS: [&[u8]; 16] = [
    b"1",
    b"01",
    b"001",
    b"A1",
    b"A2",
    b"A10",
    b"B7",
    b"C-9",
    b"77",
    b"0077",
    b"X Y",
    b"CASE00000000015",
    b"Z",
    b"D4",
    b"A\xC9",
    b"\x801",
];

/// Case IDs that are accepted with W03.
const LOWER_CASE_IDS: [&str; 3] = ["a1", "b7", "Zz"];

/// Other State Case IDs that bear W12 and yet are compared as they stand.
const BAD_OTHER_IDS: [&str; 6] = ["000", " A1", "A*1", "A\\1", "0 0", "0"];

const USABLE_SSNS: [&str; 12] = [
    "412660001",
    "412660002",
    "412660003",
    "412660004",
    "412660005",
    "212345678",
    "001010001",
    "899990001",
    "665010001",
    "667010001",
    "555550001",
    "123456788",
];

const UNUSABLE_SSNS: [&str; 15] = [
    "123456789",
    "078051120",
    "219099999",
    "111111111",
    "999999999",
    "555555555",
    "666010001",
    "900010001",
    "000010001",
    "412000001",
    "412660000",
    "41266000",
    "4126600A1",
    " 12660001",
    "987654321",
];

const LAST_NAMES: [&[u8]; 44] = [
    b"ALVAREZ",
    b"Alvarez",
    b"ALVAREZ JR",
    b"ALVAREZ, JR.",
    b"Alvarez III",
    b"O'BRIEN",
    b"OBRIEN",
    b"O BRIEN",
    b"SMITH-JONES",
    b"SMITH JONES",
    b"SMITHJONES",
    b"DOE",
    b"UNKNOWN",
    b"UNK",
    b"BABY BOY",
    b"BABY",
    b"",
    b"PE\xD1A",
    b"PENA",
    b"JR",
    b"ST. JOHN",
    b"MONTGOMERYSHIRE",
    b"LE",
    b"LE 4TH",
    b"'",
    b"- JR",
    b"JR SR",
    b"VON 3RD",
    b"alvarez-ii",
    b"ALVAREZ JR-",
    b"N/A",
    b"BABY GIRL",
    b"ALVAREZ JR SR",
    b"ALVAREZ JR",
    b"FERNANDEZ",
    b"HERNANDO",
    b"ALVAREZA",
    b"ALVA",
    b"\xC1LVAREZ",
    b"\xC1lvarez",
    b"O\x92BRIEN",
    b"O`BRIEN",
    b"SMITH\xADJONES",
    b"SMITH\xA0JONES",
];

const FIRST_NAMES: [&[u8]; 29] = [
    b"LUIS",
    b"Luis",
    b"LUIS JR",
    b"LUIS SENIOR",
    b"NINA",
    b"JOHN",
    b"JANE",
    b"MARY ANN",
    b"MARY-ANN",
    b"MARYANN",
    b"ANN-MARIE",
    b"INFANT",
    b"BABYGIRL",
    b"",
    b"NFN",
    b"JOS\xC9",
    b"II",
    b"D'ARCY",
    b"LU",
    b"JOHN 2ND",
    b"LUIS JR JR",
    b"LU\xCDS",
    b"LU\xEDs",
    b"JOSE",
    b"TWIN A",
    b"BABY BOY A",
    b"GIRL",
    b"LUI",
    b"ALVAREZ",
];

const MIDDLE_NAMES: [&[u8]; 8] = [
    b"M", b"ANN", b"Q.", b"ANNETTE", b"MARIE", b"JOS\xC9", b"LEE", b"NMN",
];

const BIRTHS: [&str; 15] = [
    "19000101", "20120115", "20140730", "19850610", "19880229", "18800101", "20261122", "18791231",
    "20261123", "19870229", "20121301", "00000000", "        ", "2012011 ", "20120100",
];

const MEMBERS: [&str; 14] = [
    "M1",
    "M2",
    "M3",
    "M4",
    "M5",
    "M6",
    "M7",
    "M8",
    "9",
    "10",
    "11",
    "12",
    "member",
    "15CHARACTERS-ID",
];

// ---------------------------------------------------------------------------------------------
// A record before it is written down
// ---------------------------------------------------------------------------------------------

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) case_id: Vec<u8>,
    pub(super) indicator: u8,
    pub(super) fips: Vec<u8>,
    pub(super) ssn: Vec<u8>,
    pub(super) member: Vec<u8>,
    pub(super) kind: Vec<u8>,
    pub(super) status: u8,
    pub(super) last: Vec<u8>,
    pub(super) first: Vec<u8>,
    pub(super) middle: Vec<u8>,
    pub(super) birth: Vec<u8>,
    pub(super) sex: u8,
    pub(super) other_id: Vec<u8>,
    pub(super) other_fips: Vec<u8>,
    pub(super) contact: Vec<u8>,
}

impl Row {
    /// No case, no person.
    pub(super) fn nobody() -> Row {
        Row {
            case_id: Vec::new(),
            indicator: b' ',
            fips: Vec::new(),
            ssn: Vec::new(),
            member: Vec::new(),
            kind: Vec::new(),
            status: b' ',
            last: Vec::new(),
            first: Vec::new(),
            middle: Vec::new(),
            birth: Vec::new(),
            sex: b' ',
            other_id: Vec::new(),
            other_fips: Vec::new(),
            contact: Vec::new(),
        }
    }

    fn written(&self) -> Vec<u8> {
        let mut out = vec![b' '; 241];
        let mut put = |first: usize, last: usize, value: &[u8]| {
            let length = value.len().min(last + 1 - first);
            out[first - 1..first - 1 + length].copy_from_slice(&value[..length]);
        };
        put(1, 15, &self.case_id);
        put(16, 16, &[self.indicator]);
        put(17, 23, &self.fips);
        put(24, 32, &self.ssn);
        put(33, 47, &self.member);
        put(48, 49, &self.kind);
        put(50, 50, &[self.status]);
        put(51, 80, &self.last);
        put(81, 96, &self.first);
        put(97, 112, &self.middle);
        put(113, 120, &self.birth);
        put(121, 121, &[self.sex]);
        put(122, 136, &self.other_id);
        put(138, 144, &self.other_fips);
        put(162, 241, &self.contact);
        out
    }

    fn other_state(&self) -> Vec<u8> {
        self.other_fips[..2].to_vec()
    }
}

/// A person of the world, as every state would know him if none erred.
#[derive(Clone)]
struct Person {
    kind: &'static str,
    ssn: Vec<u8>,
    last: Vec<u8>,
    first: Vec<u8>,
    middle: Vec<u8>,
    birth: Vec<u8>,
    sex: u8,
}

/// How wild a world is.
struct Temper {
    /// Chance in percent that a field of a person is changed.
    person_noise: usize,
    /// Chance in percent that a record is spoilt so that it is rejected.
    error: usize,
    /// Chance in percent that a record contradicts its case.
    contradiction: usize,
    /// Chance in percent of a warning-only oddity, of each kind.
    oddity: usize,
}

/// What a world draws from: small parts of the pools.
pub(super) struct Pools {
    /// FIPS of all states that cases may name.
    states: Vec<usize>,
    pub(super) case_ids: Vec<Vec<u8>>,
    ssns: Vec<Vec<u8>>,
    lasts: Vec<Vec<u8>>,
    firsts: Vec<Vec<u8>>,
    births: Vec<Vec<u8>>,
    people: Vec<Person>,
    temper: Temper,
}

fn some_of<T: Clone>(rng: &mut Rng, from: &[T], how_many: usize) -> Vec<T> {
    let mut list = from.to_vec();
    rng.shuffle(&mut list);
    list.truncate(how_many);
    list
}

fn owned(list: &[&[u8]]) -> Vec<Vec<u8>> {
    list.iter().map(|bytes| bytes.to_vec()).collect()
}

fn bytes_of(list: &[&str]) -> Vec<Vec<u8>> {
    list.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn pools(rng: &mut Rng, states: Vec<usize>) -> Pools {
    let calm = rng.percent(50);
    let temper = Temper {
        person_noise: if calm { 5 } else { rng.between(5, 30) },
        error: if rng.percent(40) {
            0
        } else {
            rng.between(2, 12)
        },
        contradiction: if calm { 0 } else { rng.between(0, 10) },
        oddity: if calm { 1 } else { rng.between(1, 6) },
    };
    let id_count = if rng.percent(50) {
        rng.between(3, 6)
    } else {
        rng.between(6, 14)
    };
    let mut case_ids = some_of(rng, &owned(&CASE_IDS), id_count);
    if rng.percent(20) {
        let low = rng.pick(&LOWER_CASE_IDS).as_bytes().to_vec();
        case_ids.push(low);
    }
    let ssn_count = rng.between(5, 9);
    let ssns = some_of(rng, &bytes_of(&USABLE_SSNS), ssn_count);
    let mut lasts = vec![b"ALVAREZ".to_vec()];
    let mut firsts = vec![b"LUIS".to_vec(), b"NINA".to_vec()];
    let (last_count, first_count, birth_count) =
        (rng.between(1, 4), rng.between(1, 4), rng.between(1, 3));
    lasts.extend(some_of(rng, &owned(&LAST_NAMES), last_count));
    firsts.extend(some_of(rng, &owned(&FIRST_NAMES), first_count));
    let mut births = bytes_of(&["20120115", "20140730", "19850610"]);
    births.extend(some_of(rng, &bytes_of(&BIRTHS), birth_count));
    // In some worlds most children have no SSN, so that names and adults have to find the case.
    let children_without_ssn = rng.percent(30);
    let mut people = Vec::new();
    for number in 0..rng.between(6, 10) {
        let kind = if number < 3 {
            "CH"
        } else {
            *rng.pick(&["CH", "CH", "NP", "CP", "NP", "CP", "PF"])
        };
        let placeholder = rng.percent(6);
        people.push(Person {
            kind,
            ssn: if rng.percent(if children_without_ssn && kind == "CH" {
                15
            } else {
                88
            }) {
                rng.pick(&ssns).clone()
            } else {
                Vec::new()
            },
            last: if placeholder {
                b"DOE".to_vec()
            } else {
                rng.pick(&lasts).clone()
            },
            first: if placeholder {
                rng.pick(&[b"JOHN".to_vec(), b"Jane".to_vec(), b"JANET".to_vec()])
                    .clone()
            } else {
                rng.pick(&firsts).clone()
            },
            middle: if rng.percent(50) {
                rng.pick(&MIDDLE_NAMES).to_vec()
            } else {
                Vec::new()
            },
            birth: rng.pick(&births).clone(),
            sex: *rng.pick(b"MFO"),
        });
    }
    Pools {
        states,
        case_ids,
        ssns,
        lasts,
        firsts,
        births,
        people,
        temper,
    }
}

/// A FIPS code of a state, mostly a good one.
pub(super) fn fips(rng: &mut Rng, state: usize, oddity: usize) -> Vec<u8> {
    let (code, counties) = STATES[state];
    let county = if rng.percent(oddity) {
        *rng.pick(&["999", "   ", "XYZ", "002"])
    } else if rng.percent(12) {
        "000"
    } else {
        counties[if rng.percent(70) { 0 } else { rng.below(3) }]
    };
    let rest = if rng.percent(8) { "07" } else { "  " };
    [code, county, rest].concat().into_bytes()
}

fn contact(rng: &mut Rng) -> Vec<u8> {
    match rng.below(4) {
        0 | 1 => Vec::new(),
        2 => b"PAT WORKER".to_vec(),
        _ => {
            let mut out = vec![b' '; 80];
            out[..9].copy_from_slice(b"LEE CLERK");
            out[40..50].copy_from_slice(b"5555550100");
            out[50..66].copy_from_slice(b"lee@example.test");
            if rng.percent(40) {
                out[79] = b'Z';
            }
            out
        }
    }
}

/// A record of a person, as a state that errs now and then holds it.
fn row_of(rng: &mut Rng, pools: &Pools, person: &Person, head: &Row) -> Row {
    let noise = pools.temper.person_noise;
    let oddity = pools.temper.oddity;
    let mut row = head.clone();
    row.kind = person.kind.as_bytes().to_vec();
    row.ssn = person.ssn.clone();
    row.last = person.last.clone();
    row.first = person.first.clone();
    row.birth = person.birth.clone();
    row.sex = person.sex;
    row.member = match rng.below(10) {
        0 => Vec::new(),
        1..=5 => format!("P{}", rng.below(1000)).into_bytes(),
        _ => rng.pick(&MEMBERS).as_bytes().to_vec(),
    };
    row.middle = if person.middle.is_empty() && rng.percent(85) {
        Vec::new()
    } else {
        middle_as_written(rng, &person.middle)
    };
    if rng.percent(noise) {
        row.ssn = match rng.below(5) {
            0 | 1 => Vec::new(),
            2 => b"000000000".to_vec(),
            3 => rng.pick(&pools.ssns).clone(),
            _ => rng.pick(&UNUSABLE_SSNS).as_bytes().to_vec(),
        };
    }
    if rng.percent(noise) {
        row.last = match rng.below(4) {
            0 => near_name(rng, &person.last),
            1 => accented(rng, &person.last),
            _ => rng.pick(&pools.lasts).clone(),
        };
    }
    if rng.percent(noise) {
        row.first = match rng.below(4) {
            0 => near_name(rng, &person.first),
            1 => accented(rng, &person.first),
            _ => rng.pick(&pools.firsts).clone(),
        };
    }
    if rng.percent(noise / 4) {
        std::mem::swap(&mut row.first, &mut row.last);
    }
    if rng.percent(noise) {
        row.birth = match rng.below(4) {
            0 => near_birth(rng, &person.birth),
            1 => rng.pick(&pools.births).clone(),
            _ => rng.pick(&BIRTHS).as_bytes().to_vec(),
        };
    }
    if rng.percent(noise) {
        let kinds: &[&str] = if person.kind == "CH" {
            &["CH", "CH", "NP", "  "]
        } else {
            &["NP", "CP", "PF", "  "]
        };
        row.kind = rng.pick(kinds).as_bytes().to_vec();
    }
    if rng.percent(oddity) {
        row.sex = *rng.pick(b"XU ");
    }
    if rng.percent(oddity) {
        row.last.push(*rng.pick(&[0xD1, 0x80, 0xFF]));
    }
    if rng.percent(oddity) {
        row.middle = b"\xC9".to_vec();
    }
    row
}

/// A record spoilt so that it is rejected. `text` allows line lengths other than 241.
fn spoil(
    rng: &mut Rng,
    line: &mut Vec<u8>,
    own: &str,
    is_fcr: bool,
    text: bool,
    wrong_states_left: &mut usize,
) {
    loop {
        match if is_fcr {
            *rng.pick(&[0, 1, 2, 3, 4, 5, 6, 10])
        } else {
            rng.below(11)
        } {
            0 if text => {
                // E01, too short; now and then nothing at all, or one byte too few.
                let shortest = if is_fcr { 50 } else { 139 };
                let length = *rng.pick(&[0, 10, 18, shortest - 1, shortest - 1]);
                line.truncate(length);
                return;
            }
            1 if text => {
                // E01, too long.
                let extra = rng.between(1, 5);
                line.resize(241 + extra, b' ');
                *line.last_mut().unwrap() = b'X';
                return;
            }
            2 => {
                // E02; never a byte that is, or could be, a line end of an FB file.
                let place = *rng.pick(&[3, 30, 60, 145, 200]);
                let mut bad = *rng.pick(&[0x00, 0x09, 0x1F, 0x7F, 0x0D]);
                if bad == 0x0D && !text {
                    bad = 0x0B;
                }
                line[place] = bad;
                return;
            }
            3 => {
                // E03
                let id: &[u8] = match rng.below(5) {
                    0 => b"               ",
                    1 => b" A1            ",
                    2 => b"000 00         ",
                    3 => b"A*1            ",
                    _ => b"A1\\            ",
                };
                line[..15].copy_from_slice(id);
                return;
            }
            4 => {
                // E04: a state that is none, or (sparingly: they vote) another one.
                let mut state = *rng.pick(&["99", "03", "  ", "XX"]);
                if rng.percent(30) && *wrong_states_left > 0 {
                    state = if own == "06" { "48" } else { "06" };
                    *wrong_states_left -= 1;
                }
                line[16..18].copy_from_slice(state.as_bytes());
                return;
            }
            5 => {
                // E05
                line[49] = *rng.pick(b"X oc");
                return;
            }
            6 => {
                // E09
                line[47..49].copy_from_slice(rng.pick(&["XX", "ch", "C ", " N", "PU"]).as_bytes());
                return;
            }
            7 => {
                // E07
                line[137..139].copy_from_slice(rng.pick(&["80", "90"]).as_bytes());
                return;
            }
            8 => {
                // E06; not blank, which a trimmed line could not hold.
                line[137..139].copy_from_slice(rng.pick(&["03", "99", "69", "0X"]).as_bytes());
                return;
            }
            9 => {
                // E08
                line[137..139].copy_from_slice(own.as_bytes());
                return;
            }
            10 => {
                // Several errors: the first in the order of the table is listed.
                if rng.percent(30) {
                    line[60] = 0x01;
                }
                if rng.percent(40) {
                    line[0] = b'*';
                }
                if rng.percent(50) {
                    line[16..18].copy_from_slice(b"99");
                }
                line[49] = *rng.pick(b"OX");
                if !is_fcr {
                    line[137..139].copy_from_slice(rng.pick(&["80", "99", own]).as_bytes());
                }
                line[47..49].copy_from_slice(b"ZZ");
                return;
            }
            _ => {}
        }
    }
}

/// The rows of one file become its bytes.
fn file_bytes(
    rng: &mut Rng,
    rows: &[Row],
    own: &str,
    is_fcr: bool,
    temper: &Temper,
    plain_lines: bool,
) -> Vec<u8> {
    let fixed = !plain_lines && rows.len() >= 2 && rng.percent(15);
    let crlf = !plain_lines && rng.percent(30);
    // 0: full lines; 1: all trimmed; 2: some trimmed, some cut a little, some longer with blanks.
    let style = rng.below(3);
    let mut wrong_states_left = rows.len() / 15;
    let mut out = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let mut line = row.written();
        if is_fcr && rng.percent(15) {
            // What section 2 of the layouts calls blank is treated as blank, whatever it holds.
            line[15] = *rng.pick(b"IRX");
            line[121..124].copy_from_slice(b"A1 ");
            line[137..144].copy_from_slice(rng.pick(&["0603700", "48453  ", "80     "]).as_bytes());
            line[161..170].copy_from_slice(if rng.percent(50) {
                b"FCR CLERK"
            } else {
                b"FCR CL\xC9RK"
            });
        }
        // The first record is never spoilt, so that every file stays usable.
        if at > 0 && rng.percent(temper.error) {
            spoil(rng, &mut line, own, is_fcr, !fixed, &mut wrong_states_left);
        }
        if !fixed && line.len() == 241 {
            let shortest = if is_fcr { 50 } else { 139 };
            let trim = style == 1 || (style == 2 && rng.percent(40));
            while trim && line.len() > shortest && line.last() == Some(&b' ') {
                line.pop();
            }
            if style == 2 && rng.percent(20) {
                let extra = rng.between(1, 30);
                line.resize(line.len().max(241) + extra, b' ');
            }
        }
        out.extend_from_slice(&line);
        if fixed {
            continue;
        }
        let last = at + 1 == rows.len();
        match if last && !plain_lines && rows.len() >= 2 && !line.is_empty() {
            rng.below(4)
        } else {
            0
        } {
            1 => {}
            2 if crlf => out.push(b'\r'),
            _ if crlf => out.extend_from_slice(b"\r\n"),
            _ => out.push(b'\n'),
        }
    }
    out
}

// ---------------------------------------------------------------------------------------------
// Cases
// ---------------------------------------------------------------------------------------------

/// Case data without a person.
pub(super) fn head(rng: &mut Rng, pools: &Pools, state: usize, other: usize, is_fcr: bool) -> Row {
    let oddity = pools.temper.oddity;
    let other_id = match rng.below(100) {
        0..=27 => Vec::new(),
        28..=92 => rng.pick(&pools.case_ids).clone(),
        _ => rng.pick(&BAD_OTHER_IDS).as_bytes().to_vec(),
    };
    let mut own_fips = fips(rng, state, oddity);
    if is_fcr && rng.percent(35) {
        own_fips[2..5].fill(b' ');
    }
    Row {
        case_id: rng.pick(&pools.case_ids).clone(),
        indicator: if rng.percent(oddity) {
            *rng.pick(b"X i")
        } else {
            *rng.pick(b"IR")
        },
        fips: own_fips,
        ssn: Vec::new(),
        member: Vec::new(),
        kind: Vec::new(),
        status: if rng.percent(78) { b'O' } else { b'C' },
        last: Vec::new(),
        first: Vec::new(),
        middle: Vec::new(),
        birth: Vec::new(),
        sex: b' ',
        other_id,
        other_fips: fips(rng, other, oddity),
        contact: contact(rng),
    }
}

/// Another state than `state`, of those that cases name.
fn other_than(rng: &mut Rng, pools: &Pools, state: usize) -> usize {
    loop {
        let other = *rng.pick(&pools.states);
        if other != state {
            return other;
        }
    }
}

/// Some people make up a case.
fn case_rows(rng: &mut Rng, pools: &Pools, head: &Row) -> Vec<Row> {
    let mut rows = Vec::new();
    let size = rng.between(1, 5);
    // Families overlap: a run of neighbours among the people of the world.
    let start = rng.below(pools.people.len());
    for step in 0..size {
        let person = if rng.percent(70) {
            &pools.people[(start + step) % pools.people.len()]
        } else {
            rng.pick(&pools.people)
        };
        rows.push(row_of(rng, pools, person, head));
    }
    if rng.percent(7) {
        // The same person, listed twice.
        let again = rng.pick(&rows).clone();
        let mut again = row_of(
            rng,
            pools,
            &Person {
                kind: "CH",
                ssn: again.ssn.clone(),
                last: again.last.clone(),
                first: again.first.clone(),
                middle: again.middle.clone(),
                birth: again.birth.clone(),
                sex: again.sex,
            },
            &again,
        );
        if rng.percent(50) {
            again.kind = rows[0].kind.clone();
        }
        rows.push(again);
    }
    if rng.percent(4) {
        // A case that nothing identifies (W14).
        for row in &mut rows {
            row.ssn = rng
                .pick(&["", "000000000", "123456789"])
                .as_bytes()
                .to_vec();
            row.first = rng.pick(&["", "UNK", "BABY"]).as_bytes().to_vec();
        }
    }
    rows
}

/// Records that leave their Other State Case ID blank, and records that contradict their case.
fn disturb(rng: &mut Rng, pools: &Pools, rows: &mut [Row], other: usize) {
    if rng.percent(18) {
        for row in rows.iter_mut() {
            if row.kind == b"CH" || rng.percent(20) {
                row.other_id = Vec::new();
            }
        }
    }
    for row in rows.iter_mut() {
        if rng.percent(pools.temper.contradiction) {
            match rng.below(5) {
                0 => row.status = if row.status == b'O' { b'C' } else { b'O' },
                1 => row.indicator = if row.indicator == b'I' { b'R' } else { b'I' },
                2 => row.other_fips = fips(rng, other, 30),
                3 if rng.percent(50) => row.contact = contact(rng),
                3 => {
                    // One byte alone, the first or the last of the contact fields.
                    row.contact.resize(80, b' ');
                    row.contact[if rng.percent(50) { 0 } else { 79 }] = b'#';
                }
                _ => row.fips[2..5].copy_from_slice(b"000"),
            }
        }
    }
}

/// The rows of a case again, as another case that differs in little: what the choice among candidates has to tell apart.
fn near_copy(rng: &mut Rng, pools: &Pools, state: usize, rows: &[Row]) -> Vec<Row> {
    let mut copy = rows.to_vec();
    let way = rng.below(9);
    let other = other_than(rng, pools, state);
    let other_fips = fips(rng, other, pools.temper.oddity);
    let case_id = rng.pick(&pools.case_ids).clone();
    let other_id = rng.pick(&pools.case_ids).clone();
    let county: [u8; 3] = rng.pick(&[*b"000", *b"001", *b"003"]).to_owned();
    for row in &mut copy {
        match way {
            // another Case ID
            0 | 1 => row.case_id = case_id.clone(),
            // another county of the same state, and another Other State Case ID
            2 => {
                row.other_fips[2..5].copy_from_slice(&county);
                row.other_id = other_id.clone();
            }
            // another Other State Case ID alone
            3 => row.other_id = other_id.clone(),
            // another state
            4 => row.other_fips = other_fips.clone(),
            // another status, and another Case ID or Other State Case ID
            5 => {
                row.status = if row.status == b'O' { b'C' } else { b'O' };
                row.case_id = case_id.clone();
            }
            6 => {
                row.status = if row.status == b'O' { b'C' } else { b'O' };
                row.other_id = other_id.clone();
            }
            // other types of adults, under another Case ID
            7 => {
                row.case_id = case_id.clone();
                if row.kind != b"CH" {
                    row.kind = rng.pick(&["NP", "CP", "PF"]).as_bytes().to_vec();
                }
            }
            // roles exchanged, under another Case ID
            _ => {
                row.case_id = case_id.clone();
                row.kind = match &row.kind[..] {
                    b"CP" => b"NP".to_vec(),
                    b"NP" | b"PF" => b"CP".to_vec(),
                    _ => row.kind.clone(),
                };
            }
        }
    }
    if copy.len() > 1 && rng.percent(15) {
        copy.pop();
    }
    copy
}

/// The case as the state that it names would hold it.
fn mirrored(rng: &mut Rng, pools: &Pools, state: usize, other: usize, rows: &[Row]) -> Vec<Row> {
    let mut mirror = head(rng, pools, other, state, false);
    // As Case ID the one that the first side knows, where it may be one.
    let may_be_case_id = |id: &Vec<u8>| {
        !id.is_empty()
            && !BAD_OTHER_IDS
                .iter()
                .any(|bad| bad.as_bytes() == id.as_slice())
    };
    let named = rows
        .iter()
        .map(|row| row.other_id.clone())
        .find(may_be_case_id);
    if rng.percent(75) {
        mirror.case_id = named.unwrap_or(mirror.case_id);
    }
    if rng.percent(70) {
        mirror.other_id = rows[0].case_id.clone();
    }
    if rng.percent(80) {
        mirror.status = rows[0].status;
    }
    mirror.other_fips[..5].copy_from_slice(&rows[0].fips[..5]);
    if !rng.percent(30) {
        mirror.fips[..5].copy_from_slice(&rows[0].other_fips[..5]);
    }
    let kinds = ["CH", "NP", "CP", "PF"];
    let mut out = Vec::new();
    for row in rows {
        if rng.percent(8) {
            continue;
        }
        let kind = kinds
            .into_iter()
            .find(|kind| kind.as_bytes() == row.kind)
            .unwrap_or("CH");
        let person = Person {
            kind,
            ssn: row.ssn.clone(),
            last: row.last.clone(),
            first: row.first.clone(),
            middle: row.middle.clone(),
            birth: row.birth.clone(),
            sex: row.sex,
        };
        out.push(row_of(rng, pools, &person, &mirror));
        if rng.percent(10) {
            // The same person again in B, perhaps under another type, perhaps without a usable SSN: rules S, N1 and N2 have to choose.
            let mut again = out.last().unwrap().clone();
            for twin in [&mut again, out.last_mut().unwrap()] {
                match rng.below(4) {
                    0 => twin.ssn = Vec::new(),
                    1 => twin.ssn = rng.pick(&pools.ssns).clone(),
                    2 => twin.ssn = rng.pick(&USABLE_SSNS).as_bytes().to_vec(),
                    _ => {}
                }
                if twin.kind != b"CH" && rng.percent(50) {
                    twin.kind = rng.pick(&["NP", "CP", "PF"]).as_bytes().to_vec();
                }
                if rng.percent(25) {
                    twin.birth = rng
                        .pick(&["        ", "00000000", "20121301"])
                        .as_bytes()
                        .to_vec();
                }
            }
            again.member = rng.pick(&MEMBERS).as_bytes().to_vec();
            out.push(again);
        }
    }
    if out.is_empty() {
        out.push(row_of(rng, pools, &pools.people[0], &mirror));
    }
    out
}

/// Every record of a case takes the case data of the first; nobody is listed twice in a case. The group within which the
/// data agree is (Case ID, other state), so that blank Other State Case IDs cannot upset it either.
fn make_consistent(rows: Vec<Row>, is_fcr: bool) -> Vec<Row> {
    let mut heads: BTreeMap<(Vec<u8>, Vec<u8>), Row> = BTreeMap::new();
    let mut kept: Vec<Row> = Vec::new();
    for mut row in rows {
        let other_state = if is_fcr {
            Vec::new()
        } else {
            row.other_state()
        };
        let first = heads
            .entry((row.case_id.clone(), other_state.clone()))
            .or_insert_with(|| row.clone());
        row.indicator = first.indicator;
        row.fips = first.fips.clone();
        row.status = first.status;
        row.other_fips = first.other_fips.clone();
        row.contact = first.contact.clone();
        let may_share_case = |one: &Row| {
            one.case_id == row.case_id
                && (is_fcr
                    || (one.other_state() == other_state
                        && (one.other_id == row.other_id
                            || one.other_id.is_empty()
                            || row.other_id.is_empty())))
        };
        let same_class = |one: &Row| (one.kind == b"CH") == (row.kind == b"CH");
        let doubled = kept.iter().any(|one| {
            may_share_case(one)
                && ((!row.member.is_empty() && one.member == row.member)
                    || (same_class(one)
                        && ((!row.ssn.is_empty() && one.ssn == row.ssn)
                            || (name_key(&row.last, &row.first).is_some()
                                && name_key(&one.last, &one.first)
                                    == name_key(&row.last, &row.first)))))
        });
        if !doubled {
            kept.push(row);
        }
    }
    kept
}

// ---------------------------------------------------------------------------------------------
// Side files
// ---------------------------------------------------------------------------------------------

fn side_line(rng: &mut Rng, out: &mut Vec<u8>, mut line: Vec<u8>, shortest: usize, crlf: bool) {
    let trim = rng.percent(50);
    while trim && line.len() > shortest && line.last() == Some(&b' ') {
        line.pop();
    }
    out.extend_from_slice(&line);
    if crlf {
        out.push(b'\r');
    }
    out.push(b'\n');
}

/// A name that the tolerance may or may not forgive.
fn near_name(rng: &mut Rng, name: &[u8]) -> Vec<u8> {
    let mut name = name.to_vec();
    if name.is_empty() {
        return name;
    }
    let at = rng.below(name.len());
    match rng.below(8) {
        0 => name[at] = *rng.pick(b"AEQZ"),
        1 if at + 2 < name.len() => {
            // Two bytes exchanged; mostly neighbours.
            let step = if rng.percent(75) { 1 } else { 2 };
            name.swap(at, at + step);
        }
        2 => {
            name.remove(at);
        }
        3 => name.insert(at, *rng.pick(b"AEQZ")),
        4 => name.extend_from_slice(b"SON"),
        5 => name.truncate(4),
        6 => name.make_ascii_lowercase(),
        _ => {}
    }
    name
}

fn ssn_master(rng: &mut Rng, pools: &Pools) -> Vec<u8> {
    let mut out = Vec::new();
    let crlf = rng.percent(30);
    for person in &pools.people {
        if person.ssn.is_empty() || rng.percent(10) {
            continue;
        }
        for _ in 0..rng.between(1, 2) {
            let mut last = person.last.clone();
            let mut first = person.first.clone();
            match rng.below(10) {
                0..=2 => {}
                3..=6 => last = near_name(rng, &last),
                7 => first = near_name(rng, &first),
                8 => {
                    last = near_name(rng, &last);
                    first = near_name(rng, &first);
                }
                _ => {
                    last = rng.pick(&pools.lasts).clone();
                    first = rng.pick(&pools.firsts).clone();
                }
            }
            let mut line = vec![b' '; 55];
            line[..9].copy_from_slice(&person.ssn);
            let (l, f) = (last.len().min(30), first.len().min(16));
            line[9..9 + l].copy_from_slice(&last[..l]);
            line[39..39 + f].copy_from_slice(&first[..f]);
            side_line(rng, &mut out, line, 10, crlf);
        }
    }
    if rng.percent(25) && out.last() == Some(&b'\n') {
        out.pop();
    }
    out
}

fn misidentified(rng: &mut Rng, pools: &Pools, rows: &[(usize, Vec<Row>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let crlf = rng.percent(30);
    for _ in 0..rng.between(1, 6) {
        let (state, of_state) = rng.pick(rows);
        let mut line = vec![b' '; 26];
        line[..2].copy_from_slice(STATES[*state].0.as_bytes());
        // Mostly somebody of a file; else any Member ID with any SSN.
        let (member, ssn) = match of_state.get(rng.below(of_state.len().max(1))) {
            Some(row)
                if row.ssn.len() == 9
                    && row.ssn.iter().all(u8::is_ascii_digit)
                    && row.ssn != b"000000000"
                    && !row.member.is_empty() =>
            {
                (row.member.clone(), row.ssn.clone())
            }
            _ => (
                rng.pick(&MEMBERS).as_bytes().to_vec(),
                rng.pick(&pools.ssns).clone(),
            ),
        };
        line[2..2 + member.len()].copy_from_slice(&member);
        line[17..26].copy_from_slice(&ssn);
        side_line(rng, &mut out, line, 26, crlf);
    }
    out
}

// ---------------------------------------------------------------------------------------------
// Worlds
// ---------------------------------------------------------------------------------------------

/// A small, dense, adversarial world.
pub fn random_world(seed: u64) -> World {
    world(seed, false, false)
}

/// The random world of the seed with cases side by side, in every extract, that differ in the Other State Case ID alone,
/// one of them blank.
pub fn dense_world(seed: u64) -> World {
    world(seed, false, true)
}

/// A world whose answer does not depend on the order of the records of its files: all records of a case carry the same case
/// data, and nobody is listed twice in a case. Its files are text with a LF after every record, so that their lines can be
/// put in any order (see [`shuffled`]).
pub fn consistent_world(seed: u64) -> World {
    world(seed, true, false)
}

fn world(seed: u64, consistent: bool, dense: bool) -> World {
    let mut rng = Rng::new(seed.wrapping_mul(2).wrapping_add(consistent as u64));
    let rng = &mut rng;
    let mut all: Vec<usize> = (0..STATES.len()).collect();
    rng.shuffle(&mut all);

    let pooled = rng.percent(35);

    // Who submits, for whom the FCR stands, who is absent; an FCR-derived file may come for a state that submits.
    let submitting_count = if pooled {
        *rng.pick(&[2, 2, 2, 3])
    } else {
        *rng.pick(&[1, 2, 2, 2, 3, 3, 4])
    };
    let fcr_count = if submitting_count == 1 {
        *rng.pick(&[0, 1, 1, 1])
    } else {
        *rng.pick(&[0, 0, 1, 1])
    };
    let absent_count = *rng.pick(&[0, 0, 1]);
    let named = (submitting_count + fcr_count + absent_count).max(2);
    let submitting = all[..submitting_count].to_vec();
    let mut fcr_states = all[submitting_count..submitting_count + fcr_count].to_vec();
    if rng.percent(15) {
        fcr_states.push(submitting[0]);
    }
    let mut temper_pools = pools(rng, all[..named].to_vec());
    if consistent {
        temper_pools.temper.contradiction = 0;
    }
    let pools = temper_pools;

    // The cases: each state's own, near copies, and what the state that a case names would hold.
    let mut rows: BTreeMap<(bool, usize), Vec<Vec<Row>>> = BTreeMap::new();
    let plan: Vec<(bool, usize)> = submitting
        .iter()
        .map(|&state| (false, state))
        .chain(fcr_states.iter().map(|&state| (true, state)))
        .collect();
    for &(is_fcr, state) in &plan {
        rows.entry((is_fcr, state)).or_default();
        for _ in 0..rng.between(2, 4) {
            let other = other_than(rng, &pools, state);
            let head = head(rng, &pools, state, other, is_fcr);
            let clean = case_rows(rng, &pools, &head);
            // The other side, and near copies of it.
            if !is_fcr && rng.percent(75) {
                let mirror = mirrored(rng, &pools, state, other, &clean);
                let target = if submitting.contains(&other) {
                    Some((false, other))
                } else {
                    Some((true, other)).filter(|to| plan.contains(to))
                };
                if let Some(target) = target {
                    let list = rows.entry(target).or_default();
                    if rng.percent(55) {
                        for _ in 0..rng.between(1, 3) {
                            list.push(near_copy(rng, &pools, other, &mirror));
                        }
                    }
                    list.push(mirror);
                }
            }
            let list = rows.entry((is_fcr, state)).or_default();
            if rng.percent(30) {
                list.push(near_copy(rng, &pools, state, &clean));
            }
            list.push(clean);
        }
    }
    // Scenes, between a state that submits and another.
    let mut shown: scenes::Cases = Vec::new();
    let (of_people, of_cases, of_two) = if pooled { (5, 5, 5) } else { (5, 1, 1) };
    let crowd = rng.below(8) == 0;
    for number in 0..of_people + of_cases + of_two + crowd as usize {
        let mine = *rng.pick(&submitting);
        let other = if rng.percent(80) {
            *rng.pick(&submitting)
        } else {
            other_than(rng, &pools, mine)
        };
        let theirs = if other == mine {
            // Whoever else there is, best somebody who submits.
            let others: Vec<usize> = submitting
                .iter()
                .copied()
                .filter(|&it| it != mine)
                .collect();
            if others.is_empty() {
                other_than(rng, &pools, mine)
            } else {
                *rng.pick(&others)
            }
        } else {
            other
        };
        let third = (0..STATES.len())
            .find(|state| *state != mine && *state != theirs)
            .unwrap();
        let stage = Stage {
            pools: &pools,
            mine: (false, mine),
            theirs: (!submitting.contains(&theirs), theirs),
            third,
        };
        shown.extend(if number < of_people {
            scenes::of_people(rng, &stage)
        } else if number < of_people + of_cases {
            scenes::of_cases(rng, &stage)
        } else if number < of_people + of_cases + of_two {
            scenes::two_candidates(rng, &stage)
        } else {
            scenes::crowd(rng, &stage)
        });
    }
    for (place, case) in shown {
        // Nobody plays for a state without a file.
        if plan.contains(&place) {
            rows.entry(place).or_default().push(case);
        }
    }

    // Now and then a case with more than 99 children on one side.
    if rng.below(20) == 0 {
        let (is_fcr, state) = plan[0];
        let other = other_than(rng, &pools, state);
        let head = head(rng, &pools, state, other, is_fcr);
        let many: Vec<Row> = (0..rng.between(98, 103))
            .map(|number| {
                let mut row = row_of(rng, &pools, &pools.people[0], &head);
                row.kind = b"CH".to_vec();
                row.member = number.to_string().into_bytes();
                row
            })
            .collect();
        rows.get_mut(&(is_fcr, state)).unwrap().push(many);
    }

    if dense {
        for &state in &submitting {
            let list = rows.get_mut(&(false, state)).unwrap();
            let alike = rng.pick(list).clone();
            let mut ids = [&b""[..], b"Q1", b"Q2"];
            rng.shuffle(&mut ids);
            list.push(
                ids.iter()
                    .flat_map(|id| {
                        alike.iter().cloned().map(|row| Row {
                            other_id: id.to_vec(),
                            ..row
                        })
                    })
                    .collect(),
            );
        }
    }

    // Each file's rows in their order.
    let mut of_files: Vec<((bool, usize), Vec<Row>)> = Vec::new();
    for (key, mut cases) in rows {
        rng.shuffle(&mut cases);
        for case in &mut cases {
            if let Some(other) = STATES
                .iter()
                .position(|(code, _)| code.as_bytes() == case[0].other_state())
            {
                disturb(rng, &pools, case, other);
            }
        }
        let mut list: Vec<Row> = cases.concat();
        if rng.percent(40) {
            // Records of one case apart in the file.
            for _ in 0..rng.between(1, 6) {
                let (from, to) = (rng.below(list.len()), rng.below(list.len()));
                let row = list.remove(from);
                list.insert(to, row);
            }
        } else if rng.percent(10) {
            rng.shuffle(&mut list);
        }
        if key.0 {
            // What the FCR does not hold.
            for row in &mut list {
                row.indicator = b' ';
                row.other_id = Vec::new();
                row.contact = Vec::new();
                row.other_fips = vec![b' '; 7];
            }
        }
        if consistent {
            list = make_consistent(list, key.0);
        }
        of_files.push((key, list));
    }

    let master = rng.percent(65).then(|| ssn_master(rng, &pools));
    let by_state: Vec<(usize, Vec<Row>)> = of_files
        .iter()
        .map(|((_, state), list)| (*state, list.clone()))
        .collect();
    let misidentified = rng
        .percent(55)
        .then(|| misidentified(rng, &pools, &by_state));

    let mut extracts = Vec::new();
    let mut fcr = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for ((is_fcr, state), list) in &of_files {
        let own = STATES[*state].0;
        let bytes = file_bytes(rng, list, own, *is_fcr, &pools.temper, consistent);
        // Names whose order has nothing to do with the states'.
        let mut name = format!(
            "{}{:02}.txt",
            if *is_fcr { "fcr" } else { "file" },
            rng.below(100)
        );
        while !names.insert(name.clone()) {
            name.insert(0, 'x');
        }
        if *is_fcr {
            fcr.push((name, bytes));
        } else {
            extracts.push((name, bytes));
        }
    }
    rng.shuffle(&mut extracts);
    rng.shuffle(&mut fcr);
    World {
        extracts,
        fcr,
        ssn_master: master,
        misidentified,
        run_date: RUN_DATE,
        directed: rng.percent(40),
        absent_unmatched: rng.percent(40),
        pooled,
    }
}

/// The same world with the lines of every file in another order; for each file name, the place (from 0) that each line of the
/// new file had in the old one. Only for worlds of [`consistent_world`]: every line must end in LF.
pub fn shuffled(world: &World, seed: u64) -> (World, BTreeMap<String, Vec<usize>>) {
    let mut rng = Rng::new(seed ^ 0x5AFF_1E00);
    let mut out = world.clone();
    let mut places = BTreeMap::new();
    for (name, bytes) in out.extracts.iter_mut().chain(out.fcr.iter_mut()) {
        let lines: Vec<Vec<u8>> = bytes
            .split_inclusive(|&byte| byte == b'\n')
            .map(|line| line.to_vec())
            .collect();
        let mut order: Vec<usize> = (0..lines.len()).collect();
        rng.shuffle(&mut order);
        *bytes = order.iter().flat_map(|&at| lines[at].clone()).collect();
        places.insert(name.clone(), order);
    }
    (out, places)
}
