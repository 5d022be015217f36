//! What there is to find in the ride service. Every story has streams of its own, and a cause comes before its effect.

use super::calendar::{MINUTE, Millis, on};
use super::names::{Person, person};
use super::record::{Fact, Flow, Json, Recorder, Stream};
use super::rides::{PLACES, START, completed, location};

/// A day's time; day 0 is Monday, 2025-05-05.
fn day(day: i64, hour: i64, minute: i64, second: i64) -> Millis {
    on(START, day, hour, minute, second)
}

/// Tells them all, the textbook run first.
pub(super) fn tell(recorder: &mut Recorder) {
    textbook(recorder);
    never_paid(recorder);
    never_assigned(recorder);
    two_at_once(recorder);
}

/// A ride with what belongs to it.
struct Told {
    ride: Stream,
    payment: Stream,
    rider: Person,
    fare: i64,
    flow: Flow,
}

impl Told {
    fn booked(recorder: &mut Recorder, at: Millis, id: &str, rider: u64, from: usize, to: usize) -> Self {
        recorder.at(at);
        let rider = person(rider);
        let (ride, payment) = (Stream::new(format!("ride-{id}")), Stream::new(format!("payment-{id}")));
        let mut told = Self { ride, payment, rider, fare: 0, flow: recorder.flow() };
        let data = Json::new().text("rider", rider.name).text("from", PLACES[from].0).text("to", PLACES[to].0);
        let booked = Fact::new("RideBooked", data.int("seats", 1), rider.login).via("app");
        recorder.record(&mut told.ride, &mut told.flow, booked);
        told
    }

    fn assigned(&mut self, recorder: &mut Recorder, at: Millis, driver: &mut Stream) {
        let data = Json::new().text("driver", driver.name()).int("eta_minutes", 4);
        recorder.at(at).record(&mut self.ride, &mut self.flow, Fact::new("DriverAssigned", data, "dispatch"));
        let data = Json::new().text("ride", self.ride.name());
        let accepted = Fact::new("RideAccepted", data, "driver-app");
        recorder.at(at + 1_500).record(driver, &mut self.flow, accepted);
    }

    /// Three legs of four minutes, then the end, 16 minutes after `at`.
    fn driven(&mut self, recorder: &mut Recorder, at: Millis, driver: &mut Stream, from: usize, to: usize) {
        let (from, to) = (PLACES[from], PLACES[to]);
        let mut driven = 0;
        for leg in 1..=3 {
            let (lat, lon) = (from.1 + (to.1 - from.1) * leg / 3, from.2 + (to.2 - from.2) * leg / 3);
            let metres = ((to.1 - from.1).abs() + (to.2 - from.2).abs()) * 11 / 3 / 10 * 10;
            driven += metres;
            let moved = Fact::new("LocationChanged", location(lat, lon, metres), "driver-app");
            recorder.at(at + leg * 4 * MINUTE).record(&mut self.ride, &mut self.flow, moved);
        }
        self.fare = 150 + driven * 85 / 1000 + 16 * 12;
        let end = Fact::new("RideCompleted", completed(driven, 16, self.fare), "driver-app");
        recorder.at(at + 16 * MINUTE).record(&mut self.ride, &mut self.flow, end);
        let data = Json::new().text("ride", self.ride.name()).money("fare", self.fare);
        recorder.record(driver, &mut self.flow, Fact::new("RideFinished", data, "driver-app"));
    }

    fn captured(&mut self, recorder: &mut Recorder, at: Millis) {
        let data = Json::new().text("ride", self.ride.name()).money("amount", self.fare);
        recorder.at(at).record(&mut self.payment, &mut self.flow, Fact::new("PaymentRequested", data, "billing"));
        let data = Json::new().money("amount", self.fare);
        recorder.at(at + 6_400).record(&mut self.payment, &mut self.flow, Fact::new("PaymentCaptured", data, "psp"));
    }

    fn paid(&mut self, recorder: &mut Recorder, at: Millis) {
        let data = Json::new().money("amount", self.fare).text("payment", self.payment.name());
        recorder.at(at).record(&mut self.ride, &mut self.flow, Fact::new("RidePaid", data, "billing"));
        let data = Json::new().text("to", self.rider.login);
        recorder.record(&mut self.payment, &mut self.flow, Fact::new("ReceiptSent", data, "billing"));
    }
}

