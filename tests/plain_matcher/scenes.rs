//! Scenes: a few cases in two states, made so that one rule has to decide.
//!
//! A world is mostly chance, which seldom brings twins with middle names or two cases that only the sixth step of a
//! choice tells apart. A scene brings them, each time in another way, and often misses by a hair what it aims at.

use super::worlds::{Pools, Rng, Row, fips, head};

/// A file: whether it is FCR-derived, and its state.
type Place = (bool, usize);

/// Where a scene plays: a state that submits, and what stands for the other state.
pub(super) struct Stage<'a> {
    pub(super) pools: &'a Pools,
    pub(super) mine: Place,
    pub(super) theirs: Place,
    /// A state that is neither.
    pub(super) third: usize,
}

/// The cases of a scene, each with its file.
pub(super) type Cases = Vec<(Place, Vec<Row>)>;

// ---------------------------------------------------------------------------------------------
// Names, dates, numbers
// ---------------------------------------------------------------------------------------------

const LASTS: [&str; 14] = [
    "MUNOZ",
    "IBANEZ",
    "O'NEILL",
    "GARCIA",
    "SMITH-JONES",
    "DE LA CRUZ",
    "STRAUSS",
    "BJORK",
    "THORSEN",
    "AEGIDIUS",
    "LEE",
    "NG",
    "D'AGOSTINO",
    "WYNN",
];

const FIRSTS: [&str; 16] = [
    "JOSE", "RENE", "MARIA", "ANNA", "ANNALISE", "MARY ANN", "LEE", "SOREN", "ZOE", "MAX", "CHLOE",
    "BO", "FRANCOIS", "THEA", "INES", "ULISES",
];

const MIDDLES: [&str; 14] = [
    "ANN", "MARIE", "ANNETTE", "JO", "JOSE", "LEE", "INES", "MARIANNE", "ROSE", "RENEE", "PAUL",
    "PA", "D'ARC", "MARY JO",
];

/// What stands for no middle name.
const NO_MIDDLE: [&str; 4] = ["NMN", "NMI", "NONE", "none"];

const PLACEHOLDER_FIRSTS: [&str; 9] = [
    "BABY BOY A",
    "BABYBOYB",
    "BABY GIRL A",
    "BABYGIRLB",
    "BOY",
    "GIRL",
    "TWIN A",
    "TWIN-B",
    "UNBORN",
];

/// Dates of birth that are not valid; some are on both sides alike.
const UNKNOWN_BIRTHS: [&str; 5] = ["19000101", "        ", "00000000", "20130230", "19000101"];

fn text(list: &[&str], rng: &mut Rng) -> Vec<u8> {
    rng.pick(list).as_bytes().to_vec()
}

fn new_ssn(rng: &mut Rng) -> Vec<u8> {
    let (area, group) = (rng.between(200, 599), rng.between(10, 89));
    format!("{area:03}{group:02}{:04}", rng.between(1000, 8999)).into_bytes()
}

fn new_birth(rng: &mut Rng, child: bool) -> Vec<u8> {
    let year = if child {
        rng.between(2006, 2022)
    } else {
        rng.between(1970, 1999)
    };
    // Days that may be months, so that they can be exchanged; never the month itself.
    let month = rng.between(1, 12);
    let day = (month + rng.below(11)) % 12 + 1;
    format!("{year:04}{month:02}{day:02}").into_bytes()
}

/// The same name in other letters: accents, apostrophes, hyphens and spaces that fold to what was there.
pub(super) fn accented(rng: &mut Rng, name: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < name.len() {
        let pair = &name[at..(at + 2).min(name.len())];
        let two: &[u8] = match pair {
            b"AE" => &[0xC6, 0xE6],
            b"TH" => &[0xDE, 0xFE],
            b"SS" => &[0xDF],
            _ => &[],
        };
        if !two.is_empty() && rng.percent(60) {
            out.push(*rng.pick(two));
            at += 2;
            continue;
        }
        let one: &[u8] = match name[at] {
            b'A' => &[0xC0, 0xC1, 0xC4, 0xC5, 0xE0, 0xE5],
            b'C' => &[0xC7, 0xE7],
            b'D' => &[0xD0, 0xF0],
            b'E' => &[0xC8, 0xC9, 0xCB, 0xE8, 0xEB],
            b'I' => &[0xCC, 0xCD, 0xCF, 0xEC, 0xEF],
            b'N' => &[0xD1, 0xF1],
            b'O' => &[0xD2, 0xD3, 0xD6, 0xD8, 0xF2, 0xF6, 0xF8],
            b'U' => &[0xD9, 0xDC, 0xF9, 0xFC],
            b'Y' => &[0xDD, 0xFD, 0xFF],
            b'\'' => &[0x91, 0x92, 0xB4, b'`'],
            b'-' => &[0xAD, 0xA0, b' '],
            b' ' => &[0xA0, 0x80, 0xAD, 0xD7, 0xF7],
            _ => &[],
        };
        if !one.is_empty() && rng.percent(50) {
            out.push(*rng.pick(one));
        } else {
            out.push(name[at]);
        }
        at += 1;
    }
    out
}

