//! Writes records into a Parquet file: one text column per field, without nulls.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::{Plan, Refused, push_utf8};
use crate::formats::input::Records;
use crate::formats::record::trim_end;

/// The number of records per row group; they are in memory until it is written.
const ROW_GROUP_RECORDS: usize = 32_768;

/// A Parquet file under construction.
pub struct ParquetFile<'a, W: Write + Send> {
    plan: &'a Plan,
    writer: SerializedFileWriter<W>,
    columns: Vec<Vec<ByteArray>>,
    record: Vec<u8>,
}

/// The reason why records cannot be written.
pub enum ParquetError {
    /// A record does not fit the layout.
    Refused(Refused),
    /// The file cannot be written.
    Unwritable(std::io::Error),
}

fn unwritable(error: parquet::errors::ParquetError) -> std::io::Error {
    std::io::Error::other(error)
}

impl<'a, W: Write + Send> ParquetFile<'a, W> {
    /// Begins a file. Its key-value metadata have the layout, and for each column the published
    /// field name and the columns in the record.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(plan: &'a Plan, out: W) -> std::io::Result<Self> {
        let mut fields = Vec::new();
        let mut about = vec![KeyValue::new("icr.layout".to_owned(), plan.layout.clone())];
        for field in &plan.fields {
            let column = Type::primitive_type_builder(&field.key, Physical::BYTE_ARRAY)
                .with_repetition(Repetition::REQUIRED)
                .with_logical_type(Some(LogicalType::String))
                .build()
                .map_err(unwritable)?;
            fields.push(Arc::new(column));
            let text = format!(
                "{}, columns {}-{}",
                field.name, field.columns.first, field.columns.last
            );
            about.push(KeyValue::new(format!("icr.field.{}", field.key), text));
        }
        let schema = Type::group_type_builder("record")
            .with_fields(fields)
            .build()
            .map_err(unwritable)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("icr".to_owned())
            .set_key_value_metadata(Some(about))
            .build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))
            .map_err(unwritable)?;
        Ok(ParquetFile {
            plan,
            writer,
            columns: vec![Vec::new(); plan.fields.len()],
            record: vec![b' '; plan.length],
        })
    }

    /// Adds records. Returns their number.
    ///
    /// # Errors
    /// [`ParquetError`] for the first record that does not fit the layout, or if the file cannot be
    /// written.
    pub fn add(&mut self, records: Records<'_>) -> std::result::Result<u64, ParquetError> {
        let mut count = 0;
        for came in records {
            count += 1;
            self.plan
                .take(came.bytes, &mut self.record)
                .map_err(|problem| ParquetError::Refused(Plan::refuse(count, problem)))?;
            for (column, field) in self.columns.iter_mut().zip(&self.plan.fields) {
                let mut text = Vec::new();
                push_utf8(&mut text, trim_end(field.columns.of(&self.record)));
                column.push(ByteArray::from(text));
            }
            if self.columns[0].len() == ROW_GROUP_RECORDS {
                self.write_group().map_err(ParquetError::Unwritable)?;
            }
        }
        Ok(count)
    }

    fn write_group(&mut self) -> std::io::Result<()> {
        let mut group = self.writer.next_row_group().map_err(unwritable)?;
        for column in &mut self.columns {
            let mut writer = group
                .next_column()
                .map_err(unwritable)?
                .ok_or_else(|| std::io::Error::other("a column too many"))?;
            writer
                .typed::<ByteArrayType>()
                .write_batch(column, None, None)
                .map_err(unwritable)?;
            writer.close().map_err(unwritable)?;
            column.clear();
        }
        group.close().map(drop).map_err(unwritable)
    }

    /// Writes the rest and the file's footer. Returns the writer.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> std::io::Result<W> {
        if !self.columns[0].is_empty() {
            self.write_group()?;
        }
        self.writer.into_inner().map_err(unwritable)
    }
}
