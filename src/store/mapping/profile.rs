//! What sampled values of a column, or at a path inside payloads, look like.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::look::{Cell, HEAD_BYTES};
use crate::model::mapping::{Packed, TimeAs};
use crate::model::{Timestamp, Value};
use crate::store::decode::{Form, Packing, packing_of, sniff, unpack};

/// Packed values of a column that are unpacked.
const UNPACKED: usize = 24;
/// Texts longer than this are no names of anything.
const NAME_LENGTH: usize = 100;

/// Where values are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A column, by its place in the table.
    Column(usize),
    /// A path in the payload.
    Path(String),
}

/// What values look like, in counts of sampled rows.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub name: String,
    /// The name without what most columns of the table begin with.
    pub plain: String,
    pub source: Source,
    pub declared: String,
    /// Row by row.
    pub cells: Vec<Cell>,
    /// How many rows were looked at: fewer than there are cells for a path, as not every payload is decoded.
    pub rows: usize,
    pub nulls: usize,
    /// Texts without a character.
    pub empty: usize,
    pub ints: usize,
    pub reals: usize,
    pub texts: usize,
    pub blobs: usize,
    pub distinct: usize,
    /// JSON objects and lists, packed ones included.
    pub json: usize,
    /// JSON objects alone.
    pub objects: usize,
    /// Texts that begin as JSON does and are none.
    pub broken_json: usize,
    pub packed: BTreeMap<&'static str, usize>,
    /// Blobs of which nothing is known.
    pub opaque: usize,
    pub uuids: usize,
    /// Short texts that could be names of types.
    pub words: usize,
    /// Of the distinct ones, those that say that something has happened.
    pub happened: usize,
    /// Times by how they are written.
    pub times: BTreeMap<TimeAs, usize>,
    /// Days without a time of day, and times of day without a day.
    pub days: usize,
    pub clocks: usize,
    /// Whole numbers from 0 to a million.
    pub small: usize,
    /// Each larger than the one before.
    pub rising: bool,
    /// Bytes of an average value.
    pub length: usize,
}

impl Profile {
    pub(super) fn new(name: &str, source: Source, declared: &str, cells: Vec<Cell>) -> Self {
        let mut profile = Self {
            name: name.to_owned(),
            plain: name.to_owned(),
            source,
            declared: declared.to_owned(),
            rows: cells.len(),
            nulls: 0,
            empty: 0,
            ints: 0,
            reals: 0,
            texts: 0,
            blobs: 0,
            distinct: 0,
            json: 0,
            objects: 0,
            broken_json: 0,
            packed: BTreeMap::new(),
            opaque: 0,
            uuids: 0,
            words: 0,
            happened: 0,
            times: BTreeMap::new(),
            days: 0,
            clocks: 0,
            small: 0,
            rising: true,
            length: 0,
            cells: Vec::new(),
        };
        let mut seen = FxHashSet::default();
        let mut happened: FxHashSet<&str> = FxHashSet::default();
        let mut bytes = 0;
        let mut last: Option<f64> = None;
        for cell in &cells {
            profile.take(cell, &mut bytes);
            if let Cell::Text(text) = cell
                && text.len() < NAME_LENGTH
                && super::names::has_happened(text)
            {
                happened.insert(text);
            }
            if !matches!(cell, Cell::Null) {
                seen.insert(key(cell));
            }
            if let Some(number) = number(cell) {
                profile.rising &= last.is_none_or(|last| last < number);
                last = Some(number);
            }
        }
        profile.rising &= profile.ints + profile.reals > 1;
        profile.happened = happened.len();
        profile.distinct = seen.len();
        profile.length = bytes / cells.len().max(1);
        profile.cells = cells;
        profile
    }

