//! Unnamed temporary files, which hold decompressed or translated inputs.

use std::fs::{File, Permissions};
use std::io::Result;
use std::os::unix::fs::PermissionsExt;

/// Makes a temporary file without a name, in TMPDIR, for the owner alone whatever the umask: it can be
/// opened through the descriptor of a process that holds it.
pub(super) fn temporary_file() -> Result<File> {
    let file = tempfile::tempfile()?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_may_open_it() {
        let file = temporary_file().unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
