//! Exact numbers: what JSON wrote is kept as text, arithmetic is decimal, nothing passes through a float.
//!
//! Bounds of arithmetic: integers to 128 bits, decimals to 28 significant digits. Comparison has no bounds.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// Decimals beyond this many significant digits are refused by arithmetic (integers go to 128 bits).
const MAX_SIGNIFICANT_DIGITS: u32 = 28;

/// A JSON number. `20`, `20.0` and `2e1` are equal; each prints as it was written.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// Canonical integers: the common case, without an allocation.
    Int(i64),
    /// `mantissa × 10^-scale` with `scale` digits after the point (1 to 18), for texts that it prints back: amounts.
    Short { mantissa: i64, scale: u8 },
    /// Everything else, exactly as written. Always valid JSON number syntax.
    Text(Arc<str>),
}

/// Why arithmetic was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// An operand or the result needs more digits than are kept exactly.
    #[error("{0} is beyond the exact range (integers to 128 bits, decimals to 28 significant digits)")]
    OutOfRange(String),
}

/// `mantissa × 10^-scale`, the form in which arithmetic happens. `scale` keeps trailing zeros (`77.50`).
#[derive(Clone, Copy)]
struct Decimal {
    mantissa: i128,
    scale: u32,
}

impl Number {
    /// A number from JSON text that is already known to be a valid JSON number.
    pub fn from_json_text(text: &str) -> Self {
        // An integer is kept as such only if it prints back the same: "-0" does not.
        if text.len() <= 20
            && let Ok(int) = text.parse::<i64>()
            && !(int == 0 && text.len() > 1)
        {
            return Self(Repr::Int(int));
        }
        match short_decimal(text.as_bytes()) {
            Some((mantissa, scale)) => Self(Repr::Short { mantissa, scale }),
            None => Self(Repr::Text(text.into())),
        }
    }

    /// A number from any text, if that is valid JSON number syntax.
    pub fn parse(text: &str) -> Option<Self> {
        is_json_number(text).then(|| Self::from_json_text(text))
    }

