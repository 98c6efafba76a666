//! The rows of one case, with the extract that holds their records.

use super::{Extract, Row};
use crate::engine::extract::LargeCase;
use crate::formats::layout::Columns;
use crate::formats::record::{CaseId, MiddleName, PersonName};

/// The rows of one case, in record order, and their extract. Fields that a row does not hold are
/// read from its record.
#[derive(Clone, Copy)]
pub struct CaseRows<'a> {
    /// The extract.
    pub extract: &'a Extract,
    /// The rows. A row's place counts from 0.
    pub rows: &'a [Row],
}

impl CaseRows<'_> {
    /// The lookups within the case, if it is large; then `rows` are all rows of the case.
    #[inline]
    pub(crate) fn large(&self) -> Option<&LargeCase> {
        self.extract.large_case(self.rows)
    }

    fn field(&self, row: &Row, columns: Columns) -> &[u8] {
        self.extract.field(row, columns)
    }

    /// The normalised names of one of the rows.
    pub fn person_name(&self, row: &Row) -> PersonName {
        let layout = &self.extract.layout;
        PersonName::new(
            self.field(row, layout.last_name),
            self.field(row, layout.first_name),
        )
    }

    /// The normalised middle name of one of the rows.
    pub fn middle_name(&self, row: &Row) -> MiddleName {
        MiddleName::new(self.field(row, self.extract.layout.middle_name))
    }

    /// Whether a row of this case and a row of another have the same name key. Digests alone could
    /// agree by chance, so the names themselves are compared.
    #[inline]
    pub fn same_name_key(&self, row: &Row, others: CaseRows<'_>, other: &Row) -> bool {
        row.name().is_some()
            && row.name() == other.name()
            && self.person_name(row) == others.person_name(other)
    }

    /// Whether two rows of this case are one person (matching.md, section 6): the same record, or
    /// the same Member ID, which holds something other than zeros and spaces, and the same name key
    /// (ours: a state may list a person twice, once with and once without SSN).
    pub fn same_person(&self, a: &Row, b: &Row) -> bool {
        let member = |row| self.field(row, self.extract.layout.member_id);
        let is_given = |member: &[u8]| member.iter().any(|byte| !matches!(byte, b'0' | b' '));
        a.offset() == b.offset()
            || (is_given(member(a))
                && CaseId::new(member(a)) == CaseId::new(member(b))
                && self.same_name_key(a, *self, b))
    }

    /// The Sex of one of the rows, unchecked.
    pub fn sex(&self, row: &Row) -> u8 {
        let field = self.field(row, self.extract.layout.sex);
        field.first().copied().unwrap_or(b' ')
    }
}
