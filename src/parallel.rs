//! Runs one job for each of many items of unequal size.

use rayon::prelude::*;

use crate::error::Result;

/// Processes the items in parallel, largest first, so that no thread is left with a large item at
/// the end. Returns the results in the order of the items.
///
/// # Errors
/// The first error in the order of the items.
pub fn largest_first<T: Sync, R: Send>(
    items: &[T],
    size: impl Fn(&T) -> u64,
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_cached_key(|&place| std::cmp::Reverse(size(&items[place])));
    let each = order.par_iter().with_max_len(1);
    let mut done: Vec<_> = each.map(|&place| (place, work(&items[place]))).collect();
    done.sort_by_key(|&(place, _)| place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn results_and_errors_come_in_the_order_of_the_items() {
        let doubled = largest_first(&[1_u64, 3, 2], |item| *item, |item| Ok(item * 2));
        assert_eq!(doubled.unwrap(), [2, 6, 4]);
        let refused = |item: &u64| -> Result<()> { Err(Error::Inputs(item.to_string())) };
        let error = largest_first(&[1, 3, 2], |item| *item, refused).unwrap_err();
        assert_eq!(error.to_string(), "1");
    }
}
