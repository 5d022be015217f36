//! What there is to find in the shop. Every story has streams of its own, and a cause comes before its effect.

use super::calendar::{Millis, on};
use super::names::{Person, STREETS, person};
use super::orders::{Line, START, address, items};
use super::record::{Fact, Flow, Json, Recorder, Stream};

/// A day's time; day 0 is Monday, 2025-02-03.
fn day(day: i64, hour: i64, minute: i64, second: i64) -> Millis {
    on(START, day, hour, minute, second)
}

/// Tells them all, the textbook run first.
pub(super) fn tell(recorder: &mut Recorder) {
    textbook(recorder);
    double_payment(recorder);
    old_address(recorder);
}

/// `order-Bob`: 5 pants, changed to 6, 60 paid.
fn textbook(recorder: &mut Recorder) {
    recorder.rewind().at(day(-3, 9, 0, 0));
    let mut order = Stream::new("order-Bob");
    let mut flow = recorder.flow();
    let pants = Json::new().text("sku", "PANTS").text("name", "Pants").int("qty", 5).int("price", 10).build();
    let data = Json::new().text("name", "Bob").raw("items", &format!("[{pants}]")).int("total", 50);
    recorder.record(&mut order, &mut flow, Fact::new("OrderPlaced", data, "bob").via("web"));
    let data = Json::new().text("sku", "PANTS").int("qty", 6).int("difference", 10);
    let changed = Fact::new("ItemQuantityChanged", data, "bob").because("one more for Sunday").via("web");
    recorder.at(day(-3, 9, 12, 0)).record(&mut order, &mut flow, changed);
    let data = Json::new().int("amount", 60);
    recorder.at(day(-3, 9, 20, 0)).record(&mut order, &mut flow, Fact::new("PaymentReceived", data, "bob").via("web"));
}

/// An order with everything that belongs to it.
struct Told {
    person: Person,
    customer: Stream,
    order: Stream,
    payment: Stream,
    shipment: Stream,
    cents: i64,
    flow: Flow,
}

/// Registers a customer, who later places an order and is asked for the money.
fn ordered(recorder: &mut Recorder, customer: u64, registered: Millis, placed: Millis, lines: &[Line]) -> Told {
    let number = 1000 + customer;
    let person = person(customer);
    recorder.rewind().at(registered);
    let mut flow = recorder.flow();
    let mut told = Told {
        person,
        customer: Stream::numbered("customer", customer),
        order: Stream::numbered("order", number),
        payment: Stream::numbered("payment", number),
        shipment: Stream::numbered("shipment", number),
        cents: lines.iter().map(|line| line.cents()).sum(),
        flow,
    };
    let data = Json::new().text("name", person.name);
    recorder.record(&mut told.customer, &mut flow, Fact::new("CustomerRegistered", data, person.login).via("web"));
    let first = address(person, STREETS[customer as usize % STREETS.len()], registered).via("web");
    recorder.record(&mut told.customer, &mut flow, first);
    recorder.at(placed);
    told.flow = recorder.flow();
    let data = Json::new().text("customer", told.customer.name()).text("name", person.name);
    let data = data.raw("items", &items(lines)).money("total", told.cents);
    recorder.record(&mut told.order, &mut told.flow, Fact::new("OrderPlaced", data, person.login).via("app"));
    let data = Json::new().text("order", told.order.name()).money("amount", told.cents).text("method", "card");
    let requested = Fact::new("PaymentRequested", data, "checkout");
    recorder.at(placed + 3_200).record(&mut told.payment, &mut told.flow, requested);
    told
}

impl Told {
    fn captured(&mut self, recorder: &mut Recorder, at: Millis, attempt: i64) {
        let data = Json::new().money("amount", self.cents).int("attempt", attempt);
        let captured = Fact::new("PaymentCaptured", data, self.person.login).via("psp");
        recorder.at(at).record(&mut self.payment, &mut self.flow, captured);
    }

    fn received(&mut self, recorder: &mut Recorder, at: Millis) {
        let data = Json::new().money("amount", self.cents).text("payment", self.payment.name());
        recorder.at(at).record(&mut self.order, &mut self.flow, Fact::new("PaymentReceived", data, "checkout"));
    }