    fn take(&mut self, cell: &Cell, bytes: &mut usize) {
        match cell {
            Cell::Null => self.nulls += 1,
            Cell::Int(number) => {
                self.ints += 1;
                *bytes += 8;
                self.small += usize::from((0..1_000_000).contains(number));
                self.numeric_time(*number as f64);
            }
            Cell::Real(number) => {
                self.reals += 1;
                *bytes += 8;
                self.numeric_time(*number);
            }
            Cell::Text(text) => {
                self.texts += 1;
                *bytes += text.len();
                self.take_text(text);
            }
            Cell::Blob(blob) => {
                self.blobs += 1;
                *bytes += blob.len();
                self.take_bytes(blob);
            }
            Cell::Head(head) => {
                self.blobs += 1;
                *bytes += HEAD_BYTES;
                let text = head.first().is_some_and(|first| matches!(first, b'{' | b'['));
                self.json += usize::from(text);
                self.objects += usize::from(head.first() == Some(&b'{'));
                self.opaque += usize::from(!text);
            }
            Cell::Json(value) => {
                self.json += 1;
                self.objects += usize::from(value.as_object().is_some());
            }
        }
    }

    fn take_text(&mut self, text: &str) {
        let trimmed = text.trim();
        self.empty += usize::from(trimmed.is_empty());
        if trimmed.starts_with(['{', '[']) {
            match crate::model::json::parse(trimmed.as_bytes()) {
                Ok(value) => {
                    self.json += 1;
                    self.objects += usize::from(value.as_object().is_some());
                }
                Err(_) => self.broken_json += 1,
            }
            return;
        }
        if is_uuid(trimmed) {
            self.uuids += 1;
            return;
        }
        if is_day(trimmed) {
            self.days += 1;
        } else if is_clock(trimmed) {
            self.clocks += 1;
        } else if trimmed.len() >= 10
            && trimmed.as_bytes()[0].is_ascii_digit()
            && Timestamp::parse_iso(trimmed).is_some()
        {
            *self.times.entry(TimeAs::Iso).or_default() += 1;
        } else if let Ok(number) = trimmed.parse::<f64>() {
            self.small += usize::from(trimmed.parse::<i64>().is_ok_and(|number| (0..1_000_000).contains(&number)));
            self.numeric_time(number);
        } else if is_word(trimmed) {
            self.words += 1;
        }
    }

    fn take_bytes(&mut self, blob: &[u8]) {
        // What is packed may be large when it is unpacked: some of it is enough.
        let looked: usize = self.packed.values().sum();
        if let Some(packing) = marked(blob).filter(|_| looked >= UNPACKED) {
            *self.packed.entry(packing.1.id()).or_default() += 1;
        } else if let Some((packing, unpacked)) = unpacked(blob) {
            *self.packed.entry(packing.id()).or_default() += 1;
            if let Some(value) = structured(&unpacked) {
                self.json += 1;
                self.objects += usize::from(value.as_object().is_some());
            }
        } else if blob.len() == 16 {
            self.uuids += 1;
        } else if let Some(value) = structured(blob) {
            self.json += 1;
            self.objects += usize::from(value.as_object().is_some());
        } else {
            self.opaque += 1;
        }
    }

    fn numeric_time(&mut self, number: f64) {
        if let Some(unit) = unit_of(number) {
            *self.times.entry(unit).or_default() += 1;
        }
    }

    /// Rows that have something.
    pub(super) fn filled(&self) -> usize {
        self.rows.saturating_sub(self.nulls)
    }

    pub(super) fn share(&self, count: usize) -> f32 {
        if self.rows == 0 { 0.0 } else { count as f32 / self.rows as f32 }
    }

    /// The share of those rows that have something.
    pub(super) fn share_of_filled(&self, count: usize) -> f32 {
        if self.filled() == 0 { 0.0 } else { count as f32 / self.filled() as f32 }
    }

    /// Every value there only once, and in every row.
    pub(super) fn is_unique(&self) -> bool {
        self.nulls == 0 && self.distinct == self.rows && self.rows > 1
    }

    /// Times with a day and a time of day, or as a number.
    pub(super) fn timely(&self) -> f32 {
        self.share_of_filled(self.times.values().sum())
    }

