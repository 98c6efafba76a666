//! Builds CSENet transactions with the layouts `csenet-header`, `csenet-case`, `csenet-ncp` and
//! `csenet-participant` (public: CSENet guide, Charts C-3 and C-5 and following). Whether one may
//! be sent is decided in `sending.rs` and `rules.rs`.

use super::{ResponseCase, ResponseRecord};
use crate::error::Result;
use crate::formats::layout::{Columns, Layout, LayoutSet};
use crate::formats::record::{Date, ParticipantType, SsnField, is_blank, trim_end};

/// A transaction counts its Participant blocks in one digit.
const MOST_PARTICIPANTS: usize = 9;
/// Days from a GSC14 to its Action Resolution Date.
pub(super) const NOTICE_DAYS: u32 = 60;

/// The last date with eight digits.
const LAST_DATE: u32 = 99_991_231;

/// Builds the transactions of one run date.
pub(super) struct Transactions<'l> {
    header: &'l Layout,
    case: &'l Layout,
    ncp: &'l Layout,
    participant: &'l Layout,
    run_date: Date,
}

/// A block under construction: blanks, filled field by field.
struct Block<'l> {
    layout: &'l Layout,
    bytes: Vec<u8>,
}

impl<'l> Block<'l> {
    fn new(layout: &'l Layout) -> Self {
        Block {
            layout,
            bytes: vec![b' '; layout.length],
        }
    }

    /// A and A/N: left-justified, padded with blanks, truncated to the field.
    fn text(&mut self, key: &str, value: &[u8]) -> Result<()> {
        let field = &mut self.bytes[self.layout.columns(key)?.range()];
        let width = value.len().min(field.len());
        field[..width].copy_from_slice(&value[..width]);
        Ok(())
    }

    /// N: right-justified, zero-filled. A value that is too long or has other bytes than digits
    /// becomes zeros.
    fn number(&mut self, key: &str, value: &[u8]) -> Result<()> {
        let field = &mut self.bytes[self.layout.columns(key)?.range()];
        field.fill(b'0');
        if value.iter().all(u8::is_ascii_digit) && value.len() <= field.len() {
            let first = field.len() - value.len();
            field[first..].copy_from_slice(value);
        }
        Ok(())
    }
}

/// Whether a part of a FIPS code fits a numeric field: digits, or blank, which becomes zeros.
fn is_numeric_or_blank(part: &[u8]) -> bool {
    is_blank(part) || part.iter().all(u8::is_ascii_digit)
}

impl<'l> Transactions<'l> {
    pub(super) fn new(layouts: &'l LayoutSet, run_date: Date) -> Result<Self> {
        Ok(Transactions {
            header: layouts.require("csenet-header")?,
            case: layouts.require("csenet-case")?,
            ncp: layouts.require("csenet-ncp")?,
            participant: layouts.require("csenet-participant")?,
            run_date,
        })
    }

