//! Values that a sweep puts in, and the grid on which they lie: whole numbers of a smallest unit, so that nothing is
//! ever rounded.

use std::fmt;

use crate::model::{Number, Timestamp, Value};

/// Nanoseconds of a second.
pub(super) const SECOND: i128 = 1_000_000_000;

/// A value that a sweep puts into an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepValue {
    /// A number.
    Number(Number),
    /// An instant.
    Time(Timestamp),
    /// So many seconds later; earlier if negative.
    Shift(i64),
}

/// How far two neighbouring values of a sweep are apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepStep {
    /// For numbers.
    Number(Number),
    /// For times and shifts, in nanoseconds.
    Duration(i128),
}

/// What the values of a sweep are whole numbers of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grid {
    /// `10^-decimals`.
    Decimals(u32),
    /// Instants, in steps of so many nanoseconds.
    Nanos(i128),
    /// Shifts, in seconds.
    Seconds,
}

impl SweepValue {
    /// As it stands in a payload.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Number(number) => Value::Number(number.clone()),
            Self::Time(time) => Value::string(time.to_string()),
            Self::Shift(seconds) => Value::from(*seconds),
        }
    }

    /// For drawing only: numbers as they are, instants in seconds since `origin` (nanoseconds since 1970), shifts in
    /// seconds.
    pub fn to_f64_lossy(&self, origin: i128) -> f64 {
        match self {
            Self::Number(number) => number.to_f64_lossy(),
            Self::Time(time) => (time.nanos() - origin) as f64 / SECOND as f64,
            Self::Shift(seconds) => *seconds as f64,
        }
    }

    /// Whether both are of one kind: two numbers, two instants or two shifts.
    pub fn is_alike(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for SweepValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Shift(0) => f.write_str("0s"),
            Self::Shift(seconds) => {
                let sign = if *seconds < 0 { "-" } else { "" };
                write!(f, "{sign}{}", duration_text(i128::from(seconds.unsigned_abs()) * SECOND))
            }
        }
    }
}

impl serde::Serialize for SweepValue {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl fmt::Display for SweepStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Duration(nanos) => f.write_str(&duration_text(*nanos)),
        }
    }
}

impl serde::Serialize for SweepStep {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => number.serialize(serializer),
            Self::Duration(_) => serializer.collect_str(self),
        }
    }
}

impl Grid {
    /// A value in units; `None` if it is no whole number of them.
    pub fn units(&self, value: &SweepValue) -> Option<i128> {
        match (self, value) {
            (Self::Decimals(decimals), SweepValue::Number(number)) => number.in_units(*decimals),
            (Self::Nanos(unit), SweepValue::Time(time)) => (time.nanos() % unit == 0).then(|| time.nanos() / unit),
            (Self::Seconds, SweepValue::Shift(seconds)) => Some(i128::from(*seconds)),
            _ => None,
        }
    }

    /// A step in units; `None` if it is no whole number of them.
    pub fn step_units(&self, step: &SweepStep) -> Option<i128> {
        let whole = |nanos: i128, unit: i128| (nanos % unit == 0).then(|| nanos / unit);
        match (self, step) {
            (Self::Decimals(decimals), SweepStep::Number(number)) => number.in_units(*decimals),
            (Self::Nanos(unit), SweepStep::Duration(nanos)) => whole(*nanos, *unit),
            (Self::Seconds, SweepStep::Duration(nanos)) => whole(*nanos, SECOND),
            _ => None,
        }
    }

    /// The value of so many units. `None` beyond what can be represented.
    pub fn value(&self, units: i128) -> Option<SweepValue> {
        match self {
            Self::Decimals(decimals) => Number::from_units(units, *decimals).map(SweepValue::Number),
            Self::Nanos(unit) => Timestamp::from_nanos(units.checked_mul(*unit)?).map(SweepValue::Time),
            Self::Seconds => i64::try_from(units).ok().map(SweepValue::Shift),
        }
    }

