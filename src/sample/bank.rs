//! A bank: customers, their accounts, and transfers between accounts.
//!
//! Amounts are in cents. Whether there is money is decided when a step runs, never when it is planned: only the
//! story of `account-0042` goes below a limit.

use super::calendar::{Calendar, DAY, HOUR, MINUTE, Millis, SECOND, when_open};
use super::engine::{Scene, World};
use super::names::{MERCHANTS, Person, STREETS, person};
use super::record::{Fact, Flow, Json, Stream};

/// 2025-01-06, a Monday: the everyday history begins. The textbook account was opened the Friday before.
pub(super) const START: Millis = 1_736_121_600_000;

/// Account numbers that the stories have for themselves.
const RESERVED: [u64; 4] = [15, 42, 51, 77];

/// Transfers below this number belong to the stories.
const FIRST_TRANSFER: u64 = 110;

/// Half a year: working hours, quiet nights and weekends, crowds around pay days.
pub(super) fn calendar() -> Calendar {
    let day_weight = |day: usize| {
        let weekday = [20, 18, 18, 19, 24, 9, 5][day % 7];
        // Wages come every four weeks, on a Friday; the days after are spent.
        let pay_day = match day % 28 {
            25 => 30,
            26 | 27 => 10,
            _ => 0,
        };
        weekday + pay_day
    };
    let hours = [0, 0, 0, 0, 0, 1, 3, 8, 22, 34, 38, 36, 30, 26, 32, 34, 30, 24, 16, 11, 8, 5, 2, 1];
    Calendar::new(START, 25, day_weight, hours)
}

/// What is known of an account while history is made.
#[derive(Debug)]
struct Account {
    number: u64,
    stream: Stream,
    customer: Stream,
    owner: Person,
    balance: i64,
    limit: i64,
    /// Credits that are on their way here: it can't be closed before.
    awaited: u32,
    card: bool,
    closed: bool,
}

impl Account {
    fn can_spend(&self, cents: i64) -> bool {
        !self.closed && self.balance + self.limit >= cents
    }
}

/// The bank as it goes.
#[derive(Debug, Default)]
pub(super) struct Bank {
    accounts: Vec<Account>,
    last_number: u64,
    transfers: u64,
}

/// A transfer under way.
#[derive(Debug)]
pub(super) struct Transfer {
    stream: Stream,
    from: usize,
    to: usize,
    cents: i64,
    flow: Flow,
}

/// What is still to be done; accounts by their index.
#[derive(Debug)]
pub(super) enum Step {
    Verify { account: usize, flow: Flow },
    Open { account: usize, flow: Flow },
    FirstDeposit { account: usize, flow: Flow },
    IssueCard { account: usize, flow: Flow },
    Send(Transfer),
    Receive(Transfer),
    Complete(Transfer),
    Close { account: usize, flow: Flow },
}

impl World for Bank {
    type Step = Step;

    const NAME: &str = "bank";
    const BURST: u64 = 12;
    const TAIL: u64 = 1;

    fn arrive(&mut self, scene: &mut Scene<Step>) {
        // The bank grows as it goes: an account for every thirty events.
        let wanted = 6 + scene.expected / 30;
        if (self.accounts.len() as u64) < wanted {
            self.register(scene);
            return;
        }
        let account = self.someone(scene);
        let kind = scene.rng.weighted(&[
            (22, Kind::Deposit),
            (20, Kind::Withdraw),
            (26, Kind::Card),
            (17, Kind::Transfer),
            (6, Kind::Fee),
            (3, Kind::Limit),
            (2, Kind::Move),
            (2, Kind::LoseCard),
            (1, Kind::Close),
        ]);
        match kind {
            Kind::Deposit => self.deposit(account, scene),
            Kind::Withdraw => self.withdraw(account, scene),
            Kind::Card => self.pay_by_card(account, scene),
            Kind::Transfer => self.request_transfer(account, scene),
            Kind::Fee => self.charge_fee(account, scene),
            Kind::Limit => self.grant_limit(account, scene),
            Kind::Move => self.move_house(account, scene),
            Kind::LoseCard => self.lose_card(account, scene),
            Kind::Close => self.give_notice(account, scene),
        }
    }

