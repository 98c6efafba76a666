//! Whether a signal asked the run to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Result};
use crate::exit::Signal;

/// How many records or lines are read between looks at whether to stop.
const STOP_RECORDS: u64 = 1 << 14;

/// A flag that SIGINT and SIGTERM set; long loops look at it.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// A flag that signals set from now on.
    ///
    /// # Errors
    /// The system's answer where the handlers cannot be installed.
    pub fn on_signals() -> std::io::Result<Self> {
        let stop = Stop::default();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&stop.0), number)?;
        }
        Ok(stop)
    }

    /// A flag that a signal has set.
    #[cfg(test)]
    pub(crate) fn set() -> Self {
        let stop = Stop::default();
        stop.0.store(2, Ordering::Relaxed);
        stop
    }

    /// Goes on, or stops; looks at the first record or line, counted from 1, and then once in many.
    ///
    /// # Errors
    /// As [`Stop::check`].
    #[inline]
    pub fn check_at(&self, number: u64) -> Result<()> {
        if number % STOP_RECORDS == 1 {
            self.check()
        } else {
            Ok(())
        }
    }

    /// Goes on, or stops.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once a signal came.
    #[inline]
    pub fn check(&self) -> Result<()> {
        match i32::try_from(self.0.load(Ordering::Relaxed)).unwrap_or_default() {
            0 => Ok(()),
            signal_hook::consts::SIGINT => Err(Error::Interrupted(Signal::Interrupt)),
            _ => Err(Error::Interrupted(Signal::Terminate)),
        }
    }
}
