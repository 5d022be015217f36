//! The first guess: which tables hold events, what their columns are, how sure that is, and what is odd.

use rustc_hash::FxHashSet;

use super::look::{Cell, Sample};
use super::names::{Role, excluded, has_happened, speaks_of_events, tokens};
use super::profile::{Profile, Source, key};
use super::roles::Roles;
use crate::model::Timestamp;
use crate::model::mapping::{
    Certainty, ColumnSeen, MappedTable, Mapping, Packed, PayloadFrom, Place, TableSeen, TableVerdict, TimeAs, TimeFrom,
};

/// What was made of a table.
pub(super) struct Guessed<'a> {
    pub sample: &'a Sample,
    pub roles: Roles,
    pub mapped: MappedTable,
    pub points: f32,
    pub certainty: Certainty,
    pub why: String,
}

/// What was made of all tables: they, the guess, and how sure it is.
pub(super) fn guess(samples: &[Sample], name: &str) -> (Vec<TableSeen>, Mapping, Certainty) {
    let mut tables: Vec<Guessed<'_>> = samples.iter().map(of_table).collect();
    one_table_a_type(&mut tables);
    let chosen = choose(&mut tables);
    let mut mapping = Mapping { name: name.to_owned(), tables: Vec::new() };
    let mut certainty = Certainty::None;
    for at in &chosen {
        mapping.tables.push(tables[*at].mapped.clone());
        certainty = certainty.max(tables[*at].certainty);
    }
    let mut order: Vec<usize> = (0..tables.len()).collect();
    let rank = |at: &usize| {
        let chosen = chosen.iter().position(|chosen| chosen == at).unwrap_or(usize::MAX);
        (chosen, std::cmp::Reverse((tables[*at].points * 100.0) as i64))
    };
    order.sort_by_key(rank);
    let seen = order.into_iter().map(|at| seen(&tables[at])).collect();
    (seen, mapping, certainty)
}

fn seen(table: &Guessed<'_>) -> TableSeen {
    let columns = table.roles.profiles[..table.roles.columns].iter().map(|profile| ColumnSeen {
        name: profile.name.clone(),
        declared: profile.declared.clone(),
        looks: profile.looks(),
        example: profile.example(),
    });
    TableSeen {
        name: table.sample.table.name.clone(),
        rows: table.sample.count.words(),
        columns: columns.collect(),
        paths: table.roles.paths.clone(),
        verdict: match table.certainty {
            Certainty::None => TableVerdict::NotEvents,
            certainty => TableVerdict::Events(certainty),
        },
        why: table.why.clone(),
        guess: table.mapped.clone(),
    }
}

fn of_table(sample: &Sample) -> Guessed<'_> {
    let roles = Roles::of(sample);
    let mapped = mapped(sample, &roles);
    let mut guessed = Guessed { sample, mapped, points: 0.0, certainty: Certainty::None, why: String::new(), roles };
    judge(&mut guessed);
    guessed
}

/// How sure it is that a table holds events, and why.
fn judge(table: &mut Guessed<'_>) {
    let (roles, name) = (&table.roles, &table.sample.table.name);
    if let Some(why) = excluded(name) {
        table.why = why.to_owned();
        return;
    }
    let mapped = &table.mapped;
    let in_column = matches!(mapped.payload, PayloadFrom::Column { .. });
    let happened = roles.profile(Role::Type).is_some_and(|types| types.happened * 2 > types.distinct);
    let has_time = mapped.time.is_some();
    let missing: Vec<&str> = [
        (mapped.event_type.is_none(), "no column looks like an event type"),
        (mapped.stream.is_empty() && !has_time, "none says what an event is about, and none when it was"),
        (mapped.payload == PayloadFrom::Nothing && !has_time, "there is nothing that an event would say"),
    ]
    .into_iter()
    .filter_map(|(missing, words)| missing.then_some(words))
    .collect();
    let mut points = if roles.tag { 2.2 } else { (roles.score(Role::Type) * 0.6).min(2.6) };
    points += if in_column { 1.2 + roles.score(Role::Payload).min(3.0) * 0.25 } else { 0.0 };
    points += if has_time { 1.5 } else { 0.0 };
    points += if mapped.stream.is_empty() { 0.0 } else { 0.8 + roles.score(Role::Stream).min(3.0) * 0.3 };
    points += if mapped.version.is_some() { 0.4 + roles.counts * 0.6 } else { 0.0 };
    points += if speaks_of_events(name) { 1.0 } else { 0.0 };
    points += if happened { 0.8 } else { 0.0 };
    table.points = points;
    if !missing.is_empty() {
        table.why = missing.join("; ");
        return;
    }
    // Words that name a type without saying that anything happened may be anything: genres, colours.
    let structured = roles.profile(Role::Payload).is_some_and(|payload| {
        let packed: usize = payload.packed.values().sum();
        payload.json.max(packed) * 2 > payload.filled()
    });
    let happened = happened || roles.tag;
    let speaks = happened || speaks_of_events(name) || (structured && roles.score(Role::Type) > 1.8);
    table.certainty = match points {
        points if points >= 6.4 && speaks => Certainty::Sure,
        points if points >= 5.0 && speaks => Certainty::Likely,
        points if points >= 4.2 && (speaks || structured) => Certainty::Unsure,
        _ => Certainty::None,
    };
    table.why = match table.certainty {
        Certainty::None => "too little in it looks like events".to_owned(),
        _ => reasons(table),
    };
}

