//! An explanation as text, for people.

use std::fmt::Write;

use super::code::CodeEntry;
use super::model::{
    CandidateEntry, CaseEntry, CaseIds, Explanation, KeyEntry, LeadEntry, NearMiss,
    ParticipantEntry, Person, RejectedEntry, TierEntry,
};
use crate::text::shown;

/// The width of lines; a longer word is not split.
const WIDTH: usize = 100;

/// A text under construction.
#[derive(Default)]
struct Page(String);

impl Page {
    /// Adds a line. A line that is too long continues below, indented by two more columns.
    fn line(&mut self, indent: usize, text: &str) {
        let mut line = " ".repeat(indent);
        let mut empty = true;
        for word in text.split(' ') {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.push(&line);
                line = " ".repeat(indent + 2);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.push(&line);
    }

    /// Adds a line, with control characters replaced: values of records could contain terminal
    /// commands.
    fn push(&mut self, line: &str) {
        self.0.push_str(&shown(line.trim_end()));
        self.0.push('\n');
    }

    fn head(&mut self, text: &str) {
        self.0.push('\n');
        self.line(0, text);
    }
}

/// The text of a code.
pub fn code_text(entry: &CodeEntry) -> String {
    let mut page = Page::default();
    let severity = if entry.severity.is_empty() {
        String::new()
    } else {
        format!(", {}", entry.severity)
    };
    page.line(
        0,
        &format!(
            "{}  {}  ({}{severity})",
            entry.code, entry.title, entry.kind
        ),
    );
    if !entry.field.is_empty() {
        page.line(2, &format!("field: {}", entry.field));
    }
    page.line(2, &entry.meaning);
    page.line(2, &format!("next: {}", entry.next_action));
    page.line(2, &format!("source: {}", entry.source));
    page.0
}

/// The text of an explanation.
pub fn explanation_text(explanation: &Explanation) -> String {
    let mut page = Page::default();
    if !explanation.found {
        page.line(
            0,
            &format!(
                "{} sent no accepted record of such a case: {}",
                explanation.state, explanation.case_id
            ),
        );
    }
    for (place, case) in explanation.cases.iter().enumerate() {
        if place > 0 {
            page.push("");
            page.push(&"=".repeat(WIDTH));
            page.push("");
        }
        case_text(&mut page, case);
    }
    if explanation.cases_left_out > 0 {
        page.head("More cases of this Case ID");
        let count = count_of(explanation.cases_left_out, "case", "cases");
        let line = format!("{count} not explained; name one with --other or --other-case");
        page.line(2, &line);
    }
    if !explanation.rejected.is_empty() {
        page.head("Rejected records of this Case ID");
        for record in &explanation.rejected {
            page.line(2, &rejected_text(record));
        }
    }
    page.0
}

fn rejected_text(record: &RejectedEntry) -> String {
    format!(
        "record {}: {} {}; {}",
        record.record, record.edit, record.title, record.next_action
    )
}

fn case_text(page: &mut Page, case: &CaseEntry) {
    let yours = &case.yours;
    let other = yours.other_state.as_deref().unwrap_or("--");
    page.line(
        0,
        &format!(
            "{} case {}, with {other}: {}",
            yours.state, yours.case_id, case.because
        ),
    );
    page.line(2, &format!("yours: {}", ids_text(yours)));
    let came = match case.other_data {
        "extract" => "submitted an extract".to_owned(),
        "fcr" => "submitted none; its data came from the FCR (FCR-Supplied Y)".to_owned(),
        _ => "sent nothing".to_owned(),
    };
    page.line(2, &format!("{other}: {came}"));
    for tier in &case.tiers {
        tier_text(page, tier);
    }
    if let Some(chosen) = &case.chosen {
        let flag = |flag| if flag { "Y" } else { "N" };
        page.head(&format!("Chosen: {}", case_name(&chosen.case)));
        page.line(2, &ids_text(&chosen.case));
        page.line(
            2,
            &format!(
                "matched {} of {} adults, {} of {} children; CP {}, NP {}; Multiple Case {}",
                chosen.adults_matched,
                yours.adults,
                chosen.children_matched,
                yours.children,
                flag(chosen.cp_match),
                flag(chosen.np_match),
                flag(chosen.multiple_case)
            ),
        );
    }
    if let Some(class) = &case.class {
        page.head(&format!("Class: {}", class.class));
        page.line(2, class.meaning);
        page.line(
            2,
            &format!(
                "of {} such answers on invented data {} were right, at least {}",
                class.trials,
                cut(class.share_right),
                cut(class.at_least)
            ),
        );
    }
    page.head("Participants");
    for participant in &case.participants {
        participant_text(page, participant);
    }
    if !case.codes.is_empty() {
        page.head("Codes");
    }
    for code in &case.codes {
        page.line(2, &format!("{}  {}", code.code, code.title));
        page.line(6, &format!("why: {}", code.because));
        page.line(6, &format!("rule: {}", code.rule));
        page.line(6, &format!("next: {}", code.next_action));
        page.line(6, &format!("source: {}", code.source));
    }
    if !case.leads.is_empty() {
        page.head("Leads");
    }
    for lead in &case.leads {
        lead_text(page, lead);
    }
    if case.chosen.is_none() {
        page.head("Nearest misses");
        if case.near_misses.is_empty() {
            page.line(2, "none: nothing that was sent comes near this case");
        }
    }
    for miss in &case.near_misses {
        miss_text(page, miss);
    }
    for (kind, count) in &case.near_misses_left_out {
        page.line(2, &format!("and {count} more of the kind {kind}"));
    }
}

/// A share cut to five decimals: none is said to be higher than it was.
fn cut(share: f64) -> String {
    format!("{:.5}", (share * 100_000.0).floor() / 100_000.0)
}

/// A lead, with the sum that makes its weight.
fn lead_text(page: &mut Page, lead: &LeadEntry) {
    page.line(
        2,
        &format!("{}: {}", case_name(&lead.case), ids_text(&lead.case)),
    );
    let mut sum = format!("{:.1} before any evidence", lead.prior);
    for piece in &lead.evidence {
        let sign = if piece.weight < 0.0 { '-' } else { '+' };
        let _ = write!(sum, " {sign} {:.1} {}", piece.weight.abs(), piece.name);
    }
    page.line(6, &format!("weight: {sum} = {:.1}", lead.weight));
    page.line(
        6,
        &format!(
            "ahead of the best other candidate, or of there being none: {:.1}",
            lead.standing
        ),
    );
    page.line(
        6,
        &format!(
            "of {} such leads ({}) on invented data {} were right",
            lead.trials,
            lead.why,
            cut(lead.share_right)
        ),
    );
}

fn case_name(case: &CaseIds) -> String {
    format!("{} case {}", case.state, case.case_id)
}

fn ids_text(case: &CaseIds) -> String {
    let county = |county: &str| {
        if county.is_empty() {
            "no county".to_owned()
        } else {
            format!("county {county}")
        }
    };
    let mut text = format!("{}, {}", case.status, county(&case.county));
    if let Some(state) = &case.other_state {
        let id = if case.other_case_id.is_empty() {
            "(blank)"
        } else {
            &case.other_case_id
        };
        let _ = write!(
            text,
            ", names {state} case {id} in {}",
            county(&case.other_county)
        );
    }
    let _ = write!(
        text,
        "; {}, {}",
        count_of(case.adults, "adult", "adults"),
        count_of(case.children, "child", "children")
    );
    text
}

fn person_text(person: &Person) -> String {
    let part = |text: &str, none: &str| {
        if text.trim().is_empty() {
            none.to_owned()
        } else {
            text.to_owned()
        }
    };
    let mut text = format!(
        "{} {} {} {}",
        part(&person.participant_type, "--"),
        part(&person.member_id, "(no Member ID)"),
        part(&person.name, "(no name)"),
        part(&person.ssn, "(no SSN)"),
    );
    if person.ssn_state == "invalid" {
        text += " (not usable)";
    }
    if let Some(date) = &person.date_of_birth {
        let _ = write!(text, " born {}", part(date, "(blank)"));
    }
    text
}

fn tier_text(page: &mut Page, tier: &TierEntry) {
    page.head(&format!("Tier {}: {}", tier.tier, tier.rule));
    if let Some(note) = &tier.note {
        page.line(2, note);
    }
    for key in &tier.keys {
        page.line(2, &key_text(tier.tier, key));
    }
    if !tier.tried {
        return;
    }
    page.line(2, &format!("candidates: {}", tier.candidates));
    for (place, candidate) in (1..).zip(&tier.in_order) {
        candidate_text(page, place, candidate);
    }
    let listed = tier.in_order.len();
    if tier.candidates > listed {
        page.line(4, &format!("and {} more", tier.candidates - listed));
    }
}

fn count_of(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn key_text(tier: u8, key: &KeyEntry) -> String {
    let what = match (&key.case_id, &key.participant) {
        (Some(id), _) => format!("Case ID {id}"),
        (None, Some(person)) => person_text(person),
        (None, None) => String::new(),
    };
    let mut text = format!("{what}: {}", count_of(key.cases, "case", "cases"));
    if key.dropped > 0 {
        let _ = write!(text, ", {} dropped by --counterpart directed", key.dropped);
    }
    if tier == 3 {
        let _ = write!(text, ", {} with a child's name too", key.candidates);
    }
    text
}

fn candidate_text(page: &mut Page, place: usize, candidate: &CandidateEntry) {
    page.line(
        4,
        &format!(
            "{place}. {} ({}); matched: adults {}, children {}; indicators Y: {}",
            case_name(&candidate.case),
            ids_text(&candidate.case),
            candidate.adults_matched,
            candidate.children_matched,
            candidate.indicators
        ),
    );
    if let Some(decision) = candidate.before_the_next_by {
        page.line(
            7,
            &format!(
                "before the next by step {}: {}",
                decision.step, decision.rule
            ),
        );
    }
}

fn participant_text(page: &mut Page, entry: &ParticipantEntry) {
    let codes = if entry.codes.is_empty() {
        String::new()
    } else {
        format!("  [{}]", entry.codes.join(" "))
    };
    page.line(2, &format!("{}{codes}", person_text(&entry.yours)));
    match (&entry.counterpart, &entry.nearest) {
        (Some(other), _) => {
            let rule = entry.rule.unwrap_or_default();
            page.line(
                6,
                &format!("is {} by {rule}: {}", person_text(other), entry.because),
            );
        }
        (None, Some(other)) => {
            page.line(
                6,
                &format!("nobody; nearest {}: {}", person_text(other), entry.because),
            );
        }
        (None, None) => page.line(6, &format!("nobody: {}", entry.because)),
    }
}

fn miss_text(page: &mut Page, miss: &NearMiss) {
    page.line(2, &format!("{}: {}", case_name(&miss.case), miss.because));
    for (whose, person) in [("yours", &miss.yours), ("theirs", &miss.theirs)] {
        if let Some(person) = person {
            page.line(6, &format!("{whose}: {}", person_text(person)));
        }
    }
    if let Some(record) = &miss.rejected {
        page.line(6, &rejected_text(record));
    }
}
