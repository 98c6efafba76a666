//! Looks at each record of a file that no edit reads, for the check of its shape.

use rayon::prelude::*;

use super::read_file::{Counts, ReadFile, RejectedAt};
use super::repeated::repeated;
use super::shape::{Shape, shape};
use super::sound::SoundRecord;
use crate::error::Result;
use crate::formats::input::{Records, Source, Told, split_at_records};
use crate::formats::record::{is_blank, unusual_bytes};
use crate::formats::reference::{STATE_COUNT, State};
use crate::stop::Stop;

/// The approximate number of bytes that one task looks at.
const PIECE_BYTES: usize = 256 * 1024;
/// How many pieces are looked at between looks at whether to stop.
const WINDOW_PIECES: usize = 64;

/// Whether a line is none of the records that are looked at.
type Except<'a> = dyn Fn(&[u8]) -> bool + Sync + 'a;

/// What was found of a file's records.
pub struct Examined {
    /// What was counted.
    pub counts: Counts,
    /// The records that do not hold the codes without which they are none, in file order.
    pub rejected: Vec<RejectedAt>,
    votes: [u64; STATE_COUNT],
}

impl Default for Examined {
    fn default() -> Self {
        Examined {
            counts: Counts::default(),
            rejected: Vec::new(),
            votes: [0; STATE_COUNT],
        }
    }
}

impl Examined {
    /// Looks at a file whose records are to be of these kinds; `except` are none of them.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub fn of(
        source: &Source,
        kinds: &[SoundRecord],
        except: &Except<'_>,
        stop: &Stop,
    ) -> Result<Self> {
        let bytes = source.bytes();
        let cuts = split_at_records(source.framing, bytes, PIECE_BYTES, usize::MAX..usize::MAX);
        let pieces: Vec<_> = cuts.windows(2).map(|cut| (cut[0], cut[1])).collect();
        let mut whole = Examined::default();
        for window in pieces.chunks(WINDOW_PIECES) {
            stop.check()?;
            whole.look_at(source, kinds, except, window);
        }
        Ok(whole)
    }

    /// Looks at the next pieces of a file, each from a byte to a byte, of whole records.
    pub fn look_at(
        &mut self,
        source: &Source,
        kinds: &[SoundRecord],
        except: &Except<'_>,
        pieces: &[(usize, usize)],
    ) {
        let read = |&(first, end): &(usize, usize)| {
            let mut piece = Examined::default();
            for record in Records::within(source.framing, source.bytes(), first, end) {
                piece.take(kinds, record.bytes, record.offset as u64, except);
            }
            piece
        };
        let read: Vec<Examined> = pieces.par_iter().map(read).collect();
        for piece in read {
            self.append(piece);
        }
    }

    fn take(&mut self, kinds: &[SoundRecord], bytes: &[u8], offset: u64, except: &Except<'_>) {
        let counts = &mut self.counts;
        counts.records += 1;
        let (control, high) = unusual_bytes(bytes);
        counts.high += u64::from(high);
        if except(bytes) {
            return;
        }
        let mut kinds = kinds.iter();
        let Some(kind) = kinds.find(|kind| !control && kind.has_codes(bytes)) else {
            self.rejected.push((counts.records, offset));
            return;
        };
        if let Some(state) = kind.own_state(bytes) {
            self.votes[state.index()] += 1;
        }
        let ssn = kind.ssn.of_trimmed(bytes);
        counts.bad_ssns += u64::from(!is_blank(ssn) && !ssn.iter().all(u8::is_ascii_digit));
        let date = kind.date_of_birth.of_trimmed(bytes);
        counts.bad_dates += u64::from(!may_be_date(date));
    }

    fn append(&mut self, piece: Examined) {
        let before = self.counts.records;
        let (all, more) = (&mut self.counts, piece.counts);
        all.records += more.records;
        all.high += more.high;
        all.bad_ssns += more.bad_ssns;
        all.bad_dates += more.bad_dates;
        let rejected = piece.rejected.into_iter();
        self.rejected
            .extend(rejected.map(|(number, offset)| (number + before, offset)));
        for (mine, theirs) in self.votes.iter_mut().zip(piece.votes) {
            *mine += theirs;
        }
    }

    /// The state that most records name as their own, where that is known.
    fn state(&self) -> Option<State> {
        let accepted = self.counts.records - self.rejected.len() as u64;
        let most = State::all().max_by_key(|state| self.votes[state.index()])?;
        let votes = self.votes[most.index()];
        (votes > 0 && votes * 10 >= accepted * 9).then_some(most)
    }

    /// What was done to the file.
    pub fn told(&self, source: &Source, kinds: Vec<SoundRecord>) -> Vec<Told> {
        let state = self.state();
        let kinds: Vec<_> = kinds.into_iter().map(|kind| kind.of_state(state)).collect();
        let Shape { told, .. } = shape(&ReadFile {
            source,
            kinds: &kinds,
            counts: self.counts,
            rejected: &self.rejected,
        });
        let repeated = repeated(source, self.counts.records);
        repeated.into_iter().chain(told).collect()
    }
}

/// Whether a date has a month and a day where CCYYMMDD has them, or is none at all: enough to find
/// those in another order.
fn may_be_date(field: &[u8]) -> bool {
    let number = |tens: u8, ones: u8| u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
    match *field {
        [_, _, _, _, m1, m2, d1, d2] if field.iter().all(u8::is_ascii_digit) => {
            let (month, day) = (number(m1, m2), number(d1, d2));
            (1..=12).contains(&month) && (1..=31).contains(&day) || field == b"00000000"
        }
        _ => is_blank(field),
    }
}
