//! The further SSNs of a person in the Federal Case Registry: Previous SSN, Additional SSN 1 and 2.
//! No match uses them; family violence marks do.
//!
//! They are numbers of the family: unused numbers of its room, so that nobody else has them, or a
//! relative's, as for a child who was registered under a parent's SSN.

use super::family::{People, purpose};
use super::setting::Setting;
use super::ssn::{PEOPLE_OF_FAMILY, digits};
use super::submitted_case::{FURTHER, SubmittedCase};

/// Of a hundred participants of a registry file, the numbers with a Previous SSN, an Additional SSN
/// 1, and an Additional SSN 2 (ours: guesses; no public figure says how many the FCR has).
const RATES: [f64; FURTHER] = [2.0, 1.0, 0.3];
/// Of a hundred further SSNs, the number that are a relative's.
const OF_A_RELATIVE: f64 = 20.0;

/// Gives some participants of a case in a registry file further SSNs.
pub(super) fn give(
    setting: &Setting<'_>,
    family: u64,
    at: usize,
    people: &People,
    case: &mut SubmittedCase,
) {
    let mut draws = setting.draws(family, purpose::FURTHER_SSNS, at as u64);
    for entry in &mut case.entries {
        for (field, rate) in RATES.into_iter().enumerate() {
            if !draws.happens(rate) {
                continue;
            }
            let relative = draws.happens(OF_A_RELATIVE);
            let relatives = people.everybody().filter(|p| digits(p.ssn) != entry.ssn);
            let relatives: Vec<_> = relatives.filter(|_| relative).collect();
            let ssn = match relatives.get(draws.place(relatives.len())) {
                Some(person) => Some(digits(person.ssn)),
                None => alias(setting, family, people, entry.slot),
            };
            if let Some(ssn) = ssn {
                entry.further_ssns[field] = ssn;
            }
        }
    }
}

/// Another number of a person of the family, the same in all records; `None` if the family has no
/// unused number.
pub(super) fn alias(
    setting: &Setting<'_>,
    family: u64,
    people: &People,
    slot: usize,
) -> Option<[u8; 9]> {
    let room = 0..PEOPLE_OF_FAMILY as usize;
    let free: Vec<usize> = room.filter(|&slot| people.at(slot).is_none()).collect();
    let place = slot.checked_rem(free.len())?;
    let person = family * PEOPLE_OF_FAMILY + free[place] as u64;
    Some(digits(setting.allotment.of(person)))
}
