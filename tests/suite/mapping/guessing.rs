//! The first guess, against stores of real libraries with their own layouts hidden.

use foldline::model::{Cancel, Progress};
use foldline::store::{OpenOptions, survey};

use crate::fixtures::stores;
use crate::store::real::copied;

#[test]
fn shows_guesses() {
    let Some(folder) = stores() else { return };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".db") || name.ends_with(".sqlite"))
        .collect();
    names.sort();
    for name in names {
        let (_kept, path) = copied(&folder, &name);
        let surveyed = survey(&path, &OpenOptions::default(), &Progress::default(), &Cancel::default()).unwrap();
        let survey = surveyed.survey();
        println!("=== {name}: {:?}", survey.certainty);
        for line in foldline::model::mapping::explain(&survey.guess) {
            println!("    {line}");
        }
        for problem in &survey.problems {
            println!("    ! {} {}: {}", problem.table, problem.role, problem.words);
        }
        for table in &survey.tables {
            println!("    - {} {:?} {}: {}", table.name, table.verdict, table.rows, table.why);
        }
    }
}
