//! `sent.csv`: every transaction ever written, with its serial number. It shows what was requested
//! recently and which serial number comes next, so each run carries it forward.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ResponseCase;
use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::record::{Date, text};
use crate::formats::reference::State;
use crate::open::read_whole;
use crate::stop::Stop;

/// The header of sent.csv.
pub const SENT_HEAD: [&str; 6] = [
    "case_id",
    "other_state",
    "other_case_id",
    "transaction",
    "date",
    "serial",
];

/// The largest serial number with twelve digits.
pub const LAST_SERIAL: u64 = 999_999_999_999;

const NO_HEADER: &str = "is not the header of a sent.csv";

/// A kind of transaction that this program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Transaction {
    /// CSI R FRINF.
    Request,
    /// MSC P GSC14.
    Notice,
}

impl Transaction {
    /// The value of the column `transaction`.
    pub(super) fn words(self) -> &'static str {
        match self {
            Transaction::Request => "CSI R FRINF",
            Transaction::Notice => "MSC P GSC14",
        }
    }

    /// The kind in the column; `None` for a kind that this program does not write.
    fn parse(words: &str) -> Option<Self> {
        match words.rsplit(' ').next() {
            Some("FRINF") => Some(Transaction::Request),
            Some("GSC14") => Some(Transaction::Notice),
            _ => None,
        }
    }
}

/// The two cases of a transaction: Case ID, other state, Case ID (from Other State).
type Pair = (String, String, String);

/// The transactions written so far.
pub struct SentLog {
    rows: Vec<[String; 6]>,
    /// The number of rows from `--sent`.
    carried: usize,
    /// The latest date of all, with its row.
    last_date: Option<(Date, u64)>,
    /// The latest date of each kind and pair of cases.
    latest: BTreeMap<(Transaction, Pair), Date>,
    next_serial: u64,
    /// What the manifest says of the `--sent` file.
    pub entry: Option<InputEntry>,
}

impl SentLog {
    /// Reads the file of `--sent`, and determines the next serial number: the one after the last,
    /// or `--serial-start`.
    ///
    /// # Errors
    /// [`Error::Usage`] if neither gives the next serial number, or `start` repeats one or leaves a
    /// gap; [`Error::Io`] and [`Error::Input`] if the file cannot be read or has a bad line.
    pub fn load(path: Option<&Path>, start: Option<u64>, stop: &Stop) -> Result<Self> {
        let mut log = SentLog {
            rows: Vec::new(),
            carried: 0,
            last_date: None,
            latest: BTreeMap::new(),
            next_serial: 0,
            entry: None,
        };
        let last = path.map(|path| log.read(path, stop)).transpose()?.flatten();
        log.carried = log.rows.len();
        log.next_serial = match (start, last) {
            (None, None) => {
                let why = match path {
                    Some(_) => {
                        "the --sent file holds no transaction, and so no last serial number; give --serial-start beside it"
                    }
                    None => {
                        "no --sent file has the last serial number; give the number of the first transaction"
                    }
                };
                return Err(Error::Usage(format!("--serial-start is required: {why}")));
            }
            (Some(start), Some(last)) if start <= last => {
                return Err(Error::Usage(format!(
                    "--serial-start {start} repeats a serial number: the --sent file has used {last}; give a larger number, or leave the option out"
                )));
            }
            (Some(start), Some(last)) if start > last + 1 => {
                return Err(Error::Usage(format!(
                    "--serial-start {start} leaves a gap: the last serial number in the --sent file is {last}; leave the option out"
                )));
            }
            (Some(start), _) => start,
            (None, Some(last)) => last + 1,
        };
        Ok(log)
    }

