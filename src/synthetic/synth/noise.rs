//! The errors in data: how Case IDs, counties, SSNs, names and dates of birth are corrupted.

use super::draws::Draws;
use super::family::{Member, People, Person};
use super::kinds::{Kind, Planted};
use super::names::nickname;
use super::rates::Rates;
use super::setting::{Setting, three_digits};
use super::slips::{accent, misread_ssn};
use super::ssn::{SsnAllotment, digits};
use super::submitted_case::Entry;
use super::surnames::draw_surname;
use super::text::Text;
use crate::formats::reference::{Counties, State};

/// Another county of the state.
pub(super) fn wrong_county(
    draws: &mut Draws,
    counties: &Counties,
    state: State,
    county: [u8; 3],
) -> [u8; 3] {
    let all = counties.of(state);
    let place = draws.place(all.len());
    let others = (0..all.len()).map(|step| three_digits(all[(place + step) % all.len()].0));
    // A jurisdiction with one county: use a code that it does not have.
    others
        .into_iter()
        .find(|other| *other != county)
        .unwrap_or(*b"999")
}

/// Leading zeroes dropped, even after a letter, or one to three added.
pub(super) fn change_zeroes(draws: &mut Draws, id: &Text) -> Text {
    let bytes = id.as_bytes();
    let letters = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let (letters, rest) = bytes.split_at(letters);
    let zeroes = rest.iter().take_while(|&&byte| byte == b'0').count();
    let mut changed = Text::new(letters);
    if zeroes > 0 {
        changed.push(&rest[zeroes..]);
    } else {
        let room = 15_usize.saturating_sub(bytes.len());
        let added = 1 + draws.place(3.min(room));
        changed.push(&b"000"[..added.min(room)]);
        changed.push(rest);
    }
    changed
}

/// One digit wrong or two transposed, among the digits that vary within a state.
pub(super) fn mistype_id(draws: &mut Draws, id: &Text, count: u64) -> Text {
    let varying = (count.max(10).ilog10() as usize).clamp(1, 6);
    let mut bytes = id.as_bytes().to_vec();
    let first = bytes.len().saturating_sub(varying);
    let at = first + draws.place(bytes.len() - first);
    if draws.happens(50.0) && at + 1 < bytes.len() && bytes[at] != bytes[at + 1] {
        bytes.swap(at, at + 1);
    } else {
        bytes[at] = another_digit(draws, bytes[at]);
    }
    // The number 0 is not assigned; its Case ID would fail the edits.
    if bytes.iter().all(|byte| *byte == b'0') {
        bytes[at] = b'7';
    }
    Text::new(&bytes)
}

fn another_digit(draws: &mut Draws, digit: u8) -> u8 {
    b'0' + (digit.wrapping_sub(b'0') + 1 + draws.below(9) as u8) % 10
}

/// Corrupts a participant's SSN, at the profile's rates.
pub(super) fn spoil_ssn(
    (setting, rates): (&Setting<'_>, Rates<'_>),
    draws: &mut Draws,
    members: &[Member],
    people: &People,
    (member, entry): (&Member, &mut Entry),
    own: &mut Planted,
) {
    let kinds = [
        Kind::SsnMissing,
        Kind::SsnDigit,
        Kind::SsnRelative,
        Kind::SsnPlaceholder,
        Kind::SsnMisread,
    ];
    let happened = rates.draw(draws, kinds);
    let misidentified = draws.happens(rates.rate(Kind::SsnMisidentified));
    let spoilt = match happened {
        Some(Kind::SsnMissing) => Some(if draws.happens(80.0) {
            *b"         "
        } else {
            *b"000000000"
        }),
        Some(Kind::SsnDigit) => mistype_ssn(draws, entry.ssn, &setting.allotment),
        Some(Kind::SsnMisread) => misread_ssn(draws, entry.ssn, &setting.allotment),
        Some(Kind::SsnRelative) => {
            let relatives: Vec<_> = members.iter().filter(|m| m.slot != member.slot).collect();
            let relative = relatives.get(draws.place(relatives.len()));
            relative
                .and_then(|m| people.at(m.slot))
                .map(|person| digits(person.ssn))
        }
        Some(_) => {
            let placeholders = [
                *b"123456789",
                *b"999999999",
                *b"111111111",
                *b"078051120",
                *b"987654321",
            ];
            Some(placeholders[draws.place(placeholders.len())])
        }
        None => None,
    };
    if let (Some(kind), Some(ssn)) = (happened, spoilt) {
        entry.ssn = ssn;
        own.add(kind);
    } else if misidentified {
        entry.misidentified = true;
        own.add(Kind::SsnMisidentified);
    }
}

