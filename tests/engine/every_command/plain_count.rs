//! Counts a response file as the specification's layouts.md, section 3, says it is laid out. It shares
//! nothing with the product: positions are written out, and cases are cut by 473-477 alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::plain_matcher::tables;

/// Figures by name.
pub type Figures = BTreeMap<String, u64>;

/// The codes of a record, in their order.
pub type Codes = Vec<String>;

/// A response record of 500 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(pub Vec<u8>);

/// The records of a case, in file order.
#[derive(Clone)]
pub struct Case(pub Vec<Record>);

/// What makes a case: the Case ID, the other state and the Other State Case ID.
pub type Key = (Vec<u8>, String, Vec<u8>);

impl Record {
    /// A field, by its first and last position.
    pub fn at(&self, first: usize, last: usize) -> &[u8] {
        &self.0[first - 1..last]
    }

    /// A field without trailing blanks.
    fn trimmed(&self, first: usize, last: usize) -> Vec<u8> {
        self.at(first, last).trim_ascii_end().to_vec()
    }

    /// Reason Codes 1-5.
    pub fn codes(&self) -> Codes {
        let given = self
            .at(243, 252)
            .chunks(2)
            .filter(|code| !code.trim_ascii().is_empty());
        given
            .map(|code| String::from_utf8_lossy(code).into_owned())
            .collect()
    }

    /// Participant Match Basis.
    pub fn basis(&self) -> Option<char> {
        let basis = char::from(self.at(478, 478)[0]);
        (basis != ' ').then_some(basis)
    }
}

impl Case {
    pub fn first(&self) -> &Record {
        &self.0[0]
    }

    pub fn id(&self) -> Vec<u8> {
        self.first().trimmed(1, 15)
    }

    /// The USPS code of the state that the case names.
    pub fn other_state(&self) -> String {
        tables().usps(self.first().at(138, 139))
    }

    /// The Other State Case ID that its records name, or blank.
    pub fn other_id(&self) -> Vec<u8> {
        let named = self.0.iter().map(|record| record.trimmed(122, 136));
        named
            .into_iter()
            .find(|id| !id.is_empty())
            .unwrap_or_default()
    }

    pub fn key(&self) -> Key {
        (self.id(), self.other_state(), self.other_id())
    }

    /// Match Tier, or `none`.
    pub fn tier(&self) -> String {
        match self.first().at(392, 392) {
            b" " => "none".to_owned(),
            tier => String::from_utf8_lossy(tier).into_owned(),
        }
    }

    /// Case ID (from Other State).
    pub fn counterpart_id(&self) -> Vec<u8> {
        self.first().trimmed(253, 267)
    }

    /// The codes that any of its records bears.
    pub fn codes(&self) -> Codes {
        let all: BTreeSet<String> = self.0.iter().flat_map(Record::codes).collect();
        all.into_iter().collect()
    }

    pub fn nobody_matched(&self) -> bool {
        self.tier() != "none" && self.0.iter().all(|record| record.basis().is_none())
    }

    pub fn is_fcr_supplied(&self) -> bool {
        self.first().at(242, 242) == b"Y"
    }

    pub fn is_multiple(&self) -> bool {
        self.first().at(391, 391) == b"Y"
    }

    fn in_sync(&self) -> bool {
        let first = self.first();
        self.codes().contains(&"00".to_owned()) && first.at(377, 380) == first.at(385, 388)
    }

    /// Whether two cases can be told apart by the Other State Case ID alone, which one of them leaves
    /// blank: everything that the answer says of them is the same.
    pub fn differs_in_other_id_alone(&self, other: &Case) -> bool {
        let answer = [(242, 242), (253, 275), (377, 392), (393, 472)];
        let same = |&(first, last): &(usize, usize)| {
            self.first().at(first, last) == other.first().at(first, last)
        };
        (self.id(), self.other_state()) == (other.id(), other.other_state())
            && answer.iter().all(same)
            && self.other_id() != other.other_id()
            && (self.other_id().is_empty() || other.other_id().is_empty())
    }
}

/// The cases of a response file in text form: a case is its first record and the n-1 after it.
///
/// # Errors
/// In words, where the file is not cut so.
pub fn cases(response: &[u8]) -> Result<Vec<Case>, String> {
    let mut records = Vec::new();
    for line in response.split_inclusive(|&byte| byte == b'\n') {
        match line {
            [record @ .., b'\n'] if record.len() == 500 => records.push(Record(record.to_vec())),
            _ => return Err(format!("record {} has not 500 bytes", records.len() + 1)),
        }
    }
    let (mut cases, mut left) = (Vec::new(), &records[..]);
    while let Some(first) = left.first() {
        let told = String::from_utf8_lossy(first.at(473, 477)).parse();
        let told: usize = told.map_err(|_| "473-477 is not a number".to_owned())?;
        let at = records.len() - left.len() + 1;
        if told == 0 || told > left.len() {
            return Err(format!("the case of record {at} is not whole"));
        }
        let (of_case, rest) = left.split_at(told);
        let answers: BTreeSet<_> = of_case
            .iter()
            .map(|record| {
                let own = (record.at(1, 15), record.at(138, 139), record.at(242, 242));
                (own, record.at(253, 275), record.at(377, 477))
            })
            .collect();
        if answers.len() != 1 {
            return Err(format!("the records of the case of record {at} disagree"));
        }
        cases.push(Case(of_case.to_vec()));
        left = rest;
    }
    let keys: BTreeSet<Key> = cases.iter().map(Case::key).collect();
    if keys.len() != cases.len() {
        return Err("a case stands twice".to_owned());
    }
    Ok(cases)
}