    /// The integer, if the value is one that fits 64 bits (`20.0` does).
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(int) => Some(*int),
            Repr::Short { .. } | Repr::Text(_) => {
                let decimal = self.decimal().ok()?.trimmed();
                (decimal.scale == 0).then(|| i64::try_from(decimal.mantissa).ok())?
            }
        }
    }

    /// The nearest float, for drawing only: never for comparing or calculating.
    pub fn to_f64_lossy(&self) -> f64 {
        match &self.0 {
            Repr::Int(int) => *int as f64,
            Repr::Short { .. } => self.to_string().parse().unwrap_or(f64::NAN),
            Repr::Text(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// The sum, exact or refused.
    pub fn checked_add(&self, other: &Self) -> Result<Self, NumberError> {
        if let Some((a, b, scale)) = self.aligned(other)
            && let Some(sum) = a.checked_add(b)
        {
            return Ok(Self::short(sum, scale));
        }
        self.combine(other, "+", i128::checked_add)
    }

    /// The difference, exact or refused.
    pub fn checked_sub(&self, other: &Self) -> Result<Self, NumberError> {
        if let Some((a, b, scale)) = self.aligned(other)
            && let Some(difference) = a.checked_sub(b)
        {
            return Ok(Self::short(difference, scale));
        }
        self.combine(other, "-", i128::checked_sub)
    }

    /// Both mantissas at the larger of the two scales, where 64 bits are enough: nearly always.
    fn aligned(&self, other: &Self) -> Option<(i64, i64, u8)> {
        let (a, a_scale) = self.short_parts()?;
        let (b, b_scale) = other.short_parts()?;
        let up = |mantissa: i64, by: u8| mantissa.checked_mul(*POWERS_OF_TEN.get(usize::from(by))?);
        match a_scale.cmp(&b_scale) {
            Ordering::Equal => Some((a, b, a_scale)),
            Ordering::Less => Some((up(a, b_scale - a_scale)?, b, b_scale)),
            Ordering::Greater => Some((a, up(b, a_scale - b_scale)?, a_scale)),
        }
    }

    fn short_parts(&self) -> Option<(i64, u8)> {
        match self.0 {
            Repr::Int(int) => Some((int, 0)),
            Repr::Short { mantissa, scale } => Some((mantissa, scale)),
            Repr::Text(_) => None,
        }
    }

    fn short(mantissa: i64, scale: u8) -> Self {
        Self(if scale == 0 { Repr::Int(mantissa) } else { Repr::Short { mantissa, scale } })
    }

    fn combine(
        &self,
        other: &Self,
        sign: &str,
        operation: fn(i128, i128) -> Option<i128>,
    ) -> Result<Self, NumberError> {
        let (a, b) = (self.decimal()?, other.decimal()?);
        let scale = a.scale.max(b.scale);
        let result = a
            .rescaled(scale)
            .zip(b.rescaled(scale))
            .and_then(|(a, b)| operation(a, b))
            .map(|mantissa| Decimal { mantissa, scale })
            .filter(Decimal::is_within_bounds)
            .ok_or_else(|| NumberError::OutOfRange(format!("{self} {sign} {other}")))?;
        Ok(Self::from_decimal(result))
    }

    /// How many digits it has after its point as it is written: 2 for `77.50`. `None` beyond the exact range.
    pub fn decimals(&self) -> Option<u32> {
        self.decimal().ok().map(|decimal| decimal.scale)
    }

    /// The value in units of `10^-decimals`, if it is a whole number of them: 7750 for `77.5` and 2.
    pub fn in_units(&self, decimals: u32) -> Option<i128> {
        let decimal = self.decimal().ok()?;
        let decimal = if decimal.scale > decimals { decimal.trimmed() } else { decimal };
        (decimal.scale <= decimals).then(|| decimal.rescaled(decimals))?
    }

    /// So many units of `10^-decimals`, written with that many decimals. `None` beyond the exact range.
    pub fn from_units(units: i128, decimals: u32) -> Option<Self> {
        let decimal = Decimal { mantissa: units, scale: decimals };
        decimal.is_within_bounds().then(|| Self::from_decimal(decimal))
    }

    fn from_decimal(Decimal { mantissa, scale }: Decimal) -> Self {
        match (i64::try_from(mantissa), scale) {
            (Ok(int), 0) => Self(Repr::Int(int)),
            (Ok(mantissa), 1..=MAX_SHORT_DIGITS) => Self(Repr::Short { mantissa, scale: scale as u8 }),
            _ => Self(Repr::Text(Decimal { mantissa, scale }.to_string().into())),
        }
    }

    /// For integers and short decimals, which rescale within 128 bits.
    fn compare_short(&self, other: &Self) -> Ordering {
        if let Some((a, b, _)) = self.aligned(other) {
            return a.cmp(&b);
        }
        let rescaled = |number: &Self, scale: u32| number.decimal().ok().and_then(|decimal| decimal.rescaled(scale));
        let scale_of = |number: &Self| number.decimal().map_or(0, |decimal| decimal.scale);
        let scale = scale_of(self).max(scale_of(other));
        rescaled(self, scale).cmp(&rescaled(other, scale))
    }

    fn decimal(&self) -> Result<Decimal, NumberError> {
        match &self.0 {
            Repr::Int(int) => Ok(Decimal { mantissa: i128::from(*int), scale: 0 }),
            Repr::Short { mantissa, scale } => {
                Ok(Decimal { mantissa: i128::from(*mantissa), scale: u32::from(*scale) })
            }
            Repr::Text(text) => Decimal::parse(text)
                .filter(Decimal::is_within_bounds)
                .ok_or_else(|| NumberError::OutOfRange(shortened(text))),
        }
    }
}

/// From 1 to the largest that 64 bits hold.
const POWERS_OF_TEN: [i64; MAX_SHORT_DIGITS as usize + 1] = {
    let mut powers = [1; MAX_SHORT_DIGITS as usize + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// A [`Repr::Short`] has at most so many digits: any two of them then compare and add within 128 bits.
const MAX_SHORT_DIGITS: u32 = 18;

/// Mantissa and scale of JSON number text such as `-12.50`, if a [`Repr::Short`] prints it back.
fn short_decimal(text: &[u8]) -> Option<(i64, u8)> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if digits.len() > MAX_SHORT_DIGITS as usize {
        return None;
    }
    let point = digits.iter().position(|byte| *byte == b'.')?;
    let mut mantissa = 0i64;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(byte - b'0'),
            b'.' if at == point => {}
            _ => return None,
        }
    }
    // A negative zero would lose its sign.
    (mantissa != 0 || !negative)
        .then_some((if negative { -mantissa } else { mantissa }, (digits.len() - point - 1) as u8))
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (negative, digits, exponent) = parts(text);
        if digits.is_empty() {
            return Some(Self { mantissa: 0, scale: 0 });
        }
        let mut mantissa: i128 = digits.parse().ok()?;
        if negative {
            mantissa = -mantissa;
        }
        match u32::try_from(-exponent) {
            Ok(scale) if scale <= 60 => Some(Self { mantissa, scale }),
            Ok(_) => None,
            Err(_) => {
                let power = u32::try_from(exponent).ok().filter(|power| *power <= 38)?;
                Some(Self { mantissa: mantissa.checked_mul(10i128.checked_pow(power)?)?, scale: 0 })
            }
        }
    }

    fn rescaled(&self, scale: u32) -> Option<i128> {
        self.mantissa.checked_mul(10i128.checked_pow(scale - self.scale)?)
    }

    fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    fn is_within_bounds(&self) -> bool {
        const SURELY: u128 = 10u128.pow(MAX_SIGNIFICANT_DIGITS);
        if self.scale == 0 || self.mantissa.unsigned_abs() < SURELY {
            return true;
        }
        let trimmed = self.trimmed();
        trimmed.scale == 0 || trimmed.mantissa.unsigned_abs().checked_ilog10().unwrap_or(0) < MAX_SIGNIFICANT_DIGITS
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.mantissa);
        }
        let sign = if self.mantissa < 0 { "-" } else { "" };
        if let Some(unit) = 10u128.checked_pow(self.scale) {
            let (whole, fraction) = (self.mantissa.unsigned_abs() / unit, self.mantissa.unsigned_abs() % unit);
            return write!(f, "{sign}{whole}.{fraction:0width$}", width = self.scale as usize);
        }
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

