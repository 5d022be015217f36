//! Bytes that nobody meant: random ones, real documents with a few bytes changed, cut off, spliced, nested deeply. Each
//! must be refused or read, within a bounded time and memory, without a panic.
//!
//! `FOLDLINE_FUZZ_SECONDS` says how long each of the tests goes on (default 2), `FOLDLINE_FUZZ_SEED` where it begins; a
//! failure names the seed of its input.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use foldline::model::{Cancel, Progress, json};
use foldline::store::decode::{Form, Packing, decode, sniff, unpack};
use foldline::store::{self, OpenOptions};

use crate::fixtures;

/// Every input must be done by then, in a build without optimisation, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

const FORMS: [Form; 15] = [
    Form::Auto,
    Form::Json,
    Form::Jsonb,
    Form::Yaml,
    Form::Xml,
    Form::Xstream,
    Form::Php,
    Form::Msgpack,
    Form::Cbor,
    Form::Bson,
    Form::Pickle,
    Form::RubyMarshal,
    Form::Protobuf,
    Form::Text,
    Form::Opaque,
];

const PACKINGS: [Packing; 8] = [
    Packing::Zlib,
    Packing::Gzip,
    Packing::Zstd,
    Packing::Lz4,
    Packing::Lz4Block,
    Packing::Deflate,
    Packing::Hex,
    Packing::Base64,
];

fn seconds() -> Duration {
    let text = std::env::var("FOLDLINE_FUZZ_SECONDS").unwrap_or_default();
    Duration::from_secs_f64(text.parse().unwrap_or(2.0))
}

fn first_seed() -> u64 {
    std::env::var("FOLDLINE_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// xorshift64*: the same inputs for the same seed, everywhere.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end.max(1)
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| (self.next() >> 32) as u8).collect()
    }
}

/// Real documents, a few of each form.
fn seeds() -> Vec<(Form, Vec<u8>)> {
    let base64 = |text: &str| unpack(text.trim().as_bytes(), &[Packing::Base64]).unwrap().into_owned();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/decode/golden");
    let mut seeds: Vec<(Form, Vec<u8>)> = [
        (Form::Json, &br#"{"id":1,"list":[1,2.50,{"a":null}],"text":"\u00e9\n","deep":[[[[]]]]}"#[..]),
        (Form::Yaml, b"---\n:id: 1\n:sh: &1\n  :a: !ruby/object:BigDecimal 18:0.15e1\n:again: *1\n:l:\n- {x: [1, 'y']}\n- |\n  text\n:t: 2026-01-01 00:00:00.1 Z\n<<: {b: 2}\n"),
        (Form::Yaml, b"a: !!python/object/apply:decimal.Decimal\n- '1.50'\nb: !!set\n  x: null\n? [complex, key]\n: \"v\\u00e9\"\n"),
        (Form::Xstream, b"<c.O_-P><id>1</id><items><c.I><s>A</s></c.I><c.I reference=\"../c.I\"/></items><m class=\"map\"><entry><string>k</string><int>1</int></entry></m></c.O_-P>"),
        (Form::Xml, b"<?xml version=\"1.0\"?><o xmlns=\"u\" a='1'><l n=\"1\">&lt;&#65;</l><l/><![CDATA[x]]></o>"),
        (Form::Php, b"a:3:{s:2:\"id\";i:1;s:1:\"o\";O:3:\"Sub\":2:{s:6:\"\0*\0cur\";d:1.5;s:4:\"\0A\0x\";b:1;}i:7;r:3;}"),
        (Form::Msgpack, b"\x84\xa2id\x01\xa1l\x93\xc0\xc3\xcb\x3f\xf0\0\0\0\0\0\0\xa1t\xd6\xff\x69\x57\x35\xa5\xa1b\xc4\x02\xff\xfe"),
        (Form::Cbor, b"\xbf\x62id\x01\x61l\x9f\xf9\x3c\x00\xf6\xff\x61t\xc1\x1a\x69\x57\x35\xa5\x61n\xc2\x42\x01\x00\xff"),
        (Form::Bson, b"\x29\0\0\0\x10id\0\x01\0\0\0\x02s\0\x02\0\0\0a\0\x04l\0\x0c\0\0\0\x100\0\x01\0\0\0\0\x08b\0\x01\0"),
        (Form::Jsonb, b"\xac\x37abc\x5b\x131\x132\x00"),
        (Form::RubyMarshal, b"\x04\x08{\x08:\x07idi\x06:\x06sI\"\x06a\x06:\x06ET:\x06l[\x07@\x060"),
        (Form::Protobuf, b"\x08\x01\x12\x03abc\x1a\x04\x08\x01\x10\x02\x25\0\0\x80\x3f\x33\x08\x01\x34"),
    ]
    .into_iter()
    .map(|(form, bytes)| (form, bytes.to_vec()))
    .collect();
    for line in std::fs::read_to_string(golden.join("pickles.txt")).unwrap().lines() {
        seeds.push((Form::Pickle, base64(line)));
    }
    for line in std::fs::read_to_string(golden.join("documents.txt")).unwrap().lines() {
        let (form, text) = line.split_once(' ').unwrap();
        let form = serde_json::from_value(serde_json::Value::from(form)).unwrap();
        seeds.push((form, base64(text)));
    }
    for (form, bytes) in &seeds {
        decode(bytes, *form).unwrap_or_else(|e| panic!("{form:?}: {e}"));
    }
    seeds
}

/// A few changes at once.
fn mutated(bytes: &[u8], others: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(out.len());
        match random.below(10) {
            0 => out.truncate(at),
            1 if !out.is_empty() => out[at] = (random.next() >> 40) as u8,
            2 if !out.is_empty() => out[at] ^= 1 << random.below(8),
            3 => {
                let new = [0x00, 0x01, 0x7f, 0x80, 0xff][random.below(5)];
                let len = random.below(9);
                out.splice(at..at, vec![new; len]);
            }
            4 => {
                let end = (at + random.below(20)).min(out.len());
                let copy = out[at..end].to_vec();
                let to = random.below(out.len());
                for _ in 0..=random.below(40) {
                    out.splice(to..to, copy.iter().copied());
                }
            }
            5 => {
                let end = (at + random.below(20)).min(out.len());
                out.drain(at..end);
            }
            6 => {
                let from = random.below(others.len());
                let end = (from + random.below(40)).min(others.len());
                out.splice(at..at, others[from..end].iter().copied());
            }
            7 => {
                let new = random.bytes(4);
                out.splice(at..at, new);
            }
            8 => {
                // A length or a number becomes another.
                let digits = [&b"0"[..], b"-1", b"4294967295", b"9223372036854775807", b"99999999999999999999"];
                let new = digits[random.below(digits.len())];
                out.splice(at..at, new.iter().copied());
            }
            _ => {
                let marks = b"[]{}<>:;\"'&*!|-\n \\,?%@`#~.";
                let mark = marks[random.below(marks.len())];
                let len = 1 << random.below(12);
                out.splice(at..at, vec![mark; len]);
            }
        }
        out.truncate(1 << 16);
    }
    out
}

