//! Where in a calendar things happen: busy hours, quiet nights, pay days. Maps progress to time, in integers.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub(super) type Millis = i64;

/// A second, a minute, an hour and a day in milliseconds.
pub(super) const SECOND: Millis = 1000;
pub(super) const MINUTE: Millis = 60 * SECOND;
pub(super) const HOUR: Millis = 60 * MINUTE;
pub(super) const DAY: Millis = 24 * HOUR;

/// A time of day on a day counted from `start`.
pub(super) const fn on(start: Millis, day: i64, hour: i64, minute: i64, second: i64) -> Millis {
    start + day * DAY + hour * HOUR + minute * MINUTE + second * SECOND
}

/// How much happens on each day and in each hour of a span.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// Midnight of the first day, a Monday.
    start: Millis,
    /// The sum of the weights of all days before each day, and of all days at the end.
    days: Vec<u64>,
    /// The same for the hours of a day.
    hours: [u64; 25],
}

impl Calendar {
    /// `weeks` from `start`; `day_weight` gets the day's index from 0 (0 is a Monday).
    pub(super) fn new(start: Millis, weeks: usize, day_weight: impl Fn(usize) -> u64, hour_weights: [u64; 24]) -> Self {
        let mut days = vec![0];
        let mut sum = 0;
        for day in 0..weeks * 7 {
            sum += day_weight(day);
            days.push(sum);
        }
        let mut hours = [0; 25];
        for (hour, weight) in hour_weights.iter().enumerate() {
            hours[hour + 1] = hours[hour] + weight;
        }
        Self { start, days, hours }
    }

    /// When `done` of `all` has happened. Beyond the whole the span repeats, so that there is always a later time.
    pub(super) fn time_at(&self, done: u64, all: u64) -> Millis {
        let (Some(&day_total), hour_total) = (self.days.last(), self.hours[24]) else { return self.start };
        let whole = u128::from(day_total) * u128::from(hour_total) * HOUR as u128;
        let all = u128::from(all.max(1));
        let (rounds, done) = (u128::from(done) / all, u128::from(done) % all);
        // In day weight × hour weight × milliseconds.
        let at = whole * done / all;
        let a_day = u128::from(hour_total) * HOUR as u128;
        let at_day = (at / a_day.max(1)) as u64;
        let day = self.days.partition_point(|before| *before <= at_day).saturating_sub(1);
        let day_weight = u128::from((self.days.get(day + 1).copied().unwrap_or(day_total) - self.days[day]).max(1));
        let in_day = (at - u128::from(self.days[day]) * a_day) / day_weight;
        let at_hour = (in_day / HOUR as u128) as u64;
        let hour = self.hours.partition_point(|before| *before <= at_hour).saturating_sub(1).min(23);
        let hour_weight = u128::from((self.hours[hour + 1] - self.hours[hour]).max(1));
        let in_hour = (in_day - u128::from(self.hours[hour]) * HOUR as u128) / hour_weight;
        let day = day as i64 + rounds as i64 * (self.days.len() as i64 - 1);
        self.start + day * DAY + hour as i64 * HOUR + in_hour as i64
    }
}

/// The same time if it lies between two hours of a working day, else the next opening. `start` is a Monday.
pub(super) fn when_open(start: Millis, time: Millis, opens: i64, closes: i64) -> Millis {
    let day = (time - start).div_euclid(DAY);
    let in_day = (time - start).rem_euclid(DAY);
    let (mut day, in_day) = match in_day {
        t if t < opens * HOUR => (day, opens * HOUR + t % HOUR),
        t if t >= closes * HOUR => (day + 1, opens * HOUR + t % HOUR),
        t => (day, t),
    };
    while day.rem_euclid(7) >= 5 {
        day += 1;
    }
    start + day * DAY + in_day
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office() -> Calendar {
        let mut hours = [0; 24];
        hours[9] = 3;
        hours[10] = 1;
        Calendar::new(0, 2, |day| if day % 7 < 5 { 10 } else { 0 }, hours)
    }

    #[test]
    fn progress_falls_into_weighted_hours_only() {
        let calendar = office();
        let mut last = i64::MIN;
        for done in 0..5000 {
            let time = calendar.time_at(done, 1000);
            assert!(time >= last, "{done}");
            last = time;
            assert!((time / DAY) % 7 < 5, "{done}: a weekend");
            assert!([9, 10].contains(&((time % DAY) / HOUR)), "{done}: closed");
        }
        assert_eq!(calendar.time_at(0, 1000), 9 * HOUR);
        // Three quarters of the first tenth: the first day's ten o'clock.
        assert_eq!(calendar.time_at(75, 1000), 10 * HOUR);
        assert_eq!(calendar.time_at(1000, 1000), 14 * DAY + 9 * HOUR);
    }

    #[test]
    fn opening_hours() {
        for (time, expected) in [
            (8 * HOUR + 5, 9 * HOUR + 5),
            (9 * HOUR, 9 * HOUR),
            (17 * HOUR + 7, DAY + 9 * HOUR + 7),
            (4 * DAY + 20 * HOUR, 7 * DAY + 9 * HOUR),
            (6 * DAY + 12 * HOUR, 7 * DAY + 12 * HOUR),
        ] {
            assert_eq!(when_open(0, time, 9, 17), expected, "{time}");
        }
    }
}
