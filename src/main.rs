//! The binary: arguments, then the command line or the window.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use foldline::cli::{self, Outcome, Streams};
use foldline::ui::WindowOptions;

fn main() -> ExitCode {
    install_panic_hook();
    let (mut stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    let terminal = stdout.is_terminal();
    // Not locked: the threads of the window tell their faults on standard error too.
    match cli::run(std::env::args_os(), Streams { out: &mut stdout, err: &mut stderr, terminal }) {
        Outcome::Exit(status) => ExitCode::from(status),
        Outcome::Window { files, frame_log } => window(WindowOptions { files, frame_log }),
    }
}

fn window(options: WindowOptions) -> ExitCode {
    match foldline::ui::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(3)
        }
    }
}

/// A fault of ours in a few words and with its place, instead of a stack of frames.
fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no details");
        let place = panic.location().map_or(String::new(), |place| format!(" at {}:{}", place.file(), place.line()));
        let version = env!("CARGO_PKG_VERSION");
        let text = format!(
            "error: this is a fault in Foldline {version}, not in your file, which is unchanged; please report it: \
             {message}{place}\n"
        );
        // Where standard error is closed there is nobody to tell.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }));
}
