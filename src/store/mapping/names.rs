//! What columns are usually called, in several languages and spellings.

/// What a column may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Role {
    Stream,
    Tenant,
    Category,
    Version,
    Position,
    Type,
    Payload,
    Time,
    ValidTime,
    Metadata,
    Id,
    User,
    Correlation,
    Causation,
    SchemaVersion,
    Archived,
}

/// Names by how much they say: names that say it, names that often say it, names that sometimes do.
struct Words {
    role: Role,
    strong: &'static str,
    medium: &'static str,
    weak: &'static str,
}

const WORDS: [Words; 16] = [
    Words {
        role: Role::Stream,
        strong: "stream stream_id stream_name aggregate_id aggregate_uuid aggregate_root_id aggregate_root_uuid \
                 entity_id entity_key entity_uuid originator_id persistence_id aggregat_id aggregatid strom strom_id \
                 stream_key aggregate_key aggregate_identifier aggregate_nr flux_id agregat_id agregado_id aid \
                 root_id streamname",
        medium: "aggregate entity subject subject_id object_id thread_id case_id instance_id process_id saga_id \
                 actor_name entitaet entitaet_id vorgang vorgang_id vorgangs_nr vorgangsnummer bezug bezug_id objekt \
                 objekt_id partition_key flux agregat dossier dossier_id entite entite_id flujo entidad entidad_id \
                 agregado source_id resource_id resource case conversation_id room_id session_id workflow_id bucket_id \
                 business_key document_id item_id record_id model_id aggregat schluessel fall fall_id fall_nr",
        weak: "account order customer ticket booking invoice cart shipment basket device sensor vehicle patient game \
               key ref reference owner_id parent_id target_id target channel conto konto konto_id kontonummer konto_nr \
               auftrag auftrag_id auftrags_nr auftragsnummer kunde kunde_id kunden_nr kundennummer bestellung \
               bestellung_id bestell_nr compte compte_id cuenta cuenta_id commande commande_id pedido pedido_id",
    },
    Words {
        role: Role::Tenant,
        strong: "tenant tenant_id mandant mandant_id mandanten_id mandanten_nr",
        medium: "organisation_id organization_id org_id org workspace_id bucket application_name",
        weak: "organisation organization account_group",
    },
    Words {
        role: Role::Category,
        strong: "stream_type aggregate_type aggregate_name entity_type entity_name category stream_category \
                 aggregat_typ aggregattyp entitaet_typ kategorie object_type subject_type aggregator_type",
        medium: "entity aggregate aggregat categorie categoria model model_type resource_type objekt_typ objekttyp \
                 objektart type_agregat tipo_agregado root_type domain bereich context_name",
        weak: "object class module area kind_of",
    },
    Words {
        role: Role::Version,
        strong: "version stream_version aggregate_version originator_version entity_version playhead stream_position \
                 stream_revision aggregate_sequence_number aggregate_root_version sequence_in_stream position_in_stream \
                 versions_nr versionsnummer sequence_nr seq_nr aggregate_seq stream_seq event_number expected_version \
                 aggregat_version strom_version version_nr ver",
        medium: "sequence seq revision rev sequence_number ordinal number event_index event_no event_nr nr no num \
                 lfd_nr laufende_nummer laufnummer folgenummer thread_counter numero position stand",
        weak: "idx index counter n v step i",
    },
    Words {
        role: Role::Position,
        strong: "global_position global_seq global_sequence global_sequence_number global_index position \
                 commit_position log_position checkpoint_number sequence_number ordering store_position",
        medium: "id seq sequence offset number no nr row_no pk event_no event_number lfd_nr laufende_nummer lsn \
                 ereignis_nr numero",
        weak: "index idx n counter",
    },
    Words {
        role: Role::Type,
        strong: "event_type type event_name type_name event_class message_type ereignis_typ ereignistyp ereignisart \
                 ereignis_art eventtype eventname type_evenement tipo_evento tipo_de_evento evt_type evttype event_kind \
                 type_of_event evt ereignisname ereignis_name nom_evenement nombre_evento",
        medium: "event name kind action topic typ tipo ereignis art aktion evenement evento operation verb activity \
                 manifest reason vorfall accion command_type msg_type act hergang vorgangsart",
        weak: "what op subject category class label title bezeichnung nom nombre method change status tag routing_key",
    },
    Words {
        role: Role::Payload,
        strong: "payload event_data event_payload data json json_data event_properties body nutzdaten event_body \
                 payload_json data_json event_json message_data carga donnees",
        medium: "details properties content state args args_json params parameters attributes message document value \
                 blob daten inhalt contenu datos contenido event serialized serialized_data object info ereignisdaten \
                 fields eigenschaften changes delta items",
        weak: "text raw bin bytes extra description notes",
    },
    Words {
        role: Role::Time,
        strong: "created_at timestamp occurred_at occurred_on recorded_at recorded_on event_time time_of_recording \
                 zeitpunkt zeitstempel erstellt_am erfasst_am happened_at event_timestamp created_utc created_on \
                 logged_at stored_at commit_stamp horodatage fecha_hora creado_en ts happened_on event_date \
                 timestamp_utc event_ts occured_at raised_at emitted_at",
        medium: "time created when date datetime inserted_at zeit datum occurred recorded cree_le fecha hora quand \
                 written_at published_at saved_at added_at happened at epoch moment ticks date_time cuando angelegt_am \
                 gebucht_am buchungszeit le uhrzeit created_ms created_ts",
        weak: "updated_at modified_at changed_at changed changed_on sent_at processed_at am t tag jour dia day committed julian jd",
    },
    Words {
        role: Role::ValidTime,
        strong: "valid_at valid_time effective_at effective_date effective_on effective_time gueltig_ab gueltig_am \
                 wirksam_ab wirksam_am business_time valuta valid_from as_of value_date",
        medium: "effective valid applies_at applies_from",
        weak: "",
    },
    Words {
        role: Role::Metadata,
        strong: "metadata meta_data meta headers json_metadata event_metadata message_metadata custom_headers \
                 metadaten kopfdaten meta_json metadatos metadonnees event_headers metadata_json",
        medium: "context header kontext envelope tags trace",
        weak: "extra info annotations",
    },
    Words {
        role: Role::Id,
        strong: "event_id event_uuid message_id ereignis_id evt_id event_guid id_evenement evento_id eid",
        medium: "id uuid guid uid",
        weak: "key hash",
    },
    Words {
        role: Role::User,
        strong: "user user_id actor actor_id user_name username created_by changed_by recorded_by benutzer benutzer_id \
                 utilisateur usuario performed_by",
        medium: "author by who bearbeiter operator agent caused_by_user principal issuer employee mitarbeiter auteur \
                 autor wer",
        weak: "owner sender initiator",
    },
    Words {
        role: Role::Correlation,
        strong: "correlation_id correlationid correlation korrelation_id korrelations_id correlation_uuid",
        medium: "trace_id conversation_id request_id transaction_id",
        weak: "",
    },
    Words {
        role: Role::Causation,
        strong: "causation_id causationid causation cause_id caused_by_event ursache_id ursache causation_uuid",
        medium: "caused_by parent_event_id",
        weak: "",
    },
    Words {
        role: Role::SchemaVersion,
        strong: "schema_version event_version type_version payload_version event_schema_version schema_ver",
        medium: "schema event_schema format_version",
        weak: "",
    },
    Words {
        role: Role::Archived,
        strong: "archived is_archived is_deleted soft_deleted archiviert geloescht is_removed",
        medium: "deleted removed tombstone",
        weak: "",
    },
];