/// A name with one slip of the pen, or with two where one is not enough to spoil it.
fn slipped(rng: &mut Rng, name: &[u8]) -> Vec<u8> {
    let mut name = name.to_vec();
    if name.is_empty() {
        return name;
    }
    for _ in 0..if rng.percent(85) { 1 } else { 2 } {
        let at = rng.below(name.len());
        match rng.below(9) {
            0 | 1 => name[at] = *rng.pick(b"AEKRZ"),
            2 | 3 if name.len() > 1 => {
                name.remove(at);
            }
            4 | 5 if at + 1 < name.len() => name.swap(at, at + 1),
            6 if at + 2 < name.len() => name.swap(at, at + 2),
            _ => name.insert(at, *rng.pick(b"AEKRZ")),
        }
    }
    name
}

/// A date that differs in one part, in month and day exchanged, or now and then in two parts.
pub(super) fn near_birth(rng: &mut Rng, birth: &[u8]) -> Vec<u8> {
    let number = |from: usize, to: usize| {
        std::str::from_utf8(&birth[from..to])
            .ok()
            .and_then(|digits| digits.parse::<usize>().ok())
    };
    if birth.len() != 8 {
        return birth.to_vec();
    }
    let (Some(mut year), Some(mut month), Some(mut day)) =
        (number(0, 4), number(4, 6), number(6, 8))
    else {
        return birth.to_vec();
    };
    let way = rng.below(13);
    if matches!(way, 0 | 1 | 8 | 12) {
        year += *rng.pick(&[1, 2, 9]);
    }
    if matches!(way, 2 | 3 | 8 | 9) {
        month = month % 12 + 1;
    }
    if matches!(way, 4 | 5 | 9) {
        day = day % 12 + 1;
    }
    if matches!(way, 6 | 7 | 10 | 11 | 12) {
        std::mem::swap(&mut month, &mut day);
    }
    format!("{year:04}{month:02}{day:02}").into_bytes()
}

/// A middle name as another clerk writes it.
pub(super) fn middle_as_written(rng: &mut Rng, middle: &[u8]) -> Vec<u8> {
    match rng.below(20) {
        0..=7 => middle.to_vec(),
        8..=11 => middle[..middle.len().min(1)].to_vec(),
        12..=14 => Vec::new(),
        15 => text(&NO_MIDDLE, rng),
        16 => accented(rng, middle),
        17 => [middle, b" JR"].concat(),
        _ => text(&MIDDLES, rng),
    }
}

/// A Case ID: letters, zeroes, a number.
fn new_id(rng: &mut Rng, pools: &Pools) -> Vec<u8> {
    if rng.percent(4) {
        return rng.pick(&pools.case_ids).clone();
    }
    let letters = if rng.percent(8) {
        "x"
    } else {
        *rng.pick(&["", "", "A", "AB"])
    };
    let zeroes = &"000"[..rng.below(4)];
    let tail = *rng.pick(&["", "", "", "-0", "A0", "B"]);
    format!("{letters}{zeroes}{}{tail}", rng.between(1, 9999)).into_bytes()
}

/// The Case ID with more or fewer zeroes after its letters; now and then with another letter, which is not the same.
fn other_zeroes(rng: &mut Rng, id: &[u8]) -> Vec<u8> {
    let letters = id
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let zeroes = id[letters..]
        .iter()
        .take_while(|&&byte| byte == b'0')
        .count();
    let now = (zeroes + 1 + rng.below(3)) % 4;
    let mut out = id[..letters].to_vec();
    out.extend(vec![b'0'; now]);
    out.extend_from_slice(&id[letters + zeroes..]);
    match rng.below(12) {
        0 => out.insert(0, b'C'),
        1 => out.push(b'0'),
        2 if letters > 0 => {
            out.remove(0);
        }
        _ => {}
    }
    out.truncate(15);
    out
}