/// What speaks for a table, in a few words.
fn reasons(table: &Guessed<'_>) -> String {
    let place = |role: Role| {
        let (at, _) = table.roles.found.get(&role)?;
        let profile = &table.roles.profiles[*at];
        Some(match &profile.source {
            Source::Column(_) => format!("{} ({})", profile.name, profile.looks()),
            Source::Path(path) => format!("{path} inside the payload"),
        })
    };
    let parts = [("type", Role::Type), ("stream", Role::Stream), ("payload", Role::Payload), ("time", Role::Time)];
    let tag = table.mapped.event_type == Some(Place::Tag);
    let tag = tag.then(|| "type: the payload's only key".to_owned());
    let parts = parts.into_iter().filter_map(|(words, role)| Some(format!("{words}: {}", place(role)?)));
    tag.into_iter().chain(parts).collect::<Vec<_>>().join(", ")
}

fn place(roles: &Roles, at: usize) -> Place {
    match &roles.profiles[at].source {
        Source::Column(_) => Place::Column(roles.profiles[at].name.clone()),
        Source::Path(path) if at < roles.in_payload => Place::Payload(path.clone()),
        Source::Path(path) => Place::Metadata(path.clone()),
    }
}

fn in_columns(roles: &Roles, role: Role) -> bool {
    roles.found.get(&role).is_some_and(|(at, _)| *at < roles.columns)
}

/// The roles as a mapping has them.
fn mapped(sample: &Sample, roles: &Roles) -> MappedTable {
    let of = |role: Role| roles.found.get(&role).map(|(at, _)| place(roles, *at));
    let column = |role: Role| of(role).and_then(|place| place.column().map(str::to_owned));
    let name = |at: usize| roles.profiles[at].name.clone();
    let category = of(Role::Category);
    let stream = match (of(Role::Stream), &category) {
        (Some(stream), Some(category)) if !begins_with_category(roles) => vec![category.clone(), stream],
        (Some(stream), _) => vec![stream],
        (None, _) => Vec::new(),
    };
    let time = match (roles.split, roles.found.get(&Role::Time)) {
        (Some((date, time)), _) => Some(TimeFrom::Split { date: name(date), time: name(time) }),
        (None, Some((at, _))) => {
            Some(TimeFrom::At { place: place(roles, *at), encoding: encoding(&roles.profiles[*at]) })
        }
        (None, None) => None,
    };
    let valid_time = roles.found.get(&Role::ValidTime);
    let valid_time =
        valid_time.map(|(at, _)| TimeFrom::At { place: place(roles, *at), encoding: encoding(&roles.profiles[*at]) });
    let mut mapped = MappedTable {
        table: sample.table.name.clone(),
        stream,
        tenant: of(Role::Tenant),
        category,
        version: of(Role::Version),
        order: Vec::new(),
        position: column(Role::Position),
        event_type: if roles.tag && !in_columns(roles, Role::Type) { Some(Place::Tag) } else { of(Role::Type) },
        payload: PayloadFrom::Nothing,
        time,
        valid_time,
        metadata: of(Role::Metadata),
        metadata_columns: Vec::new(),
        id: of(Role::Id),
        user: of(Role::User),
        correlation_id: of(Role::Correlation),
        causation_id: of(Role::Causation),
        schema_version: of(Role::SchemaVersion),
        archived: column(Role::Archived),
        kind: None,
    };
    mapped.payload = payload(roles, &mapped);
    if matches!(mapped.payload, PayloadFrom::Column { .. }) {
        // Nothing that is known of an event is dropped.
        let rowid = sample.table.rowid();
        let left = left_over(roles, &mapped).filter(|profile| Some(&profile.name) != rowid.as_ref());
        let left: Vec<String> = left.map(|profile| profile.name.clone()).collect();
        mapped.metadata_columns = left;
    }
    order(sample, roles, &mut mapped);
    mapped
}

