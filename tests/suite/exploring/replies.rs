//! Summaries to paste into an answer.

use foldline::job::{Failure, Job, Outcome, ReplyFormat};
use foldline::model::Moment;

use super::{KEY, Shop, stores};

pub fn job(stream: &str, moment: Moment, format: ReplyFormat) -> Job {
    let hash = Some("abc123".to_owned());
    Job::Reply { store: KEY, stream: stream.into(), moment, zone: chrono_tz::UTC, format, hash }
}

fn reply(shop: &Shop, stream: &str, moment: Moment, format: ReplyFormat) -> String {
    match shop.run(job(stream, moment, format)) {
        Ok(Outcome::Reply(reply)) => {
            assert_eq!(reply.format, format);
            reply.text
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_bundled_bank_is_summed_up() {
    let folder = tempfile::tempdir().unwrap();
    stores(folder.path());
    let shop = Shop::open(&folder.path().join("bank.db"));
    let text = reply(&shop, "account-A", Moment::Version(3), ReplyFormat::Text);
    let line = |start: &str| text.lines().find(|line| line.trim_start().starts_with(start)).unwrap_or_default();
    assert!(text.starts_with("account-A after version 3\n"), "{text}");
    assert!(line("Store ").contains("bank.db (/"), "{text}");
    assert!(line("BLAKE3").ends_with("abc123"));
    assert!(line("Events").contains("3 of 4 taken in, the last is"), "{text}");
    assert!(line("State by").ends_with("Bank account (rules)"));
    assert!(line("balance ").contains("30 (was 50)") && line("balance ").contains("version 3"), "{text}");
    assert!(text.contains("The last 3 events"));
    let markdown = reply(&shop, "account-A", Moment::Version(3), ReplyFormat::Markdown);
    assert!(markdown.starts_with("**account-A after version 3**\n"), "{markdown}");
    // Before the first event there is a state, too.
    let before = reply(&shop, "account-A", Moment::Version(0), ReplyFormat::Text);
    assert!(before.contains("none of 4 taken in"), "{before}");
    assert!(before.contains("there from the start"), "{before}");
}

#[test]
fn a_summary_says_where_the_projection_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::open(&stores(folder.path()).pop().unwrap());
    let text = reply(&shop, "account-A", Moment::Version(4), ReplyFormat::Text);
    assert!(text.contains("the replay stopped at Withdrawn, version 3: "), "{text}");
    assert!(text.contains("2 of 4 taken in") && text.contains("The last 2 events"), "{text}");
    assert!(text.contains("no owner"), "{text}");
    let text = reply(&shop, "account-A", Moment::Version(2), ReplyFormat::Text);
    assert!(!text.contains("stopped"), "{text}");
}

#[test]
fn summaries_of_every_store_tell_what_the_state_shows() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = 0;
    for store in stores(folder.path()) {
        let shop = Shop::open(&store);
        for (stream, name) in shop.streams().into_iter().step_by(13) {
            let lane = shop.log().lane(stream);
            for place in [0, lane.len() / 2, lane.len() - 1] {
                let moment = Moment::Position(shop.log().position(lane[place] as usize));
                let view = shop.state(&name, moment);
                let text = reply(&shop, &name, moment, ReplyFormat::Text);
                assert!(!text.contains("$version"), "{text}");
                if view.baseline.frame.error.is_some() {
                    assert!(text.contains("the replay stopped at"), "{text}");
                    continue;
                }
                assert!(text.contains(&format!("{} of {} taken in", view.baseline.at.count, lane.len())), "{text}");
                for broken in &view.baseline.broken {
                    assert!(text.contains(broken), "{text}");
                }
                told += 1;
            }
        }
    }
    assert!(told > 50, "{told}");
}

#[test]
fn what_can_not_be_summed_up_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::open(&stores(folder.path()).pop().unwrap());
    let text = ReplyFormat::Text;
    assert_eq!(
        shop.run(job("account-Z", Moment::Version(1), text)).unwrap_err(),
        Failure::Failed("there is no stream account-Z".to_owned())
    );
    assert!(matches!(shop.run(job("account-A", Moment::Version(9), text)), Err(Failure::Failed(_))));
    assert_eq!(shop.run_cancelled(job("account-A", Moment::Version(4), text)).unwrap_err(), Failure::Cancelled);
}