/// All that is done with a payload: each form, what it shows, what is around it.
fn decoded(bytes: &[u8], forms: &[Form]) {
    let started = Instant::now();
    for form in forms {
        if let Ok(value) = decode(bytes, *form) {
            // Whoever walks it may recurse: printing does.
            drop(json::to_text(&value));
        }
    }
    let _ = sniff(bytes);
    if let Ok(unpacked) = unpack(bytes, &PACKINGS) {
        drop(decode(&unpacked, Form::Auto));
    }
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
}

/// How many inputs there were, for whoever runs it for long (`--nocapture`).
#[expect(clippy::print_stderr, reason = "a fuzzer tells how far it came")]
fn told(seed: u64, what: &str) {
    eprintln!("{} {what}, up to seed {}", seed - first_seed(), seed - 1);
}

/// Runs one input; a panic is told with the seed that made it.
#[track_caller]
fn with_seed(seed: u64, what: impl FnOnce() + std::panic::UnwindSafe) {
    if let Err(panic) = std::panic::catch_unwind(what) {
        let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
        let text = if text.is_empty() { panic.downcast_ref::<&str>().unwrap_or(&"").to_string() } else { text };
        panic!("FOLDLINE_FUZZ_SEED={seed}: {text}");
    }
}

#[test]
fn decoders_take_whatever_comes() {
    let seeds = seeds();
    let until = Instant::now() + seconds();
    let mut seed = first_seed();
    while Instant::now() < until {
        let mut random = Random::new(seed);
        let (form, bytes) = &seeds[random.below(seeds.len())];
        let (_, others) = &seeds[random.below(seeds.len())];
        let bytes = match random.below(8) {
            0 => {
                let len = random.below(300);
                random.bytes(len)
            }
            _ => mutated(bytes, others, &mut random),
        };
        with_seed(seed, || decoded(&bytes, if seed.is_multiple_of(16) { &FORMS } else { std::slice::from_ref(form) }));
        seed += 1;
    }
    told(seed, "payloads");
}