// ---------------------------------------------------------------------------------------------
// People and cases
// ---------------------------------------------------------------------------------------------

fn somebody(rng: &mut Rng, kind: &str, last: &[u8]) -> Row {
    let mut row = Row::nobody();
    row.kind = kind.as_bytes().to_vec();
    row.ssn = new_ssn(rng);
    row.last = last.to_vec();
    row.first = text(&FIRSTS, rng);
    if rng.percent(60) {
        row.middle = text(&MIDDLES, rng);
    }
    row.birth = new_birth(rng, kind == "CH");
    row.sex = *rng.pick(b"MF");
    row.member = new_member(rng);
    row
}

fn new_member(rng: &mut Rng) -> Vec<u8> {
    format!("N{}", rng.between(1000, 99999)).into_bytes()
}

/// CP, NP, perhaps PF, and so many children.
fn family(rng: &mut Rng, children: usize) -> Vec<Row> {
    let last = text(&LASTS, rng);
    let mut people = vec![somebody(rng, "CP", &last)];
    let father = *rng.pick(&["NP", "NP", "PF"]);
    people.push(somebody(rng, father, &last));
    for _ in 0..children {
        people.push(somebody(rng, "CH", &last));
    }
    people
}

/// People as the other state lists them: under its own Member IDs.
fn over_there(rng: &mut Rng, people: &[Row]) -> Vec<Row> {
    people
        .iter()
        .map(|row| {
            let mut row = row.clone();
            row.member = new_member(rng);
            row
        })
        .collect()
}

impl Stage<'_> {
    /// A case of the one side or the other; open, unless the scene closes it.
    fn case(
        &self,
        rng: &mut Rng,
        of_mine: bool,
        case_id: &[u8],
        other_id: &[u8],
        people: Vec<Row>,
    ) -> (Place, Vec<Row>) {
        let (here, there) = if of_mine {
            (self.mine, self.theirs)
        } else {
            (self.theirs, self.mine)
        };
        let mut case = head(rng, self.pools, here.1, there.1, here.0);
        case.case_id = case_id.to_vec();
        case.other_id = other_id.to_vec();
        case.status = if rng.percent(93) { b'O' } else { b'C' };
        let rows = people
            .into_iter()
            .map(|person| Row {
                ssn: person.ssn,
                member: person.member,
                kind: person.kind,
                last: person.last,
                first: person.first,
                middle: person.middle,
                birth: person.birth,
                sex: person.sex,
                ..case.clone()
            })
            .collect();
        (here, rows)
    }

    /// Two cases that mostly name each other.
    fn pair(&self, rng: &mut Rng, mine: Vec<Row>, theirs: Vec<Row>) -> Cases {
        let (my_id, their_id) = (new_id(rng, self.pools), new_id(rng, self.pools));
        let to_them = match rng.below(10) {
            0..=6 => their_id.clone(),
            7 => other_zeroes(rng, &their_id),
            _ => Vec::new(),
        };
        let to_me = match rng.below(10) {
            0..=6 => my_id.clone(),
            7 => other_zeroes(rng, &my_id),
            _ => Vec::new(),
        };
        vec![
            self.case(rng, true, &my_id, &to_them, mine),
            self.case(rng, false, &their_id, &to_me, theirs),
        ]
    }
}

// ---------------------------------------------------------------------------------------------
// Scenes about people
// ---------------------------------------------------------------------------------------------

