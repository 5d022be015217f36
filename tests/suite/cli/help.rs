//! Help and completions: every command has examples, and every example runs.

use super::{World, words};

const COMMANDS: [&str; 15] = [
    "info",
    "streams",
    "events",
    "state",
    "diff",
    "find",
    "table",
    "snapshots",
    "what-if",
    "copy",
    "check",
    "suggest",
    "sample",
    "layouts",
    "completions",
];

#[test]
fn every_example_in_the_help_runs() {
    let scenario = r#"{ "foldline": "scenario/1", "name": "Without the last withdrawal",
        "edits": [ { "delete": { "stream": "account-A", "version": 4 } } ] }"#;
    let less = r#"{ "foldline": "scenario/1", "name": "Less",
        "edits": [ { "update": { "stream": "account-A", "version": 4 }, "data": { "amount": 5 } } ] }"#;
    let root = World::empty().run("--help");
    assert_eq!((root.status, root.err.as_str()), (0, ""));
    let mut texts = vec![("--help".to_owned(), root.out)];
    for command in COMMANDS {
        assert!(texts[0].1.contains(&format!("\n  {command} ")), "{command} is not in the list of commands");
        let help = World::empty().run(&format!("{command} --help"));
        assert_eq!((help.status, help.err.as_str()), (0, ""), "{command}");
        texts.push((command.to_owned(), help.out));
    }
    for (command, help) in texts {
        let lines: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  foldline ")).collect();
        assert!(!lines.is_empty(), "{command} has no example");
        for line in lines {
            let world = World::empty();
            if !line.starts_with("sample") {
                assert_eq!(world.run("sample bank bank.db").status, 0);
            }
            world.write("scenario.json", scenario);
            world.write("less.json", less);
            let ran = world.run_args(&words(line));
            // A difference and a broken invariant are answers, too.
            assert!(ran.status <= 1, "foldline {line}: {}", ran.err);
            assert!(!ran.out.is_empty(), "foldline {line} printed nothing");
        }
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let world = World::empty();
    let version = world.run("--version");
    assert_eq!((version.status, version.out.as_str()), (0, concat!("foldline ", env!("CARGO_PKG_VERSION"), "\n")));
    assert_eq!(world.run("help state").status, 0);
    assert_eq!(world.run("-h").status, 0);
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = World::empty().run(&format!("completions {shell}"));
        assert_eq!(ran.status, 0);
        assert!(ran.out.contains("what-if") && ran.out.contains("skip-unreadable"), "{shell}");
    }
}
