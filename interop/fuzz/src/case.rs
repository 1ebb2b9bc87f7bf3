//! A case: settings, nodes, and everything that happens to them.

use std::time::Duration;

use bytes::Bytes;
use iroh_gossip::proto::{Config, PeerData, Scope, TopicId};

use crate::id::Id;
use crate::input::Input;
use crate::timers::TimerKey;

pub struct Setup<PI> {
    pub config: Config,
    pub topics: Vec<TopicId>,
    pub nodes: Vec<PI>,
}

impl<PI: Id> Setup<PI> {
    pub fn read(input: &mut Input) -> Self {
        Self {
            config: config(input),
            topics: input.list(Input::topic),
            nodes: input.list(Input::value),
        }
    }
}

fn config(input: &mut Input) -> Config {
    let mut config = Config {
        max_message_size: input.size(),
        ..Config::default()
    };
    let membership = &mut config.membership;
    membership.active_view_capacity = input.size();
    membership.passive_view_capacity = input.size();
    // The type of walk lengths is not public; `From` is.
    membership.active_random_walk_length = (input.number() as u16).into();
    membership.passive_random_walk_length = (input.number() as u16).into();
    membership.shuffle_random_walk_length = (input.number() as u16).into();
    membership.shuffle_active_view_count = input.size();
    membership.shuffle_passive_view_count = input.size();
    membership.shuffle_interval = duration(input);
    membership.neighbor_request_timeout = duration(input);
    let broadcast = &mut config.broadcast;
    broadcast.graft_timeout_1 = duration(input);
    broadcast.graft_timeout_2 = duration(input);
    broadcast.dispatch_timeout = duration(input);
    broadcast.optimization_threshold = (input.number() as u16).into();
    broadcast.message_cache_retention = duration(input);
    broadcast.message_id_retention = duration(input);
    broadcast.cache_evict_interval = duration(input);
    config
}

pub fn duration(input: &mut Input) -> Duration {
    Duration::from_nanos(input.number())
}

/// Something that happens to a node.
pub enum Event<PI> {
    /// The message as it is on the wire, without the topic.
    Receive(PI, Bytes),
    Join(Vec<PI>),
    Broadcast(Bytes, Scope),
    Quit,
    /// The last timer that the node scheduled for this expires. Nothing happens if there was none.
    Timer(TimerKey<PI>),
}

pub enum Step<PI> {
    /// A node is restarted.
    Start { seed: u64, data: PeerData },
    Topic { topic: usize, event: Event<PI> },
    Disconnected(PI),
    Data(PeerData),
}

impl<PI: Id> Step<PI> {
    pub fn read(input: &mut Input) -> Self {
        match input.number() {
            0 => Self::Start {
                seed: input.number(),
                data: data(input),
            },
            1 => Self::Disconnected(input.value()),
            2 => Self::Data(data(input)),
            kind => Self::Topic {
                topic: input.size(),
                event: event(kind, input),
            },
        }
    }
}

fn event<PI: Id>(kind: u64, input: &mut Input) -> Event<PI> {
    match kind {
        3 => Event::Receive(input.value(), content(input)),
        4 => Event::Join(input.list(Input::value)),
        5 => Event::Broadcast(content(input), input.value()),
        6 => Event::Quit,
        7 => Event::Timer(TimerKey::read(input)),
        other => panic!("unknown step {other}"),
    }
}

fn content(input: &mut Input) -> Bytes {
    Bytes::copy_from_slice(input.bytes())
}

fn data(input: &mut Input) -> PeerData {
    PeerData::new(content(input))
}