    /// The unit in words: `0.01`, `1s`.
    pub fn unit_text(&self) -> String {
        match self {
            Self::Decimals(decimals) => {
                Number::from_units(1, *decimals).map_or_else(String::new, |one| one.to_string())
            }
            Self::Nanos(unit) => duration_text(*unit),
            Self::Seconds => "1s".to_owned(),
        }
    }
}

/// The largest of the usual units of time of which an instant is a whole number, from a nanosecond to a second.
pub(super) fn unit_of(time: Timestamp) -> i128 {
    unit_of_nanos(time.nanos())
}

pub(super) fn unit_of_nanos(nanos: i128) -> i128 {
    [SECOND, 1_000_000, 1000].into_iter().find(|unit| nanos % unit == 0).unwrap_or(1)
}

/// The units of time by their names, largest first.
const UNITS: [(&str, i128); 7] = [
    ("d", 86_400 * SECOND),
    ("h", 3600 * SECOND),
    ("min", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1000),
    ("ns", 1),
];

/// `1h30min`, in the units that are not zero. Reads back with [`parse_duration`].
pub fn duration_text(nanos: i128) -> String {
    let mut left = nanos.unsigned_abs();
    let mut text = if nanos < 0 { "-".to_owned() } else { String::new() };
    for (name, unit) in UNITS {
        let unit = unit.unsigned_abs();
        if left >= unit {
            text.push_str(&format!("{}{name}", left / unit));
            left %= unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// A length of time such as `15m`, `90s`, `1h30min`, `-2d`, in nanoseconds. A bare number counts seconds; `m` is
/// minutes.
pub fn parse_duration(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.trim().strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.trim().trim_start_matches('+')),
    };
    if rest.is_empty() {
        return None;
    }
    let mut nanos: i128 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let count: i128 = rest[..digits].parse().ok().filter(|count: &i128| *count < i128::from(u64::MAX))?;
        rest = rest[digits..].trim_start();
        let name = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..name] {
            "" if digits == text.trim().trim_start_matches(['-', '+']).len() => SECOND,
            "m" => 60 * SECOND,
            name => UNITS.iter().find(|(known, _)| *known == name)?.1,
        };
        nanos = nanos.checked_add(count.checked_mul(unit)?)?;
        rest = rest[name..].trim_start();
    }
    Some(if negative { -nanos } else { nanos })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        for (text, seconds) in
            [("15m", 900), ("15min", 900), ("90", 90), ("1h30min", 5400), ("-2d", -172_800), ("0", 0)]
        {
            assert_eq!(parse_duration(text), Some(seconds * SECOND), "{text}");
        }
        assert_eq!(parse_duration("250ms"), Some(250_000_000));
        for text in ["", "h", "1y", "1.5h", "5 apples", "1h30", "-"] {
            assert_eq!(parse_duration(text), None, "{text:?}");
        }
        for nanos in [0, 1, 900 * SECOND, -5400 * SECOND, 86_400 * SECOND + 1_000_000] {
            assert_eq!(parse_duration(&duration_text(nanos)), Some(nanos));
        }
    }

    #[test]
    fn a_grid_takes_only_whole_units_and_gives_them_back() {
        let number = |text| SweepValue::Number(Number::parse(text).unwrap());
        let cents = Grid::Decimals(2);
        assert_eq!(cents.units(&number("77.5")), Some(7750));
        assert_eq!(cents.units(&number("77.505")), None);
        assert_eq!(cents.value(7751).unwrap().to_string(), "77.51");
        let time = Timestamp::parse_iso("2026-01-02T03:04:05.250Z").unwrap();
        assert_eq!(Grid::Nanos(SECOND).units(&SweepValue::Time(time)), None);
        let millis = Grid::Nanos(unit_of(time));
        let units = millis.units(&SweepValue::Time(time)).unwrap();
        assert_eq!(millis.value(units), Some(SweepValue::Time(time)));
    }
}
