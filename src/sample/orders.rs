//! A shop: customers fill baskets, baskets become orders, orders are paid, shipped, and sometimes sent back.
//!
//! Amounts are in cents. An order is never paid twice and a parcel never lost here: that is for the stories.

use super::calendar::{Calendar, DAY, HOUR, MINUTE, Millis, SECOND, when_open};
use super::engine::{Scene, World};
use super::names::{GOODS, Person, STREETS, person};
use super::record::{Fact, Flow, Json, Stream};

/// 2025-02-03, a Monday.
pub(super) const START: Millis = 1_738_540_800_000;

/// From here on addresses are recorded in the second version of their schema: Monday, 2025-03-24.
const NEW_ADDRESSES: Millis = START + 49 * DAY;

/// Baskets, orders and what belongs to them have higher numbers; those below belong to the stories.
const FIRST_NUMBER: u64 = 2001;

/// Customer numbers of the stories.
const RESERVED: [u64; 2] = [31, 42];

/// Sixteen weeks: evenings and Sundays, and a sale in the ninth week.
pub(super) fn calendar() -> Calendar {
    let day_weight = |day: usize| [14, 12, 12, 13, 15, 20, 26][day % 7] * if day / 7 == 8 { 3 } else { 1 };
    let hours = [3, 1, 1, 0, 0, 1, 4, 9, 14, 18, 20, 21, 24, 22, 18, 18, 20, 24, 30, 38, 42, 36, 22, 10];
    Calendar::new(START, 16, day_weight, hours)
}

/// One kind of goods in a basket or order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Index into [`GOODS`].
    pub(super) goods: usize,
    pub(super) qty: i64,
}

impl Line {
    pub(super) fn cents(self) -> i64 {
        GOODS[self.goods].2 * self.qty
    }
}

/// What is known of a customer while history is made.
#[derive(Debug)]
struct Customer {
    stream: Stream,
    person: Person,
    street: &'static str,
}

/// The shop as it goes.
#[derive(Debug, Default)]
pub(super) struct Shop {
    customers: Vec<Customer>,
    last_customer: u64,
    baskets: u64,
    orders: u64,
    returns: u64,
}

/// A customer on the way through the shop.
#[derive(Debug)]
pub(super) struct Visit {
    customer: usize,
    basket: Stream,
    lines: Vec<Line>,
    /// How many goods are still to be put in.
    wanted: u64,
    flow: Flow,
}

/// An order on its way.
#[derive(Debug)]
pub(super) struct Order {
    customer: usize,
    stream: Stream,
    payment: Stream,
    shipment: Stream,
    lines: Vec<Line>,
    cents: i64,
    attempts: u32,
    flow: Flow,
}

/// What is still to be done.
#[derive(Debug)]
pub(super) enum Step {
    Fill(Visit),
    TakeOut(Visit),
    CheckOut(Visit),
    Change(Order),
    AskForPayment(Order),
    Pay(Order),
    Confirm(Order),
    Prepare(Order),
    Dispatch(Order),
    Deliver(Order),
    AskForReturn(Order),
    TakeBack(Order, Stream, Line),
    Refund(Order, Stream, Line),
}

impl World for Shop {
    type Step = Step;

    const NAME: &str = "orders";
    const BURST: u64 = 4;
    const TAIL: u64 = 4;

    fn arrive(&mut self, scene: &mut Scene<Step>) {
        let wanted = 5 + scene.expected / 60;
        if (self.customers.len() as u64) < wanted {
            self.register(scene);
            return;
        }
        let customer = scene.rng.index(self.customers.len()).min(scene.rng.index(self.customers.len() + 9));
        if scene.rng.chance(10) {
            self.move_house(customer, scene);
        } else {
            self.open_basket(customer, scene);
        }
    }

    fn run(&mut self, step: Step, scene: &mut Scene<Step>) {
        match step {
            Step::Fill(visit) => self.fill(visit, scene),
            Step::TakeOut(visit) => self.take_out(visit, scene),
            Step::CheckOut(visit) => self.check_out(visit, scene),
            Step::Change(order) => self.change(order, scene),
            Step::AskForPayment(order) => self.ask_for_payment(order, scene),
            Step::Pay(order) => self.pay(order, scene),
            Step::Confirm(order) => confirm(order, scene),
            Step::Prepare(order) => self.prepare(order, scene),
            Step::Dispatch(order) => dispatch(order, scene),
            Step::Deliver(order) => self.deliver(order, scene),
            Step::AskForReturn(order) => self.ask_for_return(order, scene),
            Step::TakeBack(order, stream, line) => take_back(order, stream, line, scene),
            Step::Refund(order, stream, line) => refund(order, stream, line, scene),
        }
    }
}

