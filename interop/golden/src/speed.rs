//! How fast the published simulator runs a case, which `npm run bench -- sim` compares with ours.

use std::time::Instant;

use crate::case::{Case, Sim};
use crate::rounds::published;
use crate::run::{publications, run};

/// Prints JSON: the seconds that the published simulator took, those of the broadcasts alone, and how many events the nodes
/// handled.
pub fn print(case: &Case) {
    let start = Instant::now();
    let mut simulator = published(case);
    let bootstrapped = Instant::now();
    let mut sender = 0;
    for index in 0..case.rounds {
        if case.sim == Sim::Multi || (case.sim == Sim::Single && index == 0) {
            sender = simulator.random_peer();
        }
        let messages = publications(case.sim, index, sender, simulator.network.peer_ids());
        simulator.gossip_round(messages);
    }
    let seconds = start.elapsed().as_secs_f64();
    let broadcast = bootstrapped.elapsed().as_secs_f64();

    let mut events = 0u64;
    run(case, Box::new(|_, _, _, _| events += 1));
    println!("{{\"seconds\":{seconds},\"broadcastSeconds\":{broadcast},\"events\":{events}}}");
}
