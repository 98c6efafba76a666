//! The class of an answer, and the leads of a case, with the weights that make them: so that both can
//! be followed by hand (docs/leads.md).

use super::asked::Asked;
use super::model::{ClassEntry, EvidenceEntry, LeadEntry};
use super::person::case_ids;
use crate::engine::confidence::{Facts, share_of};
use crate::engine::leads::{Ask, Evidence, Lead, Why, leads_of_case};
use crate::engine::matching::{Found, Outcome, Scratch, Side, Unobserved};
use crate::error::Result;

/// The class of the answer, if the case was answered with one, and its leads, if it needs some.
///
/// # Errors
/// [`crate::Error::Interrupted`].
pub(super) fn of_case(
    asked: &Asked<'_>,
    outcome: &Outcome<'_>,
) -> Result<(Option<ClassEntry>, Vec<LeadEntry>)> {
    let facts = match outcome {
        Outcome::Matched(found) => {
            let mut facts = Facts::of(asked.case, asked.rows(), found);
            facts.claimed_twice = !facts.by_case_id && is_claimed_twice(asked, found);
            Some(facts)
        }
        _ => None,
    };
    let class = facts.map(|facts| {
        let (class, share) = (facts.class(), share_of(facts.class()));
        ClassEntry {
            class: class.name(),
            meaning: class.words(),
            share_right: share.share(),
            at_least: share.lower_bound(),
            trials: share.trials,
        }
    });
    let mut ask = Ask::of(asked.yours, asked.number, outcome);
    if let (
        Some(Ask {
            found: Some((_, of_ask)),
            ..
        }),
        Some(facts),
    ) = (&mut ask, facts)
    {
        *of_ask = facts;
    }
    let side = ask.and_then(|ask| asked.matcher.sides.of(ask.other));
    let (Some(ask), Some(theirs)) = (ask, side) else {
        return Ok((class, Vec::new()));
    };
    let found = leads_of_case(asked.yours, theirs, ask, asked.stop)?;
    let leads = found.map_or_else(Vec::new, |(why, leads)| {
        leads.iter().map(|lead| entry(why, lead, theirs)).collect()
    });
    Ok((class, leads))
}

/// Whether another case of yours is answered with the same case.
fn is_claimed_twice(asked: &Asked<'_>, found: &Found<'_>) -> bool {
    let mut scratch = Scratch::default();
    let cases = (0..).zip(&asked.yours.extract.cases);
    let mut others = cases.filter(|(number, case)| {
        *number != asked.number && case.data.other_state == asked.case.data.other_state
    });
    others.any(|(number, _)| {
        let outcome = asked
            .matcher
            .match_case(asked.yours, number, &mut scratch, &mut Unobserved);
        matches!(outcome, Outcome::Matched(other) if other.case == found.case)
    })
}

fn entry(why: Why, lead: &Lead, theirs: &Side) -> LeadEntry {
    let in_bits = |tenths: i32| f64::from(tenths) / 10.0;
    let evidence = lead.evidence.iter().map(|piece| EvidenceEntry {
        name: piece.name(),
        against: piece.is_against(),
        weight: in_bits(piece.weight(why)),
    });
    LeadEntry {
        case: case_ids(&theirs.extract, lead.case_of(theirs)),
        why: why.word(),
        prior: in_bits(Evidence::prior(why)),
        evidence: evidence.collect(),
        weight: in_bits(lead.weight),
        standing: in_bits(lead.standing),
        share_right: lead.share.cautious(),
        trials: lead.share.trials,
    }
}