/// One of the ways in which two states write down one person differently; then which of them knows the SSN.
fn slip(rng: &mut Rng, p: &mut Row, q: &mut Row) {
    let way = rng.below(23);
    match way {
        0 => {}
        1 | 2 => {
            q.last = accented(rng, &q.last);
            q.first = accented(rng, &q.first);
        }
        3 | 4 => {
            p.middle = middle_as_written(rng, &p.middle);
            q.middle = middle_as_written(rng, &q.middle);
        }
        5..=7 => q.first = slipped(rng, &q.first),
        8..=10 => q.last = slipped(rng, &q.last),
        11 | 12 => std::mem::swap(&mut q.first, &mut q.last),
        13..=15 => q.birth = near_birth(rng, &q.birth),
        16 | 17 => q.last = text(&LASTS, rng),
        18 | 19 => {
            q.birth = text(&UNKNOWN_BIRTHS, rng);
            if rng.percent(50) {
                p.birth = q.birth.clone();
            }
        }
        21 => {
            // What looks like a suffix is one only where a space comes before it.
            for row in [&mut *p, &mut *q] {
                row.last
                    .push(*rng.pick(&[b'\'', b'`', 0x91, 0xB4, 0xAD, 0xA0, b'-', b' ']));
                row.last.extend_from_slice(b"JR");
            }
        }
        20 => {
            // Names that contradict in the middle alone.
            p.middle = b"ROSE".to_vec();
            q.middle = text(&["PAUL", "P", "JOSE"], rng);
        }
        _ => {
            // Placeholders join nobody.
            q.first = text(&PLACEHOLDER_FIRSTS, rng);
            p.first = q.first.clone();
        }
    }
    if rng.percent(25) {
        p.middle = middle_as_written(rng, &p.middle);
    } else if way > 4 && way != 20 && rng.percent(80) {
        q.middle = Vec::new();
    }
    if rng.percent(10) {
        q.last = accented(rng, &q.last);
    }
    if (5..=17).contains(&way) && rng.percent(8) {
        // Beside the slip, middle names that contradict.
        p.middle = b"ROSE".to_vec();
        q.middle = b"PAUL".to_vec();
    }
    match rng.below(8) {
        0 => q.sex = if p.sex == b'M' { b'F' } else { b'M' },
        1 => q.sex = b'O',
        _ => {}
    }
    if p.kind != b"CH" && rng.percent(15) {
        q.kind = text(&["NP", "CP", "PF"], rng);
    }
    match rng.below(10) {
        0..=3 => p.ssn = Vec::new(),
        4..=6 => q.ssn = Vec::new(),
        7 => {
            p.ssn = Vec::new();
            q.ssn = b"000000000".to_vec();
        }
        8 => q.ssn = new_ssn(rng),
        _ => {}
    }
}

/// A family whose members are written down differently; mostly one of them not, who anchors the others.
fn slips(rng: &mut Rng, stage: &Stage) -> Cases {
    let children = rng.between(1, 3);
    let mut mine = family(rng, children);
    let mut theirs = over_there(rng, &mine);
    let anchor = if rng.percent(85) {
        rng.below(mine.len())
    } else {
        mine.len()
    };
    for at in 0..mine.len() {
        if at != anchor && rng.percent(80) {
            slip(rng, &mut mine[at], &mut theirs[at]);
        }
    }
    if rng.percent(45) {
        // Somebody whom two fit: a brother whose name is as near.
        let at = rng.below(mine.len());
        let (list, ssn) = if rng.percent(65) {
            (&mut mine, Vec::new())
        } else {
            (&mut theirs, new_ssn(rng))
        };
        let mut brother = list[at].clone();
        brother.member = new_member(rng);
        brother.ssn = ssn;
        match rng.below(3) {
            0 => brother.first = slipped(rng, &brother.first),
            1 => brother.last = text(&LASTS, rng),
            _ => brother.birth = near_birth(rng, &brother.birth),
        }
        list.push(brother);
    }
    rng.shuffle(&mut theirs);
    stage.pair(rng, mine, theirs)
}

