//! Fields that are written in another form throughout: SSNs with hyphens that were cut at nine
//! columns, dates with the year behind.

use super::read_file::{FIRST_RECORDS, Found, ReadFile};
use super::sound::SoundRecord;
use crate::formats::record::Date;

/// Fewer records with such a fault, in percent of all, are records with a fault.
const FEW_PERCENT: u64 = 10;

/// Tells where SSNs are `123-45-67`: eleven bytes in nine columns.
pub(super) fn hyphens_cut(file: &ReadFile<'_>, found: &mut Found) {
    let bad = file.counts.bad_ssns;
    if bad * 100 < file.counts.records * FEW_PERCENT {
        return;
    }
    let with_hyphens = |kind: &SoundRecord, record: &[u8]| {
        let ssn = kind.ssn.of_trimmed(record);
        let fits = |(place, byte): (usize, &u8)| match place {
            3 | 6 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        ssn.len() == 9 && ssn.iter().enumerate().all(fits)
    };
    let (count, first) = count_of(file, with_hyphens);
    if count * 10 >= bad * 9 && count > 0 {
        found.tell(
            "ssn-hyphens",
            count,
            first,
            "the SSN is written with hyphens and was cut at nine columns: its last digits are lost; write nine digits",
        );
    }
}

/// Tells where dates of birth are MMDDCCYY or DDMMCCYY.
pub(super) fn dates_turned(file: &ReadFile<'_>, found: &mut Found) {
    let bad = file.counts.bad_dates;
    if bad == 0 || bad * 100 < file.counts.records * FEW_PERCENT {
        return;
    }
    let turned = |kind: &SoundRecord, record: &[u8], month_first: bool| {
        let [a, b, c, d, century @ ..] = kind.date_of_birth.of_trimmed(record) else {
            return false;
        };
        let (month, day) = if month_first {
            ([*a, *b], [*c, *d])
        } else {
            ([*c, *d], [*a, *b])
        };
        let date = [century, &month, &day].concat();
        date.len() == 8 && Date::parse(&date).is_some()
    };
    for (month_first, form) in [(true, "MMDDCCYY"), (false, "DDMMCCYY")] {
        let (count, first) = count_of(file, |kind, record| turned(kind, record, month_first));
        if count * 10 >= bad * 9 {
            let what = format!("Date of Birth is written {form}; write CCYYMMDD");
            found.tell("date-order", count, first, what);
            return;
        }
    }
}

fn count_of(file: &ReadFile<'_>, has: impl Fn(&SoundRecord, &[u8]) -> bool) -> (u64, Vec<u64>) {
    let (mut count, mut first) = (0, Vec::new());
    for (number, record) in (1..).zip(file.source.records()) {
        let kind = file.kinds.iter().find(|kind| kind.is_named(record.bytes));
        if kind.is_some_and(|kind| has(kind, record.bytes)) {
            count += 1;
            if first.len() < FIRST_RECORDS {
                first.push(number);
            }
        }
    }
    (count, first)
}
