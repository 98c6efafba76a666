//! Extract records for tests, field by field as the specification's layouts.md, section 1, has them.

/// A record of an extract; what is not set is as in a plain, good record.
#[derive(Clone, Debug)]
pub struct Row {
    pub case_id: String,
    pub fips: &'static str,
    pub ssn: String,
    pub member: String,
    pub kind: &'static str,
    pub status: char,
    pub last: String,
    pub first: String,
    pub birth: String,
    pub other_id: String,
    pub other_fips: String,
}

impl Row {
    /// A record of a case of California that names Texas.
    pub fn california(case_id: impl Into<String>) -> Self {
        Row {
            case_id: case_id.into(),
            fips: "06037",
            ssn: String::new(),
            member: String::new(),
            kind: "CH",
            status: 'O',
            last: String::new(),
            first: String::new(),
            birth: String::new(),
            other_id: String::new(),
            other_fips: "48453".to_owned(),
        }
    }

    /// A record of a case of Texas that names California.
    pub fn texas(case_id: impl Into<String>) -> Self {
        Row {
            fips: "48453",
            other_fips: "06037".to_owned(),
            ..Self::california(case_id)
        }
    }

    pub fn kind(self, kind: &'static str) -> Self {
        Row { kind, ..self }
    }

    pub fn ssn(self, ssn: impl Into<String>) -> Self {
        Row {
            ssn: ssn.into(),
            ..self
        }
    }

    pub fn member(self, member: impl Into<String>) -> Self {
        Row {
            member: member.into(),
            ..self
        }
    }

    pub fn name(self, last: impl Into<String>, first: impl Into<String>) -> Self {
        Row {
            last: last.into(),
            first: first.into(),
            ..self
        }
    }

    pub fn birth(self, birth: impl Into<String>) -> Self {
        Row {
            birth: birth.into(),
            ..self
        }
    }

    pub fn other_id(self, other_id: impl Into<String>) -> Self {
        Row {
            other_id: other_id.into(),
            ..self
        }
    }

    pub fn other_fips(self, other_fips: impl Into<String>) -> Self {
        Row {
            other_fips: other_fips.into(),
            ..self
        }
    }

    pub fn closed(self) -> Self {
        Row {
            status: 'C',
            ..self
        }
    }

    /// Appends the record's 241 bytes and a line feed.
    pub fn write(&self, text: &mut Vec<u8>) {
        let first = text.len();
        text.resize(first + 241, b' ');
        let record = &mut text[first..];
        let status = self.status.to_string();
        for (column, value) in [
            (1, self.case_id.as_str()),
            (16, "I"),
            (17, self.fips),
            (24, &self.ssn),
            (33, &self.member),
            (48, self.kind),
            (50, &status),
            (51, &self.last),
            (81, &self.first),
            (113, &self.birth),
            (121, "F"),
            (122, &self.other_id),
            (138, &self.other_fips),
        ] {
            record[column - 1..column - 1 + value.len()].copy_from_slice(value.as_bytes());
        }
        text.push(b'\n');
    }
}

/// The text of an extract.
pub fn extract(rows: &[Row]) -> Vec<u8> {
    let mut text = Vec::with_capacity(rows.len() * 242);
    for row in rows {
        row.write(&mut text);
    }
    text
}

/// A usable SSN for each number under 3,000,000 or so: area 100 to 665, group 1 to 99, serial from 1.
pub fn ssn(number: usize) -> String {
    let (serial, rest) = (number % 9_999 + 1, number / 9_999);
    let (group, area) = (rest % 99 + 1, 100 + rest / 99);
    assert!(area < 666);
    let text = format!("{area}{group:02}{serial:04}");
    // Those that look usable and are placeholders.
    assert!(!["123456789", "111111111", "219099999"].contains(&text.as_str()));
    text
}

/// A name of letters for each number.
pub fn letters(mut number: usize) -> String {
    let mut name = String::from("Q");
    loop {
        name.push(char::from(b'A' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return name;
        }
    }
}
