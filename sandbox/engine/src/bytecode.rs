//! From a script's text to bytecode, in the realm that compiles, and from bytecode to what it
//! evaluates to, in the strategy's.

use crate::exports::meltica::strategy::sandbox::{Cause, Diagnostic, Fault};
use crate::faults;
use crate::realm::compiler;
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::ffi::CString;

unsafe extern "C" {
    /// native/additions.c
    fn JS_FirstFunctionBytes(script: JSValue) -> i32;
}

/// The engine's own code has no file name: stacks leave it out.
pub enum Debug<'a> {
    File(&'a str),
    Stripped,
}

pub struct Script {
    pub bytes: Vec<u8>,
    /// The length of its first function in the source, in bytes.
    pub first_function: usize,
}

pub fn compile(source: &str, debug: &Debug, first_line: i32) -> Result<Script, Diagnostic> {
    let source = CString::new(source).expect("no NUL");
    let (file, flags) = match debug {
        Debug::File(name) => (*name, qjs::JS_WRITE_OBJ_STRIP_SOURCE),
        Debug::Stripped => ("engine", qjs::JS_WRITE_OBJ_STRIP_SOURCE | qjs::JS_WRITE_OBJ_STRIP_DEBUG),
    };
    let file = CString::new(file).unwrap_or_default();
    compiler().with(|ctx| unsafe {
        let ctx = ctx.as_raw().as_ptr();
        let mut options = qjs::JSEvalOptions {
            version: qjs::JS_EVAL_OPTIONS_VERSION as _,
            eval_flags: (qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY) as _,
            filename: file.as_ptr(),
            line_num: first_line,
        };
        let script = qjs::JS_Eval2(ctx, source.as_ptr(), source.as_bytes().len() as _, &mut options);
        if qjs::JS_IsException(script) {
            return Err(diagnostic_of(faults::take(ctx)));
        }
        let first_function = JS_FirstFunctionBytes(script) as usize;
        let mut len = 0;
        let bytes = qjs::JS_WriteObject(ctx, &mut len, script, (qjs::JS_WRITE_OBJ_BYTECODE | flags) as _);
        qjs::JS_FreeValue(ctx, script);
        if bytes.is_null() {
            let message = faults::take(ctx).message;
            return Err(Diagnostic {
                message,
                line: 0,
                column: 0,
            });
        }
        let out = core::slice::from_raw_parts(bytes, len as usize).to_vec();
        qjs::js_free(ctx, bytes.cast());
        Ok(Script {
            bytes: out,
            first_function,
        })
    })
}

fn diagnostic_of(fault: Fault) -> Diagnostic {
    Diagnostic {
        message: match fault.cause {
            Cause::StackOverflow => "SyntaxError: the source is nested too deeply".into(),
            Cause::OutOfMemory => "the source takes too much memory to compile".into(),
            _ => fault.message,
        },
        line: fault.line,
        column: fault.column,
    }
}

pub unsafe fn evaluate(ctx: *mut JSContext, bytecode: &[u8]) -> JSValue {
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