    /// The compression that most of the values have, if nearly all have it.
    pub(super) fn packing(&self) -> Option<&'static str> {
        self.packed.iter().find(|(_, count)| **count * 10 >= self.filled() * 9 && **count > 0).map(|(id, _)| *id)
    }

    /// In words.
    pub(super) fn looks(&self) -> String {
        if self.filled() == 0 {
            return "nothing".to_owned();
        }
        let most = |count: usize| count * 2 > self.filled();
        if let Some(packing) = self.packing() {
            return format!("{packing} bytes");
        }
        if most(self.objects) {
            "JSON objects".to_owned()
        } else if most(self.json) {
            "JSON".to_owned()
        } else if most(self.uuids) {
            "UUIDs".to_owned()
        } else if most(self.days) {
            "days".to_owned()
        } else if most(self.clocks) {
            "times of day".to_owned()
        } else if self.times.len() > 1 && most(self.times.values().sum()) {
            "times in several units".to_owned()
        } else if let Some(unit) =
            self.unit().filter(|unit| !matches!(unit, TimeAs::UnixDays | TimeAs::OleDays | TimeAs::JulianDays))
        {
            unit.title().to_owned()
        } else if most(self.ints) {
            "whole numbers".to_owned()
        } else if most(self.reals) {
            "numbers".to_owned()
        } else if most(self.words) {
            match self.distinct {
                1 => "always the same word".to_owned(),
                count => format!("{count} different words"),
            }
        } else if most(self.texts) {
            "text".to_owned()
        } else if most(self.blobs) {
            "bytes".to_owned()
        } else {
            "mixed".to_owned()
        }
    }

    /// The way in which nearly all times are written.
    pub(super) fn unit(&self) -> Option<TimeAs> {
        let all: usize = self.times.values().sum();
        let (unit, count) = self.times.iter().max_by_key(|(_, count)| **count)?;
        (*count == all && all * 10 >= self.filled() * 8).then_some(*unit)
    }

    /// One of its values, short.
    pub(super) fn example(&self) -> String {
        self.cells.iter().find(|cell| !matches!(cell, Cell::Null)).map(shown).unwrap_or_default()
    }
}

/// A value as text of at most some 80 characters.
pub(super) fn shown(cell: &Cell) -> String {
    const LONGEST: usize = 80;
    let text = match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Json(value) => crate::model::json::to_text(value),
        Cell::Blob(bytes) | Cell::Head(bytes) => match decoded(cell) {
            Some(value) => crate::model::json::to_text(&value),
            None => format!("{} bytes", bytes.len()),
        },
    };
    let mut short: String = text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}

/// A cell as something to compare.
pub(super) fn key(cell: &Cell) -> Vec<u8> {
    match cell {
        Cell::Null => Vec::new(),
        Cell::Int(number) => number.to_le_bytes().to_vec(),
        Cell::Real(number) => number.to_le_bytes().to_vec(),
        Cell::Text(text) => text.as_bytes().to_vec(),
        Cell::Blob(bytes) | Cell::Head(bytes) => bytes.clone(),
        Cell::Json(value) => crate::model::json::to_text(value).into_bytes(),
    }
}

/// The number that a cell holds, also as text.
pub(super) fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Int(number) => Some(*number as f64),
        Cell::Real(number) => Some(*number),
        Cell::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// What a payload says, unpacked and decoded, if it is JSON or shows another form.
pub(super) fn decoded(cell: &Cell) -> Option<Value> {
    match cell {
        Cell::Text(text) => structured(text.as_bytes()),
        Cell::Blob(bytes) => match unpacked(bytes) {
            Some((_, unpacked)) => structured(&unpacked),
            None => structured(bytes),
        },
        Cell::Json(value) => Some(value.clone()),
        Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Head(_) => None,
    }
}

/// An object or a list in the form that bytes show.
fn structured(bytes: &[u8]) -> Option<Value> {
    let form = sniff(bytes)?;
    if form == Form::Text || form == Form::Opaque {
        return None;
    }
    let value = crate::store::decode::decode(bytes, form).ok()?;
    (value.as_object().is_some() || value.as_list().is_some()).then_some(value)
}

/// The compression that the first bytes show.
fn marked(bytes: &[u8]) -> Option<(Packing, Packed)> {
    const MARKED: [(Packing, Packed); 4] = [
        (Packing::Gzip, Packed::Gzip),
        (Packing::Zlib, Packed::Zlib),
        (Packing::Zstd, Packed::Zstd),
        (Packing::Lz4, Packed::Lz4),
    ];
    let packing = packing_of(bytes, &MARKED.map(|(packing, _)| packing))?;
    MARKED.into_iter().find(|(known, _)| *known == packing)
}

