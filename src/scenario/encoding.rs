//! Bytes into text: UTF-8 alone, and what else they seem to be.

/// Bytes that are no UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Undecoded {
    /// How they read, so that a message can show them.
    pub(super) text: String,
    /// From which byte of that text on they are wrong.
    pub(super) start: usize,
    /// What they are.
    pub(super) what: &'static str,
}

/// The order of the bytes of a unit.
#[derive(Debug, Clone, Copy)]
enum Order {
    LeastFirst,
    GreatestFirst,
}

/// The text of a file, or what it is instead.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, Undecoded> {
    if let Some((what, text)) = wide(&bytes) {
        return Err(Undecoded { text, start: 0, what });
    }
    String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Undecoded { text, start, what: "not UTF-8 from here on" }
    })
}

/// The text of UTF-16 or UTF-32: told by its mark, or by the zeros beside plain letters.
fn wide(bytes: &[u8]) -> Option<(&'static str, String)> {
    use Order::{GreatestFirst, LeastFirst};
    match *bytes {
        [0xff, 0xfe, 0, 0, ref rest @ ..] => Some(("UTF-32", utf_32(rest, LeastFirst))),
        [0, 0, 0xfe, 0xff, ref rest @ ..] => Some(("UTF-32", utf_32(rest, GreatestFirst))),
        [0xff, 0xfe, ref rest @ ..] => Some(("UTF-16", utf_16(rest, LeastFirst))),
        [0xfe, 0xff, ref rest @ ..] => Some(("UTF-16", utf_16(rest, GreatestFirst))),
        [1..=255, 0, 1..=255, 0, ..] => Some(("UTF-16", utf_16(bytes, LeastFirst))),
        [0, 1..=255, 0, 1..=255, ..] => Some(("UTF-16", utf_16(bytes, GreatestFirst))),
        _ => None,
    }
}

fn utf_16(bytes: &[u8], order: Order) -> String {
    let unit = |pair: &[u8]| match order {
        Order::LeastFirst => u16::from_le_bytes([pair[0], pair[1]]),
        Order::GreatestFirst => u16::from_be_bytes([pair[0], pair[1]]),
    };
    let units = bytes.chunks_exact(2).map(unit);
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn utf_32(bytes: &[u8], order: Order) -> String {
    let unit = |four: &[u8]| match order {
        Order::LeastFirst => u32::from_le_bytes([four[0], four[1], four[2], four[3]]),
        Order::GreatestFirst => u32::from_be_bytes([four[0], four[1], four[2], four[3]]),
    };
    let units = bytes.chunks_exact(4).map(unit);
    units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_what_is_none() {
        let found = |bytes: &[u8]| match decode(bytes.to_vec()) {
            Ok(text) => ("UTF-8", text),
            Err(Undecoded { text, what, .. }) => (what, text),
        };
        for (bytes, what, text) in [
            (&b"ab"[..], "UTF-8", "ab"),
            (b"", "UTF-8", ""),
            (b"\xef\xbb\xbfab", "UTF-8", "\u{feff}ab"),
            (b"a\0b", "UTF-8", "a\0b"),
            (b"\xff\xfea\0\xe4\0", "UTF-16", "aä"),
            (b"\xfe\xff\0a\0\xe4", "UTF-16", "aä"),
            (b"a\0b\0c", "UTF-16", "ab"),
            (b"\0a\0b\xd8\0", "UTF-16", "ab\u{fffd}"),
            (b"\xff\xfe\0\0a\0\0\0", "UTF-32", "a"),
            (b"\0\0\xfe\xff\0\0\0a\xff\xff\xff\xff", "UTF-32", "a\u{fffd}"),
            (b"ab\xe4c", "not UTF-8 from here on", "ab\u{fffd}c"),
        ] {
            assert_eq!(found(bytes), (what, text.to_owned()));
        }
    }
}