    /// The reasons why no header can be built for the case.
    pub(super) fn header_obstacles(case: &ResponseCase<'_>) -> Vec<&'static str> {
        let yours = case.yours(case.fields().extract.fips_code);
        let theirs = case.theirs(case.fields().response.fips_code);
        let mut obstacles = Vec::new();
        if !is_numeric_or_blank(&yours[2..5]) {
            obstacles.push("the county of your FIPS Code is not a number");
        }
        if !theirs[..2].iter().all(u8::is_ascii_digit) || !is_numeric_or_blank(&theirs[2..5]) {
            obstacles.push("the other state's FIPS Code is not a number");
        }
        obstacles
    }

    /// The reasons why no GSC14 can be built for the case, besides [`Self::header_obstacles`].
    pub(super) fn notice_obstacles(&self, case: &ResponseCase<'_>) -> Vec<&'static str> {
        let has = |kind| case.records.iter().any(|record| record.participant == kind);
        let mut obstacles = Vec::new();
        if self.run_date.plus_days(NOTICE_DAYS).ccyymmdd() > LAST_DATE {
            obstacles.push("its Action Resolution Date lies beyond the year 9999");
        }
        if !has(ParticipantType::Np) {
            obstacles.push("the case has no NP to identify");
        }
        if has(ParticipantType::Blank) {
            obstacles.push("a participant of the case has no participant type");
        }
        obstacles
    }

    /// The header: the fields that both transactions have in common.
    fn header(&self, case: &ResponseCase<'_>, serial: u64) -> Result<Block<'l>> {
        let extract = &case.fields().extract;
        let (yours, theirs) = (
            case.yours(extract.fips_code),
            case.theirs(case.fields().response.fips_code),
        );
        let run_date = self.run_date.ccyymmdd().to_string();
        let mut header = Block::new(self.header);
        header.number("local_fips_state", &yours[..2])?;
        header.number("local_fips_county", trim_end(&yours[2..5]))?;
        header.text("local_fips_sub", case.yours(extract.fips_code_6_7))?;
        header.number("other_fips_state", &theirs[..2])?;
        header.number("other_fips_county", trim_end(&theirs[2..5]))?;
        header.text("other_fips_sub", &theirs[5..])?;
        header.number("csenet_version_number", b"003")?;
        header.number("transaction_serial_number", serial.to_string().as_bytes())?;
        header.number("transaction_date", run_date.as_bytes())?;
        header.text("case_id", case.id())?;
        header.text("other_case_id", case.their_id())?;
        header.text("attachments_indicator", b"N")?;
        for key in [
            "action_resolution_date",
            "case_data_indicator",
            "ncp_identification_indicator",
            "ncp_locate_indicator",
            "participant_data_indicator",
            "order_data_indicator",
            "collection_data_indicator",
            "information_indicator",
            "sent_date",
            "sent_time",
            "overdue_indicator",
        ] {
            header.number(key, b"")?;
        }
        Ok(header)
    }

    /// A CSI R FRINF, which requests all data on the other state's case. One line without its line
    /// end.
    pub(super) fn request(&self, case: &ResponseCase<'_>, serial: u64) -> Result<Vec<u8>> {
        let mut header = self.header(case, serial)?;
        header.text("action_code", b"R")?;
        header.text("functional_type_code", b"CSI")?;
        header.text("action_reason", b"FRINF")?;
        Ok(header.bytes)
    }

    /// An MSC P GSC14, which gives notice of case closure. One line without its line end; `None` if
    /// the case has no NP.
    pub(super) fn notice(&self, case: &ResponseCase<'_>, serial: u64) -> Result<Option<Vec<u8>>> {
        let Some(Family { ncp, others, .. }) = divide(case) else {
            return Ok(None);
        };
        let resolution = self.run_date.plus_days(NOTICE_DAYS).ccyymmdd().to_string();
        let mut header = self.header(case, serial)?;
        header.text("action_code", b"P")?;
        header.text("functional_type_code", b"MSC")?;
        header.text("action_reason", b"GSC14")?;
        header.number("action_resolution_date", resolution.as_bytes())?;
        header.number("case_data_indicator", b"1")?;
        header.number("ncp_identification_indicator", b"1")?;
        header.number(
            "participant_data_indicator",
            others.len().to_string().as_bytes(),
        )?;
        let mut line = header.bytes;
        line.extend(self.case_block(case)?.bytes);
        let mut identification = Block::new(self.ncp);
        self.put_person(&mut identification, case, ncp)?;
        line.extend(identification.bytes);
        for other in others {
            let mut block = Block::new(self.participant);
            self.put_person(&mut block, case, other)?;
            block.text("relationship", relationship(other.participant))?;
            block.text("participant_status", b"O")?;
            line.extend(block.bytes);
        }
        Ok(Some(line))
    }

    /// The Member IDs of the participants who do not fit in a GSC14 of the case, in order.
    pub(super) fn left_out<'r>(case: &ResponseCase<'r>) -> Vec<&'r [u8]> {
        divide(case).map_or_else(Vec::new, |family| family.left_out)
    }

    fn case_block(&self, case: &ResponseCase<'_>) -> Result<Block<'l>> {
        let extract = &case.fields().extract;
        let mut block = Block::new(self.case);
        block.text("case_status", b"O")?;
        block.text("contact_name_last", case.yours(extract.contact_name))?;
        block.number("contact_phone", trim_end(case.yours(extract.contact_phone)))?;
        block.text("internet_address", case.yours(extract.contact_email))?;
        Ok(block)
    }

    /// Name, SSN, Date of Birth and Gender of a participant. An unusable SSN is never sent to the
    /// other state (matching.md, section 2): it becomes zeros, as does an invalid date.
    fn put_person(
        &self,
        block: &mut Block<'_>,
        case: &ResponseCase<'_>,
        record: &ResponseRecord<'_>,
    ) -> Result<()> {
        let extract = &case.fields().extract;
        let field = |columns: Columns| case.fields().submitted(&record.bytes, columns);
        block.text("name_last", field(extract.last_name))?;
        block.text("name_first", field(extract.first_name))?;
        block.text("name_middle", field(extract.middle_name))?;
        let ssn = field(extract.ssn);
        let usable = SsnField::parse(ssn).usable().is_some();
        block.number("ssn", if usable { ssn } else { b"" })?;
        let born = field(extract.date_of_birth);
        let valid = Date::parse(born).is_some_and(|date| date <= self.run_date);
        block.number("date_of_birth", if valid { born } else { b"" })?;
        let sex = field(extract.sex);
        let known = matches!(sex, b"M" | b"F" | b"O");
        block.text("gender", if known { sex } else { b"" })
    }
}

/// The value of Relationship.
fn relationship(participant: ParticipantType) -> &'static [u8] {
    match participant {
        ParticipantType::Np => b"A",
        ParticipantType::Cp => b"C",
        ParticipantType::Ch => b"D",
        ParticipantType::Pf => b"P",
        ParticipantType::Blank => b"",
    }
}

/// The participants of a case by their role in a GSC14.
struct Family<'r> {
    ncp: &'r ResponseRecord<'r>,
    /// At most nine others, in record order.
    others: Vec<&'r ResponseRecord<'r>>,
    /// The Member IDs of the rest.
    left_out: Vec<&'r [u8]>,
}

