//! The engine's own JavaScript, which runs at build time: it changes the strategy's realm and
//! leaves the functions that load, create and save a strategy.

use crate::builtin;
use crate::events;
use crate::jobs;
use crate::logging;
use crate::natives;
use crate::orders;
use crate::realm;
use crate::single_threaded::SingleThreaded;
use crate::value::free_all;
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::cell::Cell;

const FUNCTION: &str = include_str!("function.js");
const LOCALE: &str = include_str!("locale.js");
const PRELUDE: &str = include_str!("prelude.js");

unsafe extern "C" {
    /// native/additions.c
    fn JS_ResetInterrupts(ctx: *mut JSContext);
}

const NONE: Cell<JSValue> = Cell::new(qjs::JS_UNDEFINED);

/// What prelude.js answers, in its order.
struct Functions {
    load: Cell<JSValue>,
    start: Cell<JSValue>,
    state: Cell<JSValue>,
}

static FUNCTIONS: SingleThreaded<Functions> = SingleThreaded(Functions {
    load: NONE,
    start: NONE,
    state: NONE,
});

/// From a program to [metadata, whether there is a `create`, what was exported].
pub fn load() -> JSValue {
    FUNCTIONS.0.load.get()
}

/// From the environment as JSON to what `create` returned.
pub fn start() -> JSValue {
    FUNCTIONS.0.start.get()
}

/// From nothing to `helpers.state` as JSON.
pub fn state() -> JSValue {
    FUNCTIONS.0.state.get()
}

pub fn install() {
    unsafe {
        let ctx = realm::strategy();
        natives::install_random(ctx);
        builtin::run(ctx, FUNCTION, "function.js", &mut []);
        builtin::run(ctx, LOCALE, "locale.js", &mut []);
        logging::prepare(ctx);
        let mut arguments = [natives::table(ctx)];
        let parts = builtin::run(ctx, PRELUDE, "prelude.js", &mut arguments);
        let Functions { load, start, state } = &FUNCTIONS.0;
        for (index, part) in [load, start, state].iter().enumerate() {
            part.set(qjs::JS_GetPropertyUint32(ctx, parts, index as u32));
        }
        free_all(ctx, &[parts, arguments[0]]);
        events::prepare(ctx);
        orders::prepare(ctx);
        jobs::watch_rejections();
        JS_ResetInterrupts(ctx);
    }
}