fn payload(roles: &Roles, mapped: &MappedTable) -> PayloadFrom {
    match roles.found.get(&Role::Payload) {
        Some((at, _)) => {
            let profile = &roles.profiles[*at];
            let packed = profile.packing().and_then(|id| Packed::ALL.into_iter().find(|packed| packed.id() == id));
            PayloadFrom::Column {
                column: profile.name.clone(),
                packed: packed.unwrap_or_default(),
                form: crate::model::mapping::Form::Auto,
                inside: roles.inside.clone(),
            }
        }
        None => {
            if left_over(roles, mapped).next().is_some() {
                PayloadFrom::Rest
            } else {
                PayloadFrom::Nothing
            }
        }
    }
}

/// The columns without a role.
fn left_over<'a>(roles: &'a Roles, mapped: &'a MappedTable) -> impl Iterator<Item = &'a Profile> {
    let named = mapped.columns();
    let is_named = move |profile: &Profile| named.iter().any(|(_, column)| *column == profile.name);
    roles.profiles[..roles.columns].iter().filter(move |profile| !is_named(profile))
}

/// Whether streams' names have their category in them already.
fn begins_with_category(roles: &Roles) -> bool {
    let (Some(stream), Some(category)) = (roles.profile(Role::Stream), roles.profile(Role::Category)) else {
        return false;
    };
    let pairs = stream.cells.iter().zip(&category.cells);
    let begins = pairs.filter_map(|pair| match pair {
        (Cell::Text(stream), Cell::Text(category)) => {
            let start = stream.get(..category.len())?;
            let rest = stream[category.len()..].chars().next();
            Some(start.eq_ignore_ascii_case(category) && rest.is_some_and(|c| !c.is_alphanumeric()))
        }
        _ => None,
    });
    let begins: Vec<bool> = begins.collect();
    !begins.is_empty() && begins.iter().filter(|begins| **begins).count() * 10 >= begins.len() * 9
}

/// How a time is written: said where all values agree, else told value by value.
fn encoding(profile: &Profile) -> TimeAs {
    match profile.unit() {
        Some(TimeAs::Iso) | None => TimeAs::Auto,
        Some(unit) => unit,
    }
}

/// Rows whose times run backwards again and again were not written in the order of their row numbers.
fn order(sample: &Sample, roles: &Roles, mapped: &mut MappedTable) {
    if roles.found.get(&Role::Position).is_some_and(|(at, _)| roles.times_follow(*at)) {
        return;
    }
    let time = match &mapped.time {
        Some(TimeFrom::At { place: Place::Column(column), .. }) => column.clone(),
        _ => return,
    };
    if sample.table.without_rowid {
        // Rows lie in the order of their key, which says nothing of when they were written.
        if mapped.position.is_none() {
            mapped.order = vec![time];
        }
        return;
    }
    let Some((at, _)) = roles.found.get(&Role::Time) else { return };
    let times: Vec<Option<Timestamp>> = roles.profiles[*at].cells.iter().map(super::preview::time_of).collect();
    let (mut pairs, mut back) = (0usize, 0usize);
    for row in 1..times.len() {
        if let (Some(before), Some(now), false) = (times[row - 1], times[row], sample.is_start_of_window(row)) {
            pairs += 1;
            back += usize::from(now < before);
        }
    }
    let is_random = pairs >= 6 && back * 5 > pairs * 2;
    if is_random {
        // A number that rows have is a key and nothing else.
        mapped.position = None;
        mapped.order = vec![time];
    }
}

/// Words of tables' names that are not part of what has happened.
const SAY_NOTHING: [&str; 8] = ["event", "events", "evt", "evts", "ev", "e", "ereignis", "ereignisse"];