/// The tiers of a routine, and `none`.
pub fn tiers(pooled: bool) -> Vec<String> {
    let tiers = (1..=if pooled { 7 } else { 3 }).map(|tier| tier.to_string());
    tiers.chain(["none".to_owned()]).collect()
}

/// The figures that `report` counts in the cases of a response, by its keys.
pub fn report_figures<'c>(cases: impl IntoIterator<Item = &'c Case>, pooled: bool) -> Figures {
    let mut figures = Figures::new();
    for tier in tiers(pooled) {
        figures.insert(format!("cases.tier.{tier}"), 0);
    }
    for unit in ["cases", "records"] {
        for code in 0..9 {
            figures.insert(format!("{unit}.code.0{code}"), 0);
        }
    }
    for key in
        "cases.returned records.returned cases.in_sync cases.nobody_matched cases.multiple_case \
        cases.fcr_supplied cases.open cases.closed cases.initiating cases.responding cases.neither \
        cases.other_fips.verified cases.other_fips.not_verified cases.fips.verified \
        cases.fips.not_verified cases.fips.none records.ssn.verified records.ssn.not_verified \
        records.ssn.none records.other_ssn.verified records.other_ssn.not_verified \
        records.other_ssn.none"
            .split_whitespace()
    {
        figures.insert(key.to_owned(), 0);
    }
    let mut count = |key: String| *figures.entry(key).or_default() += 1;
    let verified = |indicator: &[u8]| match indicator {
        b"Y" => "verified",
        b"N" => "not_verified",
        _ => "none",
    };
    for case in cases {
        let first = case.first();
        count("cases.returned".to_owned());
        count(format!("cases.tier.{}", case.tier()));
        count(format!("cases.fips.{}", verified(first.at(277, 277))));
        count(format!("cases.other_fips.{}", verified(first.at(276, 276))));
        count(format!("cases.combination.{}", case.codes().join("+")));
        count(match first.at(50, 50) {
            b"O" => "cases.open".to_owned(),
            _ => "cases.closed".to_owned(),
        });
        count(match first.at(16, 16) {
            b"I" => "cases.initiating".to_owned(),
            b"R" => "cases.responding".to_owned(),
            _ => "cases.neither".to_owned(),
        });
        for (key, holds) in [
            ("cases.in_sync", case.in_sync()),
            ("cases.nobody_matched", case.nobody_matched()),
            ("cases.multiple_case", case.is_multiple()),
            ("cases.fcr_supplied", case.is_fcr_supplied()),
        ] {
            if holds {
                count(key.to_owned());
            }
        }
        for code in case.codes() {
            count(format!("cases.code.{code}"));
        }
        for record in &case.0 {
            count("records.returned".to_owned());
            count(format!("records.ssn.{}", verified(record.at(278, 278))));
            count(format!(
                "records.other_ssn.{}",
                verified(record.at(288, 288))
            ));
            count(format!("records.combination.{}", record.codes().join("+")));
            for code in record.codes() {
                count(format!("records.code.{code}"));
            }
        }
    }
    figures
}

/// The figures of a state in `summary.json` that can be counted in its response, by their paths.
pub fn summary_figures(cases: &[Case], pooled: bool) -> Figures {
    let of_report = report_figures(cases, pooled);
    let mut figures = Figures::new();
    for (path, key) in [
        ("/cases/returned", "cases.returned"),
        ("/records/returned", "records.returned"),
        ("/cases_nobody_matched", "cases.nobody_matched"),
        ("/multiple_case", "cases.multiple_case"),
        ("/fcr_supplied", "cases.fcr_supplied"),
    ] {
        figures.insert(path.to_owned(), of_report[key]);
    }
    for (path, prefix) in [
        ("/cases_by_tier/", "cases.tier."),
        ("/cases_by_code/", "cases.code."),
        ("/records_by_code/", "records.code."),
    ] {
        for (key, count) in &of_report {
            if let Some(name) = key.strip_prefix(prefix) {
                figures.insert(format!("{path}{name}"), *count);
            }
        }
    }
    for basis in "S12D345".chars() {
        figures.insert(format!("/records_by_basis/{basis}"), 0);
    }
    for basis in cases
        .iter()
        .flat_map(|case| &case.0)
        .filter_map(Record::basis)
    {
        *figures
            .entry(format!("/records_by_basis/{basis}"))
            .or_default() += 1;
    }
    figures
}
