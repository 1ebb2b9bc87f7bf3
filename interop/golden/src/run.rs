//! Runs a case with the mirror.

use bytes::Bytes;
use iroh_gossip::proto::sim::BootstrapMode;
use iroh_gossip::proto::{Command, Scope};

use crate::case::{Case, Sim};
use crate::mirror::{Mirror, Watch, TOPIC};

const ROUND_TIMEOUT: u64 = 5_000_000_000;

/// What the published simulator measures in a round.
pub struct Round {
    pub duration: u64,
    pub rmr: f32,
    pub ldh: f32,
    pub missed: f32,
}

pub fn bootstrap(mirror: &mut Mirror, case: &Case) {
    let first = match case.bootstrap {
        BootstrapMode::Single => case.nodes,
        BootstrapMode::Set { count } => count,
    };
    for peer in 0..first {
        mirror.insert_and_join(peer, if peer == 0 { vec![] } else { vec![0] });
    }
    if let BootstrapMode::Set { count } = case.bootstrap {
        mirror.run_trips(7);
        for peer in count..case.nodes {
            let contact = mirror.random_below(count);
            mirror.insert_and_join(peer, vec![contact]);
        }
    }
    mirror.run_trips(20);
}

/// What is published in a round.
pub fn publications(
    sim: Sim,
    round: usize,
    sender: u64,
    peers: impl Iterator<Item = u64>,
) -> Vec<(u64, Bytes)> {
    match sim {
        Sim::Single | Sim::Multi => vec![(sender, format!("m{round}").into())],
        Sim::All => peers
            .map(|peer| (peer, format!("{round}:0.{peer}").into()))
            .collect(),
    }
}

pub fn round(mirror: &mut Mirror, messages: Vec<(u64, Bytes)>) -> Round {
    let start = mirror.now;
    mirror.payloads = 0;
    for state in mirror.peers.values_mut() {
        state.reset_stats(&TOPIC);
    }
    let expected = messages.len() * (mirror.peers.len() - 1);
    mirror.contents = messages.iter().map(|(_, bytes)| bytes.to_vec()).collect();
    mirror.received = 0;
    mirror.last_hop = 0;
    for (from, content) in messages {
        mirror.command(from, Command::Broadcast(content, Scope::Swarm));
    }
    let end = mirror.now + ROUND_TIMEOUT;
    if mirror.run_while(end, |mirror| mirror.received != expected) {
        mirror.now = end;
    }
    let missed = expected - mirror.received;
    Round {
        duration: mirror.now - start,
        rmr: (mirror.payloads as f32 / ((expected - missed) as f32 - 1.)) - 1.,
        ldh: mirror.last_hop as f32,
        missed: missed as f32,
    }
}

/// Runs a whole case. `watch` sees every event.
pub fn run<'a>(case: &Case, watch: Box<Watch<'a>>) {
    let mut mirror = Mirror::new(case.seed, case.network.clone(), watch);
    bootstrap(&mut mirror, case);
    let mut sender = match case.sim {
        Sim::Single => mirror.random_peer(),
        Sim::Multi | Sim::All => 0,
    };
    for index in 0..case.rounds {
        if case.sim == Sim::Multi
            || (case.sim == Sim::Single && !mirror.peers.contains_key(&sender))
        {
            sender = mirror.random_peer();
        }
        let messages = publications(case.sim, index, sender, mirror.peers.keys().copied());
        round(&mut mirror, messages);
        if case.remove_after == Some(index) {
            let peer = mirror.random_peer();
            mirror.remove(peer);
            mirror.run_trips(3);
        }
        if case.rejoin_after == Some(index) {
            rejoin(&mut mirror);
        }
    }
}

fn rejoin(mirror: &mut Mirror) {
    let peer = mirror.random_peer();
    mirror.command(peer, Command::Quit);
    mirror.run_trips(2);
    let mut contact = mirror.random_peer();
    while contact == peer {
        contact = mirror.random_peer();
    }
    mirror.command(peer, Command::Join(vec![contact]));
    mirror.run_trips(5);
}
