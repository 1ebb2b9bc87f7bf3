//! Counts what was received in a topic, in a form that does not depend on the order.

use std::collections::HashSet;

use blake3::Hash;
use serde_json::{json, Value};

#[derive(Default)]
pub struct Tally {
    seen: HashSet<Hash>,
    xor: [u8; 32],
    bytes: usize,
    duplicates: usize,
    lagged: usize,
}

impl Tally {
    /// Counts a content. One that came before counts as a duplicate only.
    pub fn add(&mut self, content: &[u8]) -> Hash {
        let hash = blake3::hash(content);
        if self.seen.insert(hash) {
            self.bytes += content.len();
            for (sum, byte) in self.xor.iter_mut().zip(hash.as_bytes()) {
                *sum ^= byte;
            }
        } else {
            self.duplicates += 1;
        }
        hash
    }

    pub fn lagged(&mut self) {
        self.lagged += 1;
    }

    pub fn describe(&self) -> Value {
        json!({
            "count": self.seen.len(),
            "xor": data_encoding::HEXLOWER.encode(&self.xor),
            "bytes": self.bytes,
            "duplicates": self.duplicates,
            "lagged": self.lagged,
        })
    }
}
