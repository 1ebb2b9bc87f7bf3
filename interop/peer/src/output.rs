//! Prints answers and events on stdout: JSON, one object in a line.

use std::io::Write;

use serde_json::{json, Value};

/// Writes one line. Ends the program when nobody reads stdout.
pub fn emit(line: Value) {
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    if written.is_err() {
        std::process::exit(1);
    }
}

/// Answers a command, with fields or an error.
pub fn reply(id: Option<u64>, verb: &str, outcome: anyhow::Result<Value>) {
    let mut line = json!({ "reply": verb });
    if let Some(id) = id {
        line["id"] = id.into();
    }
    match outcome {
        Ok(Value::Object(fields)) => {
            line.as_object_mut().expect("an object").extend(fields);
        }
        Ok(_) => {}
        Err(error) => line["error"] = format!("{error:#}").into(),
    }
    emit(line);
}
