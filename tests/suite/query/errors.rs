//! Errors point at the character and say what was expected.

use foldline::query::{Context, MAX_LENGTH, MAX_NESTING, Scope, parse};

/// The query with `^` before the character that the error points at, and a part of its message.
#[track_caller]
fn check_in(scope: Scope, marked: &str, message: &str) {
    let (before, after) = marked.split_once('^').expect("a mark");
    let text = format!("{before}{after}");
    let Err(error) = parse(&text, scope, &Context::default()) else { panic!("{text} parses") };
    let shown = format!("{error}\n{}", error.pointing(&text));
    assert_eq!((error.at, error.character), (before.len(), before.chars().count() + 1), "{shown}");
    assert!(error.message.contains(message), "{shown}");
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (marked, message) in cases {
        check_in(Scope::EventAndState, marked, message);
    }
}

#[test]
fn nothing_where_something_is_expected() {
    check(&[
        ("^", "the query is empty"),
        ("^   ", "the query is empty"),
        ("a and^", "after `and`"),
        ("a or ^", "after `or`"),
        ("not^", "after `not`"),
        ("größe NOT ^", "after `not`"),
        ("^and a", "before `and`"),
        ("a or ^or b", "before `or`"),
        ("a not ^and b", "before `and`"),
        ("(a or ^) b", "after `or`"),
        ("(^)", "nothing between"),
        ("type:^", "expected a text or a pattern after `:`"),
        ("(type:^)", "expected a text or a pattern after `:`"),
        ("type:^and b", "\"and\""),
        ("user:^OR", "write \"or\""),
        ("data.x =^", "expected a value after `=`"),
        ("data.x >= ^and b", "expected a value after `>=`"),
        ("data.x ~ ^", "expected a regular expression"),
        ("has:^", "after `has:`"),
        ("has:^<", "after `has:`"),
        ("after:^", "expected"),
        ("^= 3", "a field is missing before `=`"),
        ("^a <b", "data.a"),
        ("^:x", "a field is missing before `:`"),
        ("^\"\"", "an empty text"),
    ]);
}

#[test]
fn parentheses_and_quotes() {
    check(&[
        ("^(a", "never closed"),
        ("a and ^(b or (c d)", "never closed"),
        ("a^)", "there is no `(`"),
        ("(a) b^) c", "there is no `(`"),
        ("^\"abc", "never closed"),
        ("user:^\"abc", "never closed"),
        ("data.^\"a b = 1", "never closed"),
        ("a ^\"\\\"", "never closed"),
        ("foo^\"bar\"", "a blank is missing"),
        ("\"foo\"^bar", "a blank is missing"),
        ("foo^(bar)", "a blank is missing"),
        ("user:a^\"b\"", "double quotes"),
        ("user:a^(b)", "double quotes"),
        ("data.x = ^(1)", "parentheses in quotes"),
        ("data.x = ^'frozen'", "plain double quotes"),
        ("data.x = ^“frozen”", "plain double quotes"),
        ("\"a\\^d\"", "as in JSON"),
    ]);
}

#[test]
fn unknown_names() {
    check(&[
        ("^tpye:Opened", "did you mean `type:`?"),
        ("a and ^Type:Opened", "did you mean `type:`?"),
        ("^timestamp > 2024-01-01", "did you mean `time`?"),
        ("^payload.amount = 1", "did you mean `data.amount`?"),
        ("^balance < 0", "`state.balance`"),
        ("^http://x", "double quotes"),
        ("before:2024-06-01 ^14:00", "date and its time"),
        ("has:^amount", "unknown field `amount`"),
        ("has:^before", "after `has:`"),
        ("user^.name = x", "`user` has no parts"),
        ("before^=2024-01-01", "followed by `:`"),
        ("has ^~ x", "followed by `:`"),
        ("^data.x", "has:data.x"),
        ("^state.active and type:x", "has:state.active"),
        ("data.^ = 1", "path"),
    ]);
    check_in(Scope::Event, "^balance < 0", "is written `data.balance`");
}

#[test]
fn state_where_there_is_none() {
    for marked in [
        "^state.balance < 0",
        "type:x or (not ^state.a.b:c)",
        "has:^state.x",
        "has:^state",
        "^state = 1",
        "^state.active",
    ] {
        check_in(Scope::Event, marked, "there is no state here");
    }
}

#[test]
fn operands() {
    check(&[
        ("type ~ ^[a", "unclosed character class"),
        ("type ~ ^\"a(\"", "unclosed group"),
        ("type ~ ^\"(?=a)\"", "look-around"),
        ("type ~ ^\\w{1000}{1000}", "too large"),
        ("after:^soon", "expected a time"),
        ("after:^5", "expected a time"),
        ("time < ^[1]", "expected a time"),
        ("valid_time = ^null", "expected a time"),
        ("before:^#12", "position > 12"),
        ("before:^v3", "version > 3"),
        ("before:^yesterday", "present day"),
        ("data.x ^== 1", "written `=`"),
        ("data.x ^<> 1", "written `!=`"),
        ("data.x^=>1", "written `>=`"),
        ("data.x ^!~ a", "`not`"),
        ("version:^>5", "leave out the colon: `version > …`"),
        ("data.x = ^data.y", "not with another path"),
        ("data.x = ^[1", "no complete JSON"),
        ("data.x = ^{a}", "no complete JSON"),
        ("data.x = [1]^x", "a blank is missing"),
        ("data.x = ^<5", "expected a value, not `<`"),
        ("has:user^:x", "a blank is missing"),
        ("data.a.^.b = 1", "between these dots"),
        ("data.^\"a\"x = 1", "JSON string"),
        ("data.a^\"b\" = 1", "a blank is missing"),
    ]);
    let berlin = Context { zone: chrono_tz::Europe::Berlin, today: None };
    let error = parse("after:\"2025-03-30 02:30\"", Scope::Event, &berlin).unwrap_err();
    assert_eq!(error.at, 6);
    assert!(error.message.contains("+01:00") && error.message.contains("+02:00"), "{error}");
}

#[test]
fn bounds() {
    let nested = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    let parse = |text: &str| parse(text, Scope::Event, &Context::default());
    assert!(parse(&nested(MAX_NESTING)).is_ok());
    let error = parse(&nested(MAX_NESTING + 1)).unwrap_err();
    assert_eq!(error.at, MAX_NESTING);
    assert!(error.message.contains("nested deeper than 64"), "{error}");
    assert!(parse(&"(".repeat(MAX_LENGTH)).is_err());

    assert!(parse(&"a".repeat(MAX_LENGTH)).is_ok());
    let error = parse(&"é".repeat(MAX_LENGTH)).unwrap_err();
    assert_eq!(error.at, MAX_LENGTH);
    assert!(error.message.contains("longer than"), "{error}");

    assert!(parse(&format!("{} a", "not ".repeat(4000))).is_ok());
    assert!(parse(&format!("data{} = 1", ".a".repeat(8000))).is_err());
    assert!(parse(&format!("data = {}", "[".repeat(16000))).is_err());
    assert!(parse(&format!("type:{}", "?*".repeat(8000))).is_ok());
}

#[test]
fn the_place_is_drawn_under_the_line() {
    let text = "größe and (b";
    let error = parse(text, Scope::Event, &Context::default()).unwrap_err();
    assert_eq!(error.to_string(), "this `(` is never closed (character 11)");
    assert_eq!(error.pointing(text), "größe and (b\n          ^");
}