/// Twins: last name and date of birth alike, first names alike or the one the beginning of the other.
fn twins(rng: &mut Rng, stage: &Stage) -> Cases {
    let children = rng.below(2);
    let mut mine = family(rng, children);
    let kind = if rng.percent(85) { "CH" } else { "NP" };
    let mut one = somebody(rng, kind, &mine[0].last.clone());
    let unknown = rng.percent(35);
    if unknown {
        one.birth = text(&UNKNOWN_BIRTHS, rng);
    }
    let mut other = one.clone();
    other.ssn = new_ssn(rng);
    other.member = new_member(rng);
    (one.middle, other.middle) = match rng.below(6) {
        _ if unknown && rng.percent(50) => (Vec::new(), Vec::new()),
        0 => (Vec::new(), Vec::new()),
        1 => (b"ANN".to_vec(), b"ANNETTE".to_vec()),
        2 => (b"ANN".to_vec(), Vec::new()),
        3 => (b"A".to_vec(), b"ANN".to_vec()),
        _ => (b"ANN".to_vec(), b"ROSE".to_vec()),
    };
    match rng.below(10) {
        0 => {
            one.first = b"MARY".to_vec();
            other.first = b"MARY ANN".to_vec();
        }
        1 => other.first = slipped(rng, &one.first),
        _ => {}
    }
    mine.extend([one, other]);
    let mut theirs = over_there(rng, &mine);
    let twins = mine.len() - 2;
    for at in twins..mine.len() {
        match rng.below(10) {
            0..=5 => mine[at].ssn = Vec::new(),
            6 => theirs[at].ssn = Vec::new(),
            7 => theirs[at].ssn = new_ssn(rng),
            _ => {}
        }
        let list = if rng.percent(50) {
            &mut mine
        } else {
            &mut theirs
        };
        list[at].middle = middle_as_written(rng, &list[at].middle);
        if rng.percent(10) {
            list[at].birth = text(&UNKNOWN_BIRTHS, rng);
        }
    }
    if rng.percent(20) {
        let list = if rng.percent(60) {
            &mut mine
        } else {
            &mut theirs
        };
        list.pop();
    }
    if rng.percent(25) {
        // A third of that name, of whom less is known.
        let mut third = mine[twins].clone();
        third.member = new_member(rng);
        third.ssn = Vec::new();
        third.middle = Vec::new();
        third.birth = text(&UNKNOWN_BIRTHS, rng);
        mine.push(third);
    }
    if rng.percent(20) {
        // Nobody is found but the twins, in doubt perhaps; that is enough for the others.
        for at in 0..twins {
            mine[at].ssn = Vec::new();
            if rng.percent(70) {
                mine[at].birth = text(&UNKNOWN_BIRTHS, rng);
            } else {
                mine[at].last = slipped(rng, &mine[at].last);
            }
        }
    }
    rng.shuffle(&mut theirs);
    stage.pair(rng, mine, theirs)
}

/// Somebody listed again: mostly under his Member ID and without SSN.
fn listed_twice(rng: &mut Rng, stage: &Stage) -> Cases {
    let children = rng.between(1, 2);
    let mut mine = family(rng, children);
    let mut theirs = over_there(rng, &mine);
    let at = rng.below(mine.len());
    let near = rng.percent(45);
    if near {
        // Both lines are without a counterpart by the strict rules: the second look sees two that fit.
        mine[at].ssn = Vec::new();
        mine[at].middle = Vec::new();
        theirs[at].first = slipped(rng, &theirs[at].first);
    }
    let list = if rng.percent(85) {
        &mut mine
    } else {
        &mut theirs
    };
    for _ in 0..rng.between(1, 2) {
        let mut again = list[at].clone();
        match rng.below(8) {
            0 => {}
            1 => again.ssn = new_ssn(rng),
            _ => again.ssn = Vec::new(),
        }
        match rng.below(10) {
            0 => again.member = new_member(rng),
            1 => {
                // A number of nothing but zeros and spaces is none.
                again.member = text(&["", "0", "000 0"], rng);
                list[at].member = again.member.clone();
            }
            2 | 3 => again.first = text(&FIRSTS, rng),
            4 => again.first = accented(rng, &again.first),
            5 => again.middle = middle_as_written(rng, &again.middle),
            6 => again.birth = text(&UNKNOWN_BIRTHS, rng),
            _ => {}
        }
        list.push(again);
    }
    rng.shuffle(&mut mine);
    stage.pair(rng, mine, theirs)
}

/// One child's SSN on two.
fn one_ssn_on_two(rng: &mut Rng, stage: &Stage) -> Cases {
    let mut mine = family(rng, 2);
    let mut theirs = over_there(rng, &mine);
    let (one, other) = if rng.percent(85) { (2, 3) } else { (0, 1) };
    let ssn = mine[one].ssn.clone();
    match rng.below(8) {
        0..=4 => mine[other].ssn = ssn,
        5 => theirs[other].ssn = ssn,
        _ => {
            mine[other].ssn = ssn.clone();
            theirs[other].ssn = ssn;
        }
    }
    match rng.below(10) {
        // The other one has no name key, or another name than the other state says, or nobody over there.
        0 => mine[other].first = text(&["", "UNK", "TWIN A"], rng),
        1 => mine[other].first = text(&FIRSTS, rng),
        2 => {
            theirs.remove(other);
        }
        3 => theirs[one].first = text(&FIRSTS, rng),
        4 => theirs[other].ssn = Vec::new(),
        _ => {}
    }
    rng.shuffle(&mut mine);
    rng.shuffle(&mut theirs);
    stage.pair(rng, mine, theirs)
}