/// Sign, significant digits without leading zeros (empty for zero), and the power of ten of the last digit.
fn parts(text: &str) -> (bool, String, i64) {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            let saturated = if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
            let exponent = exponent.parse::<i64>().unwrap_or(saturated);
            (number, exponent.clamp(i64::MIN / 4, i64::MAX / 4))
        }
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0').to_owned();
    (negative, digits, exponent - fraction.len() as i64)
}

/// Order without any bound: by sign, then by the place of the first digit, then digit by digit.
fn compare_texts(a: &str, b: &str) -> Ordering {
    let (a_negative, a_digits, a_exponent) = parts(a);
    let (b_negative, b_digits, b_exponent) = parts(b);
    let sign = |digits: &str, negative: bool| match (digits.is_empty(), negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    };
    let (a_sign, b_sign) = (sign(&a_digits, a_negative), sign(&b_digits, b_negative));
    if a_sign != b_sign || a_sign == 0 {
        return a_sign.cmp(&b_sign);
    }
    let magnitude = (a_digits.len() as i64 + a_exponent)
        .cmp(&(b_digits.len() as i64 + b_exponent))
        .then_with(|| a_digits.trim_end_matches('0').cmp(b_digits.trim_end_matches('0')));
    if a_sign < 0 { magnitude.reverse() } else { magnitude }
}