/// What is in compressed bytes.
fn unpacked(bytes: &[u8]) -> Option<(Packed, Vec<u8>)> {
    let (packing, packed) = marked(bytes)?;
    let unpacked = unpack(bytes, &[packing]).ok()?;
    Some((packed, unpacked.into_owned()))
}

fn is_uuid(text: &str) -> bool {
    let hex = text.bytes().filter(u8::is_ascii_hexdigit).count();
    (text.len() == 36 && hex == 32 && text.bytes().filter(|byte| *byte == b'-').count() == 4)
        || (text.len() == 32 && hex == 32)
        // ULID
        || (text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()))
}

/// `2026-01-02`, `02.01.2026`, `01/02/2026`
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (8..=10).contains(&text.len())
        && parts.len() == 3
        && parts.iter().all(digits)
        && parts.iter().any(|part| part.len() == 4)
}

/// `03:04`, `03:04:05.123`
fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (2..=3).contains(&parts.len())
        && parts[..2].iter().all(|part| part.len() <= 2 && digits(part))
        && parts.get(2).is_none_or(|part| part.split('.').all(digits))
}

/// A short text that could name a type: letters, and few marks between them.
fn is_word(text: &str) -> bool {
    text.len() < NAME_LENGTH
        && text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '$' || c == '\\')
        && text.chars().all(|c| c.is_alphanumeric() || " _-.:\\/$+,@#&()".contains(c))
        && text.split_whitespace().count() <= 5
}

/// The unit in which a number is a time between about 1990 and 2100.
pub(super) fn unit_of(number: f64) -> Option<TimeAs> {
    const FROM: f64 = 631_152_000.0;
    const TO: f64 = 4_102_444_800.0;
    let within = |scale: f64| (FROM * scale..TO * scale).contains(&number);
    if (6.27e17..6.63e17).contains(&number) {
        Some(TimeAs::Ticks)
    } else if within(1.0) {
        Some(TimeAs::UnixSeconds)
    } else if within(1e3) {
        Some(TimeAs::UnixMillis)
    } else if within(1e6) {
        Some(TimeAs::UnixMicros)
    } else if within(1e9) {
        Some(TimeAs::UnixNanos)
    } else if (2_447_892.0..2_488_070.0).contains(&number) {
        Some(TimeAs::JulianDays)
    } else if (14_600.0..29_000.0).contains(&number) {
        Some(TimeAs::UnixDays)
    } else if (36_526.0..55_000.0).contains(&number) {
        Some(TimeAs::OleDays)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_by_magnitude() {
        for (number, unit) in [
            (1_767_323_045.0, Some(TimeAs::UnixSeconds)),
            (1_767_323_045_678.0, Some(TimeAs::UnixMillis)),
            (1_767_323_045_678_901.0, Some(TimeAs::UnixMicros)),
            (1.767_323_045_678_9e18, Some(TimeAs::UnixNanos)),
            (639_029_198_451_234_567.0, Some(TimeAs::Ticks)),
            (2_461_042.5, Some(TimeAs::JulianDays)),
            (20_455.0, Some(TimeAs::UnixDays)),
            (46_024.3, Some(TimeAs::OleDays)),
            (42.0, None),
            (-1.0, None),
            (f64::NAN, None),
        ] {
            assert_eq!(unit_of(number), unit, "{number}");
        }
    }

    #[test]
    fn texts_are_told_apart() {
        assert!(is_day("2026-01-02") && is_day("02.01.2026") && !is_day("10.5.3") && !is_day("2026"));
        assert!(is_clock("03:04:05.678") && is_clock("3:04") && !is_clock("a:b") && !is_clock("12"));
        assert!(is_uuid("82e264ea-2795-4f4a-82ae-41b7e672c583") && is_uuid("82e264ea27954f4a82ae41b7e672c583"));
        assert!(is_word("order placed") && is_word("App\\Events\\Opened") && !is_word("{\"a\":1}") && !is_word("5"));
    }
}
