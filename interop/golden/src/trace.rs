//! Traces as text: the form of ../../packages/sim/src/trace-text.ts.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};

use iroh_gossip::proto::{Command, Event, InEvent, OutEvent, Scope};
use sha2::{Digest, Sha256};

use crate::case::Case;
use crate::run::run;

const EVENTS_PER_HASH: u64 = 1_000;

pub fn print(case: &Case) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    run(
        case,
        Box::new(|time, peer, event, outputs| {
            out.write_all(lines(time, peer, event, outputs).as_bytes())
                .unwrap();
        }),
    );
}

/// A rolling hash, printed every 1,000 events and at the end: the first 16 digits of the hash of the previous one and the text since.
pub fn print_hashes(case: &Case) {
    let mut hashes = Vec::new();
    let mut hasher = Sha256::new();
    let mut events = 0;
    run(
        case,
        Box::new(|time, peer, event, outputs| {
            hasher.update(lines(time, peer, event, outputs));
            events += 1;
            if events % EVENTS_PER_HASH == 0 {
                let hash = short(std::mem::take(&mut hasher));
                hasher.update(&hash);
                hashes.push(hash);
            }
        }),
    );
    hashes.push(short(hasher));
    println!("{events}");
    for hash in hashes {
        println!("{hash}");
    }
}

fn short(hasher: Sha256) -> String {
    let mut text = String::new();
    for byte in &hasher.finalize()[..8] {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

fn lines(time: u64, peer: u64, event: &InEvent<u64>, outputs: &[OutEvent<u64>]) -> String {
    let mut text = format!("@{time} {peer} < {}\n", input(event));
    for event in outputs {
        writeln!(text, "> {}", output(event)).unwrap();
    }
    text
}

fn input(event: &InEvent<u64>) -> String {
    match event {
        InEvent::RecvMessage(from, message) => format!("recv {from} {}", inner(message)),
        InEvent::Command(_, command) => match command {
            Command::Join(peers) => {
                let peers: Vec<_> = peers.iter().map(u64::to_string).collect();
                format!("join {}", peers.join(","))
            }
            Command::Broadcast(content, scope) => {
                let scope = match scope {
                    Scope::Swarm => "swarm",
                    Scope::Neighbors => "neighbors",
                };
                format!("broadcast {} {scope}", hex(content))
            }
            Command::Quit => "quit".into(),
        },
        InEvent::TimerExpired(timer) => format!("timer {}", inner(timer)),
        InEvent::PeerDisconnected(peer) => format!("disconnected {peer}"),
        InEvent::UpdatePeerData(data) => format!("data {}", hex(data.as_bytes())),
    }
}

fn output(event: &OutEvent<u64>) -> String {
    match event {
        OutEvent::SendMessage(to, message) => format!("send {to} {}", inner(message)),
        OutEvent::EmitEvent(_, event) => match event {
            Event::NeighborUp(peer) => format!("emit up {peer}"),
            Event::NeighborDown(peer) => format!("emit down {peer}"),
            Event::Received(event) => format!(
                "emit received {} from {} {:?}",
                hex(&event.content),
                event.delivered_from,
                event.scope
            ),
        },
        OutEvent::ScheduleTimer(delay, timer) => {
            format!("timer {} {}", delay.as_nanos(), inner(timer))
        }
        OutEvent::DisconnectPeer(peer) => format!("disconnect {peer}"),
        OutEvent::PeerData(peer, data) => format!("data {peer} {}", hex(data.as_bytes())),
    }
}

/// The part of a message or timer that is not the topic: `Message { topic: …, message: X }` becomes `X`.
fn inner(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let (_, rest) = text.split_once("), ").expect("a topic first");
    let (_, rest) = rest.split_once(": ").expect("a field");
    rest.strip_suffix(" }").expect("a brace").to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
