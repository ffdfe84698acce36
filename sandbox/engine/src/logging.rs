//! `helpers.log` and `console.log`.

use crate::meltica::strategy::host;
use crate::natives::may_call_host;
use crate::program;
use crate::state::state;
use crate::value::{Arguments, CUT, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};

/// Longer lines are cut off.
const MAX_LOG: usize = 8192;

/// As `console.log` prints.
pub unsafe extern "C" fn log(ctx: *mut JSContext, _: JSValue, argc: i32, argv: *mut JSValue) -> JSValue {
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
