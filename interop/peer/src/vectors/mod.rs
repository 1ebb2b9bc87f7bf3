//! `vectors`: values with the bytes that the published crates make of them. `check`: how the crates read bytes from elsewhere.

mod capture;
mod check;
mod kinds;
mod mirror;
mod named;
mod random;

use anyhow::{ensure, Context, Result};
use clap::Args;
use iroh_gossip::proto::TopicId;
use serde_json::{json, Value};

use crate::output::emit;
use crate::peer::PeerOptions;
use capture::hex;
use kinds::{find, Kind};

pub use check::run as check;

#[derive(Args)]
pub struct VectorOptions {
    #[command(flatten)]
    peer: PeerOptions,
    /// Seed of the random values.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many random values of each variant of each kind.
    #[arg(long, default_value_t = 300)]
    count: usize,
}

pub async fn run(options: VectorOptions) -> Result<()> {
    let kinds = kinds::all();
    for named in named::all()? {
        let kind = find(&kinds, named.kind)?;
        let body = (kind.write)(&named.json)?;
        emit(row(kind, "named", Some(named.name), &body)?);
    }

    let mut random = random::Random::new(options.seed);
    let mut made: Vec<Value> = Vec::new();
    for (name, variants) in random::VARIANTS {
        let kind = find(&kinds, name)?;
        for variant in variants {
            for _ in 0..options.count {
                let body = (kind.write)(&random.value(name, variant))?;
                let row = row(kind, "random", None, &body)?;
                if name.starts_with("rpc") {
                    made.push(row.clone());
                }
                emit(row);
            }
        }
    }

    let signed_kind = find(&kinds, "chatSignedMessage")?;
    for variant in ["AboutMe", "Message"] {
        for _ in 0..options.count {
            let (signed, key, message) = random.signed(variant);
            let mut row = row(signed_kind, "random", None, &postcard::to_stdvec(&signed)?)?;
            row["secret"] = hex(&key.to_bytes());
            row["message"] = message;
            emit(row);
        }
    }

    let topic = TopicId::from_bytes([0x17; 32]);
    capture::gossip(&kinds, topic, &options.peer)
        .await
        .context("recording a gossip stream")?
        .into_iter()
        .for_each(emit);
    capture_rpc(&kinds, &made)
        .await
        .context("recording a remote control")
}

/// Sends each random request, command and event over a real remote control.
async fn capture_rpc(kinds: &[Kind], made: &[Value]) -> Result<()> {
    let of = |kind: &str| {
        made.iter()
            .filter(|row| row["kind"] == kind)
            .collect::<Vec<_>>()
    };
    let (requests, commands, events) = (of("rpcRequest"), of("rpcCommand"), of("rpcEvent"));
    let turns = requests.len().max(commands.len()).max(events.len());
    let rpc = capture::Rpc::connect().await?;
    for turn in 0..turns {
        let request = requests[turn % requests.len()];
        let command = commands[turn % commands.len()];
        let event = events[turn % events.len()];
        let (asked, told) = rpc
            .exchange(&request["json"], &command["json"], &event["json"], kinds)
            .await?;
        ensure!(hex(&asked) == request["hex"], "another request: {request}");
        ensure!(hex(&told) == command["hex"], "another command: {command}");
    }
    rpc.close().await;
    emit(
        json!({ "event": "captured", "requests": requests.len(), "commands": commands.len(), "events": events.len() }),
    );
    Ok(())
}

/// The line of a value: its kind and source, its JSON, its bytes alone and on a stream, its text.
fn row(kind: &Kind, source: &str, name: Option<&str>, body: &[u8]) -> Result<Value> {
    let json = (kind.read)(body)?;
    ensure!(
        (kind.write)(&json)? == body,
        "read and written again, it differs: {json}"
    );
    let mut line = json!({ "kind": kind.name, "source": source, "hex": hex(body), "json": json });
    if let Some(name) = name {
        line["name"] = name.into();
    }
    if let Some(framed) = kind.frame(body)? {
        line["framed"] = hex(&framed);
    }
    if let Some(text) = &kind.text {
        let word = (text.write)(&json)?;
        ensure!(
            (text.read)(&word)? == json,
            "read and written again, the text differs: {word}"
        );
        line["text"] = word.into();
    }
    Ok(line)
}
