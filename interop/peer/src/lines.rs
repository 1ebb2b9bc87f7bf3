//! Reads commands from stdin, one in a line: `[#ID] VERB [ARGUMENTS]`.

use tokio::io::{stdin, AsyncBufReadExt, BufReader, Stdin};

pub struct Line {
    /// The answer has the same.
    pub id: Option<u64>,
    pub verb: String,
    pub rest: String,
}

impl Line {
    fn parse(text: &str) -> Self {
        let text = text.trim_end_matches(['\n', '\r']);
        let (id, command) = match text.strip_prefix('#').and_then(|text| text.split_once(' ')) {
            Some((id, command)) if id.parse::<u64>().is_ok() => (id.parse().ok(), command),
            _ => (None, text),
        };
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        Self {
            id,
            verb: verb.to_string(),
            rest: rest.to_string(),
        }
    }
}

pub struct Lines(BufReader<Stdin>);

impl Lines {
    pub fn new() -> Self {
        Self(BufReader::new(stdin()))
    }

    /// The next line that is not empty; `None` at the end of input.
    pub async fn next(&mut self) -> Option<Line> {
        loop {
            let mut bytes = Vec::new();
            match self.0.read_until(b'\n', &mut bytes).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
            let text = String::from_utf8_lossy(&bytes);
            if !text.trim().is_empty() {
                return Some(Line::parse(&text));
            }
        }
    }
}
