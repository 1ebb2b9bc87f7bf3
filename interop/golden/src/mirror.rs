//! A simulation loop around the crate's protocol state. The crate's own simulator hides its events. This one shows them, and
//! otherwise does the same in the same order, which `rounds` checks against the published one.

use std::collections::{BTreeMap, BTreeSet};

use iroh_gossip::proto::sim::NetworkConfig;
use iroh_gossip::proto::state::MessageKind;
use iroh_gossip::proto::{
    Command, DeliveryScope, Event, InEvent, OutEvent, PeerData, State, TopicId,
};
use n0_future::time::{Duration, Instant};
use rand::rngs::ChaCha12Rng;
use rand::seq::IteratorRandom;
use rand::{RngExt, SeedableRng};

pub const TOPIC: TopicId = TopicId::from_bytes([0; 32]);
const CLOSE_DELAY: u64 = 1_000;

/// Called with each event and its outputs: time, peer, event, outputs.
pub type Watch<'a> = dyn FnMut(u64, u64, &InEvent<u64>, &[OutEvent<u64>]) + 'a;

pub struct Mirror<'a> {
    pub now: u64,
    pub peers: BTreeMap<u64, State<u64, ChaCha12Rng>>,
    pub conns: BTreeSet<(u64, u64)>,
    pub rng: ChaCha12Rng,
    /// Payload messages received.
    pub payloads: u64,
    /// What is published in the current round.
    pub contents: BTreeSet<Vec<u8>>,
    /// How often it was delivered.
    pub received: usize,
    /// The most hops of a delivery.
    pub last_hop: u16,
    start: Instant,
    config: NetworkConfig,
    latencies: BTreeMap<(u64, u64), u64>,
    queue: BTreeMap<(u64, u64), (u64, InEvent<u64>)>,
    sequence: u64,
    watch: Box<Watch<'a>>,
}

impl<'a> Mirror<'a> {
    pub fn new(seed: u64, config: NetworkConfig, watch: Box<Watch<'a>>) -> Self {
        Self {
            now: 0,
            peers: BTreeMap::new(),
            conns: BTreeSet::new(),
            rng: ChaCha12Rng::seed_from_u64(seed),
            payloads: 0,
            contents: BTreeSet::new(),
            received: 0,
            last_hop: 0,
            start: Instant::now(),
            config,
            latencies: BTreeMap::new(),
            queue: BTreeMap::new(),
            sequence: 0,
            watch,
        }
    }

    pub fn insert_and_join(&mut self, peer: u64, contacts: Vec<u64>) {
        let rng = ChaCha12Rng::from_rng(&mut self.rng);
        let state = State::new(peer, PeerData::default(), self.config.proto.clone(), rng);
        assert!(self.peers.insert(peer, state).is_none());
        self.command(peer, Command::Join(contacts));
    }

    pub fn command(&mut self, peer: u64, command: Command<u64>) {
        self.enqueue(self.now, peer, InEvent::Command(TOPIC, command));
        self.tick();
    }

    pub fn remove(&mut self, peer: u64) {
        let broken: Vec<_> = self
            .conns
            .iter()
            .copied()
            .filter(|&(a, b)| a == peer || b == peer)
            .collect();
        for (a, b) in broken {
            self.close(peer, if a == peer { b } else { a });
        }
        self.peers.remove(&peer);
    }

    pub fn random_peer(&mut self) -> u64 {
        *self.peers.keys().choose(&mut self.rng).unwrap()
    }

    pub fn random_below(&mut self, count: u64) -> u64 {
        self.rng.random_range(0..count)
    }

    pub fn run_trips(&mut self, trips: u64) {
        let end = self.now + trips * self.config.latency.max().as_nanos() as u64;
        self.run_while(end, |_| true);
        self.now = end;
    }

    /// Runs up to `end`, or until `go_on` is false. In that case it returns false, and the time is that of the last event.
    pub fn run_while(&mut self, end: u64, go_on: impl Fn(&Self) -> bool) -> bool {
        while go_on(self) {
            match self.queue.first_key_value() {
                Some((&(time, _), _)) if time <= end => self.tick(),
                _ => return true,
            }
        }
        false
    }

    fn tick(&mut self) {
        let Some(((time, _), (peer, event))) = self.queue.pop_first() else {
            return;
        };
        self.now = time;
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        if let InEvent::RecvMessage(from, message) = &event {
            self.conns.insert(pair(*from, peer));
            if state.state(&TOPIC).is_some() && matches!(message.kind(), MessageKind::Data) {
                self.payloads += 1;
            }
        }
        let now = self.start + Duration::from_nanos(time);
        let outputs: Vec<_> = state.handle(event.clone(), now, None).collect();
        (self.watch)(time, peer, &event, &outputs);

        let mut closing = Vec::new();
        for output in outputs {
            match output {
                OutEvent::SendMessage(to, message) => {
                    let at = time + self.latency(peer, to);
                    self.enqueue(at, to, InEvent::RecvMessage(peer, message));
                }
                OutEvent::ScheduleTimer(delay, timer) => {
                    let at = time + delay.as_nanos() as u64;
                    self.enqueue(at, peer, InEvent::TimerExpired(timer));
                }
                OutEvent::DisconnectPeer(other) => closing.push(other),
                OutEvent::EmitEvent(_, Event::Received(event)) => {
                    if self.contents.contains(&event.content[..]) {
                        self.received += 1;
                    }
                    self.last_hop = self.last_hop.max(round_of(&event.scope));
                }
                OutEvent::EmitEvent(..) | OutEvent::PeerData(..) => {}
            }
        }
        for other in closing {
            self.close(peer, other);
        }
    }

    fn close(&mut self, by: u64, other: u64) {
        if self.conns.remove(&pair(by, other)) {
            let at = self.now + self.latency(by, other) + CLOSE_DELAY;
            self.enqueue(at, other, InEvent::PeerDisconnected(by));
        }
    }

    fn latency(&mut self, a: u64, b: u64) -> u64 {
        let Self {
            latencies,
            config,
            rng,
            ..
        } = self;
        *latencies
            .entry(pair(a, b))
            .or_insert_with(|| config.latency.r#gen(rng).as_nanos() as u64)
    }

    fn enqueue(&mut self, time: u64, peer: u64, event: InEvent<u64>) {
        self.queue.insert((time, self.sequence), (peer, event));
        self.sequence += 1;
    }
}

fn pair(a: u64, b: u64) -> (u64, u64) {
    (a.min(b), a.max(b))
}

/// The number of a round is private, and its debug text is not.
fn round_of(scope: &DeliveryScope) -> u16 {
    let text = format!("{scope:?}");
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}
