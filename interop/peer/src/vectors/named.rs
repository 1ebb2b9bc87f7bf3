//! The vectors of the wire reference, by name.

use anyhow::Result;
use iroh::SecretKey;
use serde_json::{json, Value};

use crate::chat_format::{Message, SignedMessage};

pub struct Named {
    pub name: &'static str,
    pub kind: &'static str,
    pub json: Value,
}

/// The key pair whose secret is one byte, 32 times.
fn key(byte: u8) -> SecretKey {
    SecretKey::from_bytes(&[byte; 32])
}

/// One byte, 32 times.
fn bytes(byte: u8) -> [u8; 32] {
    [byte; 32]
}

fn id(byte: u8) -> String {
    key(byte).public().to_string()
}

fn signed(message: &Message) -> Result<Value> {
    Ok(serde_json::to_value(SignedMessage::sign(
        &key(1),
        message,
    )?)?)
}

fn gossip(content: &[u8], scope: Value) -> Value {
    let id = blake3::hash(content);
    json!({ "Gossip": { "Gossip": { "id": id.as_bytes(), "content": content, "scope": scope } } })
}

pub fn all() -> Result<Vec<Named>> {
    let [a, b, c] = [1, 2, 3].map(id);
    let topic = bytes(0x17);
    let d1 = json!([0, 0]);
    let d2 = json!([0, 1, 0, 0x7f, 0, 0, 1, 0xd1, 0x22]);
    let none = Value::Null;
    let mut rows = Vec::new();
    let mut row = |name, kind, json| rows.push(Named { name, kind, json });

    row("H1", "streamHeader", json!({ "topic_id": topic }));

    row("G1", "topicMessage", json!({ "Gossip": "Prune" }));
    row(
        "G2",
        "topicMessage",
        json!({ "Gossip": { "Graft": { "id": none, "round": 0 } } }),
    );
    row(
        "G3",
        "topicMessage",
        json!({ "Gossip": { "Graft": { "id": bytes(0xaa), "round": 3 } } }),
    );
    row(
        "G4",
        "topicMessage",
        json!({ "Gossip": { "IHave": [
        { "id": bytes(0x11), "round": 0 }, { "id": bytes(0x22), "round": 300 },
    ] } }),
    );
    row("G5", "topicMessage", json!({ "Gossip": { "IHave": [] } }));
    row("G6", "topicMessage", gossip(b"hi", json!({ "Swarm": 0 })));
    row("G7", "topicMessage", gossip(b"hi", json!("Neighbors")));
    row(
        "G8",
        "topicMessage",
        gossip(b"hi", json!({ "Swarm": 65_535 })),
    );
    row(
        "G9",
        "topicMessage",
        gossip(&[b'a'; 200], json!({ "Swarm": 1 })),
    );

    row(
        "D1",
        "addrInfo",
        json!({ "relay_url": none, "direct_addresses": [] }),
    );
    row(
        "D2",
        "addrInfo",
        json!({ "relay_url": none, "direct_addresses": ["127.0.0.1:4433"] }),
    );
    row(
        "D3",
        "addrInfo",
        json!({
            "relay_url": "https://example.com",
            "direct_addresses": ["[2001:db8::1]:65535", "10.0.0.1:1"],
        }),
    );

    row("S1", "topicMessage", json!({ "Swarm": { "Join": none } }));
    row("S2", "topicMessage", json!({ "Swarm": { "Join": [] } }));
    row("S3", "topicMessage", json!({ "Swarm": { "Join": d2 } }));
    row(
        "S4",
        "topicMessage",
        json!({ "Swarm": { "ForwardJoin": {
        "peer": { "id": a, "data": none }, "ttl": 6,
    } } }),
    );
    row(
        "S5",
        "topicMessage",
        json!({ "Swarm": { "ForwardJoin": {
        "peer": { "id": a, "data": d2 }, "ttl": 5,
    } } }),
    );
    row(
        "S6",
        "topicMessage",
        json!({ "Swarm": { "Shuffle": {
        "origin": a, "nodes": [{ "id": b, "data": none }, { "id": a, "data": d1 }], "ttl": 6,
    } } }),
    );
    row(
        "S7",
        "topicMessage",
        json!({ "Swarm": { "ShuffleReply": { "nodes": [] } } }),
    );
    row(
        "S8",
        "topicMessage",
        json!({ "Swarm": { "ShuffleReply": {
        "nodes": [{ "id": b, "data": none }, { "id": c, "data": d2 }],
    } } }),
    );
    row(
        "S9",
        "topicMessage",
        json!({ "Swarm": { "Neighbor": { "priority": "High", "data": none } } }),
    );
    row(
        "S10",
        "topicMessage",
        json!({ "Swarm": { "Neighbor": { "priority": "Low", "data": d1 } } }),
    );
    row(
        "S11",
        "topicMessage",
        json!({ "Swarm": { "Disconnect": { "alive": true, "_respond": false } } }),
    );
    row(
        "S12",
        "topicMessage",
        json!({ "Swarm": { "Disconnect": { "alive": false, "_respond": false } } }),
    );

    row(
        "T1",
        "endpointTicket",
        json!({
            "id": "ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6",
            "addrs": [{ "Relay": "http://derp.me./" }, { "Ip": "127.0.0.1:1024" }],
        }),
    );
    row(
        "T2",
        "chatTicket",
        json!({ "topic": topic, "peers": [{
        "id": a, "addrs": [{ "Relay": "https://example.com/" }, { "Ip": "192.168.1.10:4433" }],
    }] }),
    );
    row("T3", "chatTicket", json!({ "topic": topic, "peers": [] }));
    row(
        "T4",
        "endpointAddr",
        json!({
            "id": a, "addrs": [{ "Custom": { "id": 0x54_4f52, "data": [1, 2, 3] } }],
        }),
    );

    let about_me = Message::AboutMe {
        name: "alice".into(),
    };
    let hello = Message::Message {
        text: "hello\n".into(),
    };
    row("C1", "chatMessage", serde_json::to_value(&about_me)?);
    row("C2", "chatMessage", serde_json::to_value(&hello)?);
    row("C3", "chatSignedMessage", signed(&about_me)?);
    row("C4", "chatSignedMessage", signed(&hello)?);

    row(
        "R1",
        "rpcRequest",
        json!({ "Join": { "topic_id": topic, "bootstrap": [] } }),
    );
    row(
        "R2",
        "rpcRequest",
        json!({ "Join": { "topic_id": topic, "bootstrap": [a, b] } }),
    );
    row("R3", "rpcCommand", json!({ "Broadcast": b"hi" }));
    row("R4", "rpcCommand", json!({ "BroadcastNeighbors": b"hi" }));
    row("R5", "rpcCommand", json!({ "JoinPeers": [b] }));
    row("R6", "rpcEvent", json!({ "NeighborUp": a }));
    row("R7", "rpcEvent", json!({ "NeighborDown": a }));
    row(
        "R8",
        "rpcEvent",
        json!({ "Received": {
        "content": b"hi", "scope": { "Swarm": 0 }, "delivered_from": a,
    } }),
    );
    row(
        "R9",
        "rpcEvent",
        json!({ "Received": {
        "content": b"hi", "scope": "Neighbors", "delivered_from": a,
    } }),
    );
    row("R10", "rpcEvent", json!("Lagged"));
    Ok(rows)
}
