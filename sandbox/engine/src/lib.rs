//! The strategy engine: a Javy plugin that runs one trading strategy per instance.
//!
//! `wizer` calls `initialize-runtime` at build time, so that an instance starts
//! with QuickJS, its globals and the prelude already in memory.

mod builtin;
mod bytecode;
mod compile;
mod decimal;
mod dispatch;
mod duration;
mod events;
mod faults;
mod fuel;
mod jobs;
mod limits;
mod logging;
mod memory;
mod natives;
mod objects;
mod orders;
mod prelude;
mod prices;
mod realm;
mod records;
mod single_threaded;
mod state;
mod strategy;
mod times;
mod trading;
mod value;

wit_bindgen::generate!({ world: "engine", path: "wit" });

use exports::meltica::strategy::sandbox::{Diagnostic, Fault, Guest, Limits, Loaded, Outcome, Started};

javy_plugin_api::import_namespace!("meltica-strategy");

struct Engine;
export!(Engine);

impl Guest for Engine {
    fn compile(source: String, file_name: String) -> Result<Vec<u8>, Diagnostic> {
        compile::compile(&source, &file_name)
    }

    fn load(bytecode: Vec<u8>, limits: Limits) -> Result<Loaded, Fault> {
        strategy::load(&bytecode, &limits)
    }

    fn start(environment: String) -> Result<Started, Fault> {
        strategy::start(&environment)
    }

    fn deliver(records: Vec<u8>) -> Outcome {
        dispatch::deliver(&records)
    }

    fn state() -> Result<String, Fault> {
        strategy::state_json()
    }
}

/// Javy's name for the function that wizer runs.
#[unsafe(export_name = "initialize-runtime")]
extern "C" fn initialize_runtime() {
    realm::initialize();
    prelude::install();
}

/// What native/wasi.wat gives to libc as the time. As a double it would be rounded to 256 ns, of which `Date` would make
/// the millisecond before.
#[unsafe(export_name = "clock-nanoseconds")]
extern "C" fn clock_nanoseconds() -> u64 {
    let milliseconds = state::state().clock.get();
    let part = milliseconds - milliseconds.floor();
    milliseconds as u64 * 1_000_000 + (part * 1e6) as u64
}
