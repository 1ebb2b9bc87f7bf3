//! A peer made of the published crates iroh-gossip 0.101 and iroh 1.x, for tests. See ../../README.md.

mod chat;
mod chat_format;
mod lines;
mod node;
mod output;
mod parse;
mod payload;
mod peer;
mod rpc_client;
mod rpc_endpoint;
mod rpc_serve;
mod tally;
mod topics;
mod vectors;

use clap::Parser;
use serde_json::json;

#[derive(Parser)]
#[command(
    about = "A peer made of the published Rust crates. Takes commands on stdin, and answers with JSON lines on stdout"
)]
enum Mode {
    /// A member of swarms.
    Node(node::NodeOptions),
    /// A member of a chat room.
    Chat(chat::ChatOptions),
    /// A member of swarms that serves the remote control.
    RpcServe(rpc_serve::RpcServeOptions),
    /// A remote control.
    RpcClient(rpc_client::RpcClientOptions),
    /// Print values with their bytes.
    Vectors(vectors::VectorOptions),
    /// Say how the crates read bytes from stdin.
    Check,
}

#[tokio::main]
async fn main() {
    let outcome = match Mode::parse() {
        Mode::Node(options) => node::run(options).await,
        Mode::Chat(options) => chat::run(options).await,
        Mode::RpcServe(options) => rpc_serve::run(options).await,
        Mode::RpcClient(options) => rpc_client::run(options).await,
        Mode::Vectors(options) => vectors::run(options).await,
        Mode::Check => vectors::check().await,
    };
    let code = match outcome {
        Ok(()) => 0,
        Err(error) => {
            output::emit(json!({ "event": "failed", "error": format!("{error:#}") }));
            1
        }
    };
    // `return` would wait for the thread that reads stdin.
    std::process::exit(code);
}
