//! The binary: arguments, then the command line or the window.

fn main() -> std::process::ExitCode {
    let files = std::env::args_os().skip(1).map(std::path::PathBuf::from).collect();
    match foldline::ui::run(files) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(_) => std::process::ExitCode::FAILURE,
    }
}