/// Somebody without SSN, whom two fit, each by another rule of the second look perhaps.
fn ladder(rng: &mut Rng, stage: &Stage) -> Cases {
    let mut mine = family(rng, 1);
    mine[2].middle = Vec::new();
    let mut theirs = over_there(rng, &mine);
    mine[2].ssn = Vec::new();
    let child = theirs.pop().unwrap();
    for _ in 0..2 {
        let mut near = child.clone();
        near.member = new_member(rng);
        near.ssn = new_ssn(rng);
        match rng.below(5) {
            0 | 1 => near.birth = near_birth(rng, &near.birth),
            2 => near.first = slipped(rng, &near.first),
            3 => near.last = slipped(rng, &near.last),
            _ => near.last = text(&LASTS, rng),
        }
        theirs.push(near);
    }
    if rng.percent(50) {
        stage.pair(rng, mine, theirs)
    } else {
        stage.pair(rng, theirs, mine)
    }
}

/// Nothing but a name, and a date of birth that one state does not know: no ground among strangers.
fn names_alone(rng: &mut Rng, stage: &Stage) -> Cases {
    let mut mine = family(rng, 1);
    let mut theirs = over_there(rng, &mine);
    for at in 0..mine.len() {
        theirs[at].birth = text(&UNKNOWN_BIRTHS, rng);
        let list = if rng.percent(50) {
            &mut mine
        } else {
            &mut theirs
        };
        list[at].ssn = Vec::new();
    }
    if rng.percent(40) {
        let at = rng.below(mine.len());
        theirs[at].birth = mine[at].birth.clone();
    }
    stage.pair(rng, mine, theirs)
}

/// Cases of about 99 records, the most that a second look is taken at.
pub(super) fn crowd(rng: &mut Rng, stage: &Stage) -> Cases {
    let mut mine = family(rng, 1);
    let mut theirs = over_there(rng, &mine);
    mine[2].ssn = Vec::new();
    mine[2].middle = Vec::new();
    theirs[2].birth = near_birth(rng, &theirs[2].birth);
    theirs[0].last = slipped(rng, &theirs[0].last);
    theirs[0].middle = Vec::new();
    theirs[0].ssn = Vec::new();
    let list = if rng.percent(50) {
        &mut mine
    } else {
        &mut theirs
    };
    let size = *rng.pick(&[99, 99, 100, 100, 101]);
    while list.len() < size {
        let mut more = Row::nobody();
        more.kind = text(&["CH", "CH", "  ", "NP"], rng);
        more.member = new_member(rng);
        more.last = b"CROWD".to_vec();
        list.push(more);
    }
    let mut cases = stage.pair(rng, mine, theirs);
    for (_, rows) in &mut cases {
        for row in rows.iter_mut() {
            row.status = b'O';
        }
    }
    cases
}

/// A scene about people.
pub(super) fn of_people(rng: &mut Rng, stage: &Stage) -> Cases {
    match rng.below(13) {
        12 => ladder(rng, stage),
        0..=4 => slips(rng, stage),
        5..=7 => twins(rng, stage),
        8 | 9 => listed_twice(rng, stage),
        10 => one_ssn_on_two(rng, stage),
        _ => names_alone(rng, stage),
    }
}

// ---------------------------------------------------------------------------------------------
// Scenes about cases
// ---------------------------------------------------------------------------------------------