/// People and machines of the shop.
const PACKERS: [&str; 3] = ["packer.olu", "packer.thanh", "packer.irini"];
const CARRIERS: [&str; 3] = ["Swift Parcel", "Bưu kiện 247", "Möwe Logistik"];

/// Customers.
impl Shop {
    fn register(&mut self, scene: &mut Scene<Step>) {
        self.last_customer += 1;
        while RESERVED.contains(&self.last_customer) {
            self.last_customer += 1;
        }
        // Not the same people in the same order as at the bank.
        let person = person(self.last_customer * 5);
        let mut stream = Stream::numbered("customer", self.last_customer);
        let mut flow = scene.recorder.flow();
        let data = Json::new().text("name", person.name);
        let registered = Fact::new("CustomerRegistered", data, person.login).via("web");
        scene.recorder.record(&mut stream, &mut flow, registered);
        let street = scene.rng.pick(&STREETS);
        let now = scene.now();
        scene.recorder.record(&mut stream, &mut flow, address(person, street, now).via("web"));
        self.customers.push(Customer { stream, person, street });
    }

    fn move_house(&mut self, index: usize, scene: &mut Scene<Step>) {
        let customer = &mut self.customers[index];
        customer.street = scene.rng.pick(&STREETS);
        let moved = (scene.now() - DAY * scene.rng.between(1, 12)).div_euclid(DAY) * DAY;
        let fact = address(customer.person, customer.street, scene.now()).because("moved").via("web").valid(moved);
        scene.recorder.record_alone(&mut customer.stream, fact);
    }
}

/// A customer's address, in the schema of its time.
pub(super) fn address<'a>(person: Person, street: &str, now: Millis) -> Fact<'a> {
    let address = format!("{street}, {}", person.city);
    if now < NEW_ADDRESSES {
        return Fact::new("AddressChanged", Json::new().text("addr", &address), person.login);
    }
    let data = Json::new().text("address", &address).text("country", person.country);
    Fact::new("AddressChanged", data, person.login).schema(2)
}

/// Baskets.
impl Shop {
    fn open_basket(&mut self, customer: usize, scene: &mut Scene<Step>) {
        let mut basket = Stream::numbered("basket", FIRST_NUMBER + self.baskets);
        self.baskets += 1;
        let mut flow = scene.recorder.flow();
        let Customer { stream, person, .. } = &self.customers[customer];
        let data = Json::new().text("customer", stream.name()).text("name", person.name);
        let channel = if scene.rng.chance(60) { "app" } else { "web" };
        let opened = Fact::new("BasketOpened", data, person.login).via(channel);
        scene.recorder.record(&mut basket, &mut flow, opened);
        let wanted = 1 + scene.rng.below(3);
        let visit = Visit { customer, basket, lines: Vec::new(), wanted, flow };
        scene.after(10 * SECOND, 3 * MINUTE, Step::Fill(visit));
    }

    fn fill(&mut self, mut visit: Visit, scene: &mut Scene<Step>) {
        let login = self.customers[visit.customer].person.login;
        let goods = scene.rng.index(GOODS.len());
        let (sku, name, price) = GOODS[goods];
        if visit.wanted > 0 && visit.lines.iter().all(|line| line.goods != goods) {
            visit.wanted -= 1;
            let line = Line { goods, qty: scene.rng.weighted(&[(6, 1), (3, 2), (1, 4)]) };
            visit.lines.push(line);
            let data = Json::new()
                .text("sku", sku)
                .text("name", name)
                .int("qty", line.qty)
                .money("price", price)
                .money("amount", line.cents());
            scene.recorder.record(&mut visit.basket, &mut visit.flow, Fact::new("ItemAdded", data, login));
        }
        if visit.wanted > 0 {
            scene.after(10 * SECOND, 4 * MINUTE, Step::Fill(visit));
        } else if visit.lines.len() > 1 && scene.rng.chance(12) {
            scene.after(20 * SECOND, 3 * MINUTE, Step::TakeOut(visit));
        } else {
            make_up_mind(visit, scene);
        }
    }

    fn take_out(&mut self, mut visit: Visit, scene: &mut Scene<Step>) {
        let login = self.customers[visit.customer].person.login;
        let line = visit.lines.remove(0);
        let data = Json::new().text("sku", GOODS[line.goods].0).money("amount", line.cents());
        scene.recorder.record(&mut visit.basket, &mut visit.flow, Fact::new("ItemRemoved", data, login));
        make_up_mind(visit, scene);
    }
}

