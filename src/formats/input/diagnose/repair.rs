//! What was done to one record: each kind of damage is undone, and where the record is sound
//! afterwards, that was it.

use super::sound::SoundRecord;
use crate::formats::input::ends::MARK;
use crate::formats::input::utf8::latin_1;
use crate::formats::layout::{Columns, RECORD_BYTES};

/// How far a record may have moved as a whole.
const MOST_MOVED: usize = 8;

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Damage {
    /// A second carriage return stands before the line end.
    Returns,
    /// The line stands in quotation marks.
    Quoted,
    /// A byte-order mark stands before it.
    Mark,
    /// A letter of it is written in UTF-8, which moves what is behind it.
    Utf8,
    /// Its SSN is written with hyphens, which moves what is behind it.
    Hyphens,
    /// A line end is missing between two records.
    Joined,
    /// So many other bytes stand before it.
    Before(usize),
    /// Other bytes stand behind it.
    Behind(usize),
    /// It stands so many columns too far right, behind blanks.
    Right(usize),
    /// It stands so many columns too far left.
    Left(usize),
    /// A byte is missing somewhere in these fields.
    Missing(usize, usize),
    /// A byte too many stands somewhere in these fields.
    Added(usize, usize),
}

/// What was done to a rejected record, where one kind of damage undone makes it one of these; and the
/// columns in which it is, where it is in some.
pub(super) fn damage(kinds: &[SoundRecord], bytes: &[u8]) -> Option<(Damage, Option<Columns>)> {
    let named = kinds.iter().find(|kind| kind.is_named(bytes));
    // Where it is not known which, the shortest that has room for the line comes first.
    let mut candidates: Vec<_> = match named {
        Some(kind) => vec![kind],
        None => kinds.iter().collect(),
    };
    candidates.sort_by_key(|kind| {
        let has_room = bytes.len() <= kind.record_bytes + MOST_MOVED;
        (!has_room, kind.record_bytes)
    });
    let found = |how: &dyn Fn(&SoundRecord) -> Option<Damage>| {
        let mut found = candidates
            .iter()
            .filter_map(|kind| Some((how(kind)?, kind)));
        let (damage, kind) = found.next()?;
        Some((damage, damage.columns(kind)))
    };
    found(&|kind| written(kind, bytes))
        .or_else(|| joined(kinds, bytes).then_some((Damage::Joined, None)))
        .or_else(|| found(&|kind| moved(kind, bytes)))
}

/// Whether it is two records.
fn joined(kinds: &[SoundRecord], bytes: &[u8]) -> bool {
    let is_sound = |bytes: &[u8]| kinds.iter().any(|kind| kind.is_sound(bytes));
    kinds.iter().any(|kind| {
        let two = bytes.split_at_checked(kind.record_bytes);
        two.is_some_and(|(one, two)| !two.is_empty() && kind.is_sound(one) && is_sound(two))
    })
}

/// How it is written.
fn written(sound: &SoundRecord, bytes: &[u8]) -> Option<Damage> {
    if bytes.ends_with(b"\r") {
        let end = bytes.iter().rposition(|&byte| byte != b'\r')? + 1;
        if sound.is_sound(&bytes[..end]) {
            return Some(Damage::Returns);
        }
    }
    if let [b'"', inner @ .., b'"'] = bytes
        && sound.is_sound(inner)
    {
        return Some(Damage::Quoted);
    }
    if let Some(rest) = bytes.strip_prefix(MARK)
        && (sound.is_sound(rest) || sound.is_sound(&latin_1(rest)))
    {
        return Some(Damage::Mark);
    }
    if is_utf8(bytes) && sound.is_sound(&latin_1(bytes)) {
        return Some(Damage::Utf8);
    }
    without_hyphens(sound, bytes).then_some(Damage::Hyphens)
}

/// Whether bytes are UTF-8 with letters beyond ASCII.
pub(super) fn is_utf8(bytes: &[u8]) -> bool {
    !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok()
}

