//! The roster: which states participate, and how (seed: a current list of the states that
//! participate).

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::record::Date;
use crate::formats::reference::State;
use crate::open::{read_whole, utf8_text};
use crate::stop::Stop;

/// How a state takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It submits an extract.
    Extract,
    /// Its data are derived from the FCR.
    Fcr,
    /// It does not participate.
    None,
}

/// `--roster-policy`: what happens to a run in which a state did not do as agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RosterPolicy {
    /// The run stops.
    #[default]
    Stop,
    /// The summary and stderr report it.
    Report,
}

impl RosterPolicy {
    /// Both.
    pub const ALL: [RosterPolicy; 2] = [RosterPolicy::Stop, RosterPolicy::Report];

    /// The word of the option.
    pub fn word(self) -> &'static str {
        match self {
            RosterPolicy::Stop => "stop",
            RosterPolicy::Report => "report",
        }
    }
}

/// What data a state had in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UsedData {
    /// Its extract.
    Extract,
    /// The last extract that a run accepted of it, in the place of a file that cannot be used.
    Previous,
    /// FCR-derived data.
    Fcr,
    /// Nothing.
    Nothing,
}

/// How a state fared in a run, against the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attendance {
    /// The agreed role.
    pub role: Role,
    /// The data that were used.
    pub stood: UsedData,
    /// Whether it sent what was agreed; a file that was left out was sent.
    pub as_agreed: bool,
    /// Why the extract that it sent was left out, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<String>,
}

/// The roles on one date.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    roles: BTreeMap<State, Role>,
    /// The file's entry in the manifest.
    pub entry: Option<InputEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    usps: String,
    role: Role,
    from: String,
    to: String,
    #[serde(rename = "agreement")]
    _agreement: String,
    #[serde(rename = "contact")]
    _contact: String,
}

impl Roster {
    /// Reads a roster: CSV with the columns `usps,role,from,to,agreement,contact`. Dates are
    /// CCYYMMDD; a blank one is open. A state without a row for the date does not participate.
    ///
    /// # Errors
    /// [`Error::Configuration`] naming the line that is malformed or gives a state two roles on the
    /// date, and as [`read_whole`].
    pub fn load(path: &Path, date: Date, stop: &Stop) -> Result<Self> {
        let file = read_whole(path, stop)?;
        let text = utf8_text(&file.bytes)
            .map_err(|no_text| refuse(path, no_text.line, no_text.problem.to_owned()))?;
        if text.trim().is_empty() {
            let problem = "is empty; it begins with the line usps,role,from,to,agreement,contact";
            return Err(refuse(path, None, problem.to_owned()));
        }
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        // A file with another first line and no rows would be a roster on which nobody is.
        let head = reader.headers().map(|head| {
            let mut head: Vec<_> = head.iter().collect();
            head.sort_unstable();
            head == ["agreement", "contact", "from", "role", "to", "usps"]
        });
        if !head.is_ok_and(|is_known| is_known) {
            let problem = "is not the line usps,role,from,to,agreement,contact";
            return Err(refuse(path, Some(1), problem.to_owned()));
        }
        let mut roster = Roster {
            entry: Some(InputEntry::of_whole("roster", path, &file)),
            ..Roster::default()
        };
        for (line, row) in (2..).zip(reader.deserialize::<Row>()) {
            let refuse = |problem: String| refuse(path, Some(line), problem);
            let row = row.map_err(|_| {
                refuse("is not of the form usps,role,from,to,agreement,contact with role extract, fcr or none".to_owned())
            })?;
            let state = State::from_usps(&row.usps).ok_or_else(|| {
                refuse("usps is not a jurisdiction's code, such as TX".to_owned())
            })?;
            let bound = |text: &str, name: &str| match text {
                "" => Ok(None),
                text => Date::parse(text.as_bytes()).map(Some).ok_or_else(|| {
                    refuse(format!(
                        "{name} is not a calendar date as CCYYMMDD, nor blank"
                    ))
                }),
            };
            let (from, to) = (bound(&row.from, "from")?, bound(&row.to, "to")?);
            if let (Some(from), Some(to)) = (from, to)
                && from > to
            {
                return Err(refuse(
                    "from is after to, so that the row holds on no day; correct one".to_owned(),
                ));
            }
            if from.is_some_and(|from| date < from) || to.is_some_and(|to| date > to) {
                continue;
            }
            if roster.roles.insert(state, row.role).is_some() {
                return Err(refuse(format!(
                    "gives {state} a second role on the run date; end one before the other begins"
                )));
            }
        }
        Ok(roster)
    }

    /// A state's role on the date.
    pub fn role(&self, state: State) -> Role {
        self.roles.get(&state).copied().unwrap_or(Role::None)
    }

