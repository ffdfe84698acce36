//! What a strategy may use up in one call, as `load` was told.

use crate::exports::meltica::strategy::sandbox::Limits as Given;
use crate::fuel;
use crate::memory;
use crate::single_threaded::SingleThreaded;
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSRuntime};
use std::cell::Cell;

struct Limits {
    fuel: Cell<u32>,
    heap_bytes: Cell<u32>,
    host_calls: Cell<u32>,
    /// Calls of the host that the event at hand may still make.
    host_calls_left: Cell<u32>,
}

static LIMITS: SingleThreaded<Limits> = SingleThreaded(Limits {
    fuel: Cell::new(0),
    heap_bytes: Cell::new(0),
    host_calls: Cell::new(0),
    host_calls_left: Cell::new(0),
});

pub unsafe fn set(runtime: *mut JSRuntime, given: &Given) {
    LIMITS.0.fuel.set(given.fuel);
    LIMITS.0.heap_bytes.set(given.heap_bytes);
    LIMITS.0.host_calls.set(given.host_calls);
    unsafe {
        qjs::JS_SetMemoryLimit(runtime, given.heap_bytes as _);
        qjs::JS_SetMaxStackSize(runtime, given.stack_bytes as _);
    }
}

/// Turns of loops that one call may take.
#[inline]
pub fn fuel() -> u32 {
    LIMITS.0.fuel.get()
}

pub fn heap_bytes() -> u32 {
    LIMITS.0.heap_bytes.get()
}

/// Gives an event, or another call of the strategy, all that it may use up.
#[inline]
pub fn refill() {
    memory::forget_earlier();
    fuel::refill(LIMITS.0.fuel.get());
    LIMITS.0.host_calls_left.set(LIMITS.0.host_calls.get());
}

/// Uses up one call of the host. False, with an exception: the event has called it often enough.
pub unsafe fn take_host_call(ctx: *mut JSContext) -> bool {
    let left = LIMITS.0.host_calls_left.get();
    if left == 0 {
        let limit = LIMITS.0.host_calls.get();
        let message = c"more than %u logs, orders, queries and sleeps in one event";
        unsafe { qjs::JS_ThrowRangeError(ctx, message.as_ptr(), limit) };
        return false;
    }
    LIMITS.0.host_calls_left.set(left - 1);
    true
}
