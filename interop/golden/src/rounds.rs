//! Round statistics of the published simulator. The mirror must agree with them.

use std::fmt::Write as _;

use iroh_gossip::proto::sim::{RoundStats, RoundStatsAvg, Simulator, SimulatorConfig};

use crate::case::{Case, Sim};
use crate::mirror::{Mirror, TOPIC};
use crate::run::{bootstrap, publications, round, Round};

pub fn published(case: &Case) -> Simulator {
    let config = SimulatorConfig {
        rng_seed: case.seed,
        peers: case.nodes as usize,
        ..Default::default()
    };
    let mut simulator = Simulator::new(config, case.network.clone());
    simulator.bootstrap(case.bootstrap.clone());
    simulator
}

/// Prints JSON: every round as the mirror sees it, and the summary of the published simulator.
pub fn print(case: &Case) {
    let mut simulator = published(case);
    let mut mirror = Mirror::new(case.seed, case.network.clone(), Box::new(|_, _, _, _| {}));
    bootstrap(&mut mirror, case);
    let mut sender = 0;
    let mut rounds = Vec::new();
    for index in 0..case.rounds {
        if case.sim == Sim::Multi || (case.sim == Sim::Single && index == 0) {
            sender = simulator.random_peer();
            assert_eq!(sender, mirror.random_peer());
        }
        let messages = publications(case.sim, index, sender, simulator.network.peer_ids());
        simulator.gossip_round(messages.clone());
        rounds.push(round(&mut mirror, messages));
        let network = &simulator.network;
        assert_eq!(network.elapsed().as_nanos() as u64, mirror.now);
        assert_eq!(
            network.conns(),
            mirror.conns.iter().copied().collect::<Vec<_>>()
        );
    }
    assert_same_states(&simulator, &mirror);
    let summary = simulator.round_stats_average();
    assert_eq!(summary.len, rounds.len());
    assert_summary(&summary, &rounds);

    let mut text = String::from("{\"rounds\":[");
    for (index, r) in rounds.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(
            text,
            "{comma}[{},{},{},{}]",
            r.duration, r.rmr, r.ldh, r.missed
        )
        .unwrap();
    }
    let RoundStatsAvg { min, max, mean, .. } = summary;
    println!(
        "{text}],\"min\":{},\"max\":{},\"mean\":{}}}",
        row(&min),
        row(&max),
        row(&mean)
    );
}

fn row(stats: &RoundStats) -> String {
    let RoundStats {
        duration,
        rmr,
        ldh,
        missed,
    } = stats;
    format!("[{},{rmr},{ldh},{missed}]", duration.as_nanos())
}

fn assert_same_states(simulator: &Simulator, mirror: &Mirror) {
    let network = &simulator.network;
    for (peer, state) in &mirror.peers {
        let ours = state.state(&TOPIC).map(|topic| format!("{topic:?}"));
        let theirs = network.peer(peer).and_then(|state| state.state(&TOPIC));
        let theirs = theirs.map(|topic| format!("{topic:?}"));
        assert_eq!(ours.map(visible), theirs.map(visible));
    }
}

/// The views, trees and counters in the debug text of a topic's state. The rest is in hash maps, which have no order.
fn visible(text: String) -> Vec<String> {
    let fields = [
        "active_view: ",
        "passive_view: ",
        "eager_push_peers: ",
        "lazy_push_peers: ",
        "max_last_delivery_hop: ",
        "payload_messages_received: ",
        "control_messages_received: ",
    ];
    fields
        .iter()
        .map(|field| {
            let (_, rest) = text.split_once(field).expect(field);
            rest[..rest.find('}').expect("a brace")].to_string()
        })
        .collect()
}

fn assert_summary(summary: &RoundStatsAvg, rounds: &[Round]) {
    let most = |pick: fn(&Round) -> f32| rounds.iter().map(pick).fold(0f32, f32::max);
    let mean = |pick: fn(&Round) -> f32| {
        rounds.iter().map(pick).fold(0f32, |sum, value| sum + value) / rounds.len() as f32
    };
    assert_eq!(summary.max.rmr, most(|r| r.rmr));
    assert_eq!(summary.max.ldh, most(|r| r.ldh));
    assert_eq!(summary.max.missed, most(|r| r.missed));
    assert_eq!(summary.mean.rmr, mean(|r| r.rmr));
    assert_eq!(summary.mean.ldh, mean(|r| r.ldh));
    assert_eq!(summary.mean.missed, mean(|r| r.missed));
    let total: u64 = rounds.iter().map(|r| r.duration).sum();
    assert_eq!(
        summary.mean.duration.as_nanos() as u64,
        total / rounds.len() as u64
    );
}
