//! Runs one case, step by step, until an output differs.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;

use crate::case::{duration, Setup, Step};
use crate::host::Host;
use crate::id::{Id, Id32};
use crate::input::Input;
use crate::output::Outputs;
use crate::parts::Parts;
use crate::whole::Whole;

/// `same`; or the number of the first step with other outputs, and those of the crate in hexadecimal or its panic: `panic TEXT`.
pub fn compare(bytes: &[u8]) -> String {
    let mut input = Input::new(bytes);
    let difference = match input.number() {
        0 => run::<u64>(input),
        _ => run::<Id32>(input),
    };
    difference.unwrap_or_else(|| "same".into())
}

fn run<PI: Id>(mut input: Input) -> Option<String> {
    let setup = Rc::new(Setup::<PI>::read(&mut input));
    let mut hosts: Vec<Option<Box<dyn Host<PI>>>> = setup.nodes.iter().map(|_| None).collect();
    let mut outputs = Outputs { bytes: Vec::new() };
    for number in 0.. {
        if input.is_empty() {
            break;
        }
        let node = input.size();
        let at = duration(&mut input);
        let step = Step::<PI>::read(&mut input);
        let expected = input.bytes();
        outputs.bytes.clear();
        if let Step::Start { seed, data } = step {
            let (setup, me) = (setup.clone(), setup.nodes[node]);
            hosts[node] = Some(match setup.topics.len() {
                1 => Box::new(Whole::new(setup, me, seed, data)),
                _ => Box::new(Parts::new(setup, me, seed, data)),
            });
            continue;
        }
        let Some(host) = &mut hosts[node] else {
            continue;
        };
        let handled = catch_unwind(AssertUnwindSafe(|| host.handle(step, at, &mut outputs)));
        if let Err(cause) = handled {
            let text = cause
                .downcast_ref::<String>()
                .map(String::as_str)
                .or(cause.downcast_ref::<&str>().copied())
                .unwrap_or("without a message");
            return Some(format!("{number} panic {}", text.replace('\n', " ")));
        }
        if outputs.bytes != expected {
            return Some(format!("{number} {}", hex::encode(&outputs.bytes)));
        }
    }
    None
}
