//! What to simulate, from `KEY=VALUE` arguments: the fields of ../../../packages/sim/test/golden/cases.json.

use iroh_gossip::proto::sim::{BootstrapMode, LatencyConfig, NetworkConfig};
use iroh_gossip::proto::Config;
use n0_future::time::Duration;

#[derive(Clone, Copy, PartialEq)]
pub enum Sim {
    Single,
    Multi,
    All,
}

pub struct Case {
    pub sim: Sim,
    pub nodes: u64,
    pub rounds: usize,
    pub seed: u64,
    pub bootstrap: BootstrapMode,
    pub network: NetworkConfig,
    /// After this round a random peer is removed.
    pub remove_after: Option<usize>,
    /// After this round a random peer quits the topic and joins it again.
    pub rejoin_after: Option<usize>,
}

impl Case {
    pub fn parse(args: impl Iterator<Item = String>) -> Self {
        let mut case = Self {
            sim: Sim::Multi,
            nodes: 20,
            rounds: 30,
            seed: 0,
            bootstrap: BootstrapMode::Single,
            network: NetworkConfig {
                latency: LatencyConfig::random_ms(10, 50),
                proto: Config::default(),
            },
            remove_after: None,
            rejoin_after: None,
        };
        for arg in args {
            let (key, value) = arg.split_once('=').expect("KEY=VALUE");
            case.set(key, value);
        }
        case
    }

    fn set(&mut self, key: &str, value: &str) {
        let number = || value.parse::<u64>().expect("a number");
        let proto = &mut self.network.proto;
        match key {
            "sim" => {
                self.sim = match value {
                    "GossipSingle" => Sim::Single,
                    "GossipMulti" => Sim::Multi,
                    "GossipAll" => Sim::All,
                    other => panic!("unknown sim {other}"),
                }
            }
            "nodes" => self.nodes = number(),
            "rounds" => self.rounds = number() as usize,
            "seed" => self.seed = number(),
            "bootstrapSet" => self.bootstrap = BootstrapMode::Set { count: number() },
            "staticLatency" => {
                self.network.latency = LatencyConfig::Static(Duration::from_nanos(number()))
            }
            "activeViewCapacity" => proto.membership.active_view_capacity = number() as usize,
            "passiveViewCapacity" => proto.membership.passive_view_capacity = number() as usize,
            "shuffleInterval" => proto.membership.shuffle_interval = Duration::from_nanos(number()),
            "optimizationThreshold" => {
                proto.broadcast.optimization_threshold = (number() as u16).into()
            }
            "removeAfter" => self.remove_after = Some(number() as usize),
            "rejoinAfter" => self.rejoin_after = Some(number() as usize),
            other => panic!("unknown key {other}"),
        }
    }
}
