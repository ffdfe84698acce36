//! The functions that the prelude builds the strategy's `env` from.

use crate::duration;
use crate::meltica::strategy::host::{self, Subject};
use crate::orders::{self, Refusal};
use crate::program;
use crate::state::state;
use crate::value::{Arguments, CUT, atom, define, text, throw, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::ffi::CString;

/// Longer lines are cut off.
const MAX_LOG: usize = 8192;

type Native = unsafe extern "C" fn(*mut JSContext, JSValue, i32, *mut JSValue) -> JSValue;

const NATIVES: [(&str, Native); 16] = [
    ("log", log),
    ("sleep", sleep),
    ("submit", submit),
    ("cancelOrder", cancel_order),
    ("cancelAll", cancel_all),
    ("openOrders", open_orders),
    ("position", position),
    ("balance", balance),
    ("equity", equity),
    ("instrument", instrument),
    ("setFlags", set_flags),
    ("isTradingActive", is_trading_active),
    ("isDryRun", is_dry_run),
    ("getLastPrice", last_price),
    ("getBidPrice", bid_price),
    ("getAskPrice", ask_price),
];

/// An object with all natives, for the prelude's eyes only.
pub unsafe fn table(ctx: *mut JSContext) -> JSValue {
    unsafe {
        let table = qjs::JS_NewObject(ctx);
        for (name, native) in NATIVES {
            install(ctx, table, name, native);
        }
        table
    }
}

pub unsafe fn install(ctx: *mut JSContext, object: JSValue, name: &str, native: Native) {
    unsafe {
        let c_name = CString::new(name).expect("no NUL");
        let function = qjs::JS_NewCFunction2(
            ctx,
            Some(native),
            c_name.as_ptr(),
            0,
            qjs::JSCFunctionEnum_JS_CFUNC_generic,
            0,
        );
        let key = atom(ctx, name);
        define(ctx, object, key, function);
        qjs::JS_FreeAtom(ctx, key);
    }
}

/// False, with an exception: the event has called the host often enough.
unsafe fn may_call_host(ctx: *mut JSContext) -> bool {
    let left = state().host_calls_left.get();
    if left == 0 {
        let limit = state().host_calls.get();
        let message = c"more than %u logs, orders, queries and sleeps in one event";
        unsafe { qjs::JS_ThrowRangeError(ctx, message.as_ptr(), limit) };
        return false;
    }
    state().host_calls_left.set(left - 1);
    true
}

/// The same for what changes orders, which is refused in `create` and ends a batch.
unsafe fn may_trade(ctx: *mut JSContext) -> bool {
    unsafe {
        if state().creating.get() {
            throw(ctx, "orders are refused while create runs: trade in a handler");
            return false;
        }
        if !may_call_host(ctx) {
            return false;
        }
    }
    state().ordered.set(true);
    true
}

/// As `console.log` prints.
unsafe extern "C" fn log(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe {
        if !may_call_host(ctx) {
            return qjs::JS_EXCEPTION;
        }
        let arguments = Arguments {
            count: argc,
            first: argv,
        };
        match plain_line(ctx, arguments).or_else(|| formatted_line(ctx, arguments)) {
            Some(line) => {
                host::log(state().event.get(), &line);
                qjs::JS_UNDEFINED
            }
            None => qjs::JS_EXCEPTION,
        }
    }
}

/// Of texts and whole numbers, which most lines are made of; None if there is anything else.
unsafe fn plain_line(ctx: *mut JSContext, arguments: Arguments) -> Option<String> {
    let mut line = String::new();
    for index in 0..arguments.count {
        unsafe {
            let value = arguments.get(index);
            if !qjs::JS_IsString(value) && !qjs::JS_IsInt(value) {
                return None;
            }
            if index > 0 {
                line.push(' ');
            }
            line.push_str(&to_text(ctx, value, MAX_LOG)?);
            if index == 0 && arguments.count > 1 && line.contains('%') {
                return None;
            }
        }
    }
    Some(cut(line))
}

/// By the prelude's formatter; None: there is an exception.
unsafe fn formatted_line(ctx: *mut JSContext, arguments: Arguments) -> Option<String> {
    unsafe {
        let Arguments { count, first } = arguments;
        let formatted = qjs::JS_Call(ctx, program::formatter(), qjs::JS_UNDEFINED, count, first);
        if qjs::JS_IsException(formatted) {
            return None;
        }
        let line = to_text(ctx, formatted, MAX_LOG);
        qjs::JS_FreeValue(ctx, formatted);
        line
    }
}

fn cut(mut line: String) -> String {
    if line.len() > MAX_LOG + CUT.len_utf8() {
        line.truncate(line.floor_char_boundary(MAX_LOG));
        line.push(CUT);
    }
    line
}

/// Of milliseconds or a Go duration; of anything else it comes back at once.
unsafe extern "C" fn sleep(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe {
        let argument = Arguments {
            count: argc,
            first: argv,
        }
        .get(0);
        let mut milliseconds = 0.0;
        if qjs::JS_IsNumber(argument) {
            qjs::JS_ToFloat64(ctx, &mut milliseconds, argument);
        } else if qjs::JS_IsString(argument) {
            milliseconds = to_text(ctx, argument, 128)
                .and_then(|text| duration::parse(&text))
                .unwrap_or(0.0);
        }
        if !(milliseconds > 0.0 && milliseconds.is_finite()) {
            return qjs::JS_UNDEFINED;
        }
        if !may_call_host(ctx) {
            return qjs::JS_EXCEPTION;
        }
        if host::sleep(state().event.get(), milliseconds) {
            host::wait();
        }
        state().sleep_until(state().clock.get() + milliseconds);
        qjs::JS_UNDEFINED
    }
}

/// See `orders::read`; answers the client order id.
unsafe extern "C" fn submit(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe {
        let order = match orders::read(
            ctx,
            Arguments {
                count: argc,
                first: argv,
            },
        ) {
            Ok(order) => order,
            Err(Refusal::Because(reason)) => return throw(ctx, &reason),
            Err(Refusal::Thrown) => return qjs::JS_EXCEPTION,
        };
        if !may_trade(ctx) {
            return qjs::JS_EXCEPTION;
        }
        match host::submit_order(state().event.get(), &order) {
            Ok(id) => text(ctx, id.as_bytes()),
            Err(reason) => throw(ctx, &reason),
        }
    }
}

unsafe extern "C" fn cancel_order(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe {
        match name(ctx, argc, argv, "clientOrderId") {
            Some(id) if may_trade(ctx) => boolean(host::cancel_order(state().event.get(), &id)),
            _ => qjs::JS_EXCEPTION,
        }
    }
}

unsafe extern "C" fn cancel_all(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe {
        match name(ctx, argc, argv, "symbol") {
            Some(symbol) if may_trade(ctx) => {
                let count = host::cancel_all(state().event.get(), &symbol);
                qjs::JS_NewFloat64(count as f64)
            }
            _ => qjs::JS_EXCEPTION,
        }
    }
}

unsafe extern "C" fn open_orders(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe { query(ctx, argc, argv, Subject::OpenOrders, "symbol") }
}

unsafe extern "C" fn position(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe { query(ctx, argc, argv, Subject::Position, "symbol") }
}

unsafe extern "C" fn balance(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe { query(ctx, argc, argv, Subject::Balance, "currency") }
}

unsafe extern "C" fn equity(ctx: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    unsafe { query(ctx, 0, core::ptr::null_mut(), Subject::Equity, "") }
}

unsafe extern "C" fn instrument(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe { query(ctx, argc, argv, Subject::Instrument, "symbol") }
}

unsafe fn query(ctx: *mut JSContext, argc: i32, argv: *mut JSValue, subject: Subject, what: &str) -> JSValue {
    unsafe {
        let Some(argument) = name(ctx, argc, argv, what) else {
            return qjs::JS_EXCEPTION;
        };
        if !may_call_host(ctx) {
            return qjs::JS_EXCEPTION;
        }
        match host::query(state().event.get(), subject, &argument) {
            Ok(json) => {
                let json = CString::new(json).unwrap_or_default();
                qjs::JS_ParseJSON(ctx, json.as_ptr(), json.as_bytes().len() as _, c"<answer>".as_ptr())
            }
            Err(reason) => throw(ctx, &reason),
        }
    }
}

/// The first argument as text, empty where it is missing; None: there is an exception.
unsafe fn name(ctx: *mut JSContext, argc: i32, argv: *mut JSValue, what: &str) -> Option<String> {
    unsafe {
        let argument = Arguments {
            count: argc,
            first: argv,
        }
        .get(0);
        match orders::optional_text(ctx, argument, what) {
            Ok(name) => Some(name.unwrap_or_default()),
            Err(Refusal::Because(reason)) => {
                throw(ctx, &reason);
                None
            }
            Err(Refusal::Thrown) => None,
        }
    }
}

/// (tradingActive, dryRun), for the prelude alone.
unsafe extern "C" fn set_flags(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe {
        let arguments = Arguments {
            count: argc,
            first: argv,
        };
        state().trading_active.set(qjs::JS_ToBool(ctx, arguments.get(0)) > 0);
        state().dry_run.set(qjs::JS_ToBool(ctx, arguments.get(1)) > 0);
    }
    qjs::JS_UNDEFINED
}

unsafe extern "C" fn is_trading_active(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    boolean(state().trading_active.get())
}

unsafe extern "C" fn is_dry_run(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    boolean(state().dry_run.get())
}

unsafe extern "C" fn last_price(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    qjs::JS_NewFloat64(state().prices.get().last)
}

unsafe extern "C" fn bid_price(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    qjs::JS_NewFloat64(state().prices.get().bid)
}

unsafe extern "C" fn ask_price(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    qjs::JS_NewFloat64(state().prices.get().ask)
}

/// `Math.random`: xorshift64*, from the seed that the host gave.
pub unsafe extern "C" fn random(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    let mut x = state().random.get();
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    state().random.set(x);
    qjs::JS_NewFloat64((x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64)
}

fn boolean(value: bool) -> JSValue {
    if value { qjs::JS_TRUE } else { qjs::JS_FALSE }
}