/// One digit wrong or two transposed, so that the result is nobody's number: with a stranger's
/// number, the right answer would not be certain.
fn mistype_ssn(draws: &mut Draws, ssn: [u8; 9], allotment: &SsnAllotment) -> Option<[u8; 9]> {
    for _ in 0..32 {
        let mut typed = ssn;
        let at = draws.place(9);
        if draws.happens(50.0) && at < 8 {
            typed.swap(at, at + 1);
        } else {
            typed[at] = another_digit(draws, typed[at]);
        }
        let number = typed
            .iter()
            .fold(0, |n, digit| n * 10 + u32::from(digit - b'0'));
        if typed != ssn && allotment.is_free(number) {
            return Some(typed);
        }
    }
    None
}

/// Corrupts a participant's name, at the profile's rates.
pub(super) fn spoil_name(
    rates: Rates<'_>,
    draws: &mut Draws,
    person: &Person,
    entry: &mut Entry,
    own: &mut Planted,
) {
    let kinds = [
        Kind::NameTypo,
        Kind::NameNickname,
        Kind::NameForm,
        Kind::SurnameChanged,
        Kind::NameAccent,
        Kind::NameSwapped,
    ];
    let Some(kind) = rates.draw(draws, kinds) else {
        return;
    };
    match kind {
        Kind::NameTypo if draws.happens(60.0) => entry.last = mistype_name(draws, &person.last),
        Kind::NameTypo => entry.first = mistype_name(draws, &person.first),
        Kind::NameNickname => entry.first = nickname(&person.first),
        Kind::NameForm => entry.last = other_form(draws, &person.last),
        Kind::NameAccent => entry.last = accent(draws, &person.last),
        Kind::NameSwapped => (entry.last, entry.first) = (person.first, person.last.cut(16)),
        // Adult women marry, and children take another name.
        _ if !person.child && !person.female => return,
        _ => entry.last = draw_surname(draws),
    }
    if entry.last != person.last || entry.first != person.first {
        own.add(kind);
    }
}

/// A letter wrong, left out, doubled, or two transposed.
pub(super) fn mistype_name(draws: &mut Draws, name: &Text) -> Text {
    let mut bytes = name.as_bytes().to_vec();
    let at = draws.place(bytes.len());
    match draws.below(4) {
        0 if bytes.len() > 2 => drop(bytes.remove(at)),
        1 if bytes.len() < Text::BYTES => bytes.insert(at, bytes[at]),
        2 if at + 1 < bytes.len() && bytes[at] != bytes[at + 1] => bytes.swap(at, at + 1),
        _ => {
            bytes[at] = b'A' + (bytes[at].wrapping_sub(b'A') % 26 + 1 + draws.below(25) as u8) % 26;
        }
    }
    Text::new(&bytes)
}

/// The same surname with another hyphen, space or suffix, which does not change its name key.
fn other_form(draws: &mut Draws, last: &Text) -> Text {
    let bytes = last.as_bytes();
    if let Some(at) = bytes.iter().position(|byte| *byte == b'-') {
        let mut form = Text::new(&bytes[..at]);
        form.push(b" ");
        form.push(&bytes[at + 1..]);
        return form;
    }
    if let Some(suffix) = bytes.strip_suffix(b" JR") {
        let mut form = Text::new(suffix);
        form.push([&b""[..], b", JR.", b" JUNIOR"][draws.place(3)]);
        return form;
    }
    if let Some(rest) = bytes.strip_prefix(b"DE ") {
        let mut form = Text::new(b"DE");
        form.push(rest);
        return form;
    }
    let mut form = *last;
    form.push([&b" JR"[..], b" SR", b" II", b"-"][draws.place(4)]);
    form
}

/// Corrupts a participant's date of birth, at the profile's rates.
pub(super) fn spoil_birth(
    rates: Rates<'_>,
    draws: &mut Draws,
    entry: &mut Entry,
    own: &mut Planted,
) {
    if draws.happens(rates.rate(Kind::BirthMissing)) {
        entry.birth = if draws.happens(80.0) {
            *b"        "
        } else {
            *b"00000000"
        };
        own.add(Kind::BirthMissing);
        return;
    }
    let [.., m1, m2, d1, d2] = entry.birth;
    let (month, day) = ([m1, m2], [d1, d2]);
    // Day and month can be swapped only if the day could be a month, and changes the date on 132
    // days of the year. On those days the rate is raised, so that the overall rate is the
    // profile's.
    let swappable = day <= *b"12" && day != month;
    if draws.happens(rates.rate(Kind::BirthSwapped) * 365.25 / 132.0) && swappable {
        entry.birth[4..6].copy_from_slice(&day);
        entry.birth[6..].copy_from_slice(&month);
        own.add(Kind::BirthSwapped);
    }
}
