//! `check`: reads lines `{"kind", "hex", "json"?, "text"?}`, and says how the crates read the bytes.

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use tokio::io::{stdin, AsyncBufReadExt, BufReader};

use super::capture::hex;
use super::kinds::{self, find, Kind};
use crate::chat_format::SignedMessage;
use crate::output::emit;
use crate::parse;

/// Answers each line with one: `{"json", "hex"}`, the value as read and its bytes as written again, or `{"error"}`. Where the
/// question has `"json"`, the answer has `"equal"`: whether the bytes and the text are those of that value. The answer for a
/// signed chat message also has `"verified"` and `"message"`.
pub async fn run() -> Result<()> {
    let kinds = kinds::all();
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        emit(
            answer(&kinds, &line).unwrap_or_else(|error| json!({ "error": format!("{error:#}") })),
        );
    }
    Ok(())
}

fn answer(kinds: &[Kind], line: &str) -> Result<Value> {
    let question: Value = serde_json::from_str(line).context("not JSON")?;
    let field = |name: &str| {
        question[name]
            .as_str()
            .with_context(|| format!("no {name}"))
    };
    let kind = find(kinds, field("kind")?)?;
    let bytes = parse::hex(field("hex")?)?;
    let read = (kind.read)(&bytes)?;
    let again = (kind.write)(&read)?;
    let mut answer = json!({ "json": read, "hex": hex(&again) });
    if kind.name == "chatSignedMessage" {
        let signed: SignedMessage = postcard::from_bytes(&bytes)?;
        let message = signed.verify();
        answer["verified"] = message.is_ok().into();
        answer["message"] = json!(message.ok());
    }
    if let Some(described) = question.get("json") {
        let outcome = compare(kind, &bytes, &read, described, question["text"].as_str());
        answer["equal"] = outcome.is_ok().into();
        if let Err(error) = outcome {
            answer["difference"] = format!("{error:#}").into();
        }
    }
    Ok(answer)
}

fn compare(
    kind: &Kind,
    bytes: &[u8],
    read: &Value,
    described: &Value,
    text: Option<&str>,
) -> Result<()> {
    let written = (kind.write)(described).context("the description")?;
    ensure!(written == bytes, "would be written as {}", hex(&written));
    ensure!(*read == kind.canonical(described)?, "reads as {read}");
    if let Some(word) = text {
        let forms = kind.text.as_ref().context("this kind has no text form")?;
        ensure!((forms.read)(word)? == *read, "the text reads differently");
        ensure!((forms.write)(read)? == word, "would be spelled differently");
    }
    Ok(())
}
