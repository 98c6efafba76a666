//! A share right, and how far it can be relied on.

/// How many of some trials were right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Right.
    pub right: u64,
    /// All.
    pub trials: u64,
}

/// The quantile of the normal distribution for a bound that holds in 97.5 of 100 cases.
const Z: f64 = 1.96;

impl Share {
    /// The share; 0 where nothing was tried.
    pub fn share(self) -> f64 {
        if self.trials == 0 {
            0.0
        } else {
            self.right as f64 / self.trials as f64
        }
    }

    /// The lower bound of the share: Wilson's score interval (E. B. Wilson, Journal of the American
    /// Statistical Association 22, 1927) at 95 %.
    pub fn lower_bound(self) -> f64 {
        if self.trials == 0 {
            return 0.0;
        }
        let (n, p) = (self.trials as f64, self.share());
        let centre = p + Z * Z / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        ((centre - spread) / (1.0 + Z * Z / n)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_bound_is_wilsons() {
        let bound = |right, trials| format!("{:.4}", Share { right, trials }.lower_bound());
        assert_eq!(bound(0, 0), "0.0000");
        assert_eq!(bound(0, 10), "0.0000");
        assert_eq!(bound(10, 10), "0.7225");
        assert_eq!(bound(50, 100), "0.4038");
        assert_eq!(bound(100_000, 100_000), "1.0000");
    }
}
