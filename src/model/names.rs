//! Short names of event types, categories of streams, and what stands where there is no name.

/// What people see of a stream or a category whose name is empty or can't be seen.
pub const NO_NAME: &str = "(no name)";

/// What people see of an event type whose name is empty or can't be seen.
pub const NO_TYPE: &str = "(no type)";

/// Whether nobody could see a name: it is empty, or all of it is blank.
pub fn is_blank(name: &str) -> bool {
    // Zero width, direction marks and what else leaves no trace.
    let hidden = |c: char| matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    name.chars().all(|c| c.is_whitespace() || c.is_control() || hidden(c))
}

/// The name of a stream or a category as people see it: never blank. What goes to other programs keeps the name.
pub fn shown(name: &str) -> &str {
    if is_blank(name) { NO_NAME } else { name }
}

/// An event type's name as people see it: never blank.
pub fn shown_type(name: &str) -> &str {
    if is_blank(name) { NO_TYPE } else { name }
}

/// An event type in words, as people see it: [`humanised`], and never blank.
pub fn type_words(full: &str) -> String {
    let words = humanised(full);
    if is_blank(&words) { shown_type(full).to_owned() } else { words }
}

/// The short name of an event type: cut at the first `,`, a trailing `.v1`/`.V2` dropped, then the part after the
/// last `.`, `:`, `\`, `/`, `$` or `+`.
pub fn short_type(full: &str) -> &str {
    let name = full.split(',').next().unwrap_or(full).trim_end();
    let name = match name.rsplit_once('.') {
        Some((before, last)) if !before.is_empty() && is_version_suffix(last) => before,
        _ => name,
    };
    let short = name.rsplit(['.', ':', '\\', '/', '$', '+']).next().unwrap_or(name);
    if short.is_empty() { full } else { short }
}