    /// How every state fared that has a role or data. `excluded` says why
    /// the extract that a state sent was left out, if it was.
    pub fn attendance(
        &self,
        stood: impl Fn(State) -> UsedData,
        excluded: impl Fn(State) -> Option<String>,
    ) -> BTreeMap<&'static str, Attendance> {
        let one = |state: State| {
            let (role, stood, excluded) = (self.role(state), stood(state), excluded(state));
            let listed = self.roles.contains_key(&state);
            let submitted = stood == UsedData::Extract || excluded.is_some();
            (listed || stood != UsedData::Nothing || submitted).then_some((
                state.usps(),
                Attendance {
                    role,
                    stood,
                    as_agreed: (role == Role::Extract) == submitted,
                    excluded,
                },
            ))
        };
        State::all().filter_map(one).collect()
    }
}

fn refuse(path: &Path, line: Option<usize>, problem: String) -> Error {
    Error::Configuration {
        file: path.to_owned(),
        line,
        problem,
    }
}

/// The states that did not do as agreed, as in a message.
pub(crate) fn disagreements(attendance: &BTreeMap<&'static str, Attendance>) -> Vec<String> {
    let what = |(state, one): (&&str, &Attendance)| match one.role {
        Role::Extract => format!("{state} should have sent an extract and did not"),
        Role::Fcr | Role::None => format!("{state} sent an extract that was not agreed"),
    };
    attendance
        .iter()
        .filter(|(_, one)| !one.as_agreed)
        .map(what)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(rows: &str) -> Result<Roster> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.csv");
        std::fs::write(
            &path,
            format!("usps,role,from,to,agreement,contact\n{rows}"),
        )
        .unwrap();
        Roster::load(
            &path,
            Date::from_ccyymmdd(20_261_122).unwrap(),
            &Stop::default(),
        )
    }

    fn state(usps: &str) -> State {
        State::from_usps(usps).unwrap()
    }

    #[test]
    fn a_role_holds_from_its_first_day_to_its_last() {
        let roster = load("TX,extract,20261122,20261122,MOU 1,\nCA,extract,,20261121,,\nNY,fcr,20261123,,,\nFL,fcr,,,,\n").unwrap();
        let roles = ["TX", "CA", "NY", "FL", "OH"].map(|usps| roster.role(state(usps)));
        assert_eq!(
            roles,
            [Role::Extract, Role::None, Role::None, Role::Fcr, Role::None]
        );
    }

    #[test]
    fn bad_lines_are_named() {
        for (rows, part) in [
            ("TX,extract,,,,\nXX,extract,,,,\n", "line 3: usps"),
            ("TX,both,,,,\n", "line 2: is not of the form"),
            ("TX,extract,2026-01-01,,,\n", "line 2: from"),
            (
                "TX,extract,20261201,20261130,,\n",
                "line 2: from is after to",
            ),
            (
                "TX,extract,,,,\nTX,fcr,,,,\n",
                "line 3: gives TX a second role",
            ),
        ] {
            let message = load(rows).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_mark_is_skipped_and_what_is_no_text_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.csv");
        let load = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let date = Date::from_ccyymmdd(20_261_122).unwrap();
            Roster::load(&path, date, &Stop::default()).map_err(|error| error.to_string())
        };
        let head = "usps,role,from,to,agreement,contact\r\nTX,extract,,,,Jos";
        let marked = [b"\xef\xbb\xbf", head.as_bytes(), b"\xc3\xa9\r\n"].concat();
        assert_eq!(load(&marked).unwrap().role(state("TX")), Role::Extract);
        let latin_1 = load(&[head.as_bytes(), b"\xe9\r\n"].concat()).unwrap_err();
        assert!(latin_1.contains("line 2: is not UTF-8 text"), "{latin_1}");
        assert!(load(b"\r\n").unwrap_err().contains("is empty"));
    }

    #[test]
    fn who_did_not_do_as_agreed_is_named() {
        let roster = load("TX,extract,,,,\nCA,extract,,,,\nNY,fcr,,,,\nFL,fcr,,,,\n").unwrap();
        let stood = |s: State| match s.usps() {
            "CA" | "NY" | "OH" => UsedData::Extract,
            "FL" => UsedData::Fcr,
            _ => UsedData::Nothing,
        };
        let attendance = roster.attendance(stood, |s| (s.usps() == "WA").then(String::new));
        assert_eq!(
            disagreements(&attendance),
            [
                "NY sent an extract that was not agreed",
                "OH sent an extract that was not agreed",
                "TX should have sent an extract and did not",
                "WA sent an extract that was not agreed",
            ]
        );
        assert!(attendance["CA"].as_agreed && attendance["FL"].as_agreed);
        // A file that was left out was sent.
        let excluded = |s: State| (s.usps() == "TX").then(|| "is empty".to_owned());
        let attendance = roster.attendance(stood, excluded);
        assert!(attendance["TX"].as_agreed);
        assert_eq!(attendance["TX"].excluded.as_deref(), Some("is empty"));
    }
}
