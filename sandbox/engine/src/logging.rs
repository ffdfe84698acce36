//! `helpers.log` and `console.log`.

use crate::builtin;
use crate::limits;
use crate::meltica::strategy::host;
use crate::single_threaded::SingleThreaded;
use crate::state::state;
use crate::value::{Arguments, CUT, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::cell::Cell;

const INSPECT: &str = include_str!("inspect.js");

/// Longer lines are cut off.
const MAX_LOG: usize = 8192;

/// The function that makes a line of the arguments of a log.
static FORMATTER: SingleThreaded<Cell<JSValue>> = SingleThreaded(Cell::new(qjs::JS_UNDEFINED));

/// Runs at build time.
pub unsafe fn prepare(ctx: *mut JSContext) {
    FORMATTER
        .0
        .set(unsafe { builtin::run(ctx, INSPECT, "inspect.js", &mut []) });
}

/// Prints what `console.log` of other engines prints.
pub unsafe extern "C" fn log(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
    unsafe {
        if !limits::take_host_call(ctx) {
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

/// A line of texts and whole numbers, which most are; None if there is anything else.
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

/// What inspect.js makes of the arguments; None: there is an exception.
unsafe fn formatted_line(ctx: *mut JSContext, arguments: Arguments) -> Option<String> {
    unsafe {
        let Arguments { count, first } = arguments;
        let formatted = qjs::JS_Call(ctx, FORMATTER.0.get(), qjs::JS_UNDEFINED, count, first);
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
