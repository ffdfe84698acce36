//! What native functions, the interrupt handler and the fast lane share.
//!
//! Plain cells: a wasm instance has one thread, and natives run while the lane
//! is on the stack, so nobody may hold a reference.

use crate::faults;
use crate::fuel;
use std::cell::Cell;

/// Of one symbol; 0 before the first.
#[derive(Clone, Copy)]
pub struct Prices {
    pub last: f64,
    pub bid: f64,
    pub ask: f64,
}

impl Prices {
    pub const NONE: Prices = Prices {
        last: 0.0,
        bid: 0.0,
        ask: 0.0,
    };
}

pub struct State {
    /// The only clock there is, in milliseconds: `Date` reads it through native/wasi.wat.
    pub clock: Cell<f64>,
    /// Where the last sleep ended: events that came meanwhile are handled then, not before.
    awake_from: Cell<f64>,
    /// Of the symbol of the event at hand.
    pub prices: Cell<Prices>,
    pub trading_active: Cell<bool>,
    pub dry_run: Cell<bool>,
    /// `create` is running.
    pub creating: Cell<bool>,
    /// Set by an order: the lane stops after the record at hand.
    pub ordered: Cell<bool>,
    /// The index of the record at hand, which the host is told with every call.
    pub event: Cell<u32>,
    /// Fuel that each event gets, and what is to be left of it when the event is ended.
    pub allowance: Cell<u32>,
    pub reserve: Cell<i32>,
    pub heap_bytes: Cell<u32>,
    /// Calls of the host that each event may make, and those left for the one at hand.
    pub host_calls: Cell<u32>,
    pub host_calls_left: Cell<u32>,
    pub random: Cell<u64>,
}

struct SingleThreaded(State);
unsafe impl Sync for SingleThreaded {}

static STATE: SingleThreaded = SingleThreaded(State {
    clock: Cell::new(0.0),
    awake_from: Cell::new(0.0),
    prices: Cell::new(Prices::NONE),
    trading_active: Cell::new(false),
    dry_run: Cell::new(true),
    creating: Cell::new(false),
    ordered: Cell::new(false),
    event: Cell::new(0),
    allowance: Cell::new(0),
    reserve: Cell::new(0),
    heap_bytes: Cell::new(0),
    host_calls: Cell::new(0),
    host_calls_left: Cell::new(0),
    random: Cell::new(1),
});

impl State {
    /// What every event gets, and every other call of the strategy.
    #[inline]
    pub fn refill(&self) {
        faults::forget_earlier();
        fuel::refill(self.allowance.get());
        self.host_calls_left.set(self.host_calls.get());
    }

    /// The clock of an event of this time.
    #[inline]
    pub fn set_clock(&self, milliseconds: f64) {
        self.clock.set(milliseconds.max(self.awake_from.get()));
    }

    pub fn sleep_until(&self, milliseconds: f64) {
        self.awake_from.set(milliseconds);
        self.clock.set(milliseconds);
    }
}

#[inline(always)]
pub fn state() -> &'static State {
    &STATE.0
}
