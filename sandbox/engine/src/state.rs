//! What handlers of events and native functions share: the clock, the flags, the event at hand.

use crate::single_threaded::SingleThreaded;
use std::cell::Cell;

pub struct State {
    /// The only clock there is, in milliseconds: `Date` reads it through native/wasi.wat.
    pub clock: Cell<f64>,
    /// Where the last sleep ended: events that came meanwhile are handled then, not before.
    awake_from: Cell<f64>,
    pub trading_active: Cell<bool>,
    pub dry_run: Cell<bool>,
    /// `create` is running.
    pub creating: Cell<bool>,
    /// Set by an order: `dispatch` stops after the record at hand.
    pub ordered: Cell<bool>,
    /// The index of the record at hand, which the host is told with every call.
    pub event: Cell<u32>,
    pub random: Cell<u64>,
}

static STATE: SingleThreaded<State> = SingleThreaded(State {
    clock: Cell::new(0.0),
    awake_from: Cell::new(0.0),
    trading_active: Cell::new(false),
    dry_run: Cell::new(true),
    creating: Cell::new(false),
    ordered: Cell::new(false),
    event: Cell::new(0),
    random: Cell::new(1),
});

impl State {
    /// Sets the clock for an event of this time.
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
