//! How far long work is, told on a terminal while a command is at it.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Work that is done by then needs no words.
const BEFORE: Duration = Duration::from_millis(700);
/// Between two looks at how far it is.
const BETWEEN: Duration = Duration::from_millis(250);
/// Letters of a line: more would go on in a second one, which is not taken back.
const WIDTH: usize = 78;

/// Does the work. Where standard error is a terminal, a line there says in `words` how far it is; it stays where it is
/// when the program is interrupted, and goes when the work is done.
pub fn told<T>(words: &(dyn Fn() -> String + Sync), work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    std::thread::scope(|scope| {
        // Dropped also where the work panics.
        let (done, ended) = channel::<()>();
        let telling = std::thread::Builder::new().name("telling".to_owned()).spawn_scoped(scope, move || {
            let (mut wait, mut before) = (BEFORE, String::new());
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let now = words();
                if now != before {
                    tell(&now, &before);
                    before = now;
                }
                wait = BETWEEN;
            }
            if !before.is_empty() {
                tell("", &before);
            }
        });
        let result = work();
        drop(done);
        if let Ok(telling) = telling {
            // What went wrong while telling is no matter of the work.
            let _ = telling.join();
        }
        result
    })
}

/// Writes words in the place of those before: with blanks, as not every terminal knows how to clear a line.
fn tell(words: &str, before: &str) {
    let line: String = words.chars().take(WIDTH).collect();
    let blanks = " ".repeat(before.chars().count().min(WIDTH).saturating_sub(line.chars().count()));
    let mut out = std::io::stderr();
    // Where nobody looks there is nobody to tell.
    let _ = write!(out, "\r{line}{blanks}").and_then(|()| if words.is_empty() { write!(out, "\r") } else { Ok(()) });
    let _ = out.flush();
}
