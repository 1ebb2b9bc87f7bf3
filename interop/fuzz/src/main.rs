//! The published crate's side of `npm run interop:fuzz`: replays cases from stdin, and says for each whether the outputs are the
//! expected ones. The formats of stdin and stdout: ../../README.md.

mod case;
mod compare;
mod host;
mod id;
mod input;
mod output;
mod parts;
mod timers;
mod whole;

use std::io::{BufWriter, Read as _, Write as _};

fn main() {
    // A panic of the crate is an answer like any other.
    std::panic::set_hook(Box::new(|_| {}));
    let mut stdin = std::io::stdin().lock();
    let mut stdout = BufWriter::new(std::io::stdout().lock());
    let mut length = [0; 4];
    while stdin.read_exact(&mut length).is_ok() {
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        stdin.read_exact(&mut bytes).expect("a whole case");
        writeln!(stdout, "{}", compare::compare(&bytes)).unwrap();
        stdout.flush().unwrap();
    }
}