/// Tables without a type whose names say what has happened are one type each: `order_placed`, `order_shipped`.
fn one_table_a_type(tables: &mut [Guessed<'_>]) {
    let is_one = |table: &Guessed<'_>| {
        let name = &table.sample.table.name;
        let has_time = table.mapped.time.is_some() || table.sample.rows.is_empty();
        table.mapped.event_type.is_none()
            && has_time
            && excluded(name).is_none()
            && (has_happened(name) || begins_as_event(name) || speaks_of_events(name))
    };
    let mut family: Vec<usize> = (0..tables.len()).filter(|at| is_one(&tables[*at])).collect();
    // `event_placed` and `object_changed`: the name says which are meant.
    if family.iter().any(|at| begins_as_event(&tables[*at].sample.table.name)) {
        family.retain(|at| begins_as_event(&tables[*at].sample.table.name));
    }
    if family.len() > 1 {
        share_stream(tables, &family);
    }
    family.retain(|at| !tables[*at].mapped.stream.is_empty());
    let names: Vec<String> = family.iter().map(|at| tables[*at].sample.table.name.clone()).collect();
    for (at, word) in family.iter().zip(types_of(&names)) {
        let table = &mut tables[*at];
        table.mapped.event_type = Some(Place::Value(word.clone()));
        if table.mapped.payload == PayloadFrom::Nothing {
            table.mapped.payload = payload(&table.roles, &table.mapped);
        }
        table.points += 2.0;
        table.certainty = if names.len() > 1 { Certainty::Likely } else { Certainty::Unsure };
        table.why = format!("its rows are events of one type: {word}");
    }
}

/// Whether a table's name begins with a word for events, and goes on.
fn begins_as_event(name: &str) -> bool {
    let words = tokens(name);
    words.len() > 1 && SAY_NOTHING.contains(&words[0].as_str())
}

/// What events are about has the same name in all tables of a family; an id that is there once in one table is there
/// again in others.
fn share_stream(tables: &mut [Guessed<'_>], family: &[usize]) {
    let Some(first) = family.first() else { return };
    let columns = &tables[*first].sample.table.columns;
    let place = |at: usize, name: &str| {
        let columns = &tables[at].sample.table.columns;
        columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
    };
    let mut best: Option<(f32, String)> = None;
    for column in columns {
        let Some(places) = family.iter().map(|at| place(*at, &column.name)).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let is_rowid =
            |at: usize| tables[at].sample.table.rowid().is_some_and(|rowid| rowid.eq_ignore_ascii_case(&column.name));
        if family.iter().any(|at| is_rowid(*at)) {
            continue;
        }
        let cells = family.iter().zip(places).flat_map(|(at, place)| tables[*at].sample.column(place).cloned());
        let all = Profile::new(&column.name, Source::Column(0), &column.declared, cells.collect());
        let named = super::names::says(Role::Stream, &column.name, "");
        let is_id = super::names::ends_as_id(&column.name);
        let plain = all.json + all.reals + all.broken_json == 0 && all.timely() < 0.5 && all.days + all.clocks == 0;
        let repeats = all.distinct < all.filled() || all.filled() < 2;
        if !plain || !repeats || (named < 0.4 && !is_id) {
            continue;
        }
        let points = named * 2.0 + if is_id { 0.6 } else { 0.0 } + all.share_of_filled(all.uuids) * 0.3;
        if best.as_ref().is_none_or(|(known, _)| points > *known) {
            best = Some((points, column.name.clone()));
        }
    }
    let Some((_, name)) = best else { return };
    for at in family {
        let Some(own) = tables[*at].sample.table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&name))
        else {
            continue;
        };
        let mapped = &mut tables[*at].mapped;
        let own = own.name.clone();
        mapped.metadata_columns.retain(|column| *column != own);
        for place in [&mut mapped.id, &mut mapped.user, &mut mapped.version, &mut mapped.category] {
            if place.as_ref().and_then(Place::column) == Some(&own) {
                *place = None;
            }
        }
        mapped.stream = vec![Place::Column(own)];
    }
}

