//! The life of a strategy: load its bytecode, create it, know its handlers.

use crate::bytecode;
use crate::exports::meltica::strategy::sandbox::{Fault, Limits, Loaded, Started};
use crate::faults;
use crate::jobs;
use crate::limits;
use crate::meltica::strategy::host;
use crate::prelude;
use crate::realm;
use crate::records::HANDLERS;
use crate::single_threaded::SingleThreaded;
use crate::state::state;
use crate::value::{free_all, property, text, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::cell::Cell;

/// The limit of `helpers.state` as JSON.
const MAX_STATE_BYTES: usize = 256 * 1024;

const NOTHING: JSValue = qjs::JS_UNDEFINED;
const NONE: Cell<JSValue> = Cell::new(NOTHING);

struct Strategy {
    /// What `create` returned.
    this: Cell<JSValue>,
    /// In the order of HANDLERS; undefined where there is none.
    handlers: [Cell<JSValue>; HANDLERS.len()],
}

static STRATEGY: SingleThreaded<Strategy> = SingleThreaded(Strategy {
    this: NONE,
    handlers: [NONE; HANDLERS.len()],
});

/// `this` of the handlers.
pub fn this() -> JSValue {
    STRATEGY.0.this.get()
}

#[inline]
pub fn handler(index: u8) -> JSValue {
    STRATEGY
        .0
        .handlers
        .get(index as usize)
        .map_or(qjs::JS_UNDEFINED, Cell::get)
}

pub fn load(program: &[u8], limits: &Limits) -> Result<Loaded, Fault> {
    let ctx = realm::strategy();
    state().random.set(random_state(host::random_seed()));
    unsafe {
        limits::set(realm::runtime(), limits);
        enter();
        let strategy = bytecode::evaluate(ctx, program);
        if qjs::JS_IsException(strategy) {
            return Err(faults::take(ctx));
        }
        let loaded = call(ctx, prelude::load(), &[strategy])?;
        let metadata = qjs::JS_GetPropertyUint32(ctx, loaded, 0);
        let has_create = qjs::JS_GetPropertyUint32(ctx, loaded, 1);
        let exported = qjs::JS_GetPropertyUint32(ctx, loaded, 2);
        qjs::JS_FreeValue(ctx, loaded);
        Ok(Loaded {
            metadata: (!qjs::JS_IsUndefined(metadata)).then(|| into_string(ctx, metadata)),
            has_create: qjs::JS_ToBool(ctx, has_create) > 0,
            exported: into_string(ctx, exported),
        })
    }
}

pub fn start(environment: &str) -> Result<Started, Fault> {
    let ctx = realm::strategy();
    unsafe {
        enter();
        state().creating.set(true);
        let created = call(ctx, prelude::start(), &[text(ctx, environment.as_bytes())]);
        state().creating.set(false);
        let strategy = created?;
        STRATEGY.0.this.set(strategy);
        let mut handlers = Vec::new();
        for (index, name) in HANDLERS.iter().enumerate() {
            let handler = checked(ctx, property(ctx, strategy, name))?;
            let is_function = qjs::JS_IsFunction(ctx, handler);
            let (kept, dropped) = if is_function {
                (handler, NOTHING)
            } else {
                (NOTHING, handler)
            };
            qjs::JS_FreeValue(ctx, dropped);
            qjs::JS_FreeValue(ctx, STRATEGY.0.handlers[index].replace(kept));
            if is_function {
                handlers.push(name.to_string());
            }
        }
        Ok(Started {
            handlers,
            cross_provider: wants_cross_provider(ctx, strategy)?,
        })
    }
}

/// `wantsCrossProviderEvents` is a function or a value, and is asked once.
unsafe fn wants_cross_provider(ctx: *mut JSContext, strategy: JSValue) -> Result<bool, Fault> {
    unsafe {
        let mut wants = checked(ctx, property(ctx, strategy, "wantsCrossProviderEvents"))?;
        if qjs::JS_IsFunction(ctx, wants) {
            let answer = qjs::JS_Call(ctx, wants, strategy, 0, core::ptr::null_mut());
            qjs::JS_FreeValue(ctx, wants);
            wants = checked(ctx, answer)?;
        }
        let is_wanted = qjs::JS_ToBool(ctx, wants) > 0;
        qjs::JS_FreeValue(ctx, wants);
        Ok(is_wanted)
    }
}

pub fn state_json() -> Result<String, Fault> {
    let ctx = realm::strategy();
    unsafe {
        enter();
        let json = into_string(ctx, call(ctx, prelude::state(), &[])?);
        if json.len() > MAX_STATE_BYTES {
            let size = json.len();
            let message = format!("helpers.state is {size} bytes as JSON, and may be {MAX_STATE_BYTES}");
            return Err(faults::of_message(message));
        }
        Ok(json)
    }
}

/// Any state but 0 will do for xorshift; near seeds must not give near states.
fn random_state(seed: u64) -> u64 {
    let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 31)).max(1)
}

/// Called before strategy code runs outside an event: it gets the host's clock and a full allowance.
unsafe fn enter() {
    state().clock.set(host::now());
    limits::refill();
    unsafe { qjs::JS_UpdateStackTop(realm::runtime()) };
}

/// Calls one of the prelude's functions with arguments, which it takes over, and then what promises
/// have to do.
unsafe fn call(ctx: *mut JSContext, function: JSValue, arguments: &[JSValue]) -> Result<JSValue, Fault> {
    unsafe {
        let (count, first) = (arguments.len() as i32, arguments.as_ptr().cast_mut());
        let result = qjs::JS_Call(ctx, function, qjs::JS_UNDEFINED, count, first);
        free_all(ctx, arguments);
        let result = checked(ctx, result)?;
        jobs::run()?;
        Ok(result)
    }
}

unsafe fn checked(ctx: *mut JSContext, value: JSValue) -> Result<JSValue, Fault> {
    unsafe {
        if qjs::JS_IsException(value) {
            Err(faults::take(ctx))
        } else {
            Ok(value)
        }
    }
}

unsafe fn into_string(ctx: *mut JSContext, value: JSValue) -> String {
    unsafe {
        let string = to_text(ctx, value, usize::MAX).unwrap_or_default();
        qjs::JS_FreeValue(ctx, value);
        string
    }
}
