use bytes::Bytes;
use chacha20::ChaCha12Rng;
use iroh_gossip::proto::{Command, Config, InEvent, OutEvent, PeerData, Scope, State, TopicId};
use n0_future::time::{Duration, Instant};
use rand::SeedableRng;
use std::collections::{BTreeMap, BTreeSet};

// Deterministic LCG for the schedule, mirrored in TypeScript.
struct Lcg(u32);
impl Lcg {
    fn next(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1664525).wrapping_add(1013904223);
        ((self.0 >> 8) as u64 * n as u64 >> 24) as u32
    }
}

fn latency(a: u64, b: u64) -> u64 {
    let (x, y) = if a < b { (a, b) } else { (b, a) };
    10_000 + ((x * 7919 + y * 104729 + 13) % 40_000)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let seed: u64 = args[1].parse().unwrap();
    let nodes: u64 = args[2].parse().unwrap();
    let steps: u32 = args[3].parse().unwrap();
    let start = Instant::now();
    let topic: TopicId = [23u8; 32].into();
    let mut peers: BTreeMap<u64, State<u64, ChaCha12Rng>> = BTreeMap::new();
    let mut queue: BTreeMap<(u64, u64), (u64, InEvent<u64>)> = BTreeMap::new();
    let mut seq = 0u64;
    let mut conns: BTreeSet<(u64, u64)> = BTreeSet::new();
    let mut lcg = Lcg(seed as u32);
    let mut config = Config::default();
    if args.len() > 4 {
        config.membership.active_view_capacity = args[4].parse().unwrap();
        config.membership.passive_view_capacity = args[5].parse().unwrap();
        config.membership.shuffle_interval = Duration::from_millis(args[6].parse().unwrap());
        config.broadcast.message_cache_retention = Duration::from_millis(2000);
        config.broadcast.message_id_retention = Duration::from_millis(4000);
        config.broadcast.optimization_threshold = 1u16.into();
    }
    let mut at = 0u64;
    for i in 0..nodes {
        let data = if i % 3 == 0 { vec![] } else { vec![i as u8; 3] };
        peers.insert(
            i,
            State::new(
                i,
                PeerData::new(data),
                config.clone(),
                ChaCha12Rng::seed_from_u64(seed * 1000 + i),
            ),
        );
        let contacts = if i == 0 {
            vec![]
        } else {
            vec![lcg.next(i as u32) as u64]
        };
        at += lcg.next(30_000) as u64;
        queue.insert(
            (at, seq),
            (i, InEvent::Command(topic, Command::Join(contacts))),
        );
        seq += 1;
    }
    for k in 0..steps {
        at += lcg.next(40_000) as u64;
        let who = lcg.next(nodes as u32) as u64;
        let ev = match lcg.next(20) {
            0 => InEvent::Command(topic, Command::Quit),
            1 => InEvent::Command(topic, Command::Join(vec![lcg.next(nodes as u32) as u64])),
            2 => InEvent::PeerDisconnected(lcg.next(nodes as u32) as u64),
            3 => InEvent::UpdatePeerData(PeerData::new(vec![k as u8; 4])),
            4 => InEvent::Command(
                topic,
                Command::Broadcast(Bytes::from(format!("n{k}")), Scope::Neighbors),
            ),
            _ => InEvent::Command(
                topic,
                Command::Broadcast(Bytes::from(format!("m{k}")), Scope::Swarm),
            ),
        };
        queue.insert((at, seq), (who, ev));
        seq += 1;
    }
    let end = at + 8_000_000;
    while let Some(((time, _), (peer, event))) = queue.pop_first() {
        if time > end {
            break;
        }
        if let InEvent::RecvMessage(from, _) = &event {
            let c = if *from < peer {
                (*from, peer)
            } else {
                (peer, *from)
            };
            conns.insert(c);
        }
        println!("@{time} {peer} < {event:?}");
        let out: Vec<_> = peers
            .get_mut(&peer)
            .unwrap()
            .handle(event, start + Duration::from_micros(time), None)
            .collect();
        let mut kill = vec![];
        for o in out {
            println!("  {o:?}");
            match o {
                OutEvent::SendMessage(to, m) => {
                    queue.insert(
                        (time + latency(peer, to), seq),
                        (to, InEvent::RecvMessage(peer, m)),
                    );
                    seq += 1;
                }
                OutEvent::ScheduleTimer(d, t) => {
                    queue.insert(
                        (time + d.as_micros() as u64, seq),
                        (peer, InEvent::TimerExpired(t)),
                    );
                    seq += 1;
                }
                OutEvent::DisconnectPeer(to) => kill.push(to),
                _ => {}
            }
        }
        for to in kill {
            let c = if to < peer { (to, peer) } else { (peer, to) };
            if conns.remove(&c) {
                queue.insert(
                    (time + latency(peer, to) + 1, seq),
                    (to, InEvent::PeerDisconnected(peer)),
                );
                seq += 1;
            }
        }
    }
}
