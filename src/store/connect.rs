//! The one place where connections are made: read-only for the user's files, with everything off that a hostile file
//! could use.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::model::Cancel;

/// Virtual machine steps between two looks at [`Cancel`]: some microseconds, and nothing in a profile.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;
/// No value of a store may be larger than this many bytes.
const MAX_VALUE_BYTES: i32 = 1_000_000_000;

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// By SQLite's own locks, in short transactions.
    ReadOnly,
    /// As a file that nobody writes: no locks, no side files.
    Immutable,
    /// As one reader among others of a write-ahead log that is there: it never checkpoints, leaves the log where it is
    /// when it is the last one to close, and makes no index of the log where there is none.
    Attached,
    /// The same, with a mark of its own in the index of the log: where the marks of others are of no use.
    Marking,
    /// A file of our own in a temporary folder, or one that is being made.
    Own,
}

/// Opens a connection.
pub(super) fn connect(
    path: &Path,
    access: Access,
    lock_wait: Duration,
    cancel: Option<&Cancel>,
) -> rusqlite::Result<Connection> {
    let flags = match access {
        Access::ReadOnly | Access::Immutable | Access::Attached | Access::Marking => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Own => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let query = match access {
        Access::Immutable => "?immutable=1",
        Access::Attached => "?readonly_shm=1",
        Access::ReadOnly | Access::Marking | Access::Own => "",
    };
    let mut conn = Connection::open_with_flags(format!("{}{query}", uri(path)), flags)?;
    conn.busy_timeout(lock_wait)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    if matches!(access, Access::Attached | Access::Marking) {
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    }
    if let Some(cancel) = cancel.cloned() {
        conn.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || cancel.is_cancelled()))?;
    }
    if access != Access::Own {
        conn.pragma_update(None, "query_only", true)?;
    }
    if matches!(access, Access::Attached | Access::Marking) {
        conn.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))?;
    }
    conn.pragma_update(None, "cell_size_check", true)?;
    // Nothing of a store may end up in a file in the temporary folder.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}

/// The absolute path as a URI: everything but letters, digits and a few marks percent-encoded, so that `?`, `#` and
/// `%` in a name stay part of it.
fn uri(path: &Path) -> String {
    let mut uri = String::from("file://");
    for byte in path_bytes(path) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(unix)]
fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Vec<u8> {
    // `\\?\C:\a` and `C:\a` both become `/C:/a`.
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("//?/").unwrap_or(&text);
    format!("/{}", text.trim_start_matches('/')).into_bytes()
}

/// The real, absolute path of a file that is there.
pub(super) fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// A name as SQL: in double quotes, those inside doubled.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_encoded() {
        assert_eq!(quoted(r#"or"der by"#), r#""or""der by""#);
        #[cfg(unix)]
        assert_eq!(uri(Path::new("/a b/c?d#e%f/ü.db")), "file:///a%20b/c%3Fd%23e%25f/%C3%BC.db");
    }
}
