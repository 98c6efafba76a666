//! Dates as eight digits, CCYYMMDD.

/// A calendar date from 1 January 1880, as a number of days; that day is 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u32);

/// The first year of a valid Date of Birth (W07).
const FIRST_YEAR: u32 = 1880;

const DAYS_BEFORE_MONTH: [u32; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The number of leap days in the years before `year`, from year 1.
const fn leap_days_before(year: u32) -> u32 {
    let last = year - 1;
    last / 4 - last / 100 + last / 400
}

impl Date {
    /// The date in eight digits, if it is a calendar date from 1880.
    #[inline]
    pub fn parse(field: &[u8]) -> Option<Date> {
        let digits: &[u8; 8] = field.try_into().ok()?;
        let mut value = 0;
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value * 10 + u32::from(digit);
        }
        Self::from_ccyymmdd(value)
    }

    /// The date as a number CCYYMMDD, if it is a calendar date from 1880.
    #[inline]
    pub fn from_ccyymmdd(value: u32) -> Option<Date> {
        let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
        if !(FIRST_YEAR..=9999).contains(&year) || month == 0 || month > 12 || day == 0 {
            return None;
        }
        let leap = is_leap(year);
        let index = month as usize;
        let mut length = DAYS_BEFORE_MONTH[index] - DAYS_BEFORE_MONTH[index - 1];
        if month == 2 && leap {
            length += 1;
        }
        if day > length {
            return None;
        }
        let years =
            (year - FIRST_YEAR) * 365 + leap_days_before(year) - leap_days_before(FIRST_YEAR);
        let in_year = DAYS_BEFORE_MONTH[index - 1] + u32::from(leap && month > 2) + day;
        Some(Date(years + in_year))
    }

    /// The date as a number CCYYMMDD.
    pub fn ccyymmdd(self) -> u32 {
        // A year has 365.2425 days on average, so the guess is at most one year off.
        let mut year = FIRST_YEAR + (self.0 - 1) * 400 / 146_097;
        let first = |year: u32| {
            (year - FIRST_YEAR) * 365 + leap_days_before(year) - leap_days_before(FIRST_YEAR)
        };
        while first(year + 1) < self.0 {
            year += 1;
        }
        while first(year) >= self.0 {
            year -= 1;
        }
        let in_year = self.0 - first(year);
        let before =
            |month: usize| DAYS_BEFORE_MONTH[month - 1] + u32::from(is_leap(year) && month > 2);
        let month = (1..=12).rev().find(|&m| before(m) < in_year).unwrap_or(1);
        year * 10_000 + month as u32 * 100 + in_year - before(month)
    }

    /// The year.
    pub fn year(self) -> u32 {
        self.ccyymmdd() / 10_000
    }

    /// The date `days` days later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Date {
        Date(self.0 + days)
    }

    /// Days since 31 December 1879, so at least 1.
    #[inline]
    pub fn days(self) -> u32 {
        self.0
    }

    /// The date `days` days after 31 December 1879, unless `days` is 0.
    #[inline]
    pub fn from_days(days: u32) -> Option<Date> {
        (days > 0).then_some(Date(days))
    }

    /// Today, in UTC.
    pub fn today() -> Date {
        let now = std::time::SystemTime::now();
        let seconds = now
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.as_secs());
        Date::of_unix_seconds(seconds)
    }

    /// The day of a moment, in UTC, in seconds since 1 January 1970, which is day 32,873.
    pub fn of_unix_seconds(seconds: u64) -> Date {
        Date((seconds / 86_400) as u32 + 32_873)
    }
}

/// Dates of birth are personal data, so they are not shown.
impl std::fmt::Debug for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Date(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_one_more_than_the_day_before_and_prints_as_it_was_read() {
        let mut days = 0;
        for year in 1880..=2100 {
            for month in 1..=12 {
                for day in 1..=31 {
                    let value = year * 10_000 + month * 100 + day;
                    let last = match month {
                        4 | 6 | 9 | 11 => 30,
                        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
                        2 => 28,
                        _ => 31,
                    };
                    let date = Date::from_ccyymmdd(value);
                    assert_eq!(date.is_some(), day <= last, "{value}");
                    if let Some(date) = date {
                        days += 1;
                        assert_eq!(date.days(), days);
                        assert_eq!(date.ccyymmdd(), value);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for field in [
            "18791231", "20230229", "20231301", "20230001", "2023010", "2023 101", "00000000",
        ] {
            assert_eq!(Date::parse(field.as_bytes()), None, "{field}");
        }
        assert_eq!(Date::parse(b"19700101").unwrap().days(), 32_873);
    }
}
