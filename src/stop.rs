//! The request to stop, set by a signal and checked by long loops.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::event::Timespec;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::error::{Error, Result};
use crate::exit::Signal;

/// The number of records or lines between checks.
const STOP_RECORDS: u64 = 1 << 14;

/// The interval at which a wait for a pipe checks for a stop request.
pub const WAIT_STEP: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// A flag that SIGHUP, SIGINT and SIGTERM set.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// A flag that signals set from now on; SIGHUP too, unless the program was started so that it
    /// outlives its terminal.
    ///
    /// # Errors
    /// The system's error if the handlers cannot be installed.
    pub fn on_signals(ignores_hang_up: bool) -> std::io::Result<Self> {
        let stop = Stop::default();
        let hang_up = (!ignores_hang_up).then_some(SIGHUP);
        for signal in [SIGINT, SIGTERM].into_iter().chain(hang_up) {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&stop.0), number)?;
        }
        Ok(stop)
    }

    /// A flag that is already set.
    #[cfg(test)]
    pub(crate) fn set() -> Self {
        let stop = Stop::default();
        stop.0.store(2, Ordering::Relaxed);
        stop
    }

    /// Checks the flag at the first record or line, counted from 1, and then once in many.
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

    /// Checks the flag.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if a signal was received.
    #[inline]
    pub fn check(&self) -> Result<()> {
        match i32::try_from(self.0.load(Ordering::Relaxed)).unwrap_or_default() {
            0 => Ok(()),
            SIGHUP => Err(Error::Interrupted(Signal::HangUp)),
            SIGINT => Err(Error::Interrupted(Signal::Interrupt)),
            _ => Err(Error::Interrupted(Signal::Terminate)),
        }
    }
}
