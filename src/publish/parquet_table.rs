//! A table of a publication as Apache Parquet: rows are kept until a group of them is large enough, so
//! that memory does not grow with the table.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::error::{Error, Result};
use crate::publish::tables::day_text;
use crate::publish::{ColumnType, PublishedTable, TableWriter};
use crate::value::{Value, date};

/// The size of a group of rows, in bytes of its values.
const GROUP: usize = 16 << 20;

/// What a value takes beside its text.
const VALUE: usize = 16;

/// A Parquet file that is being written.
pub struct ParquetTable {
    path: PathBuf,
    writer: SerializedFileWriter<File>,
    columns: Vec<ColumnBuffer>,
    size: usize,
}

/// The values of a column in the group that is kept, and for each row whether it has one.
struct ColumnBuffer {
    values: ColumnValues,
    levels: Vec<i16>,
}

enum ColumnValues {
    Text(Vec<ByteArray>),
    Integer(Vec<i64>),
    Real(Vec<f64>),
    /// Days since 1970.
    Date(Vec<i32>),
}

impl ColumnBuffer {
    fn of(ty: ColumnType) -> ColumnBuffer {
        let values = match ty {
            ColumnType::Text => ColumnValues::Text(Vec::new()),
            ColumnType::Integer => ColumnValues::Integer(Vec::new()),
            ColumnType::Real => ColumnValues::Real(Vec::new()),
            ColumnType::Date => ColumnValues::Date(Vec::new()),
        };
        ColumnBuffer { values, levels: Vec::new() }
    }

    /// Adds a cell; returns what it takes.
    fn push(&mut self, cell: &Value<'_>) -> usize {
        let before = self.len();
        match (&mut self.values, cell) {
            (_, Value::Null) => {}
            (ColumnValues::Text(values), cell) => values.push(cell.to_string().as_str().into()),
            (ColumnValues::Integer(values), Value::Int(n)) => values.push(*n),
            (ColumnValues::Real(values), cell) => values.extend(cell.number()),
            (ColumnValues::Date(values), Value::Day(day)) if day_text(*day).is_some() => {
                values.extend(i32::try_from(day - date::EPOCH).ok());
            }
            (ColumnValues::Integer(_) | ColumnValues::Date(_), _) => {}
        }
        let has_value = self.len() > before;
        self.levels.push(i16::from(has_value));
        match &self.values {
            ColumnValues::Text(values) if has_value => {
                VALUE + values.last().map_or(0, ByteArray::len)
            }
            _ => VALUE,
        }
    }

    fn len(&self) -> usize {
        match &self.values {
            ColumnValues::Text(values) => values.len(),
            ColumnValues::Integer(values) => values.len(),
            ColumnValues::Real(values) => values.len(),
            ColumnValues::Date(values) => values.len(),
        }
    }

    /// Writes what is kept, and forgets it.
    fn write(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, File>,
    ) -> Result<(), ParquetError> {
        let levels = std::mem::take(&mut self.levels);
        match &mut self.values {
            ColumnValues::Text(values) => column::<ByteArrayType>(group, values, &levels),
            ColumnValues::Integer(values) => column::<Int64Type>(group, values, &levels),
            ColumnValues::Real(values) => column::<DoubleType>(group, values, &levels),
            ColumnValues::Date(values) => column::<Int32Type>(group, values, &levels),
        }
    }
}

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &mut Vec<T::T>,
    levels: &[i16],
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("more columns than the schema has".to_owned()));
    };
    column.typed::<T>().write_batch(values, Some(levels), None)?;
    values.clear();
    column.close()
}

impl ParquetTable {
    /// Begins a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(path: &Path, table: &PublishedTable) -> Result<ParquetTable> {
        let file = File::create_new(path).map_err(|e| super::failed(path, &e))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("facts {}", env!("CARGO_PKG_VERSION")))
            .build();
        let schema = schema(table).map_err(|e| broken(path, e))?;
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties))
            .map_err(|e| broken(path, e))?;
        let columns = table.columns.iter().map(|column| ColumnBuffer::of(column.ty)).collect();
        Ok(ParquetTable { path: path.to_owned(), writer, columns, size: 0 })
    }

    fn end_group(&mut self) -> Result<()> {
        if self.columns.first().is_none_or(|column| column.levels.is_empty()) {
            return Ok(());
        }
        let mut write = || {
            let mut group = self.writer.next_row_group()?;
            self.columns.iter_mut().try_for_each(|column| column.write(&mut group))?;
            group.close()
        };
        write().map_err(|e| broken(&self.path, e))?;
        self.size = 0;
        Ok(())
    }
}

impl TableWriter for ParquetTable {
    fn row(&mut self, cells: &[Value<'_>]) -> Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            self.size += column.push(cell);
        }
        if self.size > GROUP { self.end_group() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.end_group()?;
        let file = self.writer.into_inner().map_err(|e| broken(&self.path, e))?;
        file.sync_all().map_err(|e| super::failed(&self.path, &e))
    }
}

fn broken(path: &Path, e: ParquetError) -> Error {
    match e {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(e) => super::failed(path, &e),
            Err(cause) => super::failed(path, &std::io::Error::other(cause)),
        },
        e => super::failed(path, &std::io::Error::other(e)),
    }
}

/// The schema of a table: every column may be empty.
fn schema(table: &PublishedTable) -> Result<TypePtr, ParquetError> {
    let fields = table.columns.iter().map(|column| {
        let (physical, logical, converted) = match column.ty {
            ColumnType::Text => {
                (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), ConvertedType::UTF8)
            }
            ColumnType::Integer => (PhysicalType::INT64, None, ConvertedType::NONE),
            ColumnType::Real => (PhysicalType::DOUBLE, None, ConvertedType::NONE),
            ColumnType::Date => (PhysicalType::INT32, Some(LogicalType::Date), ConvertedType::DATE),
        };
        Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .with_converted_type(converted)
            .build()
            .map(Arc::new)
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder(table.name).with_fields(fields).build().map(Arc::new)
}
