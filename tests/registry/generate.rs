//! Random registries: few cases, persons and SSNs, so that everything meets everything.

use super::model::{File, cannot_be_placed};

/// A small generator of numbers (splitmix64): the same for the same seed, everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x6963_7200)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// An FP, field by field; what is not named is blank.
#[derive(Clone, Debug, Default)]
pub struct Person<'a> {
    pub action: &'a str,
    pub case: &'a str,
    pub member: &'a str,
    pub kind: &'a str,
    pub fv: &'a str,
    pub sex: &'a str,
    pub born: &'a str,
    pub ssn: &'a str,
    pub previous: &'a str,
    pub additional: [&'a str; 2],
    pub first: &'a str,
    pub middle: &'a str,
    pub last: &'a str,
    pub new_member: &'a str,
}

fn put(line: &mut Vec<u8>, first: usize, value: &str) {
    let end = first - 1 + value.len();
    if line.len() < end {
        line.resize(end, b' ');
    }
    line[first - 1..end].copy_from_slice(value.as_bytes());
}

fn trim(mut line: Vec<u8>) -> Vec<u8> {
    while line.last() == Some(&b' ') {
        line.pop();
    }
    line
}

impl Person<'_> {
    /// The record, its trailing blanks trimmed.
    pub fn line(&self) -> Vec<u8> {
        let mut line = b"FP".to_vec();
        for (first, value) in [
            (3, self.action),
            (4, self.case),
            (44, self.kind),
            (46, self.fv),
            (48, self.member),
            (63, self.sex),
            (64, self.born),
            (72, self.ssn),
            (81, self.previous),
            (90, self.first),
            (106, self.middle),
            (122, self.last),
            (247, self.additional[0]),
            (256, self.additional[1]),
            (513, self.new_member),
        ] {
            put(&mut line, first, value);
        }
        trim(line)
    }
}

/// An FC, its trailing blanks trimmed.
pub fn case(action: &str, id: &str, kind: &str, county: &str, previous: &str) -> Vec<u8> {
    let mut line = b"FC".to_vec();
    for (first, value) in [
        (3, action),
        (4, id),
        (19, kind),
        (21, county),
        (41, previous),
    ] {
        put(&mut line, first, value);
    }
    trim(line)
}

pub const STATES: [(&str, &str); 4] = [("06", "CA"), ("36", "NY"), ("48", "TX"), ("72", "PR")];

/// How a random registry is made.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub states: usize,
    pub records: u64,
    pub cases: u64,
    pub members: u64,
    pub ssns: u64,
    /// One person record in so many is marked.
    pub marked: u64,
    /// One record in so many is damaged.
    pub damaged: u64,
    /// One record in so many renames.
    pub renames: u64,
}

impl Shape {
    /// One of the shapes that between them meet every rule.
    pub fn random(random: &mut Random) -> Self {
        Shape {
            states: 1 + random.below(4) as usize,
            records: 1 + random.below(60),
            cases: 1 + random.below(6),
            members: 1 + random.below(4),
            ssns: 2 + random.below(40),
            marked: random.pick(&[3, 10, 40, 1_000_000]),
            damaged: random.pick(&[6, 25, 1_000_000]),
            renames: random.pick(&[2, 8, 1_000_000]),
        }
    }
}

/// Nine digits: mostly usable, sometimes a placeholder, sometimes none.
fn ssn(random: &mut Random, shape: &Shape) -> String {
    match random.below(12) {
        0 => String::new(),
        1 => random
            .pick(&["000000000", "123456789", "666120001", "41266 001"])
            .to_owned(),
        _ => format!(
            "{:09}",
            100_010_001 + random.below(shape.ssns) * 1_010_011 % 790_000_000
        ),
    }
}