/// Whether an SSN of eleven bytes, 3-2-4, stands where nine should, and the record is sound with nine.
fn without_hyphens(sound: &SoundRecord, bytes: &[u8]) -> bool {
    let first = sound.ssn.first - 1;
    let Some(ssn) = bytes.get(first..first + 11) else {
        return false;
    };
    let fits = |(place, byte): (usize, &u8)| match place {
        3 | 6 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    if !ssn.iter().enumerate().all(fits) {
        return false;
    }
    let mut record = bytes.to_vec();
    record.remove(first + 6);
    record.remove(first + 3);
    sound.is_sound(&record)
}

/// Where it stands.
fn moved(sound: &SoundRecord, bytes: &[u8]) -> Option<Damage> {
    for by in 1..=MOST_MOVED.min(bytes.len()) {
        let (before, rest) = bytes.split_at(by);
        if before.iter().any(|&byte| byte < b' ') {
            break;
        }
        if sound.is_sound(rest) {
            let blanks = before.iter().all(|&byte| byte == b' ');
            return Some(if blanks {
                Damage::Right(by)
            } else {
                Damage::Before(by)
            });
        }
    }
    // What is as long as two records is not a line of one, and what goes on as a response does is one.
    let length = sound.record_bytes;
    let behind = bytes.get(length..).unwrap_or_default();
    let answers = length == RECORD_BYTES
        && matches!(behind, [b'Y' | b'N', code @ ..] if code.iter().take(2).all(u8::is_ascii_digit));
    if (1..length).contains(&behind.len())
        && !(answers && behind.len() > 10)
        && sound.is_sound(&bytes[..length])
    {
        return Some(Damage::Behind(bytes.len() - length));
    }
    // Of less than the codes nothing can be said.
    if bytes.len() < sound.coded_bytes {
        return None;
    }
    if let Some((first, last)) = within(sound, bytes, true) {
        return Some(Damage::Missing(first, last));
    }
    if let Some((first, last)) = within(sound, bytes, false) {
        return Some(Damage::Added(first, last));
    }
    if sound.is_sound_but(bytes, Some(0)) {
        return None;
    }
    // What is cut off the front is gone: the rest of the first field cannot be checked.
    (2..=MOST_MOVED).find_map(|by| {
        let record = [&vec![b' '; by][..], bytes].concat();
        sound
            .is_sound_but(
                &record[..record.len().min(length.max(bytes.len()))],
                Some(0),
            )
            .then_some(Damage::Left(by))
    })
}

/// The first and the last field in which a byte is missing, or one is too many, so that the record
/// is sound without it. Of what is in the field itself nothing need be known, but where it can be
/// sound too, it is there.
fn within(sound: &SoundRecord, bytes: &[u8], missing: bool) -> Option<(usize, usize)> {
    // A control byte by itself moves nothing.
    if sound.stands(bytes) {
        return None;
    }
    let mut found: Option<(usize, usize)> = None;
    let mut wholly: Option<(usize, usize)> = None;
    let mut record = Vec::with_capacity(bytes.len() + 1);
    for field in 0..sound.count() {
        let end = sound.columns(field).last;
        // A field that is wrong by itself is no sign that anything moved.
        if sound.is_sound_but(bytes, Some(field)) {
            return None;
        }
        record.clear();
        if missing {
            if end > bytes.len() {
                break;
            }
            // The field lost a byte: what follows begins a column early.
            record.extend_from_slice(&bytes[..end - 1]);
            record.push(b' ');
            record.extend_from_slice(&bytes[end - 1..]);
        } else {
            if end >= bytes.len() {
                break;
            }
            record.extend_from_slice(&bytes[..end]);
            record.extend_from_slice(&bytes[end + 1..]);
        }
        if sound.is_sound_but(&record, Some(field)) {
            let take = |so_far: Option<(usize, usize)>| {
                Some((so_far.map_or(field, |(first, _)| first), field))
            };
            found = take(found);
            if sound.is_sound(&record) {
                wholly = take(wholly);
            }
        }
    }
    wholly.or(found)
}

impl Damage {
    /// The columns in which it is, where it is in some.
    pub(super) fn columns(self, sound: &SoundRecord) -> Option<Columns> {
        match self {
            Damage::Missing(first, last) | Damage::Added(first, last) => Some(Columns {
                first: sound.columns(first).first,
                last: sound.columns(last).last,
            }),
            _ => None,
        }
    }
}
