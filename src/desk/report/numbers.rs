//! Formats numbers for people.

/// A count with thousands separators.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count, or `-` if it is unknown.
pub(super) fn known(count: Option<u64>) -> String {
    count.map_or_else(|| "-".to_owned(), grouped)
}

/// The change of a count: `+12`, `-3` or `=`; empty if either is unknown.
pub(super) fn change(new: Option<u64>, old: Option<u64>) -> String {
    match (new, old) {
        (Some(new), Some(old)) if new > old => format!("+{}", grouped(new - old)),
        (Some(new), Some(old)) if new < old => format!("-{}", grouped(old - new)),
        (Some(_), Some(_)) => "=".to_owned(),
        _ => String::new(),
    }
}

/// A share in tenths of a percent, rounded half up; `None` if the whole is 0.
pub(super) fn permille(part: u64, whole: u64) -> Option<u64> {
    let (part, whole) = (u128::from(part), u128::from(whole));
    (whole > 0).then(|| ((part * 2000 + whole) / (whole * 2)) as u64)
}

/// A share as a percentage with one decimal, or `-`.
pub(super) fn percent(part: u64, whole: u64) -> String {
    permille(part, whole).map_or_else(
        || "-".to_owned(),
        |tenths| format!("{}.{}", tenths / 10, tenths % 10),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_shares_rounded_half_up() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(percent(1, 3), "33.3");
        assert_eq!(percent(1, 2000), "0.1");
        assert_eq!(percent(1, 1), "100.0");
        assert_eq!(percent(0, 0), "-");
        assert_eq!(change(Some(2), Some(1005)), "-1,003");
        assert_eq!(change(Some(2), Some(2)), "=");
        assert_eq!(change(Some(2), None), "");
    }
}
