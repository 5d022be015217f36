//! The command line: low arguments ([`args`]), checked options ([`options`]), then one file a command.
//!
//! Every command works on a [`Session`](crate::worker::Session), as the window's jobs do. What it prints is held back
//! until it can't fail any more, so that standard output stays empty where the exit status is 2 or 3.

mod args;
mod check;
mod compensation;
mod copy;
mod diff;
mod events;
mod examples;
mod failure;
mod find;
mod info;
mod mapping;
mod nearest;
mod options;
mod output;
mod sample;
mod schema;
mod snapshots;
mod state;
mod streams;
mod sweep;
mod table;
mod what_if;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Parser as _};

use args::{Arguments, Command, CompletionsArgs, LayoutsArgs, SuggestArgs};
use failure::{CliError, Status};
use options::Setting;
use output::{Columns, Output};

use crate::model::Cancel;

/// Where the command line writes to.
pub struct Streams<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Whether standard output is a terminal.
    pub terminal: bool,
}

/// What the arguments ask for.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A command ran: end with this status.
    Exit(u8),
    /// Open the window.
    Window {
        /// With these files.
        files: Vec<PathBuf>,
        /// With a log of its frames, for measuring.
        frame_log: Option<PathBuf>,
    },
}

/// Runs a command, or says that the window is wanted. `arguments` begin with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>, streams: Streams<'_>) -> Outcome {
    let Streams { out, err, terminal } = streams;
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let arguments = match Arguments::try_parse_from(&arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A slip in the command is the cause of whatever is wrong with its options.
            if error.use_stderr()
                && let Some(word) = arguments.get(1).map(Path::new)
                && !word.as_os_str().to_string_lossy().starts_with('-')
                && !names().iter().any(|name| Path::new(name) == word)
                && !word.exists()
            {
                return nothing_there(word, err);
            }
            let text = error.render();
            let sink = if error.use_stderr() { err } else { out };
            // Where nobody reads there is nobody to tell.
            let _ = write!(sink, "{text}");
            return Outcome::Exit(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let Arguments { command, files, frame_log } = arguments;
    let Some(command) = command else { return window(files, frame_log, err) };
    let mut output = Output::new(out, err, terminal);
    let ended = run_command(command, &mut output).and_then(|status| {
        output.finish()?;
        Ok(status)
    });
    match ended {
        Ok(Status::Done) => Outcome::Exit(0),
        Ok(Status::Found) => Outcome::Exit(1),
        Err(error) => {
            let status = error.exit_status();
            if status != 0 {
                let _ = writeln!(err, "error: {error}");
            }
            Outcome::Exit(status)
        }
    }
}

/// The window, unless a file is not there: then it is more likely a command with a slip.
fn window(files: Vec<PathBuf>, frame_log: Option<PathBuf>, err: &mut dyn Write) -> Outcome {
    let Some(missing) = files.iter().find(|file| !file.exists()) else { return Outcome::Window { files, frame_log } };
    nothing_there(missing, err)
}

/// The commands.
fn names() -> Vec<String> {
    let mut commands = Arguments::command();
    commands.build();
    commands.get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// A first word that is neither a file nor a command; what looks like a file's name is taken for one.
fn nothing_there(missing: &Path, err: &mut dyn Write) -> Outcome {
    let word = missing.to_string_lossy();
    let names = names();
    let hint = nearest::did_you_mean(&word, names.iter().map(String::as_str));
    if hint.is_empty() && word.contains(['.', '/', '\\']) {
        let _ = writeln!(err, "error: there is no such file; check the name, or see `foldline --help`: {word}");
        return Outcome::Exit(3);
    }
    let hint = if hint.is_empty() { "; `foldline --help` lists the commands".to_owned() } else { hint };
    let _ = writeln!(err, "error: there is no command or file {word:?}{hint}");
    Outcome::Exit(2)
}

fn run_command(command: Command, output: &mut Output<'_>) -> Result<Status, CliError> {
    let later = |what: &str, instead: &str| Err(CliError::not_available(what, instead));
    match command {
        Command::Info(args) => info::run(&args, output),
        Command::Streams(args) => streams::run(&args, output),
        Command::Events(args) => events::run(&args, output),
        Command::State(args) => state::run(&args, output),
        Command::Diff(args) => diff::run(&args, output),
        Command::Find(args) => find::run(&args, output),
        Command::Snapshots(args) => snapshots::run(&args, output),
        Command::Table(args) => table::run(&args, output),
        Command::WhatIf(args) => what_if::run(&args, output),
        Command::Copy(args) => copy::run(&args, output),
        Command::Schema(args) => schema::run(&args, output),
        Command::Suggest(args) => suggest(&args, output),
        Command::Sample(args) => sample::run(&args, output),
        Command::Layouts(args) => layouts(&args, output),
        Command::Mapping(args) => mapping::run(&args, output),
        Command::Completions(args) => completions(&args, output),
        Command::Check(args) => check::run(&args, output),
        Command::Compare(_) => {
            later("`foldline compare`", "compare `foldline state` with one --projection and with the other")
        }
        Command::Run(_) => {
            later("`foldline run`", "write rules instead of a script, and see `foldline table` or `foldline state`")
        }
    }
}

fn suggest(args: &SuggestArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    Setting::of(&args.store)?;
    let opened = options::open(&args.store)?;
    let category = opened.category(&args.category)?;
    // The text of a file, with or without --json.
    output.line(opened.session.suggest(category, &Cancel::default())?.trim_end())?;
    Ok(Status::Done)
}

fn layouts(args: &LayoutsArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let layouts = crate::worker::layouts();
    if args.json {
        output.json(&layouts)?;
        return Ok(Status::Done);
    }
    let mut columns = Columns::new(&["layout", "title", "copies"]);
    for layout in &layouts {
        let copies = match (layout.writable, layout.leaving_out) {
            (true, _) => "in its own tables",
            (false, true) => "in its own tables; with edits in Foldline's",
            (false, false) => "in Foldline's tables",
        };
        columns.row([layout.id.to_string(), layout.title.to_string(), copies.to_owned()]);
    }
    columns.print(output, 0)?;
    Ok(Status::Done)
}

fn completions(args: &CompletionsArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    clap_complete::generate(args.shell, &mut Arguments::command(), "foldline", output);
    Ok(Status::Done)
}