fn is_version_suffix(part: &str) -> bool {
    part.strip_prefix(['v', 'V']).is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a field is one that serializers add for themselves, not one that tells what happened: the class of a value
/// (Newtonsoft's `$type`, Jackson's `@class`, jsonpickle's `py/object`, MongoDB's `_t` and their like), or the number
/// of an object in a text (`$id`, `$ref`).
pub fn is_technical(key: &str) -> bool {
    const CLASSES: [&str; 18] = [
        "$type",
        "$id",
        "$ref",
        "$class",
        "$schema",
        "__class__",
        "__class",
        "__type__",
        "__type",
        "__typename",
        "__module__",
        "@class",
        "@type",
        "@c",
        "_type",
        "_class",
        "_t",
        "py/object",
    ];
    CLASSES.contains(&key)
}

/// The category by the general rule: the part before the first `-`, after any `tenant/`; a bare id (UUID, ULID,
/// 16 or more hex digits, an integer) has the event table's name.
pub fn category_of<'a>(stream: &'a str, event_table: &'a str) -> &'a str {
    let local = without_tenant(stream);
    if is_bare_id(local) {
        return event_table;
    }
    match local.split_once('-') {
        Some(("", _)) | None => local,
        Some((category, _)) => category,
    }
}

/// The part of a stream's name after its category: all of it for a bare id.
pub fn id_of(stream: &str) -> &str {
    let local = without_tenant(stream);
    if is_bare_id(local) {
        return local;
    }
    match local.split_once('-') {
        Some((category, id)) if !category.is_empty() => id,
        _ => local,
    }
}

/// A stream's name without the `tenant/` before it.
fn without_tenant(stream: &str) -> &str {
    match stream.split_once('/') {
        Some((tenant, rest)) if !tenant.is_empty() && !rest.is_empty() && !tenant.contains('-') => rest,
        _ => stream,
    }
}

/// Whether a name is nothing but an id: UUID, ULID, 16 or more hex digits, or an integer.
pub fn is_bare_id(name: &str) -> bool {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let integer = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let uuid = name.len() == 36 && name.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && name.split('-').all(hex);
    // Crockford's alphabet leaves out I, L, O and U; the first digit holds three bits.
    let ulid = name.len() == 26
        && name.starts_with(|c: char| ('0'..='7').contains(&c))
        && name.bytes().all(|byte| {
            byte.is_ascii_digit() || (byte.is_ascii_alphabetic() && !b"ILOU".contains(&byte.to_ascii_uppercase()))
        });
    integer || uuid || ulid || (name.len() >= 16 && hex(name))
}

/// A type's short name as words: `FundsWithdrawn`, `funds_withdrawn` and `FUNDS_WITHDRAWN` become `Funds withdrawn`.
pub fn humanised(full: &str) -> String {
    let short = short_type(full);
    // Capitals alone are words only where something divides them: `SKU` is a name.
    let lowered: String;
    let short = if short.contains('_') && !short.contains(char::is_lowercase) {
        lowered = short.to_lowercase();
        &lowered
    } else {
        short
    };
    let mut words = String::new();
    let mut previous_lower = false;
    for c in short.chars() {
        if c == '_' || c == '-' || c.is_whitespace() {
            if !words.is_empty() && !words.ends_with(' ') {
                words.push(' ');
            }
            previous_lower = false;
        } else if c.is_uppercase() && previous_lower {
            words.push(' ');
            words.extend(c.to_lowercase());
            previous_lower = false;
        } else if words.is_empty() {
            words.extend(c.to_uppercase());
            previous_lower = c.is_lowercase() || c.is_numeric();
        } else {
            words.push(c);
            previous_lower = c.is_lowercase() || c.is_numeric();
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_types() {
        for (full, short) in [
            ("bankapp.domainmodel:BankAccount.MoneyDeposited", "MoneyDeposited"),
            ("Shop.Orders.OrderPlaced, Shop, Version=1.0", "OrderPlaced"),
            ("App\\Events\\MoneyAdded", "MoneyAdded"),
            ("booking.room-booked.V1", "room-booked"),
            ("V1.RoomBooked", "RoomBooked"),
            ("Outer+Inner", "Inner"),
            ("v1", "v1"),
            ("FundsDeposited", "FundsDeposited"),
            ("ends.", "ends."),
        ] {
            assert_eq!(short_type(full), short, "{full}");
        }
    }

    #[test]
    fn categories() {
        for (stream, category, id) in [
            ("account-42", "account", "42"),
            ("shopping_cart-9b46-28e9", "shopping_cart", "9b46-28e9"),
            ("tenant/account-1", "account", "1"),
            ("9b465ce8-29e0-46b8-8fd6-b054b349cd92", "events", "9b465ce8-29e0-46b8-8fd6-b054b349cd92"),
            ("211881f79ff44d66abfb57d66526e449", "events", "211881f79ff44d66abfb57d66526e449"),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "events", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            ("42", "events", "42"),
            ("audit", "audit", "audit"),
        ] {
            assert_eq!((category_of(stream, "events"), id_of(stream)), (category, id), "{stream}");
        }
    }

    #[test]
    fn what_is_blank_is_told_in_words() {
        for blank in ["", " ", "\t\n", "\u{200b}", "\u{0}", "\u{3000}\u{feff}"] {
            assert_eq!((shown(blank), shown_type(blank)), (NO_NAME, NO_TYPE), "{blank:?}");
            assert_eq!(type_words(blank), NO_TYPE, "{blank:?}");
        }
        assert_eq!((shown(" a"), shown_type("."), &*type_words("_")), (" a", ".", "_"));
        assert_eq!(type_words("a.FundsWithdrawn"), "Funds withdrawn");
    }

    #[test]
    fn words() {
        assert_eq!(humanised("FundsWithdrawn"), "Funds withdrawn");
        assert_eq!(humanised("a.b:shopping_cart_opened"), "Shopping cart opened");
        assert_eq!(humanised("SKUAdded"), "SKUAdded");
        assert_eq!((humanised("TICKET_OPENED"), humanised("SKU")), ("Ticket opened".to_owned(), "SKU".to_owned()));
    }
}
