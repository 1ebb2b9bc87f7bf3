//! The outputs of a node as bytes, which are compared.

use std::time::Duration;

use iroh_gossip::proto::{Event, PeerData};
use serde::Serialize;

use crate::id::Id;
use crate::timers::TimerKey;

pub struct Outputs {
    pub bytes: Vec<u8>,
}

impl Outputs {
    /// `message`: its bytes on the wire.
    pub fn send<PI: Id>(&mut self, topic: usize, to: PI, message: &[u8]) {
        self.bytes.extend_from_slice(&[0, topic as u8]);
        put(&mut self.bytes, &to);
        put(&mut self.bytes, &message.len());
        self.bytes.extend_from_slice(message);
    }

    pub fn emit<PI: Id>(&mut self, topic: usize, event: &Event<PI>) {
        self.bytes.extend_from_slice(&[1, topic as u8]);
        put(&mut self.bytes, event);
    }

    pub fn schedule<PI: Id>(&mut self, topic: usize, delay: Duration, key: &TimerKey<PI>) {
        self.bytes.extend_from_slice(&[2, topic as u8]);
        put(&mut self.bytes, &(delay.as_nanos() as u64));
        key.write(&mut self.bytes);
    }

    pub fn disconnect<PI: Id>(&mut self, peer: PI) {
        self.bytes.push(3);
        put(&mut self.bytes, &peer);
    }

    pub fn peer_data<PI: Id>(&mut self, peer: PI, data: &PeerData) {
        self.bytes.push(4);
        put(&mut self.bytes, &peer);
        put(&mut self.bytes, data);
    }
}

/// Appends a value in postcard.
pub fn put<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    let bytes = std::mem::take(out);
    *out = postcard::to_extend(value, bytes).expect("every value can be written");
}
