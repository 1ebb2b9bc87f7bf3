//! Random valid values of each kind and variant. The same seed makes the same values.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use iroh::SecretKey;
use rand::rngs::ChaCha12Rng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::{json, Value};

use crate::chat_format::{Message, SignedMessage};

const RELAYS: [&str; 6] = [
    "https://example.com/",
    "http://127.0.0.1:3340/",
    "https://[2001:db8::1]:8443/",
    "https://relay-1.example.org./",
    "https://example.net:444/some/path?and=query",
    "https://xn--bcher-kva.example/",
];

pub struct Random {
    rng: ChaCha12Rng,
    keys: Vec<SecretKey>,
}

/// Each kind with its variants; `signed` makes one more.
pub const VARIANTS: [(&str, &[&str]); 10] = [
    ("streamHeader", &[""]),
    (
        "topicMessage",
        &[
            "Join",
            "ForwardJoin",
            "Shuffle",
            "ShuffleReply",
            "Neighbor",
            "Disconnect",
            "Gossip",
            "Prune",
            "Graft",
            "IHave",
        ],
    ),
    ("addrInfo", &[""]),
    ("endpointAddr", &[""]),
    ("endpointTicket", &[""]),
    ("chatTicket", &[""]),
    ("chatMessage", &["AboutMe", "Message"]),
    ("rpcRequest", &["Join"]),
    (
        "rpcCommand",
        &["Broadcast", "BroadcastNeighbors", "JoinPeers"],
    ),
    (
        "rpcEvent",
        &["NeighborUp", "NeighborDown", "Received", "Lagged"],
    ),
];

