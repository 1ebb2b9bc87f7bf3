//! `rpc-client`: the crate's remote control, which takes commands on stdin.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;
use iroh_gossip::api::GossipApi;
use serde_json::json;

use crate::lines::Lines;
use crate::output::{emit, reply};
use crate::topics::Topics;
use crate::{parse, rpc_endpoint};

#[derive(Args)]
pub struct RpcClientOptions {
    /// Address of the server.
    #[arg(long)]
    addr: SocketAddr,
    /// Protocol name in TLS.
    #[arg(long)]
    alpn: String,
    /// The server's certificate: DER as hex digits. It must be valid for the name localhost.
    #[arg(long)]
    cert: String,
    /// Show contents of up to this many bytes in events.
    #[arg(long, default_value_t = 0)]
    show_up_to: usize,
}

pub async fn run(options: RpcClientOptions) -> Result<()> {
    let bind = match options.addr {
        SocketAddr::V4(_) => "127.0.0.1:0".parse()?,
        SocketAddr::V6(_) => "[::1]:0".parse()?,
    };
    let endpoint = rpc_endpoint::client(bind, &options.alpn, parse::hex(&options.cert)?)?;
    let api = GossipApi::connect(endpoint.clone(), options.addr);
    emit(json!({ "event": "ready", "addr": endpoint.local_addr()?.to_string() }));

    let mut topics = Topics::new(api, options.show_up_to);
    let mut lines = Lines::new();
    let mut quit = None;
    while let Some(line) = lines.next().await {
        if line.verb == "quit" {
            quit = Some(line);
            break;
        }
        // Only the ids of peers are sent. The server knows their addresses.
        if !topics.handle(&line, |_| {}).await {
            let error = anyhow::anyhow!("unknown command {:?}", line.verb);
            reply(line.id, &line.verb, Err(error));
        }
    }
    drop(topics);
    endpoint.close(0_u8.into(), b"");
    endpoint.wait_idle().await;
    if let Some(line) = quit {
        reply(line.id, &line.verb, Ok(json!({})));
    }
    Ok(())
}
