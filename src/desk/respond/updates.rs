//! Writes rows of `updates.csv`, and the records of `fcr.txt` that go with them.

use super::desk::unwritable;
use super::wording;
use super::{AnswerTo08, Desk, ResponseCase, ResponseRecord};
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::error::Result;
use crate::formats::layout::Columns;
use crate::formats::record::{is_blank, text};

impl Desk<'_> {
    /// 02: one row for the case.
    pub(super) fn update_case_id(&mut self, case: &ResponseCase<'_>) -> Result<()> {
        let c = case.counts();
        let rule = format!(
            "threshold met: {} of {} adults and {} of {} children matched; no caution applies",
            c.adults_matched, c.adults_yours, c.children_matched, c.children_yours
        );
        let (old, new) = (text(case.other_id()), text(case.their_id()));
        self.update(
            case,
            b"",
            ("other_state_case_id", &old, &new),
            ReasonCode::R02,
            &rule,
        )
    }

    fn update(
        &mut self,
        case: &ResponseCase<'_>,
        member_id: &[u8],
        (field, old, new): (&str, &str, &str),
        code: ReasonCode,
        rule: &str,
    ) -> Result<()> {
        let row = [
            &text(case.id()),
            case.other_state().usps(),
            &text(case.other_id()),
            &text(member_id),
            field,
            old,
            new,
            code.code(),
            rule,
        ];
        *self.totals.updates.entry(code.code()).or_default() += 1;
        self.updates.write_record(row).map_err(unwritable)
    }

    /// 07 and 08: one row for the participant.
    pub(super) fn update_ssn(
        &mut self,
        case: &ResponseCase<'_>,
        record: &ResponseRecord<'_>,
        field: &str,
        code: ReasonCode,
    ) -> Result<()> {
        let own = |columns: Columns| case.fields().submitted(&record.bytes, columns);
        let adult =
            record.participant.class() == Some(crate::formats::record::ParticipantClass::Adult);
        let mut rule = match code {
            ReasonCode::R08 => "yours is not verified, theirs is".to_owned(),
            _ => "theirs is verified".to_owned(),
        };
        if adult {
            rule += "; both match indicators are Y";
        }
        let yours = text(own(case.fields().extract.ssn));
        // An additional SSN replaces nothing, so there is no old value.
        let old = if field == "ssn" { yours.as_str() } else { "" };
        let new = text(case.fields().response.ssn.of(&record.bytes));
        let member = case.member_id(record);
        self.update(case, member, (field, old, &new), code, &rule)?;
        let unnamed = is_blank(member);
        // If the record for the FCR cannot be built either, one item covers both.
        if unnamed && (field == "ssn" || self.policy.ssn_08 == AnswerTo08::Replace) {
            let codes = ReasonCodes::default().with(code);
            self.worklist
                .add(case, codes, 0, b"", wording::of_unnamed_update());
        }
        Ok(())
    }

    /// 08: an FP record that adds the other state's SSN, and a second one of the same participant.
    pub(super) fn add_to_fcr(
        &mut self,
        case: &ResponseCase<'_>,
        record: &ResponseRecord<'_>,
        second: Option<[u8; 9]>,
    ) -> Result<()> {
        if is_blank(case.member_id(record)) {
            self.totals.not_built += 1;
            let codes = ReasonCodes::default().with(ReasonCode::R08);
            self.worklist
                .add(case, codes, 0, b"", wording::of_unbuilt_fcr_record());
            return Ok(());
        }
        let line = super::fp_record::additional_ssn(self.fcr_layout, case, record, second)?;
        self.fcr.extend(line);
        self.fcr.push(b'\n');
        self.totals.fcr_records += 1;
        Ok(())
    }
}
