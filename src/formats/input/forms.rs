//! Which form was asked for which file: one for all, and others for files by their names.

use std::path::Path;

use super::{Encoding, Format, InputForm};
use crate::error::{Error, Result};

/// What was asked for files of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T> {
    /// The file's name without its folder, or the path as it was given; `*` and `?` match any
    /// bytes and for one.
    pub name: String,
    /// What it is to be; `None` where that is found out from the bytes.
    pub value: Option<T>,
}

/// The forms that were asked for; the last that names a file decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputForms {
    /// The form of files that nothing names.
    pub all: InputForm,
    /// `--input-format NAME=FORM`.
    pub formats: Vec<Named<Format>>,
    /// `--input-encoding NAME=FORM`.
    pub encodings: Vec<Named<Encoding>>,
}

impl From<InputForm> for InputForms {
    fn from(all: InputForm) -> Self {
        InputForms {
            all,
            ..InputForms::default()
        }
    }
}

impl InputForms {
    /// The form that was asked for this file.
    pub fn of(&self, path: &Path) -> InputForm {
        let format = self.formats.iter().rfind(|named| named.names(path));
        let encoding = self.encodings.iter().rfind(|named| named.names(path));
        InputForm {
            format: format.map_or(self.all.format, |named| named.value),
            encoding: encoding.map_or(self.all.encoding, |named| named.value),
        }
    }

    /// Refuses a name that none of these files has: its form would go to nobody.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the option.
    pub fn refuse_unused<'p>(&self, files: impl IntoIterator<Item = &'p Path>) -> Result<()> {
        if self.formats.is_empty() && self.encodings.is_empty() {
            return Ok(());
        }
        let files: Vec<&Path> = files.into_iter().collect();
        let refuse = |option: &str, name: &str| {
            Err(Error::Usage(format!(
                "--{option} {name}=…: no input file has this name; give it without its folder, or with * and ?"
            )))
        };
        for named in &self.formats {
            if !files.iter().any(|path| named.names(path)) {
                return refuse("input-format", &named.name);
            }
        }
        for named in &self.encodings {
            if !files.iter().any(|path| named.names(path)) {
                return refuse("input-encoding", &named.name);
            }
        }
        Ok(())
    }
}

impl<T> Named<T> {
    fn names(&self, path: &Path) -> bool {
        let pattern = self.name.as_bytes();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        fits(pattern, name) || fits(pattern, path.as_os_str().as_encoded_bytes())
    }
}

/// Whether a name fits a pattern, in which `*` matches any bytes and `?` one. Takes no longer
/// than the product of both lengths: it goes back to the last `*` alone.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_a_shell_would_have_it() {
        for (pattern, name, expected) in [
            ("KS.txt", "KS.txt", true),
            ("KS.txt", "KS.txt2", false),
            ("*.fb", "KS.fb", true),
            ("K?.*", "KS.txt", true),
            ("*S*t", "KS.txt", true),
            ("*S*x", "KS.txt", false),
            ("**", "", true),
            ("?", "", false),
            ("a*b*c", "abbcbc", true),
        ] {
            assert_eq!(
                fits(pattern.as_bytes(), name.as_bytes()),
                expected,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn the_last_name_that_fits_decides_and_one_that_fits_nothing_is_refused() {
        fn named<T>(name: &str, value: Option<T>) -> Named<T> {
            Named {
                name: name.to_owned(),
                value,
            }
        }
        let forms = InputForms {
            all: InputForm {
                format: Some(Format::Text),
                encoding: None,
            },
            formats: vec![named("*.txt", Some(Format::Fixed)), named("KS.txt", None)],
            encodings: vec![named("in/TX.txt", Some(Encoding::Cp500))],
        };
        let of = |path: &str| forms.of(Path::new(path));
        assert_eq!(of("in/KS.txt").format, None);
        assert_eq!(of("in/TX.txt").format, Some(Format::Fixed));
        assert_eq!(of("in/TX.txt").encoding, Some(Encoding::Cp500));
        assert_eq!(of("TX").format, Some(Format::Text));
        let check = |files: &[&str]| forms.refuse_unused(files.iter().map(Path::new));
        assert!(check(&["in/KS.txt", "in/TX.txt"]).is_ok());
        assert!(check(&["in/KS.txt"]).is_err());
    }
}