/// How much a name says that a column has a role, from 0 to 1.
pub(super) fn says(role: Role, name: &str, table: &str) -> f32 {
    let Some(words) = WORDS.iter().find(|words| words.role == role) else { return 0.0 };
    let tokens = tokens(name);
    let whole = score(words, &tokens);
    // `evt_type` and `order_type` in a table `order_events` are types as well, though less surely.
    let beginnings = table_words(table);
    let stripped = tokens
        .split_first()
        .filter(|(first, rest)| !rest.is_empty() && (PREFIXES.contains(&first.as_str()) || beginnings.contains(*first)))
        .map_or(0.0, |(_, rest)| score(words, rest) * 0.9);
    let last = if tokens.len() > 1 { score(words, &tokens[tokens.len() - 1..]) * 0.5 } else { 0.0 };
    whole.max(stripped).max(last)
}

/// Beginnings of names that say nothing.
const PREFIXES: [&str; 14] =
    ["event", "evt", "ev", "e", "f", "c", "col", "fld", "x", "stored", "ereignis", "msg", "message", "evenement"];

fn score(words: &Words, tokens: &[String]) -> f32 {
    let name = tokens.join("_");
    let together = tokens.concat();
    let has = |list: &str| list.split_whitespace().any(|word| word == name || word.replace('_', "") == together);
    if has(words.strong) {
        1.0
    } else if has(words.medium) {
        0.7
    } else if has(words.weak) {
        0.4
    } else {
        0.0
    }
}

