//! `chat`: a member of a room of iroh-gossip's chat example, which takes commands on stdin.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use iroh::{EndpointId, SecretKey};
use iroh_gossip::api::{Event, GossipReceiver, GossipSender};
use iroh_gossip::proto::TopicId;
use n0_future::StreamExt;
use serde_json::{json, Value};

use crate::chat_format::{Message, SignedMessage, Ticket};
use crate::lines::{Line, Lines};
use crate::output::{emit, reply};
use crate::parse;
use crate::peer::{Peer, PeerOptions};

#[derive(Args)]
pub struct ChatOptions {
    #[command(flatten)]
    peer: PeerOptions,
    /// The name to announce, once there is a neighbor.
    #[arg(long)]
    name: Option<String>,
    #[command(subcommand)]
    entry: Entry,
}

#[derive(Subcommand)]
enum Entry {
    /// Open a room.
    Open {
        /// 64 hex digits. Default: a random topic.
        topic: Option<String>,
    },
    /// Enter a room with a ticket.
    Join { ticket: String },
}

type Names = Arc<Mutex<HashMap<EndpointId, String>>>;

pub async fn run(options: ChatOptions) -> Result<()> {
    let (topic, peers) = match &options.entry {
        Entry::Open { topic: None } => (TopicId::from_bytes(rand::random()), vec![]),
        Entry::Open { topic: Some(word) } => (parse::topic(word)?, vec![]),
        Entry::Join { ticket } => {
            let Ticket { topic, peers } = Ticket::from_str(ticket)?;
            (topic, peers)
        }
    };
    let peer = Peer::bind(&options.peer).await?;
    peers.iter().for_each(|addr| peer.learn(addr));
    let ids = peers.iter().map(|addr| addr.id).collect();
    let ticket = Ticket {
        topic,
        peers: peers.into_iter().chain([peer.endpoint.addr()]).collect(),
    };
    emit(json!({
        "event": "ready",
        "endpoint": peer.endpoint.id().to_string(),
        "topic": topic.to_string(),
        "ticket": ticket.to_string(),
    }));

    let (sender, receiver) = peer.gossip.subscribe(topic, ids).await?.split();
    let member = Member {
        key: peer.endpoint.secret_key().clone(),
        sender,
    };
    let reader = tokio::spawn(listen(receiver, member.clone(), options.name));

    let mut lines = Lines::new();
    while let Some(line) = lines.next().await {
        if line.verb == "quit" {
            reply(line.id, &line.verb, Ok(json!({})));
            break;
        }
        reply(line.id, &line.verb, member.obey(&line).await);
    }
    reader.abort();
    peer.shutdown().await
}

#[derive(Clone)]
struct Member {
    key: SecretKey,
    sender: GossipSender,
}

impl Member {
    async fn obey(&self, line: &Line) -> Result<Value> {
        match line.verb.as_str() {
            // The example keeps the line ending of what is typed.
            "say" => self.send(&text(&line.rest), false).await?,
            "name" => self.send(&about_me(&line.rest), false).await?,
            "forge" => self.send(&text(&line.rest), true).await?,
            other => anyhow::bail!("unknown command {other:?}"),
        }
        Ok(json!({}))
    }

    /// Signs and sends a message, with a wrong signature if `forge`.
    async fn send(&self, message: &Message, forge: bool) -> Result<()> {
        let mut signed = SignedMessage::sign(&self.key, message)?;
        if forge {
            signed.signature[0] ^= 1;
        }
        let content = postcard::to_stdvec(&signed)?;
        Ok(self.sender.broadcast(content.into()).await?)
    }
}

fn text(line: &str) -> Message {
    Message::Message {
        text: format!("{line}\n"),
    }
}

fn about_me(name: &str) -> Message {
    Message::AboutMe {
        name: name.to_string(),
    }
}

async fn listen(mut receiver: GossipReceiver, member: Member, mut name: Option<String>) {
    let names = Names::default();
    while let Some(event) = receiver.next().await {
        match event {
            Ok(Event::NeighborUp(peer)) => {
                emit(json!({ "event": "neighborUp", "peer": peer.to_string() }));
                if let Some(name) = name.take() {
                    if let Err(error) = member.send(&about_me(&name), false).await {
                        emit(json!({ "event": "rejected", "reason": format!("{error:#}") }));
                    }
                }
            }
            Ok(Event::NeighborDown(peer)) => {
                emit(json!({ "event": "neighborDown", "peer": peer.to_string() }));
            }
            // The example ends at the first bad message. This goes on, so that tests see what comes after it.
            Ok(Event::Received(message)) => emit(read(&message.content, &names).unwrap_or_else(
                |error| json!({ "event": "rejected", "reason": format!("{error:#}") }),
            )),
            Ok(Event::Lagged) => emit(json!({ "event": "lagged" })),
            Err(error) => {
                emit(json!({ "event": "closed", "reason": format!("{error:#}") }));
                return;
            }
        }
    }
    emit(json!({ "event": "closed", "reason": null }));
}

/// The event for a message with a valid signature.
fn read(content: &[u8], names: &Names) -> Result<Value> {
    let signed: SignedMessage =
        postcard::from_bytes(content).context("not a signed chat message")?;
    let message = signed.verify()?;
    let mut names = names.lock().expect("not poisoned");
    let from = signed.from.to_string();
    Ok(match message {
        Message::AboutMe { name } => {
            names.insert(signed.from, name.clone());
            json!({ "event": "named", "from": from, "name": name })
        }
        Message::Message { text } => {
            json!({ "event": "message", "from": from, "name": names.get(&signed.from), "text": text })
        }
    })
}
