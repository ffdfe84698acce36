//! Runs a file of the engine's own JavaScript, at build time.

use crate::bytecode::{self, Debug};
use crate::faults;
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};

/// Calls the function that the file is, and answers what it returns.
pub unsafe fn run(ctx: *mut JSContext, source: &str, name: &str, arguments: &mut [JSValue]) -> JSValue {
    let script = bytecode::compile(source, &Debug::Stripped, 1)
        .unwrap_or_else(|diagnostic| panic!("{name}:{}: {}", diagnostic.line, diagnostic.message));
    unsafe {
        let function = bytecode::evaluate(ctx, &script.bytes);
        let count = arguments.len() as i32;
        let result = qjs::JS_Call(ctx, function, qjs::JS_UNDEFINED, count, arguments.as_mut_ptr());
        if qjs::JS_IsException(result) {
            panic!("{name}: {}", faults::take(ctx).message);
        }
        qjs::JS_FreeValue(ctx, function);
        result
    }
}