/// Assigns the participants. The order of the records does not matter: of several NPs, the one with
/// the lowest Member ID is the NCP; of more than nine others, adults come first, then lower Member
/// IDs.
fn divide<'r>(case: &ResponseCase<'r>) -> Option<Family<'r>> {
    let member = |place: usize| case.member_id(case.records[place]);
    let places = 0..case.records.len();
    let rank = |&place: &usize| {
        let record = case.records[place];
        let child = record.participant == ParticipantType::Ch;
        (child, member(place), &record.bytes)
    };
    let ncp = places
        .clone()
        .filter(|&place| case.records[place].participant == ParticipantType::Np)
        .min_by_key(rank)?;
    let mut others: Vec<usize> = places.filter(|&place| place != ncp).collect();
    others.sort_by_key(rank);
    let left_out = others.split_off(others.len().min(MOST_PARTICIPANTS));
    others.sort_unstable();
    let others = others.into_iter();
    Some(Family {
        ncp: case.records[ncp],
        others: others.map(|place| case.records[place]).collect(),
        left_out: left_out.into_iter().map(member).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_does_not_fit_is_zeros() {
        let layouts = LayoutSet::load(None).unwrap();
        let mut block = Block::new(layouts.require("csenet-header").unwrap());
        for (value, written) in [
            (&b"7"[..], b"007"),
            (b"123", b"123"),
            (b"1234", b"000"),
            (b"7A", b"000"),
            (b"12A4", b"000"),
            (b"", b"000"),
        ] {
            block.number("csenet_version_number", value).unwrap();
            assert_eq!(&block.bytes[14..17], written, "{value:?}");
        }
    }
}
