//! Turns a pending QuickJS exception into a fault with its place in the source. Nothing here
//! runs code of the strategy: no getters, no `toString`.

use crate::exports::meltica::strategy::sandbox::{Cause, Fault};
use crate::limits;
use crate::memory;
use crate::value::{peek, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};

/// Messages and stacks are cut to so many bytes.
const MAX_TEXT: usize = 4096;

/// Takes the pending exception.
pub unsafe fn take(ctx: *mut JSContext) -> Fault {
    unsafe {
        let exception = qjs::JS_GetException(ctx);
        let fault = describe(ctx, exception);
        qjs::JS_FreeValue(ctx, exception);
        fault
    }
}

pub unsafe fn describe(ctx: *mut JSContext, exception: JSValue) -> Fault {
    unsafe {
        if qjs::JS_IsNull(exception) && memory::ran_out() {
            return Fault {
                cause: Cause::OutOfMemory,
                message: out_of_memory(),
                line: 0,
                column: 0,
                stack: String::new(),
            };
        }
        let message = message_of(ctx, exception);
        let stack = frames(property_text(ctx, exception, "stack").unwrap_or_default());
        let (line, column) = place(&stack).unwrap_or((0, 0));
        let (cause, message) = if qjs::JS_IsUncatchableError(exception) {
            (Cause::Interrupted, interrupted())
        } else if message.ends_with("out of memory") {
            (Cause::OutOfMemory, out_of_memory())
        } else if message.ends_with("Maximum call stack size exceeded") {
            (Cause::StackOverflow, message)
        } else {
            (Cause::Exception, message)
        };
        Fault {
            cause,
            message,
            line,
            column,
            stack,
        }
    }
}

/// A fault that no exception stands for.
pub fn of_message(message: String) -> Fault {
    Fault {
        cause: Cause::Exception,
        message,
        line: 0,
        column: 0,
        stack: String::new(),
    }
}

fn interrupted() -> String {
    format!("out of time: more than {} steps in one call", limits::fuel())
}

fn out_of_memory() -> String {
    format!("out of memory: more than {} MiB", limits::heap_bytes() >> 20)
}

/// The text of `String(exception)`, for errors whose name and message are plain strings.
unsafe fn message_of(ctx: *mut JSContext, exception: JSValue) -> String {
    unsafe {
        if !qjs::JS_IsObject(exception) {
            return plain_text(ctx, exception).unwrap_or_else(|| "a value without text was thrown".into());
        }
        let message = property_text(ctx, exception, "message");
        if !qjs::JS_IsError(exception) {
            return message.unwrap_or_else(|| "an object was thrown that is no Error".into());
        }
        let name = property_text(ctx, exception, "name").unwrap_or_else(|| "Error".into());
        match message {
            Some(message) if !message.is_empty() => format!("{name}: {message}"),
            _ => name,
        }
    }
}

/// The text of anything but an object; a symbol has none.
unsafe fn plain_text(ctx: *mut JSContext, value: JSValue) -> Option<String> {
    unsafe {
        let text = to_text(ctx, value, MAX_TEXT);
        if text.is_none() {
            qjs::JS_FreeValue(ctx, qjs::JS_GetException(ctx));
        }
        text
    }
}

unsafe fn property_text(ctx: *mut JSContext, object: JSValue, name: &str) -> Option<String> {
    unsafe {
        let value = peek(ctx, object, name);
        let text = if qjs::JS_IsString(value) {
            plain_text(ctx, value)
        } else {
            None
        };
        qjs::JS_FreeValue(ctx, value);
        text
    }
}

const FRAME: &str = "    at ";

/// A stack without the error's name and message before it.
fn frames(stack: String) -> String {
    if stack.starts_with(FRAME) {
        return stack;
    }
    stack
        .find(&format!("\n{FRAME}"))
        .map_or(String::new(), |end| stack[end + 1..].into())
}

/// The first `FILE:LINE:COLUMN` of a stack: the innermost frame of the strategy, for the engine's
/// own are left out.
fn place(frames: &str) -> Option<(u32, u32)> {
    frames.lines().find_map(|frame| {
        let mut parts = frame.trim_end_matches(')').rsplit(':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        parts.next().map(|_| (line, column))
    })
}
