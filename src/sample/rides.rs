//! A ride service: each ride is a process across the streams of a ride, a driver and a payment.
//!
//! Fares are in cents, distances in metres, places in units of 0.0001 degrees. A driver has one ride at a time here:
//! the exception is for the stories.

use super::calendar::{Calendar, DAY, HOUR, MINUTE, Millis, SECOND};
use super::engine::{Scene, World};
use super::names::person;
use super::record::{Fact, Flow, Json, Stream};

/// 2025-05-05, a Monday.
pub(super) const START: Millis = 1_746_403_200_000;

/// Driver numbers of the stories.
const RESERVED: [u64; 2] = [7, 12];

/// Rides and payments have higher numbers; those below belong to the stories.
const FIRST_RIDE: u64 = 2001;

/// Three weeks: two rush hours on working days, long nights at the weekend.
pub(super) fn calendar() -> Calendar {
    let day_weight = |day: usize| [18, 17, 18, 20, 26, 24, 13][day % 7];
    let hours = [5, 3, 1, 1, 1, 3, 10, 26, 34, 18, 10, 11, 16, 13, 10, 12, 20, 36, 38, 26, 17, 15, 14, 10];
    Calendar::new(START, 3, day_weight, hours)
}

/// A place: its name and where it is.
pub(super) type Place = (&'static str, i64, i64);

/// Where rides go.
pub(super) const PLACES: [Place; 12] = [
    ("Central Station", 210_245, 1_058_412),
    ("Chợ Hoa", 210_403, 1_058_530),
    ("Airport, hall B", 211_902, 1_057_915),
    ("Old Harbour", 210_512, 1_058_688),
    ("Bệnh viện Hồ Sen", 210_021, 1_058_377),
    ("University", 210_067, 1_058_455),
    ("Lakeside Hotel", 210_336, 1_058_240),
    ("Stadium", 210_158, 1_057_601),
    ("Phố Đèn Lồng", 210_337, 1_058_501),
    ("Textile Works", 209_633, 1_058_720),
    ("Bamboo Park", 210_702, 1_057_988),
    ("Opera", 210_241, 1_058_571),
];

/// What is known of a driver while history is made.
#[derive(Debug)]
struct Driver {
    stream: Stream,
    on_shift: bool,
    busy: bool,
}

/// The service as it goes.
#[derive(Debug, Default)]
pub(super) struct Rides {
    drivers: Vec<Driver>,
    last_driver: u64,
    rides: u64,
}

/// A ride under way.
#[derive(Debug)]
pub(super) struct Ride {
    stream: Stream,
    payment: Stream,
    rider: &'static str,
    to: Place,
    /// Where it is, and how far it has come.
    lat: i64,
    lon: i64,
    metres: i64,
    begun: Millis,
    legs: i64,
    attempts: u32,
    fare: i64,
    driver: usize,
    flow: Flow,
}

/// What is still to be done.
#[derive(Debug)]
pub(super) enum Step {
    EndShift(usize),
    Assign(Ride),
    CallOff(Ride),
    Drive(Ride),
    Complete(Ride),
    AskForPayment(Ride),
    Pay(Ride),
    Book(Ride),
    Refund(Ride),
}

impl World for Rides {
    type Step = Step;

    const NAME: &str = "rides";
    const BURST: u64 = 4;
    const TAIL: u64 = 4;

    fn arrive(&mut self, scene: &mut Scene<Step>) {
        let wanted = 4 + scene.expected / 110;
        if (self.drivers.len() as u64) < wanted {
            self.register(scene);
        } else if scene.rng.chance(12) {
            let driver = scene.rng.index(self.drivers.len());
            if !self.drivers[driver].on_shift {
                self.start_shift(driver, scene);
            }
        } else {
            self.book(scene);
        }
    }

    fn run(&mut self, step: Step, scene: &mut Scene<Step>) {
        match step {
            Step::EndShift(driver) => self.end_shift(driver, scene),
            Step::Assign(ride) => self.assign(ride, scene),
            Step::CallOff(ride) => self.call_off(ride, scene),
            Step::Drive(ride) => drive(ride, scene),
            Step::Complete(ride) => self.complete(ride, scene),
            Step::AskForPayment(ride) => ask_for_payment(ride, scene),
            Step::Pay(ride) => pay(ride, scene),
            Step::Book(ride) => book_payment(ride, scene),
            Step::Refund(ride) => refund(ride, scene),
        }
    }
}

/// Drivers and their shifts.
impl Rides {
    fn register(&mut self, scene: &mut Scene<Step>) {
        self.last_driver += 1;
        while RESERVED.contains(&self.last_driver) {
            self.last_driver += 1;
        }
        let person = person(self.last_driver * 7 + 3);
        let mut stream = Stream::numbered("driver", self.last_driver);
        let plate = format!("FL-{:04}", scene.rng.below(10_000));
        let data = Json::new().text("name", person.name).text("plate", &plate);
        scene.recorder.record_alone(&mut stream, Fact::new("DriverRegistered", data, "office.vera"));
        self.drivers.push(Driver { stream, on_shift: false, busy: false });
        self.start_shift(self.drivers.len() - 1, scene);
    }

    fn start_shift(&mut self, index: usize, scene: &mut Scene<Step>) {
        let driver = &mut self.drivers[index];
        driver.on_shift = true;
        scene.recorder.record_alone(&mut driver.stream, Fact::new("ShiftStarted", Json::new(), "driver-app"));
        scene.after(5 * HOUR, 9 * HOUR, Step::EndShift(index));
    }

    fn end_shift(&mut self, index: usize, scene: &mut Scene<Step>) {
        let driver = &mut self.drivers[index];
        if driver.busy {
            scene.after(5 * MINUTE, 20 * MINUTE, Step::EndShift(index));
            return;
        }
        driver.on_shift = false;
        scene.recorder.record_alone(&mut driver.stream, Fact::new("ShiftEnded", Json::new(), "driver-app"));
    }

    /// Someone who can take a ride: on shift and free; else one who starts a shift for it.
    fn free_driver(&mut self, scene: &mut Scene<Step>) -> Option<usize> {
        let tries: [usize; 12] = std::array::from_fn(|_| scene.rng.index(self.drivers.len()));
        let free =
            |on_shift| tries.into_iter().find(|i| !self.drivers[*i].busy && self.drivers[*i].on_shift == on_shift);
        if let Some(index) = free(true) {
            return Some(index);
        }
        let index = free(false)?;
        self.start_shift(index, scene);
        Some(index)
    }
}

/// From the booking to the end of the ride.
impl Rides {
    fn book(&mut self, scene: &mut Scene<Step>) {
        let number = FIRST_RIDE + self.rides;
        self.rides += 1;
        let from = scene.rng.index(PLACES.len());
        // Never where it starts.
        let to = PLACES[(from + 1 + scene.rng.index(PLACES.len() - 1)) % PLACES.len()];
        let from = PLACES[from];
        let rider = person(scene.rng.next());
        let mut stream = Stream::numbered("ride", number);
        let mut flow = scene.recorder.flow();
        let data = Json::new().text("rider", rider.name).text("from", from.0).text("to", to.0);
        let seats = scene.rng.weighted(&[(7, 1), (2, 2), (1, 4)]);
        let booked = Fact::new("RideBooked", data.int("seats", seats), rider.login).via("app");
        scene.recorder.record(&mut stream, &mut flow, booked);
        let legs = scene.rng.between(2, 5);
        let ride = Ride {
            stream,
            payment: Stream::numbered("payment", number),
            rider: rider.login,
            to,
            lat: from.1,
            lon: from.2,
            metres: 0,
            begun: scene.now(),
            legs,
            attempts: 0,
            fare: 0,
            driver: 0,
            flow,
        };
        scene.after(4 * SECOND, 80 * SECOND, Step::Assign(ride));
    }

    fn assign(&mut self, mut ride: Ride, scene: &mut Scene<Step>) {
        let Some(index) = self.free_driver(scene) else {
            ride.attempts += 1;
            if ride.attempts < 5 {
                scene.after(30 * SECOND, 3 * MINUTE, Step::Assign(ride));
            } else {
                let cancelled = Fact::new("RideCancelled", Json::new(), "dispatch").because("no driver was free");
                scene.recorder.record(&mut ride.stream, &mut ride.flow, cancelled);
            }
            return;
        };
        let driver = &mut self.drivers[index];
        driver.busy = true;
        ride.driver = index;
        ride.attempts = 0;
        let data = Json::new().text("driver", driver.stream.name()).int("eta_minutes", scene.rng.between(2, 11));
        scene.recorder.record(&mut ride.stream, &mut ride.flow, Fact::new("DriverAssigned", data, "dispatch"));
        let data = Json::new().text("ride", ride.stream.name());
        scene.recorder.record(&mut driver.stream, &mut ride.flow, Fact::new("RideAccepted", data, "driver-app"));
        if scene.rng.chance(7) {
            scene.after(MINUTE, 6 * MINUTE, Step::CallOff(ride));
        } else {
            scene.after(2 * MINUTE, 11 * MINUTE, Step::Drive(ride));
        }
    }

    fn call_off(&mut self, mut ride: Ride, scene: &mut Scene<Step>) {
        let cancelled = Fact::new("RideCancelled", Json::new(), ride.rider).because("changed plans").via("app");
        scene.recorder.record(&mut ride.stream, &mut ride.flow, cancelled);
        let driver = &mut self.drivers[ride.driver];
        driver.busy = false;
        let data = Json::new().text("ride", ride.stream.name());
        scene.recorder.record(&mut driver.stream, &mut ride.flow, Fact::new("RideReleased", data, "dispatch"));
    }

    fn complete(&mut self, mut ride: Ride, scene: &mut Scene<Step>) {
        let minutes = (scene.now() - ride.begun) / MINUTE;
        ride.fare = 150 + ride.metres * 85 / 1000 + minutes * 12;
        let data = completed(ride.metres, minutes, ride.fare);
        scene.recorder.record(&mut ride.stream, &mut ride.flow, Fact::new("RideCompleted", data, "driver-app"));
        let driver = &mut self.drivers[ride.driver];
        driver.busy = false;
        let data = Json::new().text("ride", ride.stream.name()).money("fare", ride.fare);
        scene.recorder.record(&mut driver.stream, &mut ride.flow, Fact::new("RideFinished", data, "driver-app"));
        // Once in a while the message is lost, and nobody ever asks for the money.
        if !scene.rng.chance(1) {
            scene.after(300, 5 * SECOND, Step::AskForPayment(ride));
        }
    }
}

/// What a ride's end says.
pub(super) fn completed(metres: i64, minutes: i64, fare: i64) -> Json {
    Json::new().decimal("km", metres / 10, 2).int("minutes", minutes).money("fare", fare)
}

fn drive(mut ride: Ride, scene: &mut Scene<Step>) {
    // A share of what is left of the way, with a detour; 0.0001 degrees are about 11 m.
    let (dlat, dlon) = ((ride.to.1 - ride.lat) / ride.legs, (ride.to.2 - ride.lon) / ride.legs);
    let (dlat, dlon) = (dlat + scene.rng.between(-6, 6), dlon + scene.rng.between(-6, 6));
    ride.lat += dlat;
    ride.lon += dlon;
    let metres = (dlat.abs() + dlon.abs()) * 11;
    ride.metres += metres;
    let data = location(ride.lat, ride.lon, metres);
    scene.recorder.record(&mut ride.stream, &mut ride.flow, Fact::new("LocationChanged", data, "driver-app"));
    ride.legs -= 1;
    if ride.legs > 0 {
        scene.after(90 * SECOND, 6 * MINUTE, Step::Drive(ride));
    } else {
        scene.after(MINUTE, 5 * MINUTE, Step::Complete(ride));
    }
}

/// Where a car is, and how far it came since it last said so.
pub(super) fn location(lat: i64, lon: i64, metres: i64) -> Json {
    Json::new().decimal("lat", lat, 4).decimal("lon", lon, 4).decimal("km", metres / 10, 2)
}

fn ask_for_payment(mut ride: Ride, scene: &mut Scene<Step>) {
    let data = Json::new().text("ride", ride.stream.name()).money("amount", ride.fare);
    let requested = Fact::new("PaymentRequested", data, "billing");
    scene.recorder.record(&mut ride.payment, &mut ride.flow, requested);
    scene.after(SECOND, 20 * SECOND, Step::Pay(ride));
}

fn pay(mut ride: Ride, scene: &mut Scene<Step>) {
    ride.attempts += 1;
    let data = Json::new().money("amount", ride.fare);
    if ride.attempts < 3 && scene.rng.chance(6) {
        let failed = Fact::new("PaymentFailed", data, "psp").because("card declined");
        scene.recorder.record(&mut ride.payment, &mut ride.flow, failed);
        scene.after(10 * MINUTE, 20 * HOUR, Step::AskForPayment(ride));
        return;
    }
    scene.recorder.record(&mut ride.payment, &mut ride.flow, Fact::new("PaymentCaptured", data, "psp"));
    if !scene.rng.chance(1) {
        scene.after(200, 3 * SECOND, Step::Book(ride));
    }
}

fn book_payment(mut ride: Ride, scene: &mut Scene<Step>) {
    let data = Json::new().money("amount", ride.fare).text("payment", ride.payment.name());
    scene.recorder.record(&mut ride.stream, &mut ride.flow, Fact::new("RidePaid", data, "billing"));
    let data = Json::new().text("to", ride.rider);
    scene.recorder.record(&mut ride.payment, &mut ride.flow, Fact::new("ReceiptSent", data, "billing"));
    if scene.rng.chance(4) {
        scene.after(HOUR, 2 * DAY, Step::Refund(ride));
    }
}

fn refund(mut ride: Ride, scene: &mut Scene<Step>) {
    let share = scene.rng.weighted(&[(2, 100), (3, 50), (3, 25)]);
    let amount = ride.fare * share / 100;
    let agent = scene.rng.pick(&["support.amina", "support.long"]);
    let reason = scene.rng.pick(&["driver took a detour", "car was dirty", "picked up late"]);
    let data = Json::new().money("amount", amount);
    let refunded = Fact::new("PaymentRefunded", data, agent).because(reason);
    scene.recorder.record(&mut ride.payment, &mut ride.flow, refunded);
    let data = Json::new().money("amount", amount).text("payment", ride.payment.name());
    let refunded = Fact::new("RideRefunded", data, agent).because(reason);
    scene.recorder.record(&mut ride.stream, &mut ride.flow, refunded);
}