/// Two cases that one of the seven keys joins, or just fails to join.
fn one_key(rng: &mut Rng, stage: &Stage) -> Cases {
    let key = *rng.pick(&[1, 2, 3, 3, 4, 5, 5, 6, 6, 7, 7, 7]);
    let mut mine = family(rng, 1);
    let mut theirs = over_there(rng, &mine);
    let (my_id, their_id) = (new_id(rng, stage.pools), new_id(rng, stage.pools));
    let stranger = new_id(rng, stage.pools);
    let mut to_them = if rng.percent(50) {
        Vec::new()
    } else {
        stranger.clone()
    };
    let mut to_me = if rng.percent(50) {
        Vec::new()
    } else {
        stranger
    };
    let miss = rng.percent(if key == 5 || key == 6 { 30 } else { 12 });
    // Another child under this roof, so that the children join nothing.
    let other_child = |rng: &mut Rng, theirs: &mut Vec<Row>| {
        theirs[2] = somebody(rng, "CH", &theirs[0].last.clone());
    };
    match key {
        1 => to_them = their_id.clone(),
        2 => {}
        3 => {
            theirs[2].ssn = Vec::new();
            if rng.percent(50) {
                theirs[2].birth = text(&UNKNOWN_BIRTHS, rng);
            }
            let gone = rng.below(2);
            theirs[gone].ssn = new_ssn(rng);
            if miss {
                theirs[1 - gone].kind = text(&["NP", "CP", "PF"], rng);
            }
        }
        4 => {
            to_me = my_id.clone();
            other_child(rng, &mut theirs);
            theirs[0].ssn = Vec::new();
            if miss {
                to_me = other_zeroes(rng, &my_id);
            }
        }
        5 => {
            other_child(rng, &mut theirs);
            if miss {
                // One SSN for both is not two; nor is the other way round.
                if rng.percent(50) {
                    for list in [&mut mine, &mut theirs] {
                        list[1].ssn = list[0].ssn.clone();
                    }
                } else {
                    theirs[0].kind = b"NP".to_vec();
                    theirs[1].kind = b"CP".to_vec();
                }
            }
        }
        6 => {
            for adult in 0..2 {
                theirs[adult] = somebody(rng, "NP", b"STRANGER");
            }
            let list = if rng.percent(50) {
                &mut mine
            } else {
                &mut theirs
            };
            list[2].ssn = Vec::new();
            if miss {
                let birth = text(&UNKNOWN_BIRTHS, rng);
                mine[2].birth = birth.clone();
                theirs[2].birth = birth;
                // Somebody is found all the same, whom no key finds.
                theirs[0] = mine[0].clone();
                theirs[0].kind = b"NP".to_vec();
            }
        }
        _ => {
            to_them = other_zeroes(rng, &their_id);
            other_child(rng, &mut theirs);
            let gone = rng.below(2);
            theirs[gone] = somebody(rng, "NP", b"STRANGER");
            if rng.percent(40) {
                theirs[1 - gone].ssn = Vec::new();
            }
        }
    }
    if rng.percent(15) {
        to_me = my_id.clone();
    }
    if rng.percent(8) {
        // Nobody over there whom anybody knows, whatever the Case IDs say.
        theirs = family(rng, 1);
    }
    let mut cases = vec![
        stage.case(rng, true, &my_id, &to_them, mine.clone()),
        stage.case(rng, false, &their_id, &to_me, theirs),
    ];
    if rng.percent(20) {
        // A second case of the same people, which is answered with the same case perhaps.
        let again = new_id(rng, stage.pools);
        mine.retain(|_| rng.percent(80));
        if !mine.is_empty() {
            cases.push(stage.case(rng, true, &again, &[], mine));
        }
    }
    cases
}

/// B and C name each other; A, a third case, shares people with B.
fn taken(rng: &mut Rng, stage: &Stage) -> Cases {
    let children = rng.between(1, 3);
    let theirs = family(rng, children);
    let mut of_c = over_there(rng, &theirs);
    let mut of_a = over_there(rng, &theirs);
    let (a_id, b_id, c_id) = (
        new_id(rng, stage.pools),
        new_id(rng, stage.pools),
        new_id(rng, stage.pools),
    );
    // A has fewer of B's people, or as many.
    if rng.percent(80) {
        for _ in 0..rng.between(1, 2) {
            if of_a.len() > 1 {
                let at = rng.below(of_a.len());
                of_a.remove(at);
            }
        }
    }
    match rng.below(5) {
        0 => {
            // C's people are fewer than its lines.
            while of_c.len() > of_a.len().max(1) {
                of_c.pop();
            }
            let again = of_c[0].clone();
            of_c.push(again);
        }
        1 => {
            // C knows its people in other roles.
            for row in of_c.iter_mut().filter(|row| row.kind != b"CH") {
                row.kind = if row.kind == b"CP" {
                    b"NP".to_vec()
                } else {
                    b"CP".to_vec()
                };
            }
        }
        _ => {}
    }
    let to_b = match rng.below(8) {
        0..=3 => Vec::new(),
        4 | 5 => new_id(rng, stage.pools),
        6 => b_id.clone(),
        _ => other_zeroes(rng, &b_id),
    };
    let from_c = if rng.percent(92) {
        b_id.clone()
    } else {
        other_zeroes(rng, &b_id)
    };
    let mut cases = vec![
        stage.case(rng, true, &a_id, &to_b, of_a.clone()),
        stage.case(rng, true, &c_id, &from_c, of_c),
        stage.case(rng, false, &b_id, &c_id, theirs.clone()),
    ];
    if rng.percent(20) {
        for row in &mut cases[1].1 {
            row.status = b'C';
        }
    }
    if rng.percent(25) {
        // A's own.
        let own = new_id(rng, stage.pools);
        let to_a = if rng.percent(50) { a_id } else { Vec::new() };
        let people = over_there(rng, &of_a);
        cases.push(stage.case(rng, false, &own, &to_a, people));
    }
    cases
}