/// Registers a driver, whose shift starts a minute later.
fn driver(recorder: &mut Recorder, at: Millis, id: &str, who: u64) -> Stream {
    let mut driver = Stream::new(format!("driver-{id}"));
    let data = Json::new().text("name", person(who).name).text("plate", &format!("FL-07{who:02}"));
    recorder.at(at).record_alone(&mut driver, Fact::new("DriverRegistered", data, "office.vera"));
    let started = Fact::new("ShiftStarted", Json::new(), "driver-app");
    recorder.at(at + MINUTE).record_alone(&mut driver, started);
    driver
}

/// `ride-A`: the whole way, from the booking to a refund.
fn textbook(recorder: &mut Recorder) {
    recorder.rewind();
    let mut driver = driver(recorder, day(-3, 8, 50, 0), "A", 11);
    let mut told = Told::booked(recorder, day(-3, 9, 0, 0), "A", 2, 0, 3);
    told.assigned(recorder, day(-3, 9, 0, 25), &mut driver);
    told.driven(recorder, day(-3, 9, 5, 0), &mut driver, 0, 3);
    told.captured(recorder, day(-3, 9, 21, 4));
    told.paid(recorder, day(-3, 9, 21, 12));
    let reason = "driver took a detour";
    let data = Json::new().money("amount", told.fare / 2);
    let refunded = Fact::new("PaymentRefunded", data, "support.amina").because(reason).via("phone");
    recorder.at(day(-3, 14, 34, 12)).record(&mut told.payment, &mut told.flow, refunded);
    let data = Json::new().money("amount", told.fare / 2).text("payment", told.payment.name());
    let refunded = Fact::new("RideRefunded", data, "support.amina").because(reason).via("phone");
    recorder.at(day(-3, 14, 34, 13)).record(&mut told.ride, &mut told.flow, refunded);
    let ended = Fact::new("ShiftEnded", Json::new(), "driver-app");
    recorder.at(day(-3, 16, 55, 0)).record_alone(&mut driver, ended);
}

/// `ride-1013`: completed, and nobody ever asked for the money. `ride-1021`: the money came, but nobody was told.
fn never_paid(recorder: &mut Recorder) {
    recorder.rewind();
    let mut driver = driver(recorder, day(2, 7, 10, 0), "0012", 33);
    let mut told = Told::booked(recorder, day(2, 8, 12, 9), "1013", 21, 5, 11);
    told.assigned(recorder, day(2, 8, 12, 31), &mut driver);
    told.driven(recorder, day(2, 8, 17, 0), &mut driver, 5, 11);
    let mut told = Told::booked(recorder, day(2, 11, 40, 0), "1021", 28, 6, 9);
    told.assigned(recorder, day(2, 11, 40, 40), &mut driver);
    told.driven(recorder, day(2, 11, 46, 0), &mut driver, 6, 9);
    told.captured(recorder, day(2, 12, 2, 3));
    let ended = Fact::new("ShiftEnded", Json::new(), "driver-app");
    recorder.at(day(2, 15, 30, 0)).record_alone(&mut driver, ended);
}

/// `ride-1034`: booked, and no driver was ever assigned.
fn never_assigned(recorder: &mut Recorder) {
    recorder.rewind();
    Told::booked(recorder, day(6, 2, 48, 55), "1034", 47, 2, 8);
}

/// `driver-0007` was given a second ride on Thursday, 2025-05-15, 18:06, while the first went on until 18:21.
fn two_at_once(recorder: &mut Recorder) {
    recorder.rewind();
    let mut driver = driver(recorder, day(10, 13, 0, 0), "0007", 19);
    let mut first = Told::booked(recorder, day(10, 18, 0, 10), "1047", 5, 3, 10);
    first.assigned(recorder, day(10, 18, 0, 31), &mut driver);
    let mut second = Told::booked(recorder, day(10, 18, 5, 40), "1048", 12, 8, 1);
    second.assigned(recorder, day(10, 18, 6, 2), &mut driver);
    first.driven(recorder, day(10, 18, 5, 0), &mut driver, 3, 10);
    first.captured(recorder, day(10, 18, 21, 5));
    first.paid(recorder, day(10, 18, 21, 14));
    second.driven(recorder, day(10, 18, 30, 0), &mut driver, 8, 1);
    second.captured(recorder, day(10, 18, 46, 3));
    second.paid(recorder, day(10, 18, 46, 11));
    let ended = Fact::new("ShiftEnded", Json::new(), "driver-app");
    recorder.at(day(10, 22, 15, 0)).record_alone(&mut driver, ended);
}