#[test]
fn deep_nesting_and_large_promises_are_refused_at_once() {
    let repeated: [&[u8]; 20] = [
        b"[",
        b"{\"a\":",
        b"- ",
        b"? ",
        b"&a ",
        b"!x ",
        b"<a>",
        b"<a b='",
        b"a:1:{i:0;",
        b"\x91",
        b"\x81\xa1a",
        b"\x9f",
        b"\xc1",
        b"\xff\0\0\0\x03a\0",
        b"(",
        b"]\x94a",
        b"[\x06",
        b"\x0b",
        b"\x0a\x7f",
        b"\x5b",
    ];
    for part in repeated {
        for times in [100, 127, 128, 129, 1000, 20_000] {
            let bytes = part.repeat(times);
            decoded(&bytes, &FORMS);
            for head in [&b"\x04\x08"[..], b"\x80\x04", b"--- "] {
                decoded(&[head, &bytes].concat(), &FORMS);
            }
        }
    }
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    use std::io::Write as _;
    // 300 MB of zeros: a few hundred KB packed, a few hundred bytes when packed again.
    let mut once = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..300 {
        once.write_all(&zeros).unwrap();
    }
    let once = once.finish().unwrap();
    let mut twice = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    twice.write_all(&once).unwrap();
    for bomb in [once, twice.finish().unwrap()] {
        assert_eq!(unpack(&bomb, &PACKINGS).unwrap_err().reason, "too large");
    }
    // A block that says it holds four gigabytes is none.
    assert_eq!(&*unpack(b"\xff\xff\xff\xff\x10a", &[Packing::Lz4Block]).unwrap(), b"\xff\xff\xff\xff\x10a");
}

/// Opens a file, recognises it, indexes it and reads every event and snapshot.
fn used(path: &Path) -> Result<usize, store::StoreError> {
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let options = OpenOptions { lock_wait: Duration::from_millis(5), ..OpenOptions::default() };
    let store = store::open(path, &options, &progress, &cancel)?;
    let log = store.scan(1, &progress, &cancel)?;
    let mut events = 0;
    store.reader()?.for_each(&log, 0..log.len(), &cancel, &mut |_, event| {
        // Errors of single payloads are told with their events.
        drop(event.data.decoded().map(|value| json::to_text(&value)));
        events += 1;
        ControlFlow::Continue(())
    })?;
    drop(store.read_snapshots(&cancel)?);
    Ok(events)
}

/// Changes to a database file: single bytes, whole pages, its length.
fn mutated_file(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let page = 4096.min(out.len().max(1));
    for _ in 0..=random.below(8) {
        let pages = (out.len() / page).max(1);
        match random.below(8) {
            // The header and the schema's page are where most depends on.
            0 if !out.is_empty() => {
                let at = random.below(out.len().min(100));
                out[at] = (random.next() >> 40) as u8;
            }
            1 if !out.is_empty() => {
                let at = random.below(out.len().min(page));
                out[at] ^= 1 << random.below(8);
            }
            2 | 3 if !out.is_empty() => {
                let at = random.below(out.len());
                out[at] = (random.next() >> 40) as u8;
            }
            4 => {
                let len = random.below(out.len());
                out.truncate(len);
            }
            5 | 6 if out.len() >= 2 * page => {
                let (from, to) = (random.below(pages) * page, random.below(pages) * page);
                out.copy_within(from..from + page, to);
            }
            _ if !out.is_empty() => {
                let at = random.below(out.len());
                let end = (at + random.below(64)).min(out.len());
                out[at..end].fill([0x00, 0xff, 0x7f, 0x80][random.below(4)]);
            }
            _ => {}
        }
    }
    out
}

#[test]
fn damaged_stores_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut seeds: Vec<Vec<u8>> =
        fixtures::all(folder.path()).into_iter().map(|(_, path)| std::fs::read(path).unwrap()).collect();
    seeds.push(std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/orders.db")).unwrap());
    if let Some(stores) = fixtures::stores() {
        for entry in std::fs::read_dir(stores).unwrap() {
            let path = entry.unwrap().path();
            let is_store = path.extension().is_some_and(|extension| extension == "db" || extension == "sqlite");
            if is_store && std::fs::metadata(&path).unwrap().len() < 400 << 10 {
                seeds.push(std::fs::read(path).unwrap());
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.db");
    let until = Instant::now() + seconds();
    let mut seed = first_seed();
    while Instant::now() < until {
        let mut random = Random::new(seed);
        let bytes = mutated_file(&seeds[random.below(seeds.len())], &mut random);
        std::fs::write(&path, &bytes).unwrap();
        with_seed(seed, || {
            let started = Instant::now();
            if let Err(error) = used(&path) {
                assert!(!error.to_string().is_empty());
            }
            assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
            let left = fixtures::contents(folder.path());
            assert_eq!(left.keys().collect::<Vec<_>>(), ["damaged.db"], "a file was left behind");
            assert!(left["damaged.db"] == bytes, "the file was changed");
        });
        seed += 1;
    }
    told(seed, "files");
}
