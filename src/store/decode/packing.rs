//! What may be around a payload: compression, or bytes written as text.

use std::borrow::Cow;
use std::io::Read;

use serde::Deserialize;

use crate::model::event::Payload;

use super::{DecodeError, text};

/// What may be around a payload. A layout or a mapping names those that its library uses; each is taken off only where
/// the bytes show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Packing {
    /// RFC 1950.
    Zlib,
    /// RFC 1952, also of several members.
    Gzip,
    /// RFC 8878, also of several frames.
    Zstd,
    /// LZ4 frames.
    Lz4,
    /// One LZ4 block after its unpacked size, four bytes, little-endian. It has no mark: taken off where it fits exactly.
    Lz4Block,
    /// RFC 1951 without a header, as .NET's `DeflateStream` writes it. It has no mark: taken off where it fits exactly.
    Deflate,
    /// Hexadecimal digits, also after `0x` or `\x`.
    Hex,
    /// Base64, standard or for URLs.
    Base64,
}

/// Layers that are taken off at most: text, then compression twice.
const MAX_LAYERS: usize = 3;

impl Packing {
    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Zlib => "zlib",
            Self::Gzip => "gzip",
            Self::Zstd => "Zstandard",
            Self::Lz4 | Self::Lz4Block => "LZ4",
            Self::Deflate => "deflate",
            Self::Hex => "hexadecimal",
            Self::Base64 => "base64",
        }
    }

    /// Whether it makes text of bytes.
    fn is_text(self) -> bool {
        matches!(self, Self::Hex | Self::Base64)
    }
}

/// The outermost of these packings that the bytes show. Those without a mark are tried last.
pub fn packing_of(bytes: &[u8], among: &[Packing]) -> Option<Packing> {
    let marked = among.iter().copied().find(|packing| match (packing, bytes) {
        // RFC 1950: deflate with a window of 32 KB, as everybody writes it, and a header divisible by 31. Smaller windows
        // would let text begin as zlib does.
        (Packing::Zlib, [0x78, flags, ..]) => (0x7800 + u32::from(*flags)) % 31 == 0,
        (Packing::Gzip, [0x1f, 0x8b, ..])
        | (Packing::Zstd, [0x28, 0xb5, 0x2f, 0xfd, ..])
        | (Packing::Lz4, [0x04, 0x22, 0x4d, 0x18, ..]) => true,
        _ => false,
    });
    marked.or_else(|| among.iter().copied().find(|packing| is_exactly(bytes, *packing)))
}

/// The compression that the bytes show and that is not undone here.
pub fn unread_packing_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
        // Of nothing at all.
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some("xz"),
        // The usual properties, a dictionary of a power of two, and a size that is not known or not huge.
        [0x5d, 0, 0, dictionary @ .., ] if is_lzma(dictionary) => Some("LZMA"),
        _ => None,
    }
}

/// Whether this follows the properties and the lower half of the dictionary's size in a file of the old LZMA form.
fn is_lzma(rest: &[u8]) -> bool {
    let Some(([low, high], rest)) = rest.split_first_chunk::<2>() else { return false };
    let Some((size, packed)) = rest.split_first_chunk::<8>() else { return false };
    let size = u64::from_le_bytes(*size);
    u16::from_le_bytes([*low, *high]).is_power_of_two()
        && (size == u64::MAX || size < 1 << 40)
        && packed.first() == Some(&0)
}

/// Whether bytes are wholly of a packing that has no mark.
fn is_exactly(bytes: &[u8], packing: Packing) -> bool {
    match packing {
        Packing::Hex => text::from_hex(bytes).is_some(),
        Packing::Base64 => text::from_base64(bytes).is_some_and(|bytes| !bytes.is_empty()),
        Packing::Lz4Block => lz4_block(bytes).is_some(),
        Packing::Deflate => !looks_like_json(bytes) && matches!(deflated(bytes), Ok(Some(_))),
        Packing::Zlib | Packing::Gzip | Packing::Zstd | Packing::Lz4 => false,
    }
}

