//! A node with one topic: the crate's own `State`, as it is.

use std::collections::HashMap;
use std::time::Duration;

use iroh_gossip::proto::{Command, InEvent, OutEvent, PeerData, State, Timer};
use n0_future::time::Instant;
use rand::rngs::ChaCha12Rng;
use rand::SeedableRng;

use crate::case::{Event, Setup, Step};
use crate::host::Host;
use crate::id::Id;
use crate::output::Outputs;
use crate::timers::TimerKey;

const TOPIC_LENGTH: usize = 32;

pub struct Whole<PI> {
    setup: std::rc::Rc<Setup<PI>>,
    start: Instant,
    state: State<PI, ChaCha12Rng>,
    timers: HashMap<TimerKey<PI>, Timer<PI>>,
}

impl<PI: Id> Whole<PI> {
    pub fn new(setup: std::rc::Rc<Setup<PI>>, me: PI, seed: u64, data: PeerData) -> Self {
        let rng = ChaCha12Rng::seed_from_u64(seed);
        let state = State::new(me, data, setup.config.clone(), rng);
        Self {
            setup,
            start: Instant::now(),
            state,
            timers: HashMap::new(),
        }
    }

    fn event(&self, step: Step<PI>) -> Option<InEvent<PI>> {
        let topic = self.setup.topics[0];
        Some(match step {
            Step::Start { .. } => unreachable!("a new host"),
            Step::Disconnected(peer) => InEvent::PeerDisconnected(peer),
            Step::Data(data) => InEvent::UpdatePeerData(data),
            Step::Topic { event, .. } => match event {
                Event::Receive(from, body) => {
                    let bytes = [topic.as_bytes(), &body[..]].concat();
                    let message = postcard::from_bytes(&bytes).expect("a message of the crate");
                    InEvent::RecvMessage(from, message)
                }
                Event::Join(peers) => InEvent::Command(topic, Command::Join(peers)),
                Event::Broadcast(content, scope) => {
                    InEvent::Command(topic, Command::Broadcast(content, scope))
                }
                Event::Quit => InEvent::Command(topic, Command::Quit),
                Event::Timer(key) => InEvent::TimerExpired(self.timers.get(&key)?.clone()),
            },
        })
    }
}

impl<PI: Id> Host<PI> for Whole<PI> {
    fn handle(&mut self, step: Step<PI>, at: Duration, out: &mut Outputs) {
        let Some(event) = self.event(step) else {
            return;
        };
        for output in self.state.handle(event, self.start + at, None) {
            match output {
                OutEvent::SendMessage(to, message) => {
                    let bytes = postcard::to_stdvec(&message).expect("a message can be written");
                    out.send(0, to, &bytes[TOPIC_LENGTH..]);
                }
                OutEvent::EmitEvent(_, event) => out.emit(0, &event),
                OutEvent::ScheduleTimer(delay, timer) => {
                    let key = TimerKey::of(&timer);
                    out.schedule(0, delay, &key);
                    self.timers.insert(key, timer);
                }
                OutEvent::DisconnectPeer(peer) => out.disconnect(peer),
                OutEvent::PeerData(peer, data) => out.peer_data(peer, &data),
            }
        }
    }
}
