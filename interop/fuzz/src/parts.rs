//! A node with several topics: the crate's `topic::State` for each, and above them the two rules in which our node differs from the
//! crate's `State` on purpose. The crate closes a link as soon as one topic lets go of the peer; ours closes it when no topic has heard
//! from the peer or waits for it. The crate tells its topics of a lost link in the order of a hash map; ours, in the order of joining.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use iroh_gossip::proto::topic::{self, Message};
use iroh_gossip::proto::{Command, Event as Emitted, PeerData};
use n0_future::time::Instant;
use rand::rngs::ChaCha12Rng;
use rand::SeedableRng;

use crate::case::{Event, Setup, Step};
use crate::host::Host;
use crate::id::Id;
use crate::output::Outputs;
use crate::timers::TimerKey;

struct Topic<PI> {
    index: usize,
    state: topic::State<PI, ChaCha12Rng>,
    /// Peers that the topic has heard from and not let go of.
    links: HashSet<PI>,
    active: HashSet<PI>,
    /// Peers that have been sent a Neighbor message and have not answered.
    pending: HashSet<PI>,
}

pub struct Parts<PI> {
    setup: Rc<Setup<PI>>,
    start: Instant,
    me: PI,
    data: PeerData,
    rng: ChaCha12Rng,
    /// In the order of joining.
    topics: Vec<Topic<PI>>,
    timers: HashMap<(usize, TimerKey<PI>), topic::Timer<PI>>,
}

impl<PI: Id> Parts<PI> {
    pub fn new(setup: Rc<Setup<PI>>, me: PI, seed: u64, data: PeerData) -> Self {
        Self {
            setup,
            start: Instant::now(),
            me,
            data,
            rng: ChaCha12Rng::seed_from_u64(seed),
            topics: Vec::new(),
            timers: HashMap::new(),
        }
    }

    fn position(&self, index: usize) -> Option<usize> {
        self.topics.iter().position(|topic| topic.index == index)
    }

    fn create(&mut self, index: usize) -> usize {
        let state = topic::State::with_rng(
            self.me,
            Some(self.data.clone()),
            self.setup.config.clone(),
            ChaCha12Rng::from_rng(&mut self.rng),
        );
        self.topics.push(Topic {
            index,
            state,
            links: HashSet::new(),
            active: HashSet::new(),
            pending: HashSet::new(),
        });
        self.topics.len() - 1
    }

    fn on_topic(&mut self, index: usize, event: Event<PI>, at: Duration, out: &mut Outputs) {
        let known = match (&event, self.position(index)) {
            (Event::Join(_), None) => Some(self.create(index)),
            (_, position) => position,
        };
        let Some(position) = known else { return };
        let topic = &mut self.topics[position];
        let mut is_quitting = false;
        let event = match event {
            Event::Receive(from, body) => {
                let message: Message<PI> = postcard::from_bytes(&body).expect("a message");
                topic.links.insert(from);
                topic.heard(from, &body);
                topic::InEvent::RecvMessage(from, message)
            }
            Event::Join(peers) => topic::InEvent::Command(Command::Join(peers)),
            Event::Broadcast(content, scope) => {
                topic::InEvent::Command(Command::Broadcast(content, scope))
            }
            Event::Quit => {
                is_quitting = true;
                topic::InEvent::Command(Command::Quit)
            }
            Event::Timer(key) => {
                let Some(timer) = self.timers.get(&(index, key.clone())) else {
                    return;
                };
                if let TimerKey::NeighborRequest(peer) = key {
                    topic.pending.remove(&peer);
                }
                topic::InEvent::TimerExpired(timer.clone())
            }
        };
        self.run(position, event, at, out);
        if is_quitting {
            self.topics.remove(position);
        }
    }

    fn on_all(&mut self, event: topic::InEvent<PI>, at: Duration, out: &mut Outputs) {
        for position in 0..self.topics.len() {
            if let topic::InEvent::PeerDisconnected(peer) = &event {
                self.topics[position].pending.remove(peer);
            }
            self.run(position, event.clone(), at, out);
        }
    }

    fn run(
        &mut self,
        position: usize,
        event: topic::InEvent<PI>,
        at: Duration,
        out: &mut Outputs,
    ) {
        let now = self.start + at;
        let topic = &mut self.topics[position];
        let index = topic.index;
        let outputs: Vec<_> = topic.state.handle(event, now).collect();
        for output in outputs {
            match output {
                topic::OutEvent::SendMessage(to, message) => {
                    let bytes = postcard::to_stdvec(&message).expect("a message can be written");
                    if is_neighbor(&bytes) {
                        self.topics[position].pending.insert(to);
                    }
                    out.send(index, to, &bytes);
                }
                topic::OutEvent::EmitEvent(event) => {
                    let active = &mut self.topics[position].active;
                    match &event {
                        Emitted::NeighborUp(peer) => active.insert(*peer),
                        Emitted::NeighborDown(peer) => active.remove(peer),
                        Emitted::Received(_) => false,
                    };
                    out.emit(index, &event);
                }
                topic::OutEvent::ScheduleTimer(delay, timer) => {
                    let key = TimerKey::of(&timer);
                    out.schedule(index, delay, &key);
                    self.timers.insert((index, key), timer);
                }
                topic::OutEvent::DisconnectPeer(peer) => {
                    if self.lets_go(position, peer) {
                        out.disconnect(peer);
                    }
                }
                topic::OutEvent::PeerData(peer, data) => out.peer_data(peer, &data),
            }
        }
    }

    /// One topic lets go of a peer. True if no other topic needs the link.
    fn lets_go(&mut self, position: usize, peer: PI) -> bool {
        if !self.topics[position].links.remove(&peer) {
            return false;
        }
        if self.topics.iter().any(|topic| topic.links.contains(&peer)) {
            return false;
        }
        let waiting = self.topics.iter_mut().enumerate().find(|(other, topic)| {
            *other != position && (topic.active.contains(&peer) || topic.pending.contains(&peer))
        });
        match waiting {
            Some((_, topic)) => {
                topic.links.insert(peer);
                false
            }
            None => true,
        }
    }
}

impl<PI: Id> Host<PI> for Parts<PI> {
    fn handle(&mut self, step: Step<PI>, at: Duration, out: &mut Outputs) {
        match step {
            Step::Start { .. } => unreachable!("a new host"),
            Step::Topic { topic, event } => self.on_topic(topic, event, at, out),
            Step::Disconnected(peer) => {
                self.on_all(topic::InEvent::PeerDisconnected(peer), at, out);
                for topic in &mut self.topics {
                    topic.links.remove(&peer);
                }
            }
            Step::Data(data) => {
                self.data = data.clone();
                self.on_all(topic::InEvent::UpdatePeerData(data), at, out);
            }
        }
    }
}

impl<PI: Id> Topic<PI> {
    fn heard(&mut self, from: PI, body: &[u8]) {
        if is_neighbor(body) || is_disconnect(body) {
            self.pending.remove(&from);
        }
    }
}

// The fields of the crate's messages are private. Their first two bytes tell the kind.

fn is_neighbor(body: &[u8]) -> bool {
    body.starts_with(&[0, 4])
}

fn is_disconnect(body: &[u8]) -> bool {
    body.starts_with(&[0, 5])
}