/// Takes off what is around the bytes, of those packings that may be; text once, compression at most twice.
///
/// Errors: what was compressed is damaged or cut off, or is larger than [`Payload::RAW_LIMIT`] when unpacked.
pub fn unpack<'a>(bytes: &'a [u8], among: &[Packing]) -> Result<Cow<'a, [u8]>, DecodeError> {
    let mut bytes = Cow::Borrowed(bytes);
    if among.is_empty() {
        return Ok(bytes);
    }
    let mut among = among.to_vec();
    for _ in 0..MAX_LAYERS {
        let Some(packing) = packing_of(&bytes, &among) else { break };
        bytes = Cow::Owned(unpacked(&bytes, packing)?);
        if packing.is_text() {
            among.retain(|other| !other.is_text());
        }
    }
    Ok(bytes)
}

fn unpacked(bytes: &[u8], packing: Packing) -> Result<Vec<u8>, DecodeError> {
    let damaged = |details: &dyn std::fmt::Display| {
        let reason = format!("damaged {} data", packing.title());
        let note = format!("{reason}: {details}");
        DecodeError::new(reason, note)
    };
    let read = match packing {
        Packing::Zlib => read_limited(flate2::read::ZlibDecoder::new(bytes)),
        Packing::Gzip => read_limited(flate2::read::MultiGzDecoder::new(bytes)),
        Packing::Zstd => return zstd(bytes).map_err(|e| e.unwrap_or_else(|| too_large(packing))),
        Packing::Lz4 => read_limited(lz4_flex::frame::FrameDecoder::new(bytes)),
        Packing::Deflate => return deflated(bytes).map_err(|e| damaged(&e))?.ok_or_else(|| too_large(packing)),
        Packing::Lz4Block => return lz4_block(bytes).ok_or_else(|| damaged(&"not one block")),
        Packing::Hex => return text::from_hex(bytes).ok_or_else(|| damaged(&"not only digits")),
        Packing::Base64 => return text::from_base64(bytes).ok_or_else(|| damaged(&"other characters")),
    };
    match read {
        Ok(Some(unpacked)) => Ok(unpacked),
        Ok(None) => Err(too_large(packing)),
        Err(e) => Err(damaged(&e)),
    }
}

fn too_large(packing: Packing) -> DecodeError {
    let note = format!("more than {} bytes when its {} data is unpacked", Payload::RAW_LIMIT, packing.title());
    DecodeError::new("too large", note)
}

/// All that it gives, or `None` where that is too much.
fn read_limited(source: impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut out = Vec::new();
    source.take(Payload::RAW_LIMIT as u64 + 1).read_to_end(&mut out)?;
    Ok((out.len() <= Payload::RAW_LIMIT).then_some(out))
}

/// Frames one after the other; `Err(None)` for too much.
fn zstd(bytes: &[u8]) -> Result<Vec<u8>, Option<DecodeError>> {
    let damaged = |details: String| {
        Some(DecodeError::new("damaged Zstandard data", format!("damaged Zstandard data: {details}")))
    };
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let frame = ruzstd::decoding::StreamingDecoder::new(&mut rest).map_err(|e| damaged(e.to_string()))?;
        let room = (Payload::RAW_LIMIT - out.len()) as u64 + 1;
        frame.take(room).read_to_end(&mut out).map_err(|e| damaged(e.to_string()))?;
        if out.len() > Payload::RAW_LIMIT {
            return Err(None);
        }
    }
    Ok(out)
}

/// What a raw deflate stream holds that ends where the bytes end; `Ok(None)` for too much.
fn deflated(bytes: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
    let mut decoder = flate2::bufread::DeflateDecoder::new(bytes);
    let out = read_limited(&mut decoder)?;
    if out.is_some() && !decoder.get_ref().is_empty() {
        return Err(std::io::Error::other("more bytes after its end"));
    }
    Ok(out)
}

/// What one LZ4 block holds, if it is one of the size that its head says.
fn lz4_block(bytes: &[u8]) -> Option<Vec<u8>> {
    let (head, block) = bytes.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*head)).ok()?;
    // LZ4 shrinks to a 255th at best.
    if size == 0 || size > Payload::RAW_LIMIT || size > block.len().saturating_mul(255) {
        return None;
    }
    lz4_flex::block::decompress(block, size).ok().filter(|out| out.len() == size)
}

