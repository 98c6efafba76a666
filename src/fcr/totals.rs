//! The control totals of a run. They must balance, or nothing is published.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Error, Result};

/// What became of the records of one kind. Every record is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RegistryCounts {
    /// Read.
    pub read: u64,
    /// Current, and written to an extract with their case.
    pub written: u64,
    /// Deletes, and the records that they deleted.
    pub deleted: u64,
    /// Replaced by a later record.
    pub replaced: u64,
    /// Withheld for family violence.
    pub withheld: u64,
    /// Current, but their case is not a IV-D case.
    pub non_iv_d: u64,
    /// In the files of participating states.
    pub participating: u64,
    /// Rejected and listed.
    pub rejected: u64,
}

/// What became of all records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Totals {
    /// Case records.
    pub fc: RegistryCounts,
    /// Person records.
    pub fp: RegistryCounts,
    /// Records that are neither: all are rejected.
    pub unknown_records: u64,
}

impl AddAssign<&RegistryCounts> for RegistryCounts {
    fn add_assign(&mut self, other: &RegistryCounts) {
        self.read += other.read;
        self.written += other.written;
        self.deleted += other.deleted;
        self.replaced += other.replaced;
        self.withheld += other.withheld;
        self.non_iv_d += other.non_iv_d;
        self.participating += other.participating;
        self.rejected += other.rejected;
    }
}

impl AddAssign<&Totals> for Totals {
    fn add_assign(&mut self, other: &Totals) {
        self.fc += &other.fc;
        self.fp += &other.fp;
        self.unknown_records += other.unknown_records;
    }
}

impl RegistryCounts {
    fn accounted(&self) -> u64 {
        self.written
            + self.deleted
            + self.replaced
            + self.withheld
            + self.non_iv_d
            + self.participating
            + self.rejected
    }
}

impl Totals {
    /// Checks that every record was counted once.
    ///
    /// # Errors
    /// [`Error::Unbalanced`] if one was not: a fault of this program. The message has no number,
    /// because the difference could reveal the number of withheld records.
    pub fn check_balance(&self) -> Result<()> {
        for (kind, records) in [("FC", &self.fc), ("FP", &self.fp)] {
            if records.read != records.accounted() {
                let problem = format!("{kind} records read are not those accounted for");
                return Err(Error::Unbalanced(problem));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_counted_twice_or_not_at_all_is_noticed() {
        let mut totals = Totals::default();
        totals.fp.read = 7;
        assert!(totals.check_balance().is_err());
        totals.fp = RegistryCounts {
            read: 7,
            written: 1,
            deleted: 1,
            replaced: 1,
            withheld: 1,
            non_iv_d: 1,
            participating: 1,
            rejected: 1,
        };
        assert!(totals.check_balance().is_ok());
        totals.fc.rejected = 1;
        assert!(totals.check_balance().is_err());
    }
}