/// One case, and two of the other state that a step of the choice tells apart.
pub(super) fn two_candidates(rng: &mut Rng, stage: &Stage) -> Cases {
    let last = text(&LASTS, rng);
    let mine: Vec<Row> = ["CP", "NP", "PF", "CH", "CH"]
        .into_iter()
        .map(|kind| somebody(rng, kind, &last))
        .collect();
    let a_id = new_id(rng, stage.pools);
    let ids = [new_id(rng, stage.pools), new_id(rng, stage.pools)];
    let (mut first_id, mut second_id) = (ids[0].clone(), ids[1].clone());
    // Both name A, or neither.
    let mut both_name = rng.percent(50);
    let step = *rng.pick(&[
        1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 8, 9, 10, 10, 10, 10, 10,
        10, 11, 11, 11, 11, 11,
    ]);
    if step == 5 {
        both_name = true;
    }
    // 0 CP, 1 NP, 2 PF, 3 and 4 children
    let (one, other): (&[usize], &[usize]) = match step {
        1 => (&[3], &[0, 1, 3, 4]),
        2 => (&[0, 1, 3], &[0, 3]),
        4 => (&[0, 1], &[0, 3]),
        5 => (&[1, 3], &[1, 2]),
        6 => (&[0, 3, 1], &[0, 3]),
        _ => *rng.pick(&[
            (&[0, 1, 3][..], &[0, 1, 3][..]),
            (&[0, 3], &[0, 3]),
            (&[3, 4], &[3, 4]),
        ]),
    };
    let listed = |which: &[usize]| which.iter().map(|&at| mine[at].clone()).collect::<Vec<_>>();
    let mut first = over_there(rng, &listed(one));
    let second = over_there(rng, &listed(other));
    if step == 6 {
        // One adult more, in a role that does not agree.
        first[2].kind = b"CP".to_vec();
    }
    let mut to_first = if both_name { a_id.clone() } else { Vec::new() };
    let mut to_second = to_first.clone();
    let mut to_them = if rng.percent(60) {
        Vec::new()
    } else {
        new_id(rng, stage.pools)
    };
    match step {
        1 => {
            to_them = first_id.clone();
            to_first = a_id.clone();
        }
        3 => {
            to_first = a_id.clone();
            to_second = new_id(rng, stage.pools);
        }
        10 | 11 => {
            second_id = first_id.clone();
            to_first = new_id(rng, stage.pools);
            to_second = if rng.percent(40) {
                Vec::new()
            } else {
                new_id(rng, stage.pools)
            };
            if rng.percent(50) {
                to_them = first_id.clone();
            }
        }
        _ => {}
    }
    if step < 10 && rng.percent(50) {
        std::mem::swap(&mut first_id, &mut second_id);
        if step == 1 {
            to_them = first_id.clone();
        }
    }
    let mut cases = vec![
        stage.case(rng, true, &a_id, &to_them, mine.clone()),
        stage.case(rng, false, &first_id, &to_first, first),
        stage.case(rng, false, &second_id, &to_second, second),
    ];
    let other_state = if step == 7 { stage.third } else { stage.mine.1 };
    let mut other_fips = fips(rng, other_state, 0);
    if step == 10 {
        other_fips[2..5].copy_from_slice(rng.pick(&[b"000", b"001", b"003"]).as_slice());
    } else if step != 7 {
        other_fips = cases[1].1[0].other_fips.clone();
    }
    for row in &mut cases[2].1 {
        row.other_fips = other_fips.clone();
    }
    if step == 8 {
        for (case, status) in [(1, b'O'), (2, b'C')] {
            for row in &mut cases[case].1 {
                row.status = status;
            }
        }
    } else if rng.percent(90) {
        for case in 1..3 {
            for row in &mut cases[case].1 {
                row.status = b'O';
            }
        }
    }
    for row in &mut cases[0].1 {
        row.status = b'O';
    }
    cases
}

/// A scene about cases.
pub(super) fn of_cases(rng: &mut Rng, stage: &Stage) -> Cases {
    match rng.below(10) {
        0..=5 => one_key(rng, stage),
        _ => taken(rng, stage),
    }
}
