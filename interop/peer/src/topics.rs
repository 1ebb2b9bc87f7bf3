//! The commands about topics. They work on a `GossipApi`, so that a node and a remote control share them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{bail, Context, Result};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use iroh::{EndpointAddr, EndpointId};
use iroh_gossip::api::{Event, GossipApi, GossipReceiver, GossipSender, JoinOptions};
use iroh_gossip::proto::{DeliveryScope, TopicId};
use n0_future::StreamExt;
use serde_json::{json, Value};
use tokio::task::JoinHandle;

use crate::lines::Line;
use crate::output::{emit, reply};
use crate::parse;
use crate::payload::payload;
use crate::tally::Tally;

pub struct Topics {
    api: GossipApi,
    rooms: HashMap<TopicId, Room>,
    show_up_to: usize,
}

struct Room {
    /// `None` once told to stop sending.
    sender: Option<GossipSender>,
    /// `None` once told to stop reading.
    reader: Option<JoinHandle<()>>,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    neighbors: BTreeSet<EndpointId>,
    tally: Tally,
}

impl Topics {
    /// Events show contents of up to this many bytes.
    pub fn new(api: GossipApi, show_up_to: usize) -> Self {
        Self {
            api,
            rooms: HashMap::new(),
            show_up_to,
        }
    }

    /// Carries out a command and answers it. Calls `learn` with each peer that the command names. False if the verb is unknown.
    pub async fn handle(&mut self, line: &Line, learn: impl Fn(&EndpointAddr)) -> bool {
        let outcome = match line.verb.as_str() {
            "join" => self.join(&line.rest, learn).await,
            "join-peers" => self.join_peers(&line.rest, learn).await,
            "broadcast" => self.broadcast(&line.rest, |text| Ok(text.into())).await,
            "broadcast-hex" => self.broadcast(&line.rest, parse::hex).await,
            "broadcast-neighbors" => self.broadcast_neighbors(&line.rest).await,
            "broadcast-many" => match self.broadcast_many(line) {
                Ok(()) => return true, // it answers when it is done
                Err(error) => Err(error),
            },
            "neighbors" => self.neighbors(&line.rest),
            "received" => self.received(&line.rest),
            "stop-sending" => self.stop_sending(&line.rest),
            "stop-reading" => self.stop_reading(&line.rest).await,
            "leave" => self.leave(&line.rest).await,
            _ => return false,
        };
        reply(line.id, &line.verb, outcome);
        true
    }

    async fn join(&mut self, rest: &str, learn: impl Fn(&EndpointAddr)) -> Result<Value> {
        let (topic, words) = parse::topic_and_rest(rest)?;
        if self.rooms.contains_key(&topic) {
            bail!("already joined; use join-peers, or leave first");
        }
        let peers = parse::peers(words)?;
        peers.iter().for_each(learn);
        let options = JoinOptions::with_bootstrap(peers.iter().map(|peer| peer.id));
        let (sender, receiver) = self.api.subscribe_with_opts(topic, options).await?.split();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let reader = tokio::spawn(listen(topic, receiver, heard.clone(), self.show_up_to));
        let room = Room {
            sender: Some(sender),
            reader: Some(reader),
            heard,
        };
        self.rooms.insert(topic, room);
        Ok(json!({}))
    }

    async fn join_peers(&self, rest: &str, learn: impl Fn(&EndpointAddr)) -> Result<Value> {
        let (topic, words) = parse::topic_and_rest(rest)?;
        let peers = parse::peers(words)?;
        peers.iter().for_each(learn);
        let ids = peers.iter().map(|peer| peer.id).collect();
        self.room(&topic)?.sender()?.join_peers(ids).await?;
        Ok(json!({}))
    }

    async fn broadcast(&self, rest: &str, read: impl Fn(&str) -> Result<Vec<u8>>) -> Result<Value> {
        let (topic, text) = parse::topic_and_rest(rest)?;
        let content = Bytes::from(read(text)?);
        let hash = blake3::hash(&content).to_string();
        self.room(&topic)?.sender()?.broadcast(content).await?;
        Ok(json!({ "hash": hash }))
    }

    async fn broadcast_neighbors(&self, rest: &str) -> Result<Value> {
        let (topic, text) = parse::topic_and_rest(rest)?;
        let content = Bytes::from(text.to_string());
        let hash = blake3::hash(&content).to_string();
        let room = self.room(&topic)?;
        room.sender()?.broadcast_neighbors(content).await?;
        Ok(json!({ "hash": hash }))
    }

