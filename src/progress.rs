//! Progress: one bar per stage on stderr, with rate and time left, on a terminal only; or reported to the
//! caller of the library.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "cli")]
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Who hears how far a run is.
pub struct Progress(To);

/// One stage of a run.
pub struct Stage(Counted);

/// What a stage counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes read or written.
    Bytes,
    /// Records, cases, files.
    Items,
}

/// How far a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The stage: `reading`, `matching` and the like. The names are not stable.
    pub stage: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// How much is done.
    pub done: u64,
    /// At how much it ends, as far as that is known.
    pub total: u64,
}

type Listener = dyn Fn(Step) + Send + Sync;

enum To {
    Nobody,
    #[cfg(feature = "cli")]
    Bars(MultiProgress),
    Listener(Arc<Listener>),
}

enum Counted {
    ForNobody,
    #[cfg(feature = "cli")]
    Bar(ProgressBar),
    For(Arc<Listener>, Step, AtomicU64),
}

impl Progress {
    /// Bars on stderr; none where `quiet`, where stderr is no terminal, or without the feature `cli`.
    pub fn new(quiet: bool) -> Self {
        use std::io::IsTerminal;
        if quiet || crate::stderr::is_json() || !std::io::stderr().is_terminal() {
            return Self::hidden();
        }
        #[cfg(feature = "cli")]
        return Progress(To::Bars(MultiProgress::with_draw_target(
            ProgressDrawTarget::stderr_with_hz(5),
        )));
        #[cfg(not(feature = "cli"))]
        Self::hidden()
    }

    /// Nobody.
    pub fn hidden() -> Self {
        Progress(To::Nobody)
    }

    /// `listener` is called at every step, from any thread of the run: it should return at once.
    pub fn told(listener: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Progress(To::Listener(Arc::new(listener)))
    }

    /// Begins a stage that ends at `total`.
    pub fn stage(&self, name: &'static str, total: u64, unit: Unit) -> Stage {
        Stage(match &self.0 {
            To::Nobody => Counted::ForNobody,
            #[cfg(feature = "cli")]
            To::Bars(bars) => Counted::Bar(bars.add(bar(name, total, unit))),
            To::Listener(listener) => {
                let step = Step {
                    stage: name,
                    unit,
                    done: 0,
                    total,
                };
                listener(step);
                Counted::For(Arc::clone(listener), step, AtomicU64::new(0))
            }
        })
    }
}

#[cfg(feature = "cli")]
fn bar(name: &'static str, total: u64, unit: Unit) -> ProgressBar {
    let template = match unit {
        Unit::Bytes => "{prefix:9} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
        Unit::Items => "{prefix:9} {wide_bar} {human_pos}/{human_len} {per_sec} {eta} left",
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style).with_prefix(name)
}

impl Stage {
    /// A stage without a bar.
    pub fn hidden() -> Self {
        Stage(Counted::ForNobody)
    }

    /// Advances the stage.
    #[inline]
    pub fn advance(&self, by: u64) {
        match &self.0 {
            Counted::ForNobody => {}
            #[cfg(feature = "cli")]
            Counted::Bar(bar) => bar.inc(by),
            Counted::For(listener, step, done) => listener(Step {
                done: done.fetch_add(by, Ordering::Relaxed) + by,
                ..*step
            }),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        #[cfg(feature = "cli")]
        if let Counted::Bar(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_listener_is_told_of_every_step() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        let progress = Progress::told(move |step| {
            heard
                .lock()
                .unwrap()
                .push((step.stage, step.done, step.total));
        });
        let stage = progress.stage("reading", 10, Unit::Bytes);
        stage.advance(4);
        stage.advance(6);
        let expected = [("reading", 0, 10), ("reading", 4, 10), ("reading", 10, 10)];
        assert_eq!(*told.lock().unwrap(), expected);
    }
}
