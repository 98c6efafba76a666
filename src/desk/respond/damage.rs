//! What was done to a response file that is refused.

use crate::engine::response::ResponseFields;
use crate::error::{Error, Result};
use crate::formats::input::{Examined, SoundRecord, Source, Told, diagnose_form, told_first};
use crate::formats::layout::RESPONSE_BYTES;
use crate::stop::Stop;

/// The error for a response that is refused, behind what was done to its file where that is known.
///
/// # Errors
/// [`Error::Interrupted`].
pub fn told_with(
    error: Error,
    sources: &[Source],
    fields: &ResponseFields,
    stop: &Stop,
) -> Result<Error> {
    let source = match &error {
        Error::Input { path, .. } => sources.iter().find(|source| source.path == *path),
        _ => None,
    };
    let Some(source) = source else {
        return Ok(error);
    };
    let kinds = vec![SoundRecord::of_response(&fields.extract, &fields.response)];
    let examined = Examined::of(source, &kinds, &|_| false, stop)?;
    let told = examined.told(source, kinds);
    let told: Vec<_> = told.iter().map(Told::line).collect();
    let form = diagnose_form(source, RESPONSE_BYTES);
    Ok(told_first(&told, form, error))
}