fn looks_like_json(bytes: &[u8]) -> bool {
    matches!(text::without_bom(bytes).trim_ascii_start().first(), Some(b'{' | b'[' | b'"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_that_is_not_undone_is_named() {
        let bytes = |hex: &str| text::from_hex(hex.as_bytes()).unwrap();
        // `{"a":1}` and nothing by Python's bz2 and lzma.
        for (packed, expected) in [
            (
                "425a68393141592653593adf03600000029980100020102000000a200021800c025b06dc5dc914e14240eb7c0d80",
                Some("bzip2"),
            ),
            ("425a683917724538509000000000", Some("bzip2")),
            ("fd377a585a000004e6d6b4460200210116000000742fe5a30100067b2261223a317d00", Some("xz")),
            ("5d00008000ffffffffffffffff003d8888223728a41a340fdfffff37300000", Some("LZMA")),
            ("5d00008000", None),
            ("7b2261223a317d", None),
        ] {
            assert_eq!(unread_packing_of(&bytes(packed)), expected, "{packed}");
        }
        assert_eq!(unread_packing_of(b""), None);
    }

    const ALL: [Packing; 6] =
        [Packing::Zlib, Packing::Gzip, Packing::Zstd, Packing::Lz4, Packing::Lz4Block, Packing::Deflate];

    /// `{"a":[1,1,1,…]}` with 300 numbers.
    fn json() -> Vec<u8> {
        format!("{{\"a\":[{}]}}", vec!["1"; 300].join(",")).into_bytes()
    }

    /// Packed by Python's zlib, gzip, zstandard 0.25 and lz4 4.4; hexadecimal.
    const PACKED: [(Packing, &str); 7] = [
        (Packing::Zlib, "789cab564a54b28a36d41985a390ea30b6160070e46f60"),
        (Packing::Gzip, "1f8b0800000000000203ab564a54b28a36d41985a390ea30b616001ccf3cbd5f020000"),
        (Packing::Zstd, "28b52ffd605f018d0000507b2261223a5b312c5d7d010052aa1c17"),
        (Packing::Zstd, "28b52ffd2064750000407b2261223a5b312c0100d9e4b828b52ffd60fb005d000020312c5d7d0100f4a90e0b"),
        (Packing::Lz4, "04224d1868405f020000000000007d140000008f7b2261223a5b312c0200ffff4150312c315d7d00000000"),
        (Packing::Lz4Block, "5f0200008f7b2261223a5b312c0200ffff4150312c315d7d"),
        (Packing::Deflate, "ab564a54b28a36d41985a390ea30b61600"),
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        text::from_hex(hex.as_bytes()).unwrap()
    }

    #[test]
    fn each_packing_is_known_and_taken_off() {
        for (packing, hex) in PACKED {
            let packed = bytes(hex);
            assert_eq!(packing_of(&packed, &ALL), Some(packing));
            assert_eq!(unpack(&packed, &ALL).unwrap(), json());
            // Cut off, it is no longer that packing, or it is damaged; never something else.
            for len in 0..packed.len() {
                if let Ok(other) = unpack(&packed[..len], &[packing]) {
                    assert!(
                        *other == packed[..len]
                            || matches!(packing, Packing::Lz4 | Packing::Zstd) && json().starts_with(&other),
                        "{packing:?}"
                    );
                }
            }
        }
        assert_eq!(&*unpack(&json(), &ALL).unwrap(), json());
        assert_eq!(unpack(&json(), &[]).unwrap(), json());
    }

    #[test]
    fn text_and_compression_come_off_together() {
        let hex = PACKED[1].1;
        assert_eq!(unpack(hex.as_bytes(), &[Packing::Hex, Packing::Gzip]).unwrap(), json());
        let base64 = text::base64(&bytes(hex));
        assert_eq!(unpack(base64.as_bytes(), &[Packing::Gzip, Packing::Base64]).unwrap(), json());
        // Not named, not guessed.
        assert_eq!(unpack(hex.as_bytes(), &ALL).unwrap(), hex.as_bytes());
    }

    #[test]
    fn damage_is_told() {
        let mut damaged = bytes(PACKED[0].1);
        damaged.truncate(8);
        assert_eq!(unpack(&damaged, &ALL).unwrap_err().reason, "damaged zlib data");
        assert_eq!(unpack(b"\x28\xb5\x2f\xfd\xff\xff", &ALL).unwrap_err().reason, "damaged Zstandard data");
        assert_eq!(unpack(b"\x04\x22\x4d\x18\xff\xff", &ALL).unwrap_err().reason, "damaged LZ4 data");
        assert_eq!(unpack(b"\x1f\x8b\x08", &ALL).unwrap_err().reason, "damaged gzip data");
    }
}