    /// `TOPIC COUNT SEED SIZE[,SIZE…] [PAUSE_MS]`
    fn broadcast_many(&self, line: &Line) -> Result<()> {
        const USAGE: &str = "expected TOPIC COUNT SEED SIZE[,SIZE...] [PAUSE_MS]";
        let (topic, rest) = parse::topic_and_rest(&line.rest)?;
        let words: Vec<_> = rest.split_whitespace().collect();
        let (count, seed, sizes, pause) = match words[..] {
            [count, seed, sizes] => (count, seed, sizes, "0"),
            [count, seed, sizes, pause] => (count, seed, sizes, pause),
            _ => bail!(USAGE),
        };
        let count: u64 = count.parse().context(USAGE)?;
        let seed: u64 = seed.parse().context(USAGE)?;
        let sizes: Vec<u32> = sizes
            .split(',')
            .map(|size| size.parse().context(USAGE))
            .collect::<Result<_>>()?;
        let pause = Duration::from_millis(pause.parse().context(USAGE)?);
        let sender = self.room(&topic)?.sender()?.clone();
        let (id, verb) = (line.id, line.verb.clone());
        tokio::spawn(async move {
            let outcome = send_many(sender, count, seed, sizes, pause).await;
            reply(id, &verb, outcome);
        });
        Ok(())
    }

    fn neighbors(&self, rest: &str) -> Result<Value> {
        let heard = self
            .room(&parse::topic(rest)?)?
            .heard
            .lock()
            .expect("not poisoned");
        let neighbors: Vec<_> = heard.neighbors.iter().map(ToString::to_string).collect();
        Ok(json!({ "neighbors": neighbors }))
    }

    fn received(&self, rest: &str) -> Result<Value> {
        let heard = self
            .room(&parse::topic(rest)?)?
            .heard
            .lock()
            .expect("not poisoned");
        Ok(heard.tally.describe())
    }

    fn stop_sending(&mut self, rest: &str) -> Result<Value> {
        self.room_mut(&parse::topic(rest)?)?.sender = None;
        Ok(json!({}))
    }

    async fn stop_reading(&mut self, rest: &str) -> Result<Value> {
        let room = self.room_mut(&parse::topic(rest)?)?;
        end(room.reader.take()).await;
        Ok(json!({}))
    }

    async fn leave(&mut self, rest: &str) -> Result<Value> {
        let topic = parse::topic(rest)?;
        let room = self.rooms.remove(&topic).context("not joined")?;
        end(room.reader).await;
        Ok(json!({}))
    }

    fn room(&self, topic: &TopicId) -> Result<&Room> {
        self.rooms.get(topic).context("not joined")
    }

    fn room_mut(&mut self, topic: &TopicId) -> Result<&mut Room> {
        self.rooms.get_mut(topic).context("not joined")
    }
}

impl Room {
    fn sender(&self) -> Result<&GossipSender> {
        self.sender.as_ref().context("stopped sending")
    }
}

/// Ends a reader. Its receiver is dropped when this returns.
async fn end(reader: Option<JoinHandle<()>>) {
    if let Some(reader) = reader {
        reader.abort();
        let _ = reader.await;
    }
}

async fn send_many(
    sender: GossipSender,
    count: u64,
    seed: u64,
    sizes: Vec<u32>,
    pause: Duration,
) -> Result<Value> {
    let mut sent = Tally::default();
    for index in 0..count {
        let size = sizes[(index % sizes.len() as u64) as usize];
        let content = payload(seed, index, size as usize);
        sent.add(&content);
        sender.broadcast(content.into()).await?;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    Ok(sent.describe())
}

async fn listen(
    topic: TopicId,
    mut receiver: GossipReceiver,
    heard: Arc<Mutex<Heard>>,
    show_up_to: usize,
) {
    let name = topic.to_string();
    let reason = loop {
        match receiver.next().await {
            None => break None,
            Some(Err(error)) => break Some(format!("{error:#}")),
            Some(Ok(event)) => {
                let line = {
                    let mut heard = heard.lock().expect("not poisoned");
                    note(&mut heard, event, show_up_to, &name)
                };
                emit(line);
            }
        }
    };
    emit(json!({ "event": "closed", "topic": name, "reason": reason }));
}

/// Counts an event. Returns its line.
fn note(heard: &mut Heard, event: Event, show_up_to: usize, topic: &str) -> Value {
    match event {
        Event::NeighborUp(peer) => {
            heard.neighbors.insert(peer);
            json!({ "event": "neighborUp", "topic": topic, "peer": peer.to_string() })
        }
        Event::NeighborDown(peer) => {
            heard.neighbors.remove(&peer);
            json!({ "event": "neighborDown", "topic": topic, "peer": peer.to_string() })
        }
        Event::Received(message) => {
            let hash = heard.tally.add(&message.content);
            let mut line = json!({
                "event": "received",
                "topic": topic,
                "from": message.delivered_from.to_string(),
                "scope": match message.scope {
                    DeliveryScope::Swarm(_) => "swarm",
                    DeliveryScope::Neighbors => "neighbors",
                },
                "length": message.content.len(),
                "hash": hash.to_string(),
            });
            if message.content.len() <= show_up_to {
                line["content"] = HEXLOWER.encode(&message.content).into();
            }
            line
        }
        Event::Lagged => {
            heard.tally.lagged();
            json!({ "event": "lagged", "topic": topic })
        }
    }
}
