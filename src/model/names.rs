//! Short names of event types, and categories of streams.

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

/// A type's short name as words: `FundsWithdrawn` and `funds_withdrawn` become `Funds withdrawn`.
pub fn humanised(full: &str) -> String {
    let mut words = String::new();
    let mut previous_lower = false;
    for c in short_type(full).chars() {
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
    fn words() {
        assert_eq!(humanised("FundsWithdrawn"), "Funds withdrawn");
        assert_eq!(humanised("a.b:shopping_cart_opened"), "Shopping cart opened");
        assert_eq!(humanised("SKUAdded"), "SKUAdded");
    }
}
