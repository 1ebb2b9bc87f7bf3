//! Golden data for the TypeScript simulator, from the published crate iroh-gossip 0.101. See ../../README.md.

mod case;
mod mirror;
mod rounds;
mod run;
mod speed;
mod trace;

use case::Case;

const USAGE: &str = "usage: golden trace|hashes|rounds|speed KEY=VALUE...";

fn main() {
    let mut args = std::env::args().skip(1);
    let mode = args.next().expect(USAGE);
    let case = Case::parse(args);
    match mode.as_str() {
        "trace" => trace::print(&case),
        "hashes" => trace::print_hashes(&case),
        "rounds" => rounds::print(&case),
        "speed" => speed::print(&case),
        other => panic!("unknown mode {other}; {USAGE}"),
    }
}