/// Two baskets in three are ordered, the others left standing.
fn make_up_mind(visit: Visit, scene: &mut Scene<Step>) {
    if scene.rng.chance(68) {
        scene.after(20 * SECOND, 10 * MINUTE, Step::CheckOut(visit));
    }
}

/// Orders and their payment.
impl Shop {
    fn check_out(&mut self, mut visit: Visit, scene: &mut Scene<Step>) {
        let number = FIRST_NUMBER + self.orders;
        self.orders += 1;
        let mut stream = Stream::numbered("order", number);
        let Customer { stream: customer, person, .. } = &self.customers[visit.customer];
        let data = Json::new().text("order", stream.name());
        let checked_out = Fact::new("BasketCheckedOut", data, person.login);
        scene.recorder.record(&mut visit.basket, &mut visit.flow, checked_out);
        let cents = visit.lines.iter().map(|line| line.cents()).sum();
        let data = Json::new().text("customer", customer.name()).text("name", person.name);
        let data = data.text("basket", visit.basket.name()).raw("items", &items(&visit.lines)).money("total", cents);
        let placed = Fact::new("OrderPlaced", data, person.login);
        scene.recorder.record(&mut stream, &mut visit.flow, placed);
        let order = Order {
            customer: visit.customer,
            stream,
            payment: Stream::numbered("payment", number),
            shipment: Stream::numbered("shipment", number),
            lines: visit.lines,
            cents,
            attempts: 0,
            flow: visit.flow,
        };
        if scene.rng.chance(12) {
            scene.after(30 * SECOND, 10 * MINUTE, Step::Change(order));
        } else {
            scene.after(SECOND, 20 * SECOND, Step::AskForPayment(order));
        }
    }

    fn change(&mut self, mut order: Order, scene: &mut Scene<Step>) {
        let login = self.customers[order.customer].person.login;
        let line = &mut order.lines[0];
        let before = line.cents();
        line.qty += 1;
        let difference = line.cents() - before;
        order.cents += difference;
        let data = Json::new().text("sku", GOODS[line.goods].0).int("qty", line.qty).money("difference", difference);
        let changed = Fact::new("ItemQuantityChanged", data, login).via("app");
        scene.recorder.record(&mut order.stream, &mut order.flow, changed);
        scene.after(SECOND, 20 * SECOND, Step::AskForPayment(order));
    }

    fn ask_for_payment(&mut self, mut order: Order, scene: &mut Scene<Step>) {
        let method = scene.rng.weighted(&[(6, "card"), (3, "wallet"), (1, "bank transfer")]);
        let data = Json::new().text("order", order.stream.name()).money("amount", order.cents).text("method", method);
        scene.recorder.record(&mut order.payment, &mut order.flow, Fact::new("PaymentRequested", data, "checkout"));
        scene.after(2 * SECOND, 3 * MINUTE, Step::Pay(order));
    }

    fn pay(&mut self, mut order: Order, scene: &mut Scene<Step>) {
        let login = self.customers[order.customer].person.login;
        order.attempts += 1;
        if scene.rng.chance(12) {
            let data = Json::new().money("amount", order.cents);
            let reason = scene.rng.pick(&["card declined", "timed out", "3-D check failed"]);
            let failed = Fact::new("PaymentFailed", data, "psp").because(reason);
            scene.recorder.record(&mut order.payment, &mut order.flow, failed);
            if order.attempts < 3 && !scene.rng.chance(45) {
                scene.after(20 * SECOND, 30 * MINUTE, Step::AskForPayment(order));
            } else {
                let cancelled = Fact::new("OrderCancelled", Json::new(), "checkout").because("never paid");
                scene.recorder.record(&mut order.stream, &mut order.flow, cancelled);
            }
            return;
        }
        let data = Json::new().money("amount", order.cents);
        scene.recorder.record(
            &mut order.payment,
            &mut order.flow,
            Fact::new("PaymentCaptured", data, login).via("psp"),
        );
        scene.after(200, 4 * SECOND, Step::Confirm(order));
    }
}

fn confirm(mut order: Order, scene: &mut Scene<Step>) {
    let data = Json::new().money("amount", order.cents).text("payment", order.payment.name());
    scene.recorder.record(&mut order.stream, &mut order.flow, Fact::new("PaymentReceived", data, "checkout"));
    let time = scene.now() + HOUR * scene.rng.between(1, 20);
    scene.at(when_open(START, time, 7, 16), Step::Prepare(order));
}

/// Parcels.
impl Shop {
    fn prepare(&mut self, mut order: Order, scene: &mut Scene<Step>) {
        let Customer { person, street, .. } = &self.customers[order.customer];
        let to = format!("{street}, {}", person.city);
        let data = Json::new().text("order", order.stream.name()).text("to", &to).text("country", person.country);
        let packer = scene.rng.pick(&PACKERS);
        scene.recorder.record(&mut order.shipment, &mut order.flow, Fact::new("ShipmentPrepared", data, packer));
        scene.after(20 * MINUTE, 5 * HOUR, Step::Dispatch(order));
    }

