//! The natives that reach orders and accounts.

use crate::limits;
use crate::meltica::strategy::host::{self, Order, Subject};
use crate::orders::{self, Refusal};
use crate::state::state;
use crate::value::{Arguments, boolean, text, throw};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::ffi::CString;

/// False, with an exception. What changes orders is refused in `create`, and ends a batch.
unsafe fn may_trade(ctx: *mut JSContext) -> bool {
    unsafe {
        if state().creating.get() {
            throw(ctx, "orders are refused while create runs: trade in a handler");
            return false;
        }
        if !limits::take_host_call(ctx) {
            return false;
        }
    }
    state().ordered.set(true);
    true
}

/// Takes one object, see `orders::read_object`; answers the client order id.
pub unsafe extern "C" fn submit(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    let arguments = Arguments {
        count: argc,
        first: argv,
    };
    unsafe { send(ctx, orders::read_object(ctx, arguments.get(0))) }
}

/// Takes one argument for each field, see `orders::read`; answers the client order id.
pub unsafe extern "C" fn submit_fields(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    let arguments = Arguments {
        count: argc,
        first: argv,
    };
    unsafe { send(ctx, orders::read(ctx, arguments)) }
}

unsafe fn send(ctx: *mut JSContext, order: Result<Order, Refusal>) -> JSValue {
    unsafe {
        let order = match order {
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

pub unsafe extern "C" fn cancel_order(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe {
        match name(ctx, argc, argv, "clientOrderId") {
            Some(id) if may_trade(ctx) => boolean(host::cancel_order(state().event.get(), &id)),
            _ => qjs::JS_EXCEPTION,
        }
    }
}

pub unsafe extern "C" fn cancel_all(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
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

pub unsafe extern "C" fn open_orders(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe { query(ctx, argc, argv, Subject::OpenOrders, "symbol") }
}

pub unsafe extern "C" fn position(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe { query(ctx, argc, argv, Subject::Position, "symbol") }
}

pub unsafe extern "C" fn balance(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe { query(ctx, argc, argv, Subject::Balance, "currency") }
}

pub unsafe extern "C" fn equity(ctx: *mut JSContext, _: JSValue, _: i32, _: *mut JSValue) -> JSValue {
    unsafe { query(ctx, 0, core::ptr::null_mut(), Subject::Equity, "") }
}

pub unsafe extern "C" fn instrument(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe { query(ctx, argc, argv, Subject::Instrument, "symbol") }
}

unsafe fn query(ctx: *mut JSContext, argc: i32, argv: *mut JSValue, subject: Subject, what: &str) -> JSValue {
    unsafe {
        let Some(argument) = name(ctx, argc, argv, what) else {
            return qjs::JS_EXCEPTION;
        };
        if !limits::take_host_call(ctx) {
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