/// What types tables with these names hold: the names without what all of them begin or end with.
fn types_of(names: &[String]) -> Vec<String> {
    let strip = |name: &str| {
        for word in SAY_NOTHING {
            for mark in ["_", "-", ".", " ", ":"] {
                let (before, after) = (format!("{word}{mark}"), format!("{mark}{word}"));
                if let Some(start) = name.get(..before.len())
                    && start.eq_ignore_ascii_case(&before)
                    && name.len() > before.len()
                {
                    return name[before.len()..].to_owned();
                }
                if let Some(cut) = name.len().checked_sub(after.len())
                    && cut > 0
                    && name.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(&after))
                {
                    return name[..cut].to_owned();
                }
            }
        }
        name.to_owned()
    };
    names.iter().map(|name| strip(name)).collect()
}

/// The tables that make the guess, the surest first; what they need to stand beside each other is set.
fn choose(tables: &mut [Guessed<'_>]) -> Vec<usize> {
    let mut able: Vec<usize> = (0..tables.len()).filter(|at| tables[*at].certainty > Certainty::None).collect();
    able.sort_by_key(|at| {
        (std::cmp::Reverse(tables[*at].certainty), std::cmp::Reverse((tables[*at].points * 100.0) as i64))
    });
    let Some(best) = able.first().copied() else { return Vec::new() };
    if tables[best].certainty == Certainty::Unsure && !is_one_type(&tables[best].mapped) {
        return vec![best];
    }
    let chosen: Vec<usize> =
        able.into_iter().filter(|at| *at == best || goes_with(&tables[best], &tables[*at])).collect();
    if chosen.len() > 1 {
        set_apart(tables, &chosen);
    }
    chosen
}

fn is_one_type(mapped: &MappedTable) -> bool {
    matches!(mapped.event_type, Some(Place::Value(_)))
}

/// Whether a table belongs to the same history as the best one.
fn goes_with(best: &Guessed<'_>, other: &Guessed<'_>) -> bool {
    if other.certainty < Certainty::Likely {
        return false;
    }
    let form = |table: &Guessed<'_>| {
        let mut columns: Vec<String> = ["type", "payload", "time", "version"]
            .iter()
            .flat_map(|key| {
                let columns = table.mapped.columns().into_iter();
                columns.filter(move |(role, _)| role == key).map(|(_, column)| column.to_lowercase())
            })
            .collect();
        columns.sort();
        columns
    };
    is_one_type(&best.mapped) && is_one_type(&other.mapped)
        || form(best) == form(other)
        || other.certainty == Certainty::Sure && speaks_of_events(&other.sample.table.name)
}

/// Several tables with types of their own are a category each: ids that are the same in two of them are two streams.
fn set_apart(tables: &mut [Guessed<'_>], chosen: &[usize]) {
    let chosen: Vec<usize> = chosen.iter().copied().filter(|at| !is_one_type(&tables[*at].mapped)).collect();
    if chosen.len() < 2 || chosen.iter().any(|at| tables[*at].mapped.category.is_some()) {
        return;
    }
    let ids = |at: usize| -> FxHashSet<Vec<u8>> {
        let profile = tables[at].roles.profile(Role::Stream);
        profile.map(|profile| profile.cells.iter().map(key).collect()).unwrap_or_default()
    };
    let ids: Vec<FxHashSet<Vec<u8>>> = chosen.iter().map(|at| ids(*at)).collect();
    let clash = ids.iter().enumerate().any(|(at, one)| ids[..at].iter().any(|other| !one.is_disjoint(other)));
    for at in chosen {
        let Some(word) = category_of_table(&tables[at].sample.table.name) else { continue };
        let mapped = &mut tables[at].mapped;
        let bare = tables[at].roles.profile(Role::Stream).is_some_and(|stream| stream.ints * 2 > stream.filled());
        mapped.category = Some(Place::Value(word.clone()));
        if (clash || bare) && !mapped.stream.is_empty() {
            mapped.stream.insert(0, Place::Value(word));
        }
    }
}

/// `account` of `account_events`.
fn category_of_table(name: &str) -> Option<String> {
    let words = tokens(name);
    let rest: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| {
            !matches!(
                *word,
                "event"
                    | "events"
                    | "evt"
                    | "log"
                    | "journal"
                    | "store"
                    | "stream"
                    | "history"
                    | "ereignisse"
                    | "ereignis"
            )
        })
        .collect();
    (!rest.is_empty()).then(|| rest.join("_"))
}
