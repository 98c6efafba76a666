//! `truth.csv`: for each case of a submitting state, its true counterpart, what was planted, and
//! the reason codes that are certain.

use super::certain::certain_codes;
use super::family::Shape;
use super::kinds::{Kind, Planted};
use super::setting::Setting;
use super::submitted_case::SubmittedCase;
use crate::engine::matching::{ReasonCode, ReasonCodes};

/// The columns.
pub const HEADER: &str = "state,case_id,other_state,other_case_id,counterpart_state,counterpart_case_id,planted,certain_codes";

/// The separator of planted names and of codes.
const JOINT: u8 = b'+';

/// The noise planted in a case and, marked as such, in its counterpart. A missing participant is
/// planted on the side that lacks one, if the other side really has it: both sides may have lost
/// the same one.
/// sides may have lost the same one.
pub fn planted(shape: &Shape, cases: &[SubmittedCase], at: usize) -> Planted {
    let (case, counterpart) = (&cases[at], &cases[counterpart_of(shape, at)]);
    let (mut mine, mut theirs) = (case.own, counterpart.own);
    for (set, ours, other) in [
        (&mut mine, case, counterpart),
        (&mut theirs, counterpart, case),
    ] {
        for kind in [Kind::CaseMissing, Kind::FamilyViolence] {
            set.remove(kind);
            if other.own.holds(kind) {
                set.add(kind);
            }
        }
        set.remove(Kind::ParticipantMissing);
        if other.lacks_a_participant_of(ours) {
            set.add(Kind::ParticipantMissing);
        }
    }
    if !counterpart.listed {
        // Nothing more can be said about a case that does not exist.
        mine.remove(Kind::ParticipantMissing);
        theirs = Planted::default();
    }
    // An action that is closed on both sides is listed once. If this side is open, the other side
    // closed another action: the one with the state that overwrote this one.
    if mine.holds(Kind::ClosedBoth) {
        theirs.remove(Kind::ClosedBoth);
    }
    mine.with_other_side(theirs)
}

/// The true counterpart of a family's case, if it exists: the case that it names.
fn counterpart_of(shape: &Shape, at: usize) -> usize {
    shape.cases[at].names
}

/// The index of a case's true counterpart, if the other state's file has it.
pub(super) fn listed_counterpart(
    shape: &Shape,
    cases: &[SubmittedCase],
    at: usize,
) -> Option<usize> {
    Some(counterpart_of(shape, at)).filter(|&place| cases[place].listed)
}

/// Appends the line of a case. Returns what was planted.
pub fn write(
    (setting, family): (&Setting<'_>, u64),
    shape: &Shape,
    cases: &[SubmittedCase],
    at: usize,
    out: &mut Vec<u8>,
) -> Planted {
    let case = &cases[at];
    let counterpart = listed_counterpart(shape, cases, at).map(|place| &cases[place]);
    let planted = planted(shape, cases, at);
    let (state, id) = counterpart.map_or(("", &b""[..]), |c| (c.state.usps(), c.id.as_bytes()));
    for cell in [
        case.state.usps().as_bytes(),
        case.id.as_bytes(),
        case.other_state.usps().as_bytes(),
        case.other_id.as_bytes(),
        state.as_bytes(),
        id,
    ] {
        out.extend_from_slice(cell);
        out.push(b',');
    }
    planted.write(out);
    out.push(b',');
    // With a borrowed SSN, a stranger could be found.
    let borrowed = setting.borrows(family) || setting.borrows(family ^ 1);
    if let Some(codes) = certain_codes(setting, cases, at).filter(|_| !borrowed) {
        for (place, code) in codes.iter().enumerate() {
            if place > 0 {
                out.push(JOINT);
            }
            out.extend_from_slice(code.code().as_bytes());
        }
    }
    out.push(b'\n');
    planted
}

/// Parses the codes of a line; `None` if one is unknown.
pub fn read_codes(text: &str) -> Option<ReasonCodes> {
    let mut codes = ReasonCodes::default();
    for code in text
        .split(char::from(JOINT))
        .filter(|code| !code.is_empty())
    {
        codes = codes.with(
            ReasonCode::ALL
                .into_iter()
                .find(|known| known.code() == code)?,
        );
    }
    Some(codes)
}
