//! Columns that a library fills in a way of its own: ids, texts made of other columns, values by a column's affinity.

use crate::model::{Event, Path};
use crate::store::layout::{Place, Repeated, Wrapper};
use crate::store::raw::Raw;
use crate::store::recognise::Column;

use super::encode::{Encoder, is_row_number, written_columns};

impl Encoder<'_> {
    /// The event's id, in the form in which the column has ids.
    pub(super) fn id(&mut self) -> Result<(), String> {
        let role = &self.bound.spec.events.event_id;
        let found = role.0.iter().find_map(|place| {
            let column = column_inside(place)?;
            Some((place, column, self.at(column)?))
        });
        // A row's number says where it stands, and is its id only then.
        let Some((place, column, at)) = found.filter(|(_, column, _)| !is_row_number(self.bound, column)) else {
            return Ok(());
        };
        let Some(id) = self.event.id.as_deref() else {
            self.image[at] = Raw::Null;
            return Ok(());
        };
        let random = if self.bound.spec.writing.random_ids && self.model.was.is_none() { as_random(id) } else { None };
        let id = random.as_deref().unwrap_or(id);
        self.image[at] = match (place, &self.image[at]) {
            (Place::GuidColumn(_), Raw::Blob(form)) if form.len() == 16 => {
                let uuid = uuid::Uuid::parse_str(id);
                let uuid = uuid.map_err(|_| format!("the store's ids are binary UUIDs, and its id {id} is none"))?;
                Raw::Blob(uuid.to_bytes_le().to_vec())
            }
            (Place::Lower(_), Raw::Text(form)) if form.iter().any(u8::is_ascii_uppercase) => {
                Raw::text(id.to_ascii_uppercase())
            }
            _ => self.like_stored(column, id)?,
        };
        Ok(())
    }

    /// Whether the type is in the payload, where it is written with it.
    pub(super) fn has_type_in_payload(&self) -> bool {
        let (spec, writing) = (&self.bound.spec.events, &self.bound.spec.writing);
        spec.event_type.0.iter().any(|place| match place {
            Place::Tag => spec.payload.unwrap.contains(&Wrapper::EnumTag),
            Place::Payload(field) => writing.payload_fields.get(field) == Some(&Repeated::Type),
            _ => false,
        })
    }

    /// Columns that are made of the stream's name and the version.
    pub(super) fn made(&mut self) -> Result<(), String> {
        let (event, was) = (self.event, self.model.was);
        if was.is_some_and(|was| was.stream == event.stream && was.version == event.version) {
            return Ok(());
        }
        let made = |form: &str, stream: &str, version: i64| {
            Raw::text(form.replace("{version}", &version.to_string()).replace("{stream}", stream))
        };
        for (column, form) in &self.bound.spec.writing.made {
            let Some(at) = self.at(column) else { continue };
            let like_that = match (self.model.image, self.model.image_place) {
                (Some(image), Some((stream, version))) => image[at] == made(form, stream, version),
                _ => true,
            };
            if !like_that {
                return Err(format!("the store's rows have a {column} that is not made as the library makes it"));
            }
            let (Some(stream), Some(version)) = (event.stream.as_deref(), event.version) else {
                return Err(format!("its {column} is made of its stream and its version, of which it has not both"));
            };
            self.image[at] = made(form, stream, version);
        }
        Ok(())
    }

    /// Columns that repeat a part of the payload, where the row that the new one is made from has them like that.
    pub(super) fn repeated_columns(&mut self) {
        let (event, was) = (self.event, self.model.was);
        if was.is_some_and(|was| was.data == event.data) {
            return;
        }
        let at = |event: &Event, path: &str| {
            let value = Path::parse(path).ok().and_then(|path| event.data.decoded().ok()?.at(&path).cloned());
            value.and_then(|value| value.as_str().map(Raw::text)).unwrap_or(Raw::Null)
        };
        for (column, path) in &self.bound.spec.writing.from_payload {
            let Some(column) = self.at(column) else { continue };
            if was.is_none_or(|was| self.image[column] == at(was, path)) {
                self.image[column] = at(event, path);
            }
        }
    }

    /// Texts that are not said, where the library reads no NULL.
    pub(super) fn empty(&mut self) {
        for column in &self.bound.spec.writing.empty {
            if let Some(at) = self.at(column).filter(|at| self.image[*at] == Raw::Null) {
                self.image[at] = Raw::text("");
            }
        }
    }

    /// New values as SQLite keeps them in their columns.
    pub(super) fn by_affinity(&mut self) {
        let before = self.model.image;
        for (at, column) in written_columns(self.bound).enumerate() {
            if before.is_none_or(|before| before[at] != self.image[at]) {
                self.image[at] = as_kept(column, std::mem::replace(&mut self.image[at], Raw::Null));
            }
        }
    }
}

