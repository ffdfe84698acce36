//! Dispatches packed records to the strategy's handlers.

use crate::events;
use crate::exports::meltica::strategy::sandbox::{Cause, Fault, Outcome};
use crate::faults;
use crate::fuel;
use crate::jobs;
use crate::limits;
use crate::memory;
use crate::prices;
use crate::realm;
use crate::records::{self, Record};
use crate::state::state;
use crate::strategy;
use crate::value::free_all;
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext};

/// Stops after an order, or when the records together used as much fuel as one may.
pub fn deliver(batch: &[u8]) -> Outcome {
    let ctx = realm::strategy();
    unsafe { qjs::JS_UpdateStackTop(realm::runtime()) };
    state().ordered.set(false);
    let mut rest = batch;
    let mut consumed = 0;
    let mut fault = None;
    let mut fuel_used = 0;
    while let Some((record, after)) = Record::split(rest) {
        rest = after;
        state().event.set(consumed);
        consumed += 1;
        limits::refill();
        fault = unsafe { handle(ctx, record) }.err();
        fuel_used += fuel::used(limits::fuel());
        unsafe { memory::make_room(realm::runtime()) };
        if fault.is_some() || state().ordered.get() || fuel_used > limits::fuel() {
            break;
        }
    }
    state().event.set(0);
    Outcome {
        consumed,
        ordered: state().ordered.get(),
        fault,
    }
}

unsafe fn handle(ctx: *mut JSContext, record: Record) -> Result<(), Fault> {
    unsafe {
        match record.kind() {
            records::KIND_WORD => return events::learn_word(ctx, record),
            records::KIND_FLAGS => set_flags(record),
            _ => {
                prices::watch(record);
                if !qjs::JS_IsUndefined(strategy::handler(record.handler())) {
                    state().set_clock(record.time());
                    return call_handler(ctx, record);
                }
            }
        }
        Ok(())
    }
}

fn set_flags(record: Record) {
    state()
        .trading_active
        .set(record.flags() & records::FLAG_TRADING_ACTIVE != 0);
    state().dry_run.set(record.flags() & records::FLAG_DRY_RUN != 0);
}

unsafe fn call_handler(ctx: *mut JSContext, record: Record) -> Result<(), Fault> {
    unsafe {
        let Some(mut arguments) = events::arguments(ctx, record) else {
            return Err(faults::take(ctx));
        };
        let handler = strategy::handler(record.handler());
        let result = qjs::JS_Call(ctx, handler, strategy::this(), 4, arguments.as_mut_ptr());
        free_all(ctx, &arguments[1..]);
        events::renew_context(ctx);
        if !qjs::JS_IsException(result) {
            qjs::JS_FreeValue(ctx, result);
            return jobs::run();
        }
        let fault = faults::take(ctx);
        // What it began before is settled within the event all the same, unless its time is up.
        if fault.cause == Cause::Exception {
            let _ = jobs::run();
        }
        Err(fault)
    }
}
