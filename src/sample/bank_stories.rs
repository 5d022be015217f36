//! What there is to find in the bank. Every story has streams of its own, and a cause comes before its effect.

use super::bank::{START, transfer_data};
use super::calendar::{Millis, on};
use super::names::{Person, person};
use super::record::{Fact, Flow, Json, Recorder, Stream};

/// A day's time; day 0 is Monday, 2025-01-06.
fn day(day: i64, hour: i64, minute: i64, second: i64) -> Millis {
    on(START, day, hour, minute, second)
}

/// Tells them all, the textbook run first.
pub(super) fn tell(recorder: &mut Recorder) {
    textbook(recorder);
    overdraft(recorder);
    reversal(recorder);
    lost_transfer(recorder);
}

/// `account-A`: 50 in, 20 out, 20 out, 10 left.
fn textbook(recorder: &mut Recorder) {
    recorder.rewind();
    let mut account = Stream::new("account-A");
    let data = Json::new().text("owner", "Alice").text("kind", "current").text("currency", "EUR");
    let opened = Fact::new("AccountOpened", data, "teller.hanna").because("new customer").via("branch");
    recorder.at(day(-3, 9, 0, 0)).record_alone(&mut account, opened);
    let amount = |amount| Json::new().int("amount", amount);
    let deposit = Fact::new("FundsDeposited", amount(50).text("source", "cash"), "alice").because("savings jar");
    recorder.at(day(1, 10, 30, 0)).record_alone(&mut account, deposit.via("branch"));
    let first = Fact::new("FundsWithdrawn", amount(20), "alice").because("cinema").via("atm");
    recorder.at(day(39, 12, 15, 0)).record_alone(&mut account, first);
    // 2025-03-04 14:34:12
    let second = Fact::new("FundsWithdrawn", amount(20), "alice").because("cinema").via("atm");
    recorder.at(day(57, 14, 34, 12)).record_alone(&mut account, second);
}

/// Registers a customer, opens the account of the same number and pays something in.
fn opened(recorder: &mut Recorder, number: u64, at: Millis, cents: i64) -> (Stream, Person) {
    let owner = person(number);
    recorder.rewind().at(at);
    let mut flow = recorder.flow();
    let mut customer = Stream::numbered("customer", number);
    let data = Json::new().text("name", owner.name).text("city", owner.city).text("country", owner.country);
    recorder.record(&mut customer, &mut flow, Fact::new("CustomerRegistered", data, owner.login).via("app"));
    let data = Json::new().text("document", "passport");
    let verified = Fact::new("CustomerVerified", data, "teller.duc").via("branch");
    recorder.at(at + 1_260_000).record(&mut customer, &mut flow, verified);
    let mut account = Stream::numbered("account", number);
    let data = Json::new()
        .text("owner", owner.name)
        .text("customer", customer.name())
        .text("kind", "current")
        .text("currency", "EUR");
    recorder.at(at + 1_330_000).record(&mut account, &mut flow, Fact::new("AccountOpened", data, "system"));
    let data = Json::new().money("amount", cents).text("source", "first deposit");
    let deposit = Fact::new("FundsDeposited", data, owner.login).via("branch");
    recorder.at(at + 1_512_000).record(&mut account, &mut flow, deposit);
    (account, owner)
}