impl Random {
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let keys = (0..64)
            .map(|_| SecretKey::from_bytes(&rng.random()))
            .collect();
        Self { rng, keys }
    }

    pub fn value(&mut self, kind: &str, variant: &str) -> Value {
        match kind {
            "streamHeader" => json!({ "topic_id": self.bytes32() }),
            "topicMessage" => self.topic_message(variant),
            "addrInfo" => {
                let relay = self.rng.random::<bool>().then(|| self.relay());
                json!({ "relay_url": relay, "direct_addresses": self.list(6, Self::socket_addr) })
            }
            "endpointAddr" | "endpointTicket" => self.endpoint_addr(),
            "chatTicket" => json!({
                "topic": self.bytes32(), "peers": self.list(4, Self::endpoint_addr),
            }),
            "chatMessage" => match variant {
                "AboutMe" => json!({ "AboutMe": { "name": self.text() } }),
                _ => json!({ "Message": { "text": self.text() } }),
            },
            "rpcRequest" => json!({ "Join": {
                "topic_id": self.bytes32(), "bootstrap": self.list(6, Self::id),
            } }),
            "rpcCommand" => match variant {
                "JoinPeers" => json!({ "JoinPeers": self.list(6, Self::id) }),
                _ => json!({ variant: self.bytes() }),
            },
            "rpcEvent" => match variant {
                "Lagged" => json!("Lagged"),
                "Received" => json!({ "Received": {
                    "content": self.bytes(), "scope": self.scope(), "delivered_from": self.id(),
                } }),
                _ => json!({ variant: self.id() }),
            },
            other => unreachable!("no such kind: {other}"),
        }
    }

    /// A signed chat message, with its author's key and its content.
    pub fn signed(&mut self, variant: &str) -> (SignedMessage, SecretKey, Value) {
        let json = self.value("chatMessage", variant);
        let message: Message = serde_json::from_value(json.clone()).expect("a message");
        let key = self.key().clone();
        let signed = SignedMessage::sign(&key, &message).expect("can be encoded");
        (signed, key, json)
    }

    fn topic_message(&mut self, variant: &str) -> Value {
        let message = match variant {
            "Join" => self.peer_data(),
            "ForwardJoin" => json!({ "peer": self.peer_info(), "ttl": self.number() }),
            "Shuffle" => json!({
                "origin": self.id(), "nodes": self.list(9, Self::peer_info), "ttl": self.number(),
            }),
            "ShuffleReply" => json!({ "nodes": self.list(9, Self::peer_info) }),
            "Neighbor" => {
                let priority = *["High", "Low"].choose(&mut self.rng).expect("not empty");
                json!({ "priority": priority, "data": self.peer_data() })
            }
            "Disconnect" => {
                json!({ "alive": self.rng.random::<bool>(), "_respond": self.rng.random::<bool>() })
            }
            "Gossip" => {
                let content = self.bytes();
                let id = blake3::hash(&content);
                json!({ "id": id.as_bytes(), "content": content, "scope": self.scope() })
            }
            "Prune" => return json!({ "Gossip": "Prune" }),
            "Graft" => {
                let id = self.rng.random::<bool>().then(|| self.bytes32());
                json!({ "id": id, "round": self.number() })
            }
            "IHave" => {
                let longest = if self.rng.random_bool(0.05) { 116 } else { 8 };
                let entry =
                    |random: &mut Self| json!({ "id": random.bytes32(), "round": random.number() });
                self.list(longest, entry).into()
            }
            other => unreachable!("no such message: {other}"),
        };
        let layer = match variant {
            "Gossip" | "Graft" | "IHave" => "Gossip",
            _ => "Swarm",
        };
        json!({ layer: { variant: message } })
    }

    fn list<T>(&mut self, longest: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let length = self.rng.random_range(0..=longest);
        (0..length).map(|_| make(self)).collect()
    }

    fn bytes32(&mut self) -> [u8; 32] {
        self.rng.random()
    }

    /// Mostly short; sometimes at the edge where the length needs one more byte, or as long as a frame allows.
    fn bytes(&mut self) -> Vec<u8> {
        let length = match self.rng.random_range(0..20) {
            0 => 0,
            1 => 127,
            2 => 128,
            3 => 4055,
            _ => self.rng.random_range(0..200),
        };
        let mut bytes = vec![0; length];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// A u16, often at an edge of its encoding.
    fn number(&mut self) -> u16 {
        *[0, 1, 6, 127, 128, 16_383, 16_384, 65_535, self.rng.random()]
            .choose(&mut self.rng)
            .expect("not empty")
    }

    fn scope(&mut self) -> Value {
        if self.rng.random_bool(0.2) {
            json!("Neighbors")
        } else {
            json!({ "Swarm": self.number() })
        }
    }

    fn key(&mut self) -> &SecretKey {
        self.keys.choose(&mut self.rng).expect("not empty")
    }

    fn id(&mut self) -> String {
        self.key().public().to_string()
    }

    fn peer_data(&mut self) -> Value {
        match self.rng.random_range(0..3) {
            0 => Value::Null,
            1 => json!([]),
            _ => json!(self.bytes()),
        }
    }

    fn peer_info(&mut self) -> Value {
        json!({ "id": self.id(), "data": self.peer_data() })
    }

    fn relay(&mut self) -> &'static str {
        RELAYS.choose(&mut self.rng).expect("not empty")
    }

    fn socket_addr(&mut self) -> String {
        let octets: [u8; 16] = self.rng.random();
        let ip: IpAddr = match self.rng.random_range(0..5) {
            0 => Ipv6Addr::from(octets).into(),
            1 => Ipv6Addr::LOCALHOST.into(),
            2 => Ipv4Addr::from([octets[0], octets[1], octets[2], octets[3]])
                .to_ipv6_mapped()
                .into(),
            _ => Ipv4Addr::from([octets[0], octets[1], octets[2], octets[3]]).into(),
        };
        SocketAddr::new(ip, self.number()).to_string()
    }

    fn transport_addr(&mut self) -> Value {
        match self.rng.random_range(0..4) {
            0 => json!({ "Relay": self.relay() }),
            1 => json!({ "Custom": {
                "id": self.rng.random::<u64>() >> self.rng.random_range(0..64),
                "data": self.custom_data(),
            } }),
            _ => json!({ "Ip": self.socket_addr() }),
        }
    }

    /// At about 30 bytes the crate changes how it stores the data, which must not show.
    fn custom_data(&mut self) -> Vec<u8> {
        let length = *[0, 1, 6, 29, 30, 31, 32, 200]
            .choose(&mut self.rng)
            .expect("not empty");
        (0..length).map(|_| self.rng.random()).collect()
    }

    fn endpoint_addr(&mut self) -> Value {
        json!({ "id": self.id(), "addrs": self.list(5, Self::transport_addr) })
    }

    fn text(&mut self) -> String {
        let length = self.rng.random_range(0..60);
        (0..length)
            .map(|_| match self.rng.random_range(0..3) {
                0 => self.rng.random::<char>(),
                _ => self.rng.random_range(' '..='~'),
            })
            .collect()
    }
}
