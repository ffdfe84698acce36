//! The functions that the prelude builds the strategy's `env` from.

use crate::duration;
use crate::limits;
use crate::logging;
use crate::meltica::strategy::host;
use crate::prices;
use crate::state::state;
use crate::trading;
use crate::value::{Arguments, atom, boolean, define, free_all, property, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::ffi::CString;

type Native = unsafe extern "C" fn(*mut JSContext, JSValue, i32, *mut JSValue) -> JSValue;

const NATIVES: [(&str, Native); 17] = [
    ("log", logging::log),
    ("sleep", sleep),
    ("submit", trading::submit),
    ("submitFields", trading::submit_fields),
    ("cancelOrder", trading::cancel_order),
    ("cancelAll", trading::cancel_all),
    ("openOrders", trading::open_orders),
    ("position", trading::position),
    ("balance", trading::balance),
    ("equity", trading::equity),
    ("instrument", trading::instrument),
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

/// Replaces `Math.random`.
pub unsafe fn install_random(ctx: *mut JSContext) {
    unsafe {
        let global = qjs::JS_GetGlobalObject(ctx);
        let math = property(ctx, global, "Math");
        install(ctx, math, "random", random);
        free_all(ctx, &[math, global]);
    }
}

unsafe fn install(ctx: *mut JSContext, object: JSValue, name: &str, native: Native) {
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

/// Takes milliseconds or a Go duration; comes back at once for anything else.
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
        if !limits::take_host_call(ctx) {
            return qjs::JS_EXCEPTION;
        }
        if host::sleep(state().event.get(), milliseconds) {
            host::wait();
        }
        // nobody has an event yet that could wait
        if !state().creating.get() {
            state().sleep_until(state().clock.get() + milliseconds);
        }
        qjs::JS_UNDEFINED
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
    qjs::JS_NewFloat64(prices::at_hand().last)
}

unsafe extern "C" fn bid_price(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    qjs::JS_NewFloat64(prices::at_hand().bid)
}

unsafe extern "C" fn ask_price(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    qjs::JS_NewFloat64(prices::at_hand().ask)
}

/// `Math.random`: xorshift64*, from the seed that the host gave.
unsafe extern "C" fn random(_: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    let mut x = state().random.get();
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    state().random.set(x);
    qjs::JS_NewFloat64((x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64)
}