    /// Reads the rows. Returns the highest serial number.
    fn read(&mut self, path: &Path, stop: &Stop) -> Result<Option<u64>> {
        let file = read_whole(path, stop)?;
        self.entry = Some(InputEntry::of_whole("sent", path, &file));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(&file.bytes[..]);
        let refuse = |number: u64, problem: &str| {
            let problem = format!("{problem}; give the sent.csv that an earlier run wrote");
            Error::record(path, number, problem)
        };
        let mut serials = BTreeSet::new();
        let mut has_header = false;
        for (number, row) in (1_u64..).zip(reader.records()) {
            stop.check_at(number)?;
            let refuse = |problem| refuse(number, problem);
            let row = row.map_err(|_| refuse("is not a row of six columns in UTF-8"))?;
            if number == 1 {
                if row.iter().ne(SENT_HEAD) {
                    return Err(refuse(NO_HEADER));
                }
                has_header = true;
                continue;
            }
            let Ok(cells) = <[&str; 6]>::try_from(row.iter().collect::<Vec<_>>()) else {
                return Err(refuse("is not a row of six columns"));
            };
            let [
                case_id,
                other_state,
                other_case_id,
                transaction,
                date,
                serial,
            ] = cells;
            if State::from_usps(other_state).is_none() {
                return Err(refuse("names no jurisdiction"));
            }
            let Some(date) = Date::parse(date.as_bytes()) else {
                return Err(refuse("has no calendar date as CCYYMMDD"));
            };
            if self.last_date.is_none_or(|(last, _)| date > last) {
                self.last_date = Some((date, number));
            }
            let digits = serial.bytes().all(|b| b.is_ascii_digit());
            let serial = serial
                .parse()
                .ok()
                .filter(|n| digits && (1..=LAST_SERIAL).contains(n));
            let Some(serial) = serial else {
                return Err(refuse("has no serial number of at most 12 digits"));
            };
            if !serials.insert(serial) {
                return Err(refuse("repeats a serial number"));
            }
            if let Some(kind) = Transaction::parse(transaction) {
                let pair = (case_id.into(), other_state.into(), other_case_id.into());
                self.note(kind, pair, date);
            }
            self.rows.push(cells.map(str::to_owned));
        }
        // Even a run that sends nothing writes the header, so an empty file was cut.
        if !has_header {
            return Err(refuse(1, NO_HEADER));
        }
        Ok(serials.last().copied())
    }

    /// What is wrong with the dates of what `--sent` held: one after the run date, from which a
    /// request would seem to have been sent lately for as long as that day has not come.
    pub fn dated_later(&self, run_date: Date) -> Option<String> {
        let (date, row) = self.last_date?;
        (date > run_date).then(|| {
            format!(
                "--sent, record {row}: its date is after the run date, so that its request counts as sent lately until then; check --run-date, and whether the file is this run's predecessor"
            )
        })
    }

    fn note(&mut self, kind: Transaction, pair: Pair, date: Date) {
        let latest = self.latest.entry((kind, pair)).or_insert(date);
        *latest = date.max(*latest);
    }

    fn pair(case: &ResponseCase<'_>) -> Pair {
        let state = case.other_state().usps().to_owned();
        (text(case.id()), state, text(case.their_id()))
    }

    /// Whether a transaction of this kind was sent between the two cases in the last `days` days,
    /// or has a date later than the run's.
    pub(super) fn is_recent(
        &self,
        kind: Transaction,
        case: &ResponseCase<'_>,
        run_date: Date,
        days: u32,
    ) -> bool {
        let latest = self.latest.get(&(kind, Self::pair(case)));
        latest.is_some_and(|date| run_date <= date.plus_days(days))
    }

    /// The next serial number; `None` if it would need more than twelve digits.
    pub(super) fn next_serial(&self) -> Option<u64> {
        (self.next_serial <= LAST_SERIAL).then_some(self.next_serial)
    }

    /// Adds a transaction that was built with [`Self::next_serial`].
    pub(super) fn add(&mut self, kind: Transaction, case: &ResponseCase<'_>, run_date: Date) {
        let pair = Self::pair(case);
        self.rows.push([
            pair.0.clone(),
            pair.1.clone(),
            pair.2.clone(),
            kind.words().to_owned(),
            run_date.ccyymmdd().to_string(),
            self.next_serial.to_string(),
        ]);
        self.note(kind, pair, run_date);
        self.next_serial += 1;
    }