/// A UUID as one of version 4, the same for the same.
fn as_random(id: &str) -> Option<String> {
    let id = uuid::Uuid::parse_str(id).ok()?;
    Some(uuid::Builder::from_random_bytes(id.into_bytes()).into_uuid().to_string())
}

/// The column that a place looks at.
fn column_inside(place: &Place) -> Option<&String> {
    match place {
        Place::GuidColumn(column) => Some(column),
        Place::Lower(of) => column_inside(of),
        place => place.column(),
    }
}

/// A value as SQLite keeps it in a column (<https://www.sqlite.org/datatype3.html#determination_of_column_affinity>).
pub(super) fn as_kept(column: &Column, value: Raw) -> Raw {
    let declared = column.declared.to_ascii_uppercase();
    let has = |parts: &[&str]| parts.iter().any(|part| declared.contains(part));
    let is_text = !has(&["INT"]) && has(&["CHAR", "CLOB", "TEXT"]);
    let is_blob = !has(&["INT"]) && (declared.is_empty() || has(&["BLOB"]));
    let is_real = !has(&["INT"]) && has(&["REAL", "FLOA", "DOUB"]);
    match value {
        Raw::Integer(number) if is_text => Raw::text(number.to_string()),
        value if is_text || is_blob => value,
        Raw::Integer(number) if is_real => Raw::Real(number as f64),
        // Beyond 2^53 a double names several integers.
        Raw::Real(number) if !is_real && number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 => {
            Raw::Integer(number as i64)
        }
        Raw::Text(text) => {
            match std::str::from_utf8(&text).ok().and_then(|text| Some((text, text.parse::<i64>().ok()?))) {
                Some((digits, number)) if digits == number.to_string() && is_real => Raw::Real(number as f64),
                Some((digits, number)) if digits == number.to_string() => Raw::Integer(number),
                _ => Raw::Text(text),
            }
        }
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_sqlite_keeps_them() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        for declared in
            ["", "TEXT", "VARCHAR(255)", "INTEGER(8)", "REAL", "DECIMAL(12,7)", "BLOB", "guid", "FLOATING POINT"]
        {
            conn.execute_batch(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (x {declared})")).unwrap();
            let column = Column {
                name: "x".to_owned(),
                declared: declared.to_owned(),
                key_place: 0,
                not_null: false,
                generated: false,
            };
            for value in [
                Raw::Null,
                Raw::Integer(3),
                Raw::Real(3.0),
                Raw::Real(3.25),
                Raw::text("a"),
                Raw::text("12"),
                Raw::text("-7"),
                Raw::Blob(b"12".to_vec()),
            ] {
                // Numbers with a fraction become no text here.
                let is_text = declared.contains("CHAR") || declared == "TEXT";
                if is_text && matches!(value, Raw::Real(_)) {
                    continue;
                }
                conn.execute("INSERT INTO t VALUES (?1)", [&value]).unwrap();
                let last = "SELECT x FROM t ORDER BY rowid DESC LIMIT 1";
                let kept = conn.query_row(last, [], |row| row.get_ref(0).map(Raw::from)).unwrap();
                assert_eq!(as_kept(&column, value.clone()), kept, "{declared}: {value:?}");
            }
        }
    }
}