fn table_words(table: &str) -> Vec<String> {
    let mut words = tokens(table);
    let singular: Vec<String> = words.iter().filter_map(|word| word.strip_suffix('s').map(str::to_owned)).collect();
    words.extend(singular);
    words
}

/// The words of a name in lower case, without accents: `occurredAt`, `Occurred-At` and `occurred at` are the same.
pub(super) fn tokens(name: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            tokens.extend((!token.is_empty()).then(|| std::mem::take(&mut token)));
            continue;
        }
        let before = at.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(at + 1);
        // `eventID`, `eventId`, `JSONData`.
        let begins = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_numeric())
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(|a| a.is_lowercase())));
        if begins && !token.is_empty() {
            tokens.push(std::mem::take(&mut token));
        }
        for lower in c.to_lowercase() {
            match lower {
                'ä' => token.push_str("ae"),
                'ö' => token.push_str("oe"),
                'ü' => token.push_str("ue"),
                'ß' => token.push_str("ss"),
                'à' | 'á' | 'â' | 'ã' | 'å' => token.push('a'),
                'è' | 'é' | 'ê' | 'ë' => token.push('e'),
                'ì' | 'í' | 'î' | 'ï' => token.push('i'),
                'ò' | 'ó' | 'ô' | 'õ' => token.push('o'),
                'ù' | 'ú' | 'û' => token.push('u'),
                'ç' => token.push('c'),
                'ñ' => token.push('n'),
                other => token.push(other),
            }
        }
    }
    tokens.extend((!token.is_empty()).then_some(token));
    tokens
}

/// A time's name without its unit: `created_at_ms` is `created_at`.
pub(super) fn without_unit(name: &str) -> String {
    const UNITS: [&str; 17] = [
        "ms", "us", "ns", "s", "sec", "secs", "seconds", "millis", "micros", "nanos", "ticks", "utc", "unix", "epoch",
        "iso", "julian", "jd",
    ];
    let mut words = tokens(name);
    while words.len() > 1 && words.last().is_some_and(|last| UNITS.contains(&last.as_str())) {
        words.pop();
    }
    words.join("_")
}

/// Whether a name of a place inside a payload says that a type is there: others have reasons and states in them.
pub(super) fn names_a_type(name: &str) -> bool {
    const SAY_SO: [&str; 9] = ["type", "event", "kind", "typ", "tipo", "ereignis", "evenement", "evento", "eventtype"];
    tokens(name).iter().any(|token| SAY_SO.contains(&token.as_str()))
}

/// Whether a name ends as ids do: `order_id`, `KundenNr`.
pub(super) fn ends_as_id(name: &str) -> bool {
    tokens(name).last().is_some_and(|last| {
        matches!(last.as_str(), "id" | "uuid" | "guid" | "key" | "nr" | "no" | "nummer" | "ref" | "code" | "number")
            || ["nummer", "schluessel"].iter().any(|end| last.ends_with(end))
    })
}

/// Why a table with such a name is not asked for events.
pub(super) fn excluded(table: &str) -> Option<&'static str> {
    let tokens = tokens(table);
    let whole = tokens.join("_");
    let any = |words: &[&str]| tokens.iter().any(|token| words.contains(&token.as_str()));
    if any(&["snapshot", "snapshots", "schnappschuss", "schnappschuesse"]) {
        Some("snapshots: states that were kept, not events")
    } else if any(&["outbox", "inbox"]) || whole.ends_with("dead_letter_queue") || whole.ends_with("dead_letters") {
        Some("an outbox: copies of events on their way to others")
    } else if any(&["migration", "migrations", "migrationhistory"])
        || matches!(whole.as_str(), "schema_version" | "schema_info" | "alembic_version" | "goose_db_version" | "sqlx")
    {
        Some("migrations of the database itself")
    } else if any(&["subscription", "subscriptions", "checkpoint", "checkpoints", "tracking", "cursors", "offsets"]) {
        Some("bookkeeping of those who read events")
    } else if any(&["projection", "projections", "readmodel", "readmodels"]) || whole.contains("read_model") {
        Some("read models: made from events")
    } else if matches!(whole.as_str(), "users" | "sessions" | "cache" | "jobs" | "failed_jobs" | "tokens" | "settings")
    {
        Some("data of the application")
    } else {
        None
    }
}

