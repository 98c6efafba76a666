//! Progress bars on stderr, one per stage, with rate and remaining time. Only on a terminal.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bars of a run.
pub struct Progress {
    bars: MultiProgress,
    shown: bool,
}

/// One stage of a run.
pub struct Stage {
    bar: ProgressBar,
}

/// What a stage counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes read or written.
    Bytes,
    /// Records, cases, files.
    Items,
}

impl Progress {
    /// Progress bars on stderr; none if `quiet`, or if stderr is not a terminal.
    pub fn new(quiet: bool) -> Self {
        use std::io::IsTerminal;
        let shown = !quiet && std::io::stderr().is_terminal();
        let target = if shown {
            ProgressDrawTarget::stderr_with_hz(5)
        } else {
            ProgressDrawTarget::hidden()
        };
        Progress {
            bars: MultiProgress::with_draw_target(target),
            shown,
        }
    }

    /// Begins a stage that ends at `total`.
    pub fn stage(&self, name: &'static str, total: u64, unit: Unit) -> Stage {
        if !self.shown {
            return Stage::hidden();
        }
        let template = match unit {
            Unit::Bytes => "{prefix:9} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
            Unit::Items => "{prefix:9} {wide_bar} {human_pos}/{human_len} {per_sec} {eta} left",
        };
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = self
            .bars
            .add(ProgressBar::new(total).with_style(style).with_prefix(name));
        Stage { bar }
    }
}

impl Stage {
    /// A stage without a bar.
    pub fn hidden() -> Self {
        Stage {
            bar: ProgressBar::hidden(),
        }
    }

    /// Advances the stage.
    #[inline]
    pub fn advance(&self, by: u64) {
        self.bar.inc(by);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
