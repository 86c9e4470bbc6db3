//! Signals while something is written: the first lets the run take itself back, a second ends the
//! program at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::{Error, ErrorKind};

/// The signals that end a run, with the kind of error that they are.
const SIGNALS: &[(i32, ErrorKind)] = &[
    (SIGINT, ErrorKind::Interrupted),
    (SIGTERM, ErrorKind::Terminated),
    #[cfg(unix)]
    (signal_hook::consts::SIGHUP, ErrorKind::HungUp),
];

static RECEIVED: LazyLock<Arc<AtomicUsize>> = LazyLock::new(|| {
    let received = Arc::new(AtomicUsize::new(0));
    let again = Arc::new(AtomicBool::new(false));
    for (signal, _) in SIGNALS {
        // in this order: the first signal finds the flag not set yet; where none can be watched,
        // the system ends the run
        let _ = flag::register_conditional_shutdown(*signal, 128 + *signal, Arc::clone(&again));
        let _ = flag::register(*signal, Arc::clone(&again));
        let _ = flag::register_usize(
            *signal,
            Arc::clone(&received),
            usize::try_from(*signal).unwrap_or(usize::MAX),
        );
    }
    received
});

/// Begins to watch.
pub fn watch() {
    LazyLock::force(&RECEIVED);
}

/// The failure that a signal asks for, if one came.
#[must_use]
pub fn received() -> Option<Error> {
    let signal = RECEIVED.load(Ordering::Relaxed);
    let (_, kind) = SIGNALS.iter().find(|(known, _)| usize::try_from(*known) == Ok(signal))?;
    Some(Error::new(*kind, "interrupted; unfinished work was not written"))
}

/// Whether one came.
#[must_use]
pub fn came() -> bool {
    RECEIVED.load(Ordering::Relaxed) != 0
}
