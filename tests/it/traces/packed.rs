//! Traces that are packed hold what plain ones hold, and are refused where they are torn.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use limitlab::summary::Summary;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{HEADER, assert_same, folder, mistakes, outcome_in};

const SHOPS: &str = "limitlab: 1
name: packed
duration: 1h
workspaces:
  - { group: shops, count: 2, traffic: { trace: day.csv }, agents: [{ name: sales, count: 2 }] }
backend: { servers: 1, service_time: { exponential: 2s } }
";

fn trace() -> Vec<u8> {
    let rows = (0..20_000_u64).map(|number| {
        let (workspace, agent) = (1 + number % 2, 1 + number / 7 % 2);
        format!("{}ms,shops/{workspace},sales/{agent},message,\n", 150 * number)
    });
    (HEADER.to_owned() + &rows.collect::<String>()).into_bytes()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

fn replayed(name: &str, bytes: &[u8]) -> Summary {
    let folder = folder(&SHOPS.replace("day.csv", name), &[(name, bytes)]);
    outcome_in(folder.path(), 1).summary
}

#[test]
fn packed_traces_are_the_plain_one() {
    let plain = trace();
    let expected = replayed("day.csv", &plain);
    assert_eq!(expected.value("messages.offered"), Some(20_000.0));
    // Files of several parts, cut within a row, are one.
    let (one, other) = plain.split_at(100_003);
    for (name, bytes) in [
        ("day.csv.gz", gz(&plain)),
        ("day.gz", [gz(one), gz(other)].concat()),
        ("day.csv.zst", zst(&plain)),
        ("day.zst", [zst(one), zst(b""), zst(other)].concat()),
    ] {
        assert_same(&replayed(name, &bytes), &expected);
    }
}

#[test]
fn a_file_that_zstd_packed_is_read() {
    // Two rows, as the command-line tool of Zstandard 1.5.4 packs them, with a checksum; before them
    // a frame that is to be skipped.
    const PACKED: &str = "28b52ffd245a5d0200e40374696d652c776f726b73706163652c6167656e742c616374696f6e2c636f73740a31732c73686f70732f312c73616c656d6573736167652c0a323232330a0400a008c8f727215850a0a19cb044";
    let mut bytes = vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    bytes.extend(
        (0..PACKED.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&PACKED[at..at + 2], 16).expect("it is hexadecimal")),
    );
    let summary = replayed("day.zst", &bytes);
    assert_eq!(summary.value("messages.offered"), Some(2.0));

    // One byte of the text is another: the checksum tells.
    let scenario = SHOPS.replace("day.csv", "day.zst");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let told = mistakes(&scenario, &[("day.zst", &bytes)]);
    assert!(
        told.contains("day.zst:4:1: error: this file cannot be unpacked: the checksum"),
        "{told}"
    );
}

#[test]
fn a_packed_trace_that_is_torn_is_refused() {
    let plain = trace();
    for (name, bytes) in [("day.gz", gz(&plain)), ("day.zst", zst(&plain))] {
        let scenario = SHOPS.replace("day.csv", name);
        let torn = "what is packed in this file ends too early: it is torn";
        for cut in [bytes.len() / 2, bytes.len() - 1, 5] {
            let told = mistakes(&scenario, &[(name, &bytes[..cut])]);
            assert!(told.contains(torn), "{name}, {cut}: {told}");
        }
    }
    // A line for which nothing was packed is the one where it ends.
    let told = mistakes(&SHOPS.replace("day.csv", "day.gz"), &[("day.gz", b"time,workspace\n")]);
    assert!(told.contains("day.gz:1:1: error: this file cannot be unpacked: "), "{told}");
    let told = mistakes(&SHOPS.replace("day.csv", "day.zst"), &[("day.zst", b"time,workspace\n")]);
    assert!(told.contains("day.zst:1:1: error: this file cannot be unpacked: "), "{told}");
}
