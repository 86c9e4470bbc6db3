//! How far a long run is: shown on a terminal alone, and only after a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::value::text::grouped;

/// How many steps go by before the clock is looked at.
const STEP: u64 = 1024;

/// How often what is shown is drawn anew.
const TICK: Duration = Duration::from_millis(250);

/// Something that takes as long as it takes: shown on a terminal alone, and only after a second.
pub struct Waiting {
    bar: Arc<Mutex<Option<ProgressBar>>>,
    rows: u64,
}

impl Waiting {
    /// Begins; `shown` says whether there is a terminal to show it on.
    #[must_use]
    pub fn begin(shown: bool, what: &'static str) -> Waiting {
        let bar = shown.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
                .with_message(what);
            match ProgressStyle::with_template("{msg}  {elapsed}") {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        let bar = Arc::new(Mutex::new(bar));
        if shown {
            let seen = Arc::downgrade(&bar);
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(1));
                let Some(bar) = seen.upgrade() else { return };
                if let Some(bar) = bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(4));
                    bar.enable_steady_tick(TICK);
                }
            });
        }
        Waiting { bar, rows: 0 }
    }

    /// So many more rows are done.
    pub fn rows(&mut self, more: u64) {
        let before = self.rows / STEP;
        self.rows += more;
        if self.rows / STEP > before
            && let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
        {
            bar.set_message(format!("{} rows", grouped(&self.rows.to_string())));
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

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
        bar.set_message(format!(
            "{} records, {}/s",
            grouped(&records.to_string()),
            grouped(&rate.to_string())
        ));
    }

    /// The records are done, and something is left to do.
    pub fn then(&self, what: &'static str) {
        if let Some(bar) = self.bar.as_ref().filter(|bar| !bar.is_hidden()) {
            bar.set_position(self.size);
            bar.set_message(what);
            if let Ok(style) = ProgressStyle::with_template("{msg}  {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
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
