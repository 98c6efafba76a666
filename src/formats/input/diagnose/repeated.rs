//! A file that holds the same bytes several times over.

use crate::formats::input::{Framing, Source, Told};

/// Tells where a file of so many records holds the same records two or three times, one after the other.
pub fn repeated(source: &Source, records: u64) -> Option<Told> {
    let times = times(source, records)?;
    Some(Told {
        kind: "repeated".to_owned(),
        records: records / times * (times - 1),
        first_records: Vec::new(),
        what: format!(
            "the file holds the same records {times} times over, one after the other; send them once"
        ),
    })
}

fn times(source: &Source, records: u64) -> Option<u64> {
    let bytes = source.bytes();
    // One byte over and over is a file of nothing, which is told as such.
    if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
        return None;
    }
    [2, 3].into_iter().find(|&times| {
        if !records.is_multiple_of(times) || records < 2 * times {
            return false;
        }
        let part = match source.framing {
            Framing::Fixed(_) => bytes.len() / times as usize,
            // The last line may be without its end.
            Framing::Text => (bytes.len() + 1) / times as usize,
        };
        let all = bytes.len();
        let whole = |first: usize| bytes.get(first..(first + part).min(all));
        let core = part.saturating_sub(1);
        let head = whole(0).and_then(|head| head.get(..core));
        (part * times as usize).abs_diff(all) < 2
            && (1..times as usize).all(|n| {
                let same = whole(n * part).and_then(|part| part.get(..core));
                head.is_some() && head == same
            })
    })
}
