//! What a library keeps for itself inside payloads: its classes, and what it repeats of the columns.

use std::collections::BTreeMap;

use crate::model::event::Payload;
use crate::model::{Event, Key, Number, Object, Origin, Timestamp, Value};
use crate::store::layout::{Place, Repeated, TimeEncoding};
use crate::store::payload::{contents_as, finished};
use crate::store::recognise::Bound;
use crate::store::rows::integer;
use crate::store::times;

use super::encode::{Image, Model, columns_of_form, place};
use super::time_form::in_json;

/// A payload with the library's own fields, as the row has them that it is made from.
///
/// Errors: the library could not read it, or it says what the library says in another place.
pub(super) fn with_own_fields(bound: &Bound, event: &Event, model: &Model<'_>, data: &Value) -> Result<Value, String> {
    let fields = &bound.spec.writing.payload_fields;
    let (Value::Object(object), false) = (data, fields.is_empty()) else { return Ok(data.clone()) };
    let Some(form) = model.image.and_then(|image| object_in(bound, image, model.image_type)) else {
        return Ok(data.clone());
    };
    let mut own: BTreeMap<&str, Value> = BTreeMap::new();
    for (key, what) in fields {
        let Some(form) = form.get(key) else { continue };
        let given = object.get(key);
        let Some(value) = Field { bound, event, model, key, what }.value(form, given)? else { continue };
        let was = model.was.and_then(|was| was.data.decoded().ok()?.as_object()?.get(key).cloned());
        // A new event may be made after the likeness of another, with what is that one's.
        let is_likeness = model.was.is_none() && *what != Repeated::Type;
        if given.is_some_and(|given| *given != value && was.as_ref() != Some(given) && !is_likeness) {
            return Err(format!("the field {key} of its payload is the library's own; change what it repeats instead"));
        }
        own.insert(key, value);
    }
    // Libraries of .NET look for such fields at the beginning only.
    let is_first = |key: &str| key.starts_with('$');
    let mut whole = Object::default();
    for first in [true, false] {
        for (key, slot) in object.iter().filter(|(key, _)| is_first(key) == first) {
            let value = own.remove(&**key).unwrap_or_else(|| slot.value.clone());
            whole.insert(key.clone(), value, Origin::NONE);
        }
        let (now, later): (BTreeMap<_, _>, _) = own.into_iter().partition(|(key, _)| is_first(key) == first);
        own = later;
        for (key, value) in now {
            whole.insert(Key::from(key), value, Origin::NONE);
        }
    }
    Ok(Value::Object(whole))
}

/// One such field of an event's payload.
struct Field<'a> {
    bound: &'a Bound,
    event: &'a Event,
    model: &'a Model<'a>,
    key: &'a str,
    what: &'a Repeated,
}

impl Field<'_> {
    /// What is to stand in it. `form` is what the model has, `given` what the payload says by itself.
    fn value(&self, form: &Value, given: Option<&Value>) -> Result<Option<Value>, String> {
        let (event, was, key) = (self.event, self.model.was, self.key);
        let same = |same: fn(&Event, &Event) -> bool| was.is_some_and(|was| same(was, event));
        let kept = || Ok(Some(given.unwrap_or(form).clone()));
        let number = |number: i64| match form {
            Value::String(_) => Value::string(number.to_string()),
            _ => Value::from(number),
        };
        match self.what {
            Repeated::Version if same(|a, b| a.version == b.version) => kept(),
            Repeated::Version if self.repeats(form) => Ok(event.version.map(number)),
            Repeated::Time if same(|a, b| a.time == b.time) => kept(),
            Repeated::Time if self.repeats(form) => match event.time {
                Some(time) => in_json(Some(form), time, TimeEncoding::Auto).map(Some),
                None => Err(format!("its time is also in the field {key} of its payload, and it has none")),
            },
            Repeated::Type if self.repeats(form) => Ok(Some(Value::string(&*event.event_type))),
            Repeated::Type | Repeated::AsFound if given.is_some() => kept(),
            Repeated::Type | Repeated::AsFound if self.model.image_type == Some(&*event.event_type) => kept(),
            Repeated::Type | Repeated::AsFound => Err(format!(
                "its payload has no field {key}, without which the library can't read it: other events have one such \
                 as {form:?}"
            )),
            Repeated::Id if was.is_some() => kept(),
            Repeated::Id => Ok(event.id.as_deref().map(Value::string)),
            Repeated::OfStream if self.model.image_place.map(|(stream, _)| stream) == event.stream.as_deref() => kept(),
            Repeated::OfStream => {
                let home = self.model.home.and_then(|home| object_in(self.bound, home, None));
                let found = home.as_ref().and_then(|home| home.get(key));
                found.cloned().map(Some).ok_or_else(|| {
                    format!("events of one stream have the same field {key} in their payloads, and for a new stream there is none")
                })
            }
            // An application's own field that only has the name.
            _ => Ok(given.cloned()),
        }
    }

    /// Whether the model's field says what its columns say: else the field is the application's.
    fn repeats(&self, form: &Value) -> bool {
        let (bound, model) = (self.bound, self.model);
        let Some(image) = model.image else { return false };
        let spec = &bound.spec.events;
        match self.what {
            Repeated::Type => form.as_str().is_some_and(|text| model.image_type == Some(text)),
            Repeated::Version => {
                let at = spec.version.column().and_then(|column| place(bound, column));
                let said = form.as_number().and_then(Number::as_i64);
                said.is_some() && at.and_then(|at| integer(image[at].as_ref())) == said
            }
            Repeated::Time => {
                let recorded = spec.time.first().and_then(|time| match &time.place {
                    Place::Column(column) => {
                        times::in_column(image[place(bound, column)?].as_ref(), time.encoding).timestamp()
                    }
                    _ => None,
                });
                // The column may be coarser.
                let millis = |time: Timestamp| time.nanos().div_euclid(1_000_000);
                let said = times::in_json(Some(form), TimeEncoding::Auto).timestamp();
                said.is_some() && said.map(millis) == recorded.map(millis)
            }
            _ => false,
        }
    }
}

/// The payload in a row, without its wrapper, if it is an object. Without its type the only key of an object is taken
/// for its tag.
fn object_in(bound: &Bound, image: &Image, event_type: Option<&str>) -> Option<Object> {
    let spec = &bound.spec.events.payload;
    let at = place(bound, &spec.column)?;
    let contents = contents_as(image[at].as_ref(), spec, &columns_of_form(bound, image), &mut |_| {});
    let tag = match (&contents, event_type) {
        (_, Some(event_type)) => event_type.to_owned(),
        (Ok(Value::Object(object)), None) => object.iter().next().map(|(key, _)| key.to_string()).unwrap_or_default(),
        _ => String::new(),
    };
    match finished(contents, spec, &tag).0 {
        Payload::Value(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// Whether two payloads say the same, but for the library's own fields.
pub(super) fn is_same_data(bound: &Bound, planned: &Value, read: &Value) -> bool {
    let own = &bound.spec.writing.payload_fields;
    match (planned, read) {
        (Value::Object(planned), Value::Object(read)) if !own.is_empty() => {
            let application = |object: &Object| {
                let fields = object.iter().filter(|(key, _)| !own.contains_key(&***key));
                Value::Object(fields.map(|(key, slot)| (key.clone(), slot.value.clone())).collect())
            };
            application(planned) == application(read)
        }
        _ => planned == read,
    }
}