/// Whether a name speaks of events: `events`, `orderEvents`, `event_log`, `journal`, `Ereignisse`.
pub(super) fn speaks_of_events(table: &str) -> bool {
    tokens(table).iter().any(|token| {
        matches!(
            token.as_str(),
            "event"
                | "events"
                | "evt"
                | "evts"
                | "eventlog"
                | "eventstore"
                | "journal"
                | "ledger"
                | "history"
                | "commits"
                | "ereignis"
                | "ereignisse"
                | "evenement"
                | "evenements"
                | "evento"
                | "eventos"
                | "messages"
                | "log"
                | "audit"
                | "changes"
                | "protokoll"
                | "verlauf"
                | "historie"
                | "activity"
                | "activities"
                | "stream"
        ) || token.starts_with("ereignis")
            || token.starts_with("event")
            || token.ends_with("events")
            || token.ends_with("ereignisse")
            || token.ends_with("journal")
    })
}

/// Whether a name says that something has happened: `OrderPlaced`, `item_was_sold`, `AuftragAngelegt`.
pub(super) fn has_happened(name: &str) -> bool {
    let tokens = tokens(name);
    let Some(last) = tokens.last() else { return false };
    let last = if last.len() <= 2 && tokens.len() > 1 { &tokens[tokens.len() - 2] } else { last };
    let last = last.as_str();
    let irregular = matches!(
        last,
        "sent"
            | "paid"
            | "made"
            | "sold"
            | "bought"
            | "lost"
            | "found"
            | "begun"
            | "set"
            | "put"
            | "left"
            | "won"
            | "withdrawn"
            | "taken"
            | "given"
            | "written"
            | "shown"
            | "known"
            | "broken"
            | "chosen"
            | "held"
            | "built"
            | "cut"
            | "hit"
            | "met"
            | "read"
            | "reset"
            | "done"
            | "gone"
            | "frozen"
            | "drawn"
            | "stolen"
            | "split"
            | "spent"
    );
    let english = last.len() > 3 && last.ends_with("ed");
    // Participles: angelegt, bezahlt, storniert, eroeffnet; geschlossen, versandt.
    let german = last.len() > 5
        && (tokens.len() > 1 || last.starts_with("ge"))
        && (["iert", "legt", "zahlt", "ndet", "ffnet", "lt", "sst", "dert", "sandt", "cht", "elt", "nnt", "ucht"]
            .iter()
            .any(|end| last.ends_with(end))
            || (last.ends_with("en") && (last.starts_with("ge") || last.starts_with("ver") || last.contains("ge"))));
    irregular || english || german
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        for (name, expected) in [
            ("occurredAt", "occurred at"),
            ("Occurred-At", "occurred at"),
            ("eventID", "event id"),
            ("JSONData", "json data"),
            ("Gültig ab", "gueltig ab"),
            ("type_2", "type 2"),
            ("ocel:eid", "ocel eid"),
            ("", ""),
        ] {
            assert_eq!(tokens(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn names_say_what_a_column_is() {
        for (role, name, table, at_least) in [
            (Role::Stream, "aggregateId", "events", 1.0),
            (Role::Stream, "Vorgangs-Nr", "Ereignisse", 0.7),
            (Role::Type, "evt_type", "events", 0.9),
            (Role::Type, "order_event", "order_events", 0.6),
            (Role::Time, "occurredOn", "x", 1.0),
            (Role::Time, "Zeitstempel", "x", 1.0),
            (Role::ValidTime, "gültig ab", "x", 1.0),
            (Role::Payload, "Nutzdaten", "x", 1.0),
            (Role::Version, "lfd. Nr", "x", 0.7),
        ] {
            assert!(says(role, name, table) >= at_least, "{role:?} {name}: {}", says(role, name, table));
        }
        assert!(says(Role::Type, "price", "orders") < 0.1);
    }

    #[test]
    fn what_has_happened_is_said_so() {
        for name in
            ["OrderPlaced", "order.placed.v1", "money-withdrawn", "AuftragAngelegt", "rechnung_bezahlt", "InvoiceSent"]
        {
            assert!(has_happened(name), "{name}");
        }
        for name in ["Invoice", "Customer", "Rock And Roll", "PlaylistTrack", ""] {
            assert!(!has_happened(name), "{name}");
        }
    }
}
