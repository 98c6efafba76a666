//! The exit statuses of the program. Schedulers and scripts rely on them, so they must not change.

/// How a run ended. The numbers are part of the contract of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: finished.
    Success,
    /// 1: finished, and found what it looks for.
    Findings,
    /// 2: wrong usage, layout, policy or profile file.
    Usage,
    /// 3: an input cannot be used or an output cannot be written; nothing was published.
    Failed,
    /// 129, 130 or 143: stopped by SIGHUP, SIGINT or SIGTERM; nothing was published.
    Interrupted(Signal),
}

/// A signal that asks the program to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP, 1: the terminal or the connection is gone.
    HangUp,
    /// SIGINT, 2.
    Interrupt,
    /// SIGTERM, 15.
    Terminate,
}

impl Exit {
    /// The exit status of the process.
    pub fn status(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Failed => 3,
            Exit::Interrupted(Signal::HangUp) => 129,
            Exit::Interrupted(Signal::Interrupt) => 130,
            Exit::Interrupted(Signal::Terminate) => 143,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_of_the_contract() {
        let all = [
            (Exit::Success, 0),
            (Exit::Findings, 1),
            (Exit::Usage, 2),
            (Exit::Failed, 3),
            (Exit::Interrupted(Signal::HangUp), 129),
            (Exit::Interrupted(Signal::Interrupt), 130),
            (Exit::Interrupted(Signal::Terminate), 143),
        ];
        for (exit, status) in all {
            assert_eq!(exit.status(), status);
        }
    }
}
