//! The fuzzers' targets within bounds: their corpus, changed at random, on the stable toolchain.

use std::fs;

use super::{Chance, done, say, size, top};

#[path = "../../fuzz/targets.rs"]
mod targets;

/// R20: 10^5 inputs and more here, 10^6 and more in the long form; `cargo fuzz run TARGET` goes on
/// from there.
#[test]
fn no_input_breaks_a_parser() {
    for (name, target) in targets::TARGETS {
        let mut seeds: Vec<Vec<u8>> = match fs::read_dir(top().join("fuzz/corpus").join(name)) {
            Ok(entries) => entries.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect(),
            Err(_) => Vec::new(),
        };
        let folder = tempfile::tempdir().unwrap();
        let (here, long) = match name {
            "database" => {
                done(folder.path(), &["seed"]);
                seeds.push(fs::read(folder.path().join("facts.db")).unwrap());
                (40, 5_000)
            }
            "edtf" | "expression" => (60_000, 600_000),
            _ => (3_000, 200_000),
        };
        let mut chance = Chance::new(51);
        for _ in 0..size(here, long) {
            target(&changed(&mut chance, &seeds));
        }
        say(&format!("{name}: {} inputs", size(here, long)));
    }
}

/// One of the seeds with a few changes, sometimes crossed with another.
fn changed(chance: &mut Chance, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = chance.pick(seeds).clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len().max(1));
        match chance.below(6) {
            0 if !bytes.is_empty() => bytes[at] = chance.next().to_le_bytes()[0],
            1 if bytes.len() < 100_000 => {
                bytes.insert(
                    at.min(bytes.len()),
                    *chance.pick(b"\",;\n\r\t\0{}[]'=~-.0123456789\xff\xc3\xa9"),
                );
            }
            2 if bytes.len() < 100_000 => bytes.truncate(at),
            3 if !bytes.is_empty() && bytes.len() < 100_000 => {
                bytes.remove(at);
            }
            4 if bytes.len() < 100_000 => {
                let other = chance.pick(seeds);
                let from = chance.below(other.len().max(1));
                bytes.splice(
                    at.min(bytes.len())..,
                    other.get(from..).unwrap_or_default().iter().copied(),
                );
            }
            _ if !bytes.is_empty() => bytes[at] ^= 1 << chance.below(8),
            _ => {}
        }
    }
    bytes
}
