//! The life of a strategy: load its bytecode, create it, know its handlers.

use crate::compile;
use crate::events;
use crate::exports::meltica::strategy::sandbox::{Fault, Limits, Loaded, Started};
use crate::faults;
use crate::jobs;
use crate::meltica::strategy::host;
use crate::natives;
use crate::orders;
use crate::realm;
use crate::records::HANDLERS;
use crate::state::state;
use crate::value::{free_all, property, text, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::cell::Cell;

const FUNCTION: &str = include_str!("function.js");
const INSPECT: &str = include_str!("inspect.js");
const LOCALE: &str = include_str!("locale.js");
const PRELUDE: &str = include_str!("prelude.js");

/// Of `helpers.state` as JSON.
const MAX_STATE_BYTES: usize = 256 * 1024;

unsafe extern "C" {
    /// native/additions.c
    fn JS_ResetInterrupts(ctx: *mut JSContext);
}

const NOTHING: JSValue = qjs::JS_UNDEFINED;
const NONE: Cell<JSValue> = Cell::new(NOTHING);

/// What the prelude answers, in its order.
struct Program {
    format: Cell<JSValue>,
    load: Cell<JSValue>,
    start: Cell<JSValue>,
    state: Cell<JSValue>,
    strategy: Cell<JSValue>,
    handlers: [Cell<JSValue>; HANDLERS.len()],
}

struct SingleThreaded(Program);
unsafe impl Sync for SingleThreaded {}
static PROGRAM: SingleThreaded = SingleThreaded(Program {
    format: NONE,
    load: NONE,
    start: NONE,
    state: NONE,
    strategy: NONE,
    handlers: [NONE; HANDLERS.len()],
});

/// What `create` returned: `this` of the handlers.
pub fn strategy() -> JSValue {
    PROGRAM.0.strategy.get()
}

/// From the arguments of a log to its line.
pub fn formatter() -> JSValue {
    PROGRAM.0.format.get()
}

#[inline]
pub fn handler(index: u8) -> JSValue {
    PROGRAM
        .0
        .handlers
        .get(index as usize)
        .map_or(qjs::JS_UNDEFINED, Cell::get)
}

/// At build time: the files are functions, the prelude one of the natives.
pub fn install_prelude() {
    unsafe {
        let ctx = realm::strategy();
        built_in(ctx, FUNCTION, "function.js", &mut []);
        built_in(ctx, LOCALE, "locale.js", &mut []);
        PROGRAM.0.format.set(built_in(ctx, INSPECT, "inspect.js", &mut []));
        let mut arguments = [natives::table(ctx)];
        let parts = built_in(ctx, PRELUDE, "prelude.js", &mut arguments);
        for (index, part) in [&PROGRAM.0.load, &PROGRAM.0.start, &PROGRAM.0.state].iter().enumerate() {
            part.set(qjs::JS_GetPropertyUint32(ctx, parts, index as u32));
        }
        free_all(ctx, &[parts, arguments[0]]);
        events::prepare(ctx);
        orders::prepare(ctx);
        jobs::watch_rejections();
        JS_ResetInterrupts(ctx);
    }
}

unsafe fn built_in(ctx: *mut JSContext, source: &str, name: &str, arguments: &mut [JSValue]) -> JSValue {
    let script = compile::bytecode(source, &compile::Debug::Stripped, 1)
        .unwrap_or_else(|d| panic!("{name}:{}: {}", d.line, d.message));
    unsafe {
        let function = evaluate(ctx, &script.bytes);
        let count = arguments.len() as i32;
        let result = qjs::JS_Call(ctx, function, qjs::JS_UNDEFINED, count, arguments.as_mut_ptr());
        if qjs::JS_IsException(result) {
            panic!("{name}: {}", faults::take(ctx).message);
        }
        qjs::JS_FreeValue(ctx, function);
        result
    }
}

pub fn load(bytecode: &[u8], limits: &Limits) -> Result<Loaded, Fault> {
    let ctx = realm::strategy();
    state().allowance.set(limits.fuel);
    state().heap_bytes.set(limits.heap_bytes);
    state().host_calls.set(limits.host_calls);
    state().random.set(random_state(host::random_seed()));
    unsafe {
        qjs::JS_SetMemoryLimit(realm::runtime(), limits.heap_bytes as _);
        qjs::JS_SetMaxStackSize(realm::runtime(), limits.stack_bytes as _);
        enter();
        let program = evaluate(ctx, bytecode);
        if qjs::JS_IsException(program) {
            return Err(faults::take(ctx));
        }
        let loaded = call(ctx, PROGRAM.0.load.get(), &[program])?;
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
        let created = call(ctx, PROGRAM.0.start.get(), &[text(ctx, environment.as_bytes())]);
        state().creating.set(false);
        let strategy = created?;
        PROGRAM.0.strategy.set(strategy);
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
            qjs::JS_FreeValue(ctx, PROGRAM.0.handlers[index].replace(kept));
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

/// A function or a value; asked once.
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
        let json = into_string(ctx, call(ctx, PROGRAM.0.state.get(), &[])?);
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

/// Before strategy code runs outside an event: the host's clock, a full allowance.
unsafe fn enter() {
    state().clock.set(host::now());
    state().refill();
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

unsafe fn evaluate(ctx: *mut JSContext, bytecode: &[u8]) -> JSValue {
    unsafe {
        let flags = qjs::JS_READ_OBJ_BYTECODE as i32;
        let function = qjs::JS_ReadObject(ctx, bytecode.as_ptr(), bytecode.len() as _, flags);
        if qjs::JS_IsException(function) {
            function
        } else {
            qjs::JS_EvalFunction(ctx, function)
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
