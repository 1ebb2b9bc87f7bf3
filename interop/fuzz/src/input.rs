//! Reads a case: postcard's primitives, one after the other.

use iroh_gossip::proto::TopicId;
use serde::de::DeserializeOwned;

pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn value<T: DeserializeOwned>(&mut self) -> T {
        let (value, rest) = postcard::take_from_bytes(self.rest).expect("a well-formed case");
        self.rest = rest;
        value
    }

    pub fn number(&mut self) -> u64 {
        self.value()
    }

    pub fn size(&mut self) -> usize {
        self.number() as usize
    }

    pub fn bytes(&mut self) -> &'a [u8] {
        let length = self.size();
        let (bytes, rest) = self.rest.split_at(length);
        self.rest = rest;
        bytes
    }

    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.size()).map(|_| read(self)).collect()
    }

    pub fn topic(&mut self) -> TopicId {
        TopicId::from_bytes(self.value())
    }
}