/// `account-0042`: two card terminals were offline, each let a payment through against the same old balance, and both
/// were booked: the account went beyond its limit for two days.
fn overdraft(recorder: &mut Recorder) {
    let (mut account, owner) = opened(recorder, 42, day(10, 8, 40, 0), 90_000);
    let amount = |cents| Json::new().money("amount", cents);
    let mut alone = |recorder: &mut Recorder, at, fact: Fact<'_>| {
        recorder.at(at).record_alone(&mut account, fact);
    };
    let card = Json::new().text("last_digits", "4242");
    alone(recorder, day(14, 9, 5, 0), Fact::new("CardIssued", card, "card-office"));
    let limit = Json::new().money("limit", 20_000);
    let limit = Fact::new("OverdraftLimitSet", limit, "teller.nour").because("agreed with the customer").via("branch");
    alone(recorder, day(28, 11, 20, 0), limit);
    for (at, cents, shop) in [
        (day(33, 18, 2, 41), 7_890, "Super Verde"),
        (day(46, 12, 47, 5), 31_400, "Hardware & Sons"),
        (day(60, 19, 15, 30), 2_350, "Cinema Luna"),
        (day(75, 9, 30, 12), 41_950, "Book & Lamp"),
    ] {
        let data = amount(cents).text("merchant", shop);
        alone(recorder, at, Fact::new("CardPaymentMade", data, owner.login).via("card"));
    }
    // 64.10 are left. Saturday, 2025-04-12: both terminals report on the same evening.
    for (at, cents, shop) in
        [(day(96, 21, 3, 7), 18_000, "Hardware & Sons"), (day(96, 21, 3, 9), 15_000, "Super Verde")]
    {
        let data = amount(cents).text("merchant", shop).money("balance_seen", 6_410).raw("offline", "true");
        let payment = Fact::new("CardPaymentMade", data, owner.login).because("booked late by an offline terminal");
        alone(recorder, at, payment.via("card"));
    }
    let fee = Fact::new("FeeCharged", amount(1_500).text("kind", "overdraft"), "billing").because("limit exceeded");
    alone(recorder, day(97, 0, 5, 0), fee);
    let wages = Fact::new("FundsDeposited", amount(35_000).text("source", "wages"), "clearing").via("clearing");
    alone(recorder, day(98, 16, 20, 0), wages);
    // The bank pays the fee back: its own terminals were at fault.
    let refund = Fact::new("FeeRefunded", amount(1_500).text("kind", "overdraft"), "teller.nour");
    alone(recorder, day(101, 10, 12, 0), refund.because("the terminals were ours").via("phone"));
}

/// 500.00 was booked to `account-0015` instead of `account-0051`, spotted the next day, and reversed by a compensating
/// event: nothing is ever deleted.
fn reversal(recorder: &mut Recorder) {
    let (mut right, payer) = opened(recorder, 51, day(15, 13, 10, 0), 25_000);
    let (mut wrong, owner) = opened(recorder, 15, day(8, 10, 2, 0), 40_000);
    let amount = |cents| Json::new().money("amount", cents);
    let withdrawal = Fact::new("FundsWithdrawn", amount(6_000), owner.login).via("atm");
    recorder.at(day(64, 17, 44, 0)).record_alone(&mut wrong, withdrawal);
    let mut flow = recorder.flow();
    let data = amount(50_000).text("source", "cash").text("slip", "51");
    let mistake = Fact::new("FundsDeposited", data, "teller.kenji").via("branch");
    // Wednesday, 2025-05-14
    let mistaken = recorder.at(day(128, 15, 52, 30)).record(&mut wrong, &mut flow, mistake);
    let data = amount(50_000).text("reverses", &mistaken.to_string());
    let reversed = Fact::new("DepositReversed", data, "ops.minh").because("booked to the wrong account: 15 for 51");
    recorder.at(day(129, 9, 17, 0)).record(&mut wrong, &mut flow, reversed);
    let data = amount(50_000).text("source", "cash").text("slip", "51");
    let corrected =
        Fact::new("FundsDeposited", data, "ops.minh").because("correction of a deposit booked to account-0015");
    recorder.at(day(129, 9, 17, 40)).record(&mut right, &mut flow, corrected.valid(day(128, 15, 52, 30)));
    let withdrawal = Fact::new("FundsWithdrawn", amount(20_000), payer.login).via("atm");
    recorder.at(day(131, 8, 30, 10)).record_alone(&mut right, withdrawal);
}

/// `transfer-0107`: 250.00 left `account-0077` and never arrived.
fn lost_transfer(recorder: &mut Recorder) {
    let (mut account, owner) = opened(recorder, 77, day(22, 9, 25, 0), 60_000);
    recorder.at(day(85, 11, 8, 0));
    let mut transfer = Stream::numbered("transfer", 107);
    let mut flow: Flow = recorder.flow();
    let data = transfer_data(account.name(), "account-0051", 25_000).text("message", "Rent");
    let requested = Fact::new("TransferRequested", data, owner.login).via("app");
    recorder.record(&mut transfer, &mut flow, requested);
    let data = Json::new().money("amount", 25_000).text("to", "account-0051").text("transfer", transfer.name());
    recorder.at(day(85, 11, 8, 6)).record(&mut account, &mut flow, Fact::new("TransferSent", data, "payments"));
}
