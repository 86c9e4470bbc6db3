//! The encoder of extra columns that the reader and the writer of an import share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::error::Result;
use crate::kind::{ExtraColumns, Kind};
use crate::store::extras::encode::{EncodedExtra, ExtrasEncoder};

/// An encoder shared by the reader and the writer.
#[derive(Debug, Clone)]
pub struct SharedExtras {
    encoder: Arc<Mutex<ExtrasEncoder>>,
    /// Whether new layouts or texts wait: the writer asks at each record, and need not wait for the reader.
    has_news: Arc<AtomicBool>,
}

impl SharedExtras {
    /// One that knows the layouts and texts that are there.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(connection: &Connection) -> Result<SharedExtras> {
        Ok(SharedExtras {
            encoder: Arc::new(Mutex::new(ExtrasEncoder::of(connection)?)),
            has_news: Arc::default(),
        })
    }

    /// Encodes the object of a fact, as [`ExtrasEncoder::encode`] does.
    pub fn encode(&self, kind: &'static Kind, object: &str) -> Option<EncodedExtra> {
        self.with(|encoder| encoder.encode(kind, object))
    }

    /// Encodes the columns of a record, as [`ExtrasEncoder::encode_columns`] does.
    pub fn encode_columns(
        &self,
        kind: &'static Kind,
        columns: &ExtraColumns<'_>,
    ) -> (Option<EncodedExtra>, String) {
        self.with(|encoder| encoder.encode_columns(kind, columns))
    }

    /// Writes new layouts and texts. This must happen before the cells that use them are written.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn write_news(&self, connection: &Connection) -> Result<()> {
        if self.has_news.swap(false, Ordering::AcqRel) {
            self.with(|encoder| encoder.write_news(connection))
        } else {
            Ok(())
        }
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut ExtrasEncoder) -> T) -> T {
        let mut encoder = self.encoder.lock().unwrap_or_else(PoisonError::into_inner);
        let made = use_it(&mut encoder);
        if encoder.has_news() {
            self.has_news.store(true, Ordering::Release);
        }
        made
    }
}
