//! Names for timers. The crate's timers can be kept and given back, but not made, and their fields are private. So a case names a
//! timer, and the name comes from its debug text.

use std::fmt::Debug;

use crate::id::Id;
use crate::input::Input;
use crate::output::put;

#[derive(Clone, PartialEq, Eq, Hash)]
pub enum TimerKey<PI> {
    Shuffle,
    NeighborRequest(PI),
    SendGraft([u8; 32]),
    Dispatch,
    Evict,
}

impl<PI: Id> TimerKey<PI> {
    pub fn read(input: &mut Input) -> Self {
        match input.number() {
            0 => Self::Shuffle,
            1 => Self::NeighborRequest(input.value()),
            2 => Self::SendGraft(input.value()),
            3 => Self::Dispatch,
            4 => Self::Evict,
            other => panic!("unknown timer {other}"),
        }
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Shuffle => out.push(0),
            Self::NeighborRequest(peer) => {
                out.push(1);
                put(out, peer);
            }
            Self::SendGraft(id) => {
                out.push(2);
                out.extend_from_slice(id);
            }
            Self::Dispatch => out.push(3),
            Self::Evict => out.push(4),
        }
    }

    /// Of a `state::Timer` (`Timer { topic: …, timer: Gossip(EvictCache) }`) or a `topic::Timer` (`Gossip(EvictCache)`).
    pub fn of(timer: &impl Debug) -> Self {
        let text = format!("{timer:?}");
        let name = text.trim_end_matches([' ', '}', ')']);
        if let Some((_, peer)) = name.split_once("PendingNeighborRequest(") {
            let Ok(peer) = peer.parse() else {
                panic!("no peer in {text}")
            };
            return Self::NeighborRequest(peer);
        }
        if let Some((_, id)) = name.split_once("SendGraft(MessageId(") {
            let mut bytes = [0; 32];
            hex::decode_to_slice(id, &mut bytes).expect("a message id");
            return Self::SendGraft(bytes);
        }
        match name.rsplit_once('(') {
            Some((_, "DoShuffle")) => Self::Shuffle,
            Some((_, "DispatchLazyPush")) => Self::Dispatch,
            Some((_, "EvictCache")) => Self::Evict,
            _ => panic!("unknown timer {text}"),
        }
    }
}