    fn shipped(&mut self, recorder: &mut Recorder, at: Millis, street: &str) {
        let to = format!("{street}, {}", self.person.city);
        let data = Json::new().text("order", self.order.name()).text("to", &to).text("country", self.person.country);
        let prepared = Fact::new("ShipmentPrepared", data, "packer.thanh");
        recorder.at(at).record(&mut self.shipment, &mut self.flow, prepared);
        let data = Json::new().text("carrier", "Swift Parcel").text("tracking", "FL00421031");
        let dispatched = Fact::new("ShipmentDispatched", data, "warehouse");
        recorder.at(at + 5_400_000).record(&mut self.shipment, &mut self.flow, dispatched);
        let data = Json::new().text("shipment", self.shipment.name());
        recorder.record(&mut self.order, &mut self.flow, Fact::new("OrderShipped", data, "warehouse"));
    }
}

/// `order-1042`: the answer to the first charge was lost, the retry charged again, and both were booked.
fn double_payment(recorder: &mut Recorder) {
    let lines = [Line { goods: 3, qty: 1 }, Line { goods: 6, qty: 2 }, Line { goods: 15, qty: 1 }];
    // Saturday, 2025-03-15
    let at = day(40, 20, 14, 9);
    let mut told = ordered(recorder, 42, day(3, 19, 41, 0), at, &lines);
    told.captured(recorder, at + 9_000, 1);
    let asked = told.flow;
    told.received(recorder, at + 41_000);
    let after_first = told.flow;
    // The retry follows from the same request, not from the payment that it did not know of.
    told.flow = asked;
    let data = Json::new().money("amount", told.cents).int("attempt", 2);
    let retried = Fact::new("PaymentCaptured", data, "checkout-retry").because("no answer within 30 s").via("psp");
    recorder.at(at + 42_300).record(&mut told.payment, &mut told.flow, retried);
    told.received(recorder, at + 42_900);
    let after_second = told.flow;
    told.flow = after_first;
    told.shipped(recorder, day(42, 8, 20, 0), STREETS[0]);
    told.flow = after_second;
    let data = Json::new().money("amount", told.cents);
    let refunded = Fact::new("PaymentRefunded", data, "support.linh").because("charged twice").via("phone");
    recorder.at(day(42, 10, 31, 15)).record(&mut told.payment, &mut told.flow, refunded);
    let data = Json::new().money("amount", told.cents).text("payment", told.payment.name());
    let refunded = Fact::new("DuplicatePaymentRefunded", data, "support.linh").because("charged twice").via("phone");
    recorder.at(day(42, 10, 31, 16)).record(&mut told.order, &mut told.flow, refunded);
    let delivered = Fact::new("ShipmentDelivered", Json::new().text("signed_by", told.person.name), "carrier-import");
    recorder.at(day(44, 19, 4, 0)).record(&mut told.shipment, &mut told.flow, delivered.valid(day(44, 13, 25, 0)));
}

/// `customer-0031` moved on 2025-04-01 and said so on 2025-04-15: by valid time the parcel of 2025-04-08 went to the
/// wrong house, by recorded time nobody could know.
fn old_address(recorder: &mut Recorder) {
    let placed = day(63, 21, 8, 30);
    let mut told = ordered(recorder, 31, day(12, 20, 30, 0), placed, &[Line { goods: 7, qty: 1 }]);
    told.captured(recorder, placed + 12_000, 1);
    told.received(recorder, placed + 13_500);
    told.shipped(recorder, day(64, 9, 45, 0), STREETS[31 % STREETS.len()]);
    let returned = Fact::new("ShipmentReturned", Json::new().text("note", "moved away"), "carrier-import");
    recorder.at(day(70, 19, 6, 0)).record(&mut told.shipment, &mut told.flow, returned.valid(day(69, 10, 15, 0)));
    let moved = address(told.person, STREETS[9], day(71, 9, 2, 44)).because("moved two weeks ago").via("phone");
    recorder.at(day(71, 9, 2, 44)).record(&mut told.customer, &mut told.flow, moved.valid(day(57, 0, 0, 0)));
    told.shipped(recorder, day(71, 11, 0, 0), STREETS[9]);
    let delivered = Fact::new("ShipmentDelivered", Json::new().text("signed_by", told.person.name), "carrier-import");
    recorder.at(day(73, 19, 3, 0)).record(&mut told.shipment, &mut told.flow, delivered.valid(day(73, 11, 40, 0)));
}
