//! How far a long run is: shown on a terminal alone, and only after a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::value::text::grouped;

/// How many steps go by before the clock is looked at.
const STEP: u64 = 1024;

/// The progress of a run through a file.
pub struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    size: u64,
    read: Arc<AtomicU64>,
}

impl Progress {
    /// Begins; `shown` says whether there is a terminal to show it on.
    #[must_use]
    pub fn begin(shown: bool, (size, read): (u64, Arc<AtomicU64>)) -> Progress {
        let bar = shown.then(|| {
            let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::hidden());
            match ProgressStyle::with_template("{msg}  {percent}%  {eta} left") {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Progress { bar, began: Instant::now(), size, read }
    }

    /// So many records are done.
    pub fn at(&self, records: u64) {
        let Some(bar) = &self.bar else { return };
        if !records.is_multiple_of(STEP) || self.began.elapsed() < Duration::from_secs(1) {
            return;
        }
        if bar.is_hidden() {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(4));
        }
        let rate = u128::from(records) * 1000 / self.began.elapsed().as_millis().max(1);
        bar.set_position(self.read.load(Ordering::Relaxed).min(self.size));
        bar.set_message(format!("{} records, {} a second", grouped(&records.to_string()), grouped(&rate.to_string())));
    }

    /// The records are done, and something is left to do.
    pub fn then(&self, what: &'static str) {
        if let Some(bar) = self.bar.as_ref().filter(|bar| !bar.is_hidden()) {
            bar.set_position(self.size);
            bar.set_message(what);
            bar.tick();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