    fn run(&mut self, step: Step, scene: &mut Scene<Step>) {
        match step {
            Step::Verify { account, flow } => self.verify(account, flow, scene),
            Step::Open { account, flow } => self.open(account, flow, scene),
            Step::FirstDeposit { account, flow } => self.first_deposit(account, flow, scene),
            Step::IssueCard { account, flow } => self.issue_card(account, flow, scene),
            Step::Send(transfer) => self.send(transfer, scene),
            Step::Receive(transfer) => self.receive(transfer, scene),
            Step::Complete(transfer) => complete(transfer, scene),
            Step::Close { account, flow } => self.close(account, flow, scene),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Deposit,
    Withdraw,
    Card,
    Transfer,
    Fee,
    Limit,
    Move,
    LoseCard,
    Close,
}

/// People at the bank.
const TELLERS: [&str; 4] = ["teller.hanna", "teller.duc", "teller.nour", "teller.kenji"];

/// Opening an account.
impl Bank {
    fn register(&mut self, scene: &mut Scene<Step>) {
        self.last_number += 1;
        while RESERVED.contains(&self.last_number) {
            self.last_number += 1;
        }
        let number = self.last_number;
        let owner = person(number);
        let mut customer = Stream::numbered("customer", number);
        let mut flow = scene.recorder.flow();
        let data = Json::new().text("name", owner.name).text("city", owner.city).text("country", owner.country);
        let fact = Fact::new("CustomerRegistered", data, owner.login).via("app");
        scene.recorder.record(&mut customer, &mut flow, fact);
        let stream = Stream::numbered("account", number);
        let account = self.accounts.len();
        self.accounts.push(Account {
            number,
            stream,
            customer,
            owner,
            balance: 0,
            limit: 0,
            awaited: 0,
            card: false,
            // Until it is opened nobody can use it.
            closed: true,
        });
        scene.after(2 * MINUTE, 25 * MINUTE, Step::Verify { account, flow });
    }

    fn verify(&mut self, account: usize, mut flow: Flow, scene: &mut Scene<Step>) {
        let document = scene.rng.pick(&["passport", "identity card", "residence permit"]);
        let teller = scene.rng.pick(&TELLERS);
        let fact = Fact::new("CustomerVerified", Json::new().text("document", document), teller).via("branch");
        scene.recorder.record(&mut self.accounts[account].customer, &mut flow, fact);
        scene.after(20 * SECOND, 4 * MINUTE, Step::Open { account, flow });
    }

    fn open(&mut self, index: usize, mut flow: Flow, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        let kind = if scene.rng.chance(80) { "current" } else { "savings" };
        let data = Json::new()
            .text("owner", account.owner.name)
            .text("customer", account.customer.name())
            .text("kind", kind)
            .text("currency", "EUR");
        scene.recorder.record(&mut account.stream, &mut flow, Fact::new("AccountOpened", data, "system"));
        account.closed = false;
        account.awaited += 1;
        scene.after(5 * MINUTE, 30 * HOUR, Step::FirstDeposit { account: index, flow });
    }

    fn first_deposit(&mut self, index: usize, mut flow: Flow, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        let cents = 5000 * scene.rng.between(2, 30);
        account.balance += cents;
        account.awaited -= 1;
        let data = Json::new().money("amount", cents).text("source", "first deposit");
        let fact = Fact::new("FundsDeposited", data, account.owner.login).via("branch");
        scene.recorder.record(&mut account.stream, &mut flow, fact);
        if scene.rng.chance(75) {
            let day = scene.now() + DAY * scene.rng.between(1, 4);
            scene.at(when_open(START, day, 8, 17), Step::IssueCard { account: index, flow });
        }
    }

    fn issue_card(&mut self, index: usize, mut flow: Flow, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        if account.closed || account.card {
            return;
        }
        account.card = true;
        let digits = format!("{:04}", scene.rng.below(10_000));
        let fact = Fact::new("CardIssued", Json::new().text("last_digits", &digits), "card-office");
        scene.recorder.record(&mut account.stream, &mut flow, fact);
    }

    /// An account in use: some are used much more than others. The first one where none is open.
    fn someone(&self, scene: &mut Scene<Step>) -> usize {
        (0..8)
            .map(|_| scene.rng.index(self.accounts.len()).min(scene.rng.index(self.accounts.len() + 9)))
            .find(|index| !self.accounts[*index].closed)
            .unwrap_or(0)
    }
}

/// Money in and out.
impl Bank {
    fn deposit(&mut self, index: usize, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        if account.closed {
            return;
        }
        let (cents, source, user, channel) = match scene.rng.below(10) {
            0..=1 => (scene.rng.between(160_000, 420_000), "wages", "clearing", "clearing"),
            2..=5 => (1000 * scene.rng.between(2, 40), "cash", scene.rng.pick(&TELLERS), "branch"),
            6 => (scene.rng.between(2_000, 18_000), "refund by a shop", "clearing", "clearing"),
            _ => (500 * scene.rng.between(4, 60), "cash machine", account.owner.login, "atm"),
        };
        account.balance += cents;
        let data = Json::new().money("amount", cents).text("source", source);
        let fact = Fact::new("FundsDeposited", data, user).via(channel);
        scene.recorder.record_alone(&mut account.stream, fact);
    }

    fn withdraw(&mut self, index: usize, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        if account.closed {
            return;
        }
        let cents = 1000 * scene.rng.between(1, 30);
        let channel = if scene.rng.chance(80) { "atm" } else { "branch" };
        let user = account.owner.login;
        let data = Json::new().money("amount", cents);
        let fact = if account.can_spend(cents) {
            account.balance -= cents;
            Fact::new("FundsWithdrawn", data, user)
        } else {
            let data = data.money("available", account.balance + account.limit);
            Fact::new("WithdrawalDeclined", data, user).because("insufficient funds")
        };
        scene.recorder.record_alone(&mut account.stream, fact.via(channel));
    }

    fn pay_by_card(&mut self, index: usize, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        let cents = scene.rng.between(180, 14_900);
        if !account.card || !account.can_spend(cents) {
            return;
        }
        account.balance -= cents;
        let data = Json::new().money("amount", cents).text("merchant", scene.rng.pick(&MERCHANTS));
        let fact = Fact::new("CardPaymentMade", data, account.owner.login).via("card");
        scene.recorder.record_alone(&mut account.stream, fact);
    }

    fn charge_fee(&mut self, index: usize, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        let (cents, kind) = scene.rng.pick(&[(250, "account"), (400, "card"), (150, "paper statement")]);
        if !account.can_spend(cents) {
            return;
        }
        account.balance -= cents;
        let data = Json::new().money("amount", cents).text("kind", kind);
        scene.recorder.record_alone(&mut account.stream, Fact::new("FeeCharged", data, "billing"));
    }

    fn grant_limit(&mut self, index: usize, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        let limit = 10_000 * scene.rng.between(1, 10);
        if account.closed || limit <= account.limit {
            return;
        }
        account.limit = limit;
        let fact = Fact::new("OverdraftLimitSet", Json::new().money("limit", limit), scene.rng.pick(&TELLERS));
        let fact = fact.because("agreed with the customer").via("branch");
        scene.recorder.record_alone(&mut account.stream, fact);
    }
}

/// Transfers: asked for, sent, received, completed.
impl Bank {
    fn request_transfer(&mut self, from: usize, scene: &mut Scene<Step>) {
        let to = self.someone(scene);
        let cents = scene.rng.between(500, 45_000) / 50 * 50;
        if from == to || self.accounts[from].closed || self.accounts[to].closed {
            return;
        }
        let mut stream = Stream::numbered("transfer", FIRST_TRANSFER + self.transfers);
        self.transfers += 1;
        self.accounts[to].awaited += 1;
        let mut flow = scene.recorder.flow();
        let message = scene.rng.pick(&["Rent", "Thank you!", "Tickets", "cảm ơn", "за обед", "学费", "お土産", "شكرا"]);
        let (payer, payee) = (&self.accounts[from], &self.accounts[to]);
        let data = transfer_data(payer.stream.name(), payee.stream.name(), cents).text("message", message);
        let fact = Fact::new("TransferRequested", data, payer.owner.login).via("app");
        scene.recorder.record(&mut stream, &mut flow, fact);
        scene.after(300, 20 * SECOND, Step::Send(Transfer { stream, from, to, cents, flow }));
    }

    fn send(&mut self, mut transfer: Transfer, scene: &mut Scene<Step>) {
        let Transfer { ref mut stream, from, to, cents, ref mut flow } = transfer;
        if !self.accounts[from].can_spend(cents) {
            self.accounts[to].awaited -= 1;
            let fact = Fact::new("TransferDeclined", Json::new().money("amount", cents), "payments");
            scene.recorder.record(stream, flow, fact.because("insufficient funds"));
            return;
        }
        let payee = self.accounts[to].stream.name().to_owned();
        let payer = &mut self.accounts[from];
        payer.balance -= cents;
        let data = Json::new().money("amount", cents).text("to", &payee).text("transfer", stream.name());
        scene.recorder.record(&mut payer.stream, flow, Fact::new("TransferSent", data, "payments"));
        // Most are there at once; the rest wait for the next run of the clearing house.
        if scene.rng.chance(70) {
            scene.after(SECOND, 90 * SECOND, Step::Receive(transfer));
        } else {
            let time = scene.now() + HOUR * scene.rng.between(2, 20);
            scene.at(when_open(START, time, 7, 18), Step::Receive(transfer));
        }
    }

    fn receive(&mut self, mut transfer: Transfer, scene: &mut Scene<Step>) {
        let Transfer { ref stream, from, to, cents, ref mut flow } = transfer;
        let payer = self.accounts[from].stream.name().to_owned();
        let payee = &mut self.accounts[to];
        payee.balance += cents;
        payee.awaited -= 1;
        let data = Json::new().money("amount", cents).text("from", &payer).text("transfer", stream.name());
        scene.recorder.record(&mut payee.stream, flow, Fact::new("TransferReceived", data, "payments"));
        scene.after(50, 2 * SECOND, Step::Complete(transfer));
    }
}

fn complete(mut transfer: Transfer, scene: &mut Scene<Step>) {
    let data = Json::new().money("amount", transfer.cents);
    let fact = Fact::new("TransferCompleted", data, "payments");
    scene.recorder.record(&mut transfer.stream, &mut transfer.flow, fact);
}

/// What a transfer's first event says.
pub(super) fn transfer_data(from: &str, to: &str, cents: i64) -> Json {
    Json::new().text("from", from).text("to", to).money("amount", cents)
}

/// The rarer things of life.
impl Bank {
    fn move_house(&mut self, index: usize, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        let data = Json::new().text("street", scene.rng.pick(&STREETS)).text("city", account.owner.city);
        // People tell their bank some days later.
        let moved = (scene.now() - DAY * scene.rng.between(1, 20)).div_euclid(DAY) * DAY;
        let fact = Fact::new("CustomerMoved", data, account.owner.login).via("app").valid(moved);
        scene.recorder.record_alone(&mut account.customer, fact);
    }

    fn lose_card(&mut self, index: usize, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        if account.closed || !account.card {
            return;
        }
        account.card = false;
        let mut flow = scene.recorder.flow();
        let reason = scene.rng.pick(&["lost", "stolen", "worn out"]);
        let fact = Fact::new("CardBlocked", Json::new(), account.owner.login).because(reason).via("phone");
        scene.recorder.record(&mut account.stream, &mut flow, fact);
        let time = scene.now() + DAY * scene.rng.between(1, 5);
        scene.at(when_open(START, time, 8, 17), Step::IssueCard { account: index, flow });
    }

    fn give_notice(&mut self, index: usize, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        // The first accounts stay, so that there is always someone.
        if account.closed || account.number <= 6 || account.awaited > 0 || account.balance <= 0 {
            return;
        }
        let mut flow = scene.recorder.flow();
        let fact =
            Fact::new("AccountNoticeGiven", Json::new(), account.owner.login).because("moving abroad").via("app");
        scene.recorder.record(&mut account.stream, &mut flow, fact);
        // From here on it is out of use for everyone else.
        account.closed = true;
        scene.after(MINUTE, 40 * MINUTE, Step::Close { account: index, flow });
    }

    fn close(&mut self, index: usize, mut flow: Flow, scene: &mut Scene<Step>) {
        let account = &mut self.accounts[index];
        let teller = scene.rng.pick(&TELLERS);
        let data = Json::new().money("amount", account.balance);
        account.balance = 0;
        let fact = Fact::new("FundsWithdrawn", data, teller).because("paid out at closing").via("branch");
        scene.recorder.record(&mut account.stream, &mut flow, fact);
        let fact = Fact::new("AccountClosed", Json::new(), teller).via("branch");
        scene.recorder.record(&mut account.stream, &mut flow, fact);
    }
}