    /// The first and last serial number of this run, if it wrote any transaction.
    pub fn serials(&self) -> Option<(u64, u64)> {
        let written = (self.rows.len() - self.carried) as u64;
        (written > 0).then(|| (self.next_serial - written, self.next_serial - 1))
    }

    /// The number of rows from `--sent`.
    pub fn carried(&self) -> u64 {
        self.carried as u64
    }

    /// The contents of the file: the rows from `--sent`, then this run's by serial number.
    ///
    /// # Errors
    /// [`Error::Row`] if a row cannot be made.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let unwritable = Error::row("sent.csv");
        writer.write_record(SENT_HEAD).map_err(&unwritable)?;
        for row in &self.rows {
            writer.write_record(row).map_err(&unwritable)?;
        }
        writer
            .into_inner()
            .map_err(|e| unwritable(e.into_error().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "case_id,other_state,other_case_id,transaction,date,serial\n";

    fn load(rows: &str, start: Option<u64>) -> Result<SentLog> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), rows).unwrap();
        SentLog::load(Some(file.path()), start, &Stop::default())
    }

    #[test]
    fn the_next_serial_number_follows_the_last_and_never_repeats() {
        let rows =
            format!("{HEAD}A,TX,B,CSI R FRINF,20261101,41\nA,TX,C,CSI R FRINF,20261101,40\n");
        assert_eq!(load(&rows, None).unwrap().next_serial(), Some(42));
        assert_eq!(load(&rows, Some(42)).unwrap().next_serial(), Some(42));
        for start in [41, 43, 50] {
            match load(&rows, Some(start)) {
                Err(Error::Usage(problem)) => {
                    assert!(problem.contains(&start.to_string()) && problem.contains("41"));
                }
                _ => panic!("{start}"),
            }
        }
        assert_eq!(load(HEAD, Some(7)).unwrap().next_serial(), Some(7));
        assert!(matches!(load(HEAD, None), Err(Error::Usage(_))));
        let none = SentLog::load(None, None, &Stop::default());
        assert!(matches!(none, Err(Error::Usage(_))));
        let full = format!("{HEAD}A,TX,B,CSI R FRINF,20261101,{LAST_SERIAL}\n");
        assert_eq!(load(&full, None).unwrap().next_serial(), None);
    }

    #[test]
    fn rows_are_carried_forward_as_they_are() {
        let rows = format!(
            "{HEAD}\"A,1\",TX,B,CSI R FRINF,20261101,000000000041\nA,TX,,SOMETHING ELSE,20261101,42\n"
        );
        let log = load(&rows, None).unwrap();
        assert_eq!(String::from_utf8(log.csv().unwrap()).unwrap(), rows);
        assert_eq!((log.carried(), log.serials()), (2, None));
    }

    #[test]
    fn a_bad_line_is_refused_with_its_number() {
        for (rows, record) in [
            (String::new(), 1),
            ("case,serial\n".to_owned(), 1),
            (format!("{HEAD}A,TX,B,CSI R FRINF,20261131,1\n"), 2),
            (format!("{HEAD}A,ZZ,B,CSI R FRINF,20261101,1\n"), 2),
            (format!("{HEAD}A,TX,B,CSI R FRINF,20261101,x\n"), 2),
            (format!("{HEAD}A,TX,B,CSI R FRINF,20261101,+1\n"), 2),
            (
                format!("{HEAD}A,TX,B,CSI R FRINF,20261101,1\nA,TX,B,CSI R FRINF,20261101,01\n"),
                3,
            ),
            (format!("{HEAD}A,TX\n"), 2),
        ] {
            match load(&rows, Some(9)) {
                Err(Error::Input {
                    record: Some(at), ..
                }) => assert_eq!(at, record, "{rows}"),
                _ => panic!("{rows}"),
            }
        }
    }
}
