//! The measured shares of the classes, compiled in.

use std::sync::LazyLock;

use super::{Class, Share};

/// `class,right,trials`: made by `icr score --calibrate` (docs/leads.md says on which data).
const TABLE: &str = include_str!("classes.csv");

static SHARES: LazyLock<[Share; Class::COUNT]> = LazyLock::new(|| {
    let mut shares = [Share::default(); Class::COUNT];
    for (class, share) in TABLE.lines().filter_map(row) {
        shares[class as usize] = share;
    }
    shares
});

fn row(line: &str) -> Option<(Class, Share)> {
    let mut cells = line.split(',');
    let class = Class::from_name(cells.next()?)?;
    let right = cells.next()?.parse().ok()?;
    let trials = cells.next()?.parse().ok()?;
    Some((class, Share { right, trials }))
}

/// How often answers of a class were right.
pub fn share_of(class: Class) -> Share {
    SHARES[class as usize]
}

/// The table as it is compiled in.
pub fn class_table() -> &'static str {
    TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_been_tried() {
        assert_eq!(TABLE.lines().filter_map(row).count(), Class::COUNT);
        assert_eq!(TABLE.lines().count(), Class::COUNT + 1);
        for class in Class::ALL {
            let share = share_of(class);
            assert!(share.trials > 0 && share.right <= share.trials, "{class:?}");
        }
    }
}
