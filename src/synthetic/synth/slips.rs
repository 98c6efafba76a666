//! Slips that are typical of forms and of systems: digits that look alike, accents, names in the
//! wrong fields, half of a double surname, default dates.

use super::draws::Draws;
use super::family::Person;
use super::kinds::{Kind, Planted};
use super::rates::Rates;
use super::ssn::SsnAllotment;
use super::submitted_case::Entry;
use super::text::Text;

/// Digits that are taken for each other on forms (ours).
const ALIKE: [(u8, u8); 5] = [
    (b'1', b'7'),
    (b'0', b'6'),
    (b'3', b'8'),
    (b'4', b'9'),
    (b'5', b'6'),
];

/// One digit read as another that looks like it; unchanged where none can be.
fn misread(draws: &mut Draws, digits: &mut [u8]) {
    let looks_like = |digit: u8, draws: &mut Draws| {
        let pairs = ALIKE.iter().filter_map(|&(a, b)| match digit {
            d if d == a => Some(b),
            d if d == b => Some(a),
            _ => None,
        });
        let pairs: Vec<u8> = pairs.collect();
        pairs.get(draws.place(pairs.len())).copied()
    };
    let first = draws.place(digits.len());
    for step in 0..digits.len() {
        let at = (first + step) % digits.len();
        if let Some(other) = looks_like(digits[at], draws) {
            digits[at] = other;
            return;
        }
    }
}

/// An SSN with one digit misread, so that it is nobody's (as a mistyped one).
pub(super) fn misread_ssn(
    draws: &mut Draws,
    ssn: [u8; 9],
    allotment: &SsnAllotment,
) -> Option<[u8; 9]> {
    for _ in 0..16 {
        let mut read = ssn;
        misread(draws, &mut read);
        let number = read
            .iter()
            .fold(0, |n, digit| n * 10 + u32::from(digit - b'0'));
        if read != ssn && allotment.is_free(number) {
            return Some(read);
        }
    }
    None
}

/// A Case ID with one of its last digits misread.
pub(super) fn misread_id(draws: &mut Draws, id: &Text) -> Text {
    let mut bytes = id.as_bytes().to_vec();
    let first = bytes.len().saturating_sub(6);
    misread(draws, &mut bytes[first..]);
    // The number 0 is nobody's; it would fail the edits of a Case ID.
    if bytes.iter().all(|byte| *byte == b'0') {
        return *id;
    }
    Text::new(&bytes)
}

/// A letter that has an accent in many names: written with it, as a question mark for
/// it, or lost. Unchanged where the name has none.
pub(super) fn accent(draws: &mut Draws, name: &Text) -> Text {
    let bytes = name.as_bytes();
    let with_accent = |byte: u8| match byte {
        b'A' => Some(0xc1),
        b'E' => Some(0xc9),
        b'I' => Some(0xcd),
        b'O' => Some(0xd3),
        b'U' => Some(0xda),
        b'N' => Some(0xd1),
        _ => None,
    };
    let places: Vec<usize> = (1..bytes.len())
        .filter(|&at| with_accent(bytes[at]).is_some())
        .collect();
    let Some(&at) = places.get(draws.place(places.len())) else {
        return *name;
    };
    let mut changed = bytes.to_vec();
    match draws.below(4) {
        0 | 1 => changed[at] = with_accent(bytes[at]).unwrap_or(bytes[at]),
        2 => changed[at] = b'?',
        _ => drop(changed.remove(at)),
    }
    Text::new(&changed)
}

/// A surname of two parts without one of them; unchanged where it has one part alone.
fn one_part(draws: &mut Draws, last: &Text) -> Text {
    let bytes = last.as_bytes();
    let body = bytes.strip_suffix(b" JR").unwrap_or(bytes);
    let Some(joint) = body.iter().position(|byte| matches!(byte, b'-' | b' ')) else {
        return *last;
    };
    let (before, after) = (&body[..joint], &body[joint + 1..]);
    // DE is no surname by itself.
    if before.len() < 3 || (after.len() >= 3 && draws.happens(40.0)) {
        Text::new(after)
    } else {
        Text::new(before)
    }
}

/// Drops a part of a double surname, and spoils the date of birth, where nothing else did.
pub(super) fn spoil(
    rates: Rates<'_>,
    draws: &mut Draws,
    person: &Person,
    entry: &mut Entry,
    own: &mut Planted,
) {
    if draws.happens(rates.rate(Kind::SurnamePart)) && entry.last == person.last {
        entry.last = one_part(draws, &person.last);
        if entry.last != person.last {
            own.add(Kind::SurnamePart);
        }
    }
    let happened = rates.draw(draws, [Kind::BirthDefault, Kind::BirthYear]);
    let is_given = entry.birth != *b"        " && entry.birth != *b"00000000";
    match happened.filter(|_| is_given) {
        Some(Kind::BirthDefault) if entry.birth[4..] != *b"0101" => {
            entry.birth[4..].copy_from_slice(b"0101");
            own.add(Kind::BirthDefault);
        }
        Some(Kind::BirthYear) => {
            let year = entry.birth[..4]
                .iter()
                .fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
            // Nobody is born after 2024.
            let year = if year < 2024 && draws.happens(50.0) {
                year + 1
            } else {
                year - 1
            };
            entry.birth[..4].copy_from_slice(format!("{year:04}").as_bytes());
            own.add(Kind::BirthYear);
        }
        _ => {}
    }
}
