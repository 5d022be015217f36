//! How far long work is, told on a terminal while a command is at it.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Work that is done by then needs no words.
const BEFORE: Duration = Duration::from_millis(700);
/// Between two looks at how far it is.
const BETWEEN: Duration = Duration::from_millis(250);
/// To the beginning of the line, and away with what stands there.
const ANEW: &str = "\r\u{1b}[K";

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
                    tell(&now);
                    before = now;
                }
                wait = BETWEEN;
            }
            if !before.is_empty() {
                tell("");
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

fn tell(words: &str) {
    let mut out = std::io::stderr();
    // Where nobody looks there is nobody to tell.
    let _ = write!(out, "{ANEW}{words}").and_then(|()| out.flush());
}