fn damage(random: &mut Random, line: &mut Vec<u8>) {
    match random.below(9) {
        0 => line.truncate(random.below(line.len() as u64 + 1) as usize),
        1 => {
            let at = random.below(line.len() as u64) as usize;
            line[at] = random.pick(&[0, 9, 13, 0x1f, 0x7f]);
        }
        2 => put(line, 1, random.pick(&["FX", "fp", "  ", "PF"])),
        3 => put(line, 3, random.pick(&["X", " ", "a"])),
        4 => put(
            line,
            4,
            random.pick(&[
                "               ",
                " C1            ",
                "000            ",
                "C*1",
                "C\\1",
            ]),
        ),
        5 => put(line, 19, "X"),
        6 => put(line, 44, random.pick(&["XX", "C ", "np"])),
        7 => put(line, 46, random.pick(&["F ", "fv", " V", "NF"])),
        _ => put(line, 48, "               "),
    }
    if random.one_in(5) {
        let width = 560 - random.below(10) as usize;
        line.resize(width.max(line.len()), b' ');
        if random.one_in(2)
            && let Some(last) = line.last_mut()
        {
            *last = b'x';
        }
    }
}

/// A random registry: a file for each of some states.
pub fn registry(seed: u64) -> Vec<File> {
    let mut random = Random::new(seed);
    let shape = Shape::random(&mut random);
    registry_of(&mut random, &shape)
}

pub fn registry_of(random: &mut Random, shape: &Shape) -> Vec<File> {
    STATES[..shape.states]
        .iter()
        .map(|&(fips, usps)| {
            let mut lines = vec![format!("FA{fips}").into_bytes()];
            // One record that nothing can be said against.
            lines.push(case("A", &format!("{usps}-ZZ99"), "F", "001", ""));
            for _ in 0..shape.records {
                let mut line = record(random, shape, usps);
                // Such a line stops the run.
                while cannot_be_placed(&line) {
                    line = record(random, shape, usps);
                }
                lines.push(line);
            }
            File { fips, usps, lines }
        })
        .collect()
}

fn record(random: &mut Random, shape: &Shape, usps: &str) -> Vec<u8> {
    let action = random.pick(&["A", "A", "A", "C", "C", "D"]);
    let id = |random: &mut Random| format!("{usps}-C{:05}", random.below(shape.cases));
    let this = id(random);
    let mut line = if random.one_in(3) {
        let previous = if random.one_in(shape.renames) {
            id(random)
        } else {
            String::new()
        };
        let kind = random.pick(&["F", "F", "F", "N"]);
        let county = random.pick(&["", "001", "113", "ABC"]);
        case(action, &this, kind, county, &previous)
    } else {
        let member = |random: &mut Random| format!("M{:02}", random.below(shape.members));
        let (member, new) = (member(random), member(random));
        let ssns: Vec<String> = (0..4).map(|_| ssn(random, shape)).collect();
        let additional = [
            if random.one_in(4) {
                ssns[2].as_str()
            } else {
                ""
            },
            if random.one_in(4) {
                ssns[3].as_str()
            } else {
                ""
            },
        ];
        Person {
            action,
            case: &this,
            member: &member,
            kind: random.pick(&["CH", "CP", "NP", "PF", ""]),
            fv: if random.one_in(shape.marked) {
                "FV"
            } else {
                ""
            },
            sex: random.pick(&["F", "M", ""]),
            born: random.pick(&["20100505", "19800101", ""]),
            ssn: &ssns[0],
            previous: if random.one_in(4) { &ssns[1] } else { "" },
            additional,
            first: random.pick(&["ANN", "BOB", "CY", ""]),
            middle: random.pick(&["Q", ""]),
            last: random.pick(&["SMITH", "O'BRIEN", "DE LA CRUZ", ""]),
            new_member: if random.one_in(shape.renames) {
                &new
            } else {
                ""
            },
        }
        .line()
    };
    if random.one_in(shape.damaged) {
        damage(random, &mut line);
        line.retain(|byte| *byte != b'\n');
        // A CR before the line end belongs to it.
        while line.last() == Some(&b'\r') {
            line.pop();
        }
    }
    if line.starts_with(b"FA") {
        line[1] = b'X';
    }
    line
}

/// The bytes of a file.
pub fn bytes(file: &File, line_end: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in &file.lines {
        bytes.extend(line);
        bytes.extend(line_end);
    }
    bytes
}
