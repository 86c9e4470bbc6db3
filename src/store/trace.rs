//! A trace of what `SQLite` is asked: each statement when it ends, with its rows and its time.

use std::collections::HashMap;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use crate::error::Result;

static WANTED: AtomicBool = AtomicBool::new(false);

/// Has all connections that are opened from now on write their trace to stderr.
pub fn begin() {
    WANTED.store(true, Ordering::Relaxed);
}

/// Traces a connection, if that is wanted.
///
/// # Errors
/// `SQLite` refuses.
pub fn watch(connection: &mut Connection) -> Result<()> {
    if !WANTED.load(Ordering::Relaxed) {
        return Ok(());
    }
    // statements run within the rows of others
    let mut rows: HashMap<String, u64> = HashMap::new();
    let trace = move |event: TraceEvent<'_>| match event {
        TraceEvent::Row(statement) => {
            *rows.entry(statement.sql().into_owned()).or_default() += 1;
        }
        TraceEvent::Profile(statement, time) => {
            let sql = statement.sql();
            let rows = rows.remove(sql.as_ref()).unwrap_or_default();
            let words: Vec<&str> = sql.split_whitespace().collect();
            let milliseconds = time.as_millis();
            let mut err = std::io::stderr();
            let _ = writeln!(err, "{milliseconds} ms, {rows} rows: {}", words.join(" "));
        }
        _ => {}
    };
    let events = TraceEventCodes::SQLITE_TRACE_ROW | TraceEventCodes::SQLITE_TRACE_PROFILE;
    Ok(connection.trace_v2(events, Some(trace))?)
}