/// JSON's number grammar (RFC 8259, section 6).
fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match rest.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(all_digits)
        && exponent.is_none_or(|e| all_digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

fn shortened(text: &str) -> String {
    if text.len() <= 48 { text.to_owned() } else { format!("{}…", &text[..48]) }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => a.cmp(b),
            (Repr::Text(a), Repr::Text(b)) if a == b => Ordering::Equal,
            (Repr::Int(_) | Repr::Short { .. }, Repr::Int(_) | Repr::Short { .. }) => self.compare_short(other),
            _ => compare_texts(&self.to_string(), &other.to_string()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(int) => write!(f, "{int}"),
            Repr::Short { mantissa, scale } => {
                Decimal { mantissa: i128::from(*mantissa), scale: u32::from(*scale) }.fmt(f)
            }
            Repr::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Self {
        Self(Repr::Int(int))
    }
}

impl serde::Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Int(int) => serializer.serialize_i64(*int),
            Repr::Short { .. } | Repr::Text(_) => {
                // Parsing would respell exponents; the text is a JSON number by construction.
                serde_json::Number::from_string_unchecked(self.to_string()).serialize(serializer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn decimals_are_exact_and_keep_their_places() {
        assert_eq!(n("0.1").checked_add(&n("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(n("97.50").checked_sub(&n("20.00")).unwrap().to_string(), "77.50");
        assert_eq!(n("0.05").checked_sub(&n("1")).unwrap().to_string(), "-0.95");
        assert_eq!(n("2e1").checked_add(&n("1")).unwrap().to_string(), "21");
        assert_eq!(n("9223372036854775807").checked_add(&n("1")).unwrap().to_string(), "9223372036854775808");
    }

    #[test]
    fn spelling_does_not_matter_to_equality_but_is_kept() {
        for text in ["20", "20.0", "2e1", "200e-1"] {
            assert_eq!(n(text), n("20"));
            assert_eq!(n(text).to_string(), text);
        }
        assert_eq!(n("-0"), n("0.000"));
        assert!(n("1e400") > n("1e399"));
        assert!(n("-1e999999999999999999999") < n("0"));
        assert!(n("0.5") < n("1"));
        assert!(n("9") < n("10"));
    }

    #[test]
    fn short_decimals_are_spelt_and_ordered_as_long_ones() {
        let texts = [
            "0.0",
            "-0.0",
            "0.10",
            "0.1",
            "-0.1",
            "12.50",
            "-12.5",
            "123456789012345.67",
            "999999999999999.99",
            "1234567890123456.78",
            "0.0000000000000001",
            "0.000000000000000001",
            "5",
            "-5",
            "12.5e0",
        ];
        for a in texts {
            assert_eq!(n(a).to_string(), a);
            for b in texts {
                assert_eq!(n(a).cmp(&n(b)), compare_texts(a, b), "{a} {b}");
                // Some need more digits than there are.
                if let Ok(sum) = n(a).checked_add(&n(b)) {
                    assert_eq!(sum.checked_sub(&n(b)).unwrap(), n(a), "{a} {b}");
                }
            }
        }
        assert_eq!(n("-0.5").checked_add(&n("0.5")).unwrap().to_string(), "0.0");
        assert_eq!(n("999999999999999.9").checked_add(&n("0.1")).unwrap().to_string(), "1000000000000000.0");
        assert_eq!(size_of::<Number>(), 24);
    }

    #[test]
    fn units_are_whole_and_come_back() {
        assert_eq!(n("77.5").in_units(2), Some(7750));
        assert_eq!(n("77.50").in_units(1), Some(775));
        assert_eq!(n("77.55").in_units(1), None);
        assert_eq!(n("2e1").in_units(0), Some(20));
        assert_eq!(Number::from_units(7750, 2).unwrap().to_string(), "77.50");
        assert_eq!(Number::from_units(-5, 2).unwrap().to_string(), "-0.05");
        assert_eq!(n("77.50").decimals(), Some(2));
        assert_eq!(n("1e-1000000000").decimals(), None);
    }

    #[test]
    fn beyond_the_bounds_is_refused() {
        assert!(n("170141183460469231731687303715884105727").checked_add(&n("1")).is_err());
        assert!(n("1e30").checked_add(&n("1")).is_ok());
        assert!(n("1e30").checked_add(&n("0.1")).is_err());
        assert!(n("1e-1000000000").checked_add(&n("1")).is_err());
        assert!(n("1234567890123456789012345678.9").checked_add(&n("0")).is_err());
    }

    #[test]
    fn only_json_numbers_parse() {
        for text in ["", "-", "01", "1.", ".5", "1e", "+1", "0x1", "NaN", "1 "] {
            assert!(Number::parse(text).is_none(), "{text:?}");
        }
    }
}
