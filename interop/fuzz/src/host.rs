//! A node whose decisions are the crate's.

use std::time::Duration;

use crate::case::Step;
use crate::output::Outputs;

pub trait Host<PI> {
    /// `at`: since the beginning of the case. Never `Step::Start`.
    fn handle(&mut self, step: Step<PI>, at: Duration, out: &mut Outputs);
}
