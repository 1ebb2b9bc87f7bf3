//! `node`: a member of swarms that takes commands on stdin.

use anyhow::{Context, Result};
use clap::Args;
use iroh::TransportAddr;
use serde_json::{json, Value};

use crate::chat_format::Ticket;
use crate::lines::Lines;
use crate::output::{emit, reply};
use crate::parse;
use crate::peer::{Peer, PeerOptions};
use crate::topics::Topics;

#[derive(Args)]
pub struct NodeOptions {
    #[command(flatten)]
    pub peer: PeerOptions,
    /// Show contents of up to this many bytes in events.
    #[arg(long, default_value_t = 0)]
    pub show_up_to: usize,
}

pub async fn run(options: NodeOptions) -> Result<()> {
    let peer = Peer::bind(&options.peer).await?;
    serve(peer, options.show_up_to, json!({})).await
}

/// Prints the ready line with the fields of `more`, and carries out commands until `quit` or the end of input.
pub async fn serve(peer: Peer, show_up_to: usize, more: Value) -> Result<()> {
    let mut ready = json!({ "event": "ready" });
    for fields in [peer.describe(), more] {
        if let (Some(ready), Value::Object(fields)) = (ready.as_object_mut(), fields) {
            ready.extend(fields);
        }
    }
    emit(ready);

    let mut topics = Topics::new((*peer.gossip).clone(), show_up_to);
    let mut lines = Lines::new();
    let mut quit = None;
    while let Some(line) = lines.next().await {
        match line.verb.as_str() {
            "quit" => {
                quit = Some(line);
                break;
            }
            "addr" => reply(line.id, &line.verb, Ok(peer.describe())),
            "add-addr" => reply(line.id, &line.verb, add_addr(&peer, &line.rest)),
            "known" => reply(line.id, &line.verb, known(&peer, &line.rest).await),
            "chat-ticket" => reply(line.id, &line.verb, chat_ticket(&peer, &line.rest)),
            _ => {
                if !topics.handle(&line, |addr| peer.learn(addr)).await {
                    let error = anyhow::anyhow!("unknown command {:?}", line.verb);
                    reply(line.id, &line.verb, Err(error));
                }
            }
        }
    }
    let ended = peer.shutdown().await;
    if let Some(line) = quit {
        reply(line.id, &line.verb, ended.map(|()| json!({})));
    }
    Ok(())
}

fn add_addr(peer: &Peer, rest: &str) -> Result<Value> {
    let addrs = parse::peers(rest)?;
    addrs.iter().for_each(|addr| peer.learn(addr));
    Ok(json!({ "count": addrs.len() }))
}

/// The addresses of a peer that the endpoint knows.
async fn known(peer: &Peer, rest: &str) -> Result<Value> {
    let id = rest
        .parse()
        .with_context(|| format!("not an endpoint id: {rest:?}"))?;
    let addrs: Vec<_> = match peer.endpoint.remote_info(id).await {
        None => vec![],
        Some(info) => info
            .addrs()
            .filter_map(|known| match known.addr() {
                TransportAddr::Ip(addr) => Some(addr.to_string()),
                _ => None,
            })
            .collect(),
    };
    Ok(json!({ "addrs": addrs }))
}

fn chat_ticket(peer: &Peer, rest: &str) -> Result<Value> {
    let ticket = Ticket {
        topic: parse::topic(rest)?,
        peers: vec![peer.endpoint.addr()],
    };
    Ok(json!({ "ticket": ticket.to_string() }))
}