    fn deliver(&mut self, mut order: Order, scene: &mut Scene<Step>) {
        // The carrier's list comes in the evening: the parcel was there hours before.
        let delivered = scene.now() - scene.rng.between(20 * MINUTE, 9 * HOUR);
        let data = Json::new().text("signed_by", self.customers[order.customer].person.name);
        let fact = Fact::new("ShipmentDelivered", data, "carrier-import").valid(delivered);
        scene.recorder.record(&mut order.shipment, &mut order.flow, fact);
        if scene.rng.chance(22) {
            scene.after(DAY, 9 * DAY, Step::AskForReturn(order));
        }
    }
}

fn dispatch(mut order: Order, scene: &mut Scene<Step>) {
    let tracking = format!("FL{:08}", scene.rng.below(100_000_000));
    let data = Json::new().text("carrier", scene.rng.pick(&CARRIERS)).text("tracking", &tracking);
    scene.recorder.record(&mut order.shipment, &mut order.flow, Fact::new("ShipmentDispatched", data, "warehouse"));
    let data = Json::new().text("shipment", order.shipment.name());
    scene.recorder.record(&mut order.stream, &mut order.flow, Fact::new("OrderShipped", data, "warehouse"));
    let evening = START + (scene.now() - START).div_euclid(DAY) * DAY + 19 * HOUR;
    let time = evening + DAY * scene.rng.between(1, 4) + scene.rng.between(0, 25 * MINUTE);
    scene.at(time, Step::Deliver(order));
}

/// Returns.
impl Shop {
    fn ask_for_return(&mut self, mut order: Order, scene: &mut Scene<Step>) {
        let line = Line { qty: 1, ..order.lines[scene.rng.index(order.lines.len())] };
        let mut stream = Stream::numbered("return", FIRST_NUMBER + self.returns);
        self.returns += 1;
        let login = self.customers[order.customer].person.login;
        let data = Json::new()
            .text("order", order.stream.name())
            .text("sku", GOODS[line.goods].0)
            .int("qty", line.qty)
            .money("amount", line.cents());
        let reason = scene.rng.pick(&["too small", "wrong colour", "broken", "changed my mind"]);
        let asked = Fact::new("ReturnRequested", data, login).because(reason).via("app");
        scene.recorder.record(&mut stream, &mut order.flow, asked);
        let time = scene.now() + DAY * scene.rng.between(2, 8);
        scene.at(when_open(START, time, 7, 16), Step::TakeBack(order, stream, line));
    }
}

fn take_back(mut order: Order, mut stream: Stream, line: Line, scene: &mut Scene<Step>) {
    let condition = scene.rng.weighted(&[(8, "as new"), (2, "worn")]);
    let packer = scene.rng.pick(&PACKERS);
    let received = Fact::new("ReturnReceived", Json::new().text("condition", condition), packer);
    scene.recorder.record(&mut stream, &mut order.flow, received);
    if condition == "worn" {
        let refused = Fact::new("ReturnRefused", Json::new(), "returns-desk").because("worn");
        scene.recorder.record(&mut stream, &mut order.flow, refused);
    } else {
        scene.after(MINUTE, 3 * HOUR, Step::Refund(order, stream, line));
    }
}

fn refund(mut order: Order, mut stream: Stream, line: Line, scene: &mut Scene<Step>) {
    let data = Json::new().money("amount", line.cents());
    let accepted = Fact::new("ReturnAccepted", data, "returns-desk");
    scene.recorder.record(&mut stream, &mut order.flow, accepted);
    let data = Json::new().money("amount", line.cents());
    let refunded = Fact::new("PaymentRefunded", data, "psp").because("goods returned");
    scene.recorder.record(&mut order.payment, &mut order.flow, refunded);
    let data = Json::new()
        .text("sku", GOODS[line.goods].0)
        .int("qty", line.qty)
        .money("amount", line.cents())
        .text("return", stream.name());
    scene.recorder.record(&mut order.stream, &mut order.flow, Fact::new("ItemReturned", data, "returns-desk"));
}

/// Lines as a JSON list.
pub(super) fn items(lines: &[Line]) -> String {
    let items: Vec<String> = lines
        .iter()
        .map(|line| {
            let (sku, name, price) = GOODS[line.goods];
            Json::new().text("sku", sku).text("name", name).int("qty", line.qty).money("price", price).build()
        })
        .collect();
    format!("[{}]", items.join(","))
}
