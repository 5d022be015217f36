//! The layouts that Foldline knows: one JSON file each.

use std::sync::{Arc, LazyLock};

use super::LayoutSpec;

/// Foldline's own layout comes first, the others by name.
const FILES: &[&str] = &[
    include_str!("../layouts/foldline.json"),
    include_str!("../layouts/activitywatch.json"),
    include_str!("../layouts/akka-persistence-sql.json"),
    include_str!("../layouts/akka-persistence-sqlite.json"),
    include_str!("../layouts/axon4-jpa.json"),
    include_str!("../layouts/axon5-jpa.json"),
    include_str!("../layouts/boundlessdb.json"),
    include_str!("../layouts/broadway-dbal.json"),
    include_str!("../layouts/chronicle-cratis.json"),
    include_str!("../layouts/cqrs-es-sqlite.json"),
    include_str!("../layouts/dagster.json"),
    include_str!("../layouts/dcb-doctrine.json"),
    include_str!("../layouts/emmett-sqlite.json"),
    include_str!("../layouts/event-store-adapter-rs.json"),
    include_str!("../layouts/eventflow.json"),
    include_str!("../layouts/eventium.json"),
    include_str!("../layouts/evento.json"),
    include_str!("../layouts/evento-2.json"),
    include_str!("../layouts/eventsauce-default.json"),
    include_str!("../layouts/eventsauce-legacy.json"),
    include_str!("../layouts/eventsource-py.json"),
    include_str!("../layouts/eventstore-sqlite-ex.json"),
    include_str!("../layouts/eventuous.json"),
    include_str!("../layouts/gleam-eventsourcing.json"),
    include_str!("../layouts/google-adk-v0.json"),
    include_str!("../layouts/google-adk-v1.json"),
    include_str!("../layouts/hallgren.json"),
    include_str!("../layouts/home-assistant.json"),
    include_str!("../layouts/livestore.json"),
    include_str!("../layouts/mattbishop-ledger.json"),
    include_str!("../layouts/message-db-sqlite.json"),
    include_str!("../layouts/neos-eventstore.json"),
    include_str!("../layouts/neventstore.json"),
    include_str!("../layouts/nstore.json"),
    include_str!("../layouts/ocel1-pm4py.json"),
    include_str!("../layouts/ocel2.json"),
    include_str!("../layouts/patchlevel-next-taggable.json"),
    include_str!("../layouts/patchlevel-v1.json"),
    include_str!("../layouts/patchlevel-v1-multi.json"),
    include_str!("../layouts/patchlevel-v2.json"),
    include_str!("../layouts/patchlevel-v2-multi.json"),
    include_str!("../layouts/patchlevel-v3-aggregate.json"),
    include_str!("../layouts/patchlevel-v3-stream.json"),
    include_str!("../layouts/phauthentic.json"),
    include_str!("../layouts/prefect.json"),
    include_str!("../layouts/protoactor.json"),
    include_str!("../layouts/pupsourcing.json"),
    include_str!("../layouts/py-event-sourcing.json"),
    include_str!("../layouts/pyeventsourcing.json"),
    include_str!("../layouts/pyeventsourcing-django.json"),
    include_str!("../layouts/pyeventsourcing-sqlalchemy.json"),
    include_str!("../layouts/rails-event-store.json"),
    include_str!("../layouts/rasa-tracker.json"),
    include_str!("../layouts/resolve-lite.json"),
    include_str!("../layouts/segerfeldt.json"),
    include_str!("../layouts/sekiban-dcb.json"),
    include_str!("../layouts/sourced.json"),
    include_str!("../layouts/spatie.json"),
    include_str!("../layouts/sqlstreamstore.json"),
    include_str!("../layouts/synapse.json"),
    include_str!("../layouts/temporal.json"),
    include_str!("../layouts/verbs.json"),
    include_str!("../layouts/watermill-sqlite.json"),
];

/// Tables as earlier versions of a library wrote them, under the name of its layout.
const EARLIER: &[&str] = &[
    include_str!("../layouts/activitywatch-1.json"),
    include_str!("../layouts/emmett-sqlite-events.json"),
    include_str!("../layouts/rails-event-store-1.json"),
];

static LAYOUTS: LazyLock<Vec<Arc<LayoutSpec>>> = LazyLock::new(|| {
    // A file that does not parse is left out here and fails the test below.
    FILES.iter().chain(EARLIER).filter_map(|text| serde_json::from_str(text).ok().map(Arc::new)).collect()
});

/// All layouts that Foldline recognises.
pub fn layouts() -> &'static [Arc<LayoutSpec>] {
    &LAYOUTS[..FILES.len().min(LAYOUTS.len())]
}

/// The same, and after them those of earlier versions, which have a name in common with one of them.
pub fn with_earlier() -> &'static [Arc<LayoutSpec>] {
    &LAYOUTS
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    #[test]
    fn every_file_is_a_layout_with_a_name_of_its_own() {
        let mut ids: Vec<String> = FILES
            .iter()
            .map(|text| serde_json::from_str::<LayoutSpec>(text).unwrap_or_else(|e| panic!("{e}: {text}")).id)
            .collect();
        assert_eq!(ids.len(), layouts().len());
        assert!(ids[1..].is_sorted(), "{ids:?}");
        ids.dedup();
        assert_eq!(ids.len(), FILES.len());
        assert_eq!(with_earlier().len(), FILES.len() + EARLIER.len());
        assert!(with_earlier().iter().all(|layout| ids.contains(&layout.id)));
    }

    #[test]
    fn columns_with_a_role_are_in_the_fingerprint() {
        for layout in with_earlier() {
            for events in std::iter::once(&layout.events).chain(&layout.more_events) {
                let known = |column: &String| {
                    let named = |list: &[String]| list.iter().any(|name| name.eq_ignore_ascii_case(column));
                    assert!(
                        named(&events.table.columns)
                            || named(&events.table.one_of)
                            || named(&events.table.optional)
                            || column.contains('.'),
                        "{}: {column}",
                        layout.id
                    );
                };
                let roles =
                    [&events.version, &events.event_id, &events.user, &events.schema_version, &events.event_type];
                let places = roles.into_iter().flat_map(|role| &role.0).chain(&events.stream.parts);
                for place in places {
                    if let Place::Column(column) | Place::GuidColumn(column) = place {
                        known(column);
                    }
                }
                if !events.payload.column.is_empty() {
                    known(&events.payload.column);
                }
            }
        }
    }

    /// Every store of SQL, and those written by code: no two layouts fit one equally well, so that their order in the
    /// list does not matter.
    #[test]
    fn no_two_layouts_fit_equally_well() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "sql") {
                continue;
            }
            let conn = rusqlite::Connection::open_in_memory().unwrap();
            conn.execute_batch(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let tables = crate::store::recognise::tables(&conn).unwrap();
            let fits = with_earlier().iter().filter_map(|spec| crate::store::recognise::bind(spec, &tables));
            let mut fits: Vec<(usize, String)> = fits.map(|(score, bound)| (score, bound.spec.id.clone())).collect();
            fits.sort_unstable_by(|a, b| b.cmp(a));
            assert!(fits.windows(2).take(1).all(|pair| pair[0].0 > pair[1].0), "{}: {fits:?}", path.display());
        }
    }
}
