//! The binary: arguments, then the command line or the window.

fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let frame_log = arguments.next_if_eq("--frame-log").and_then(|_| arguments.next()).map(Into::into);
    let files = arguments.map(Into::into).collect();
    match foldline::ui::run(foldline::ui::WindowOptions { files, frame_log }) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(_) => std::process::ExitCode::FAILURE,
    }
}
