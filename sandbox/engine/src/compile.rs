//! Source to bytecode.

use crate::exports::meltica::strategy::sandbox::{Cause, Diagnostic, Fault};
use crate::faults;
use crate::fuel;
use crate::realm::{compiler, runtime};
use javy_plugin_api::javy::quickjs::qjs::{self, JSValue};
use std::ffi::CString;

unsafe extern "C" {
    /// native/additions.c
    fn JS_FirstFunctionBytes(script: JSValue) -> i32;
}

/// CommonJS: a strategy is the body of a function. The opening takes lines -1 and 0, so
/// that lines and columns are the source's (QuickJS reads a first line of 0 as 1).
const OPENING: &str = "(function (module, exports) {\n\n";
const OPENING_LINE: i32 = -1;
const CLOSING: &str = "\n})";
/// Without the brace, for a source that has one too many.
const CLOSING_ALONE: &str = "\n)";

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The engine's own code has no file name: stacks leave it out.
pub enum Debug<'a> {
    File(&'a str),
    Stripped,
}

pub fn compile(source: &str, file_name: &str) -> Result<Vec<u8>, Diagnostic> {
    fuel::refill(fuel::COMPILE);
    unsafe { qjs::JS_UpdateStackTop(runtime()) };
    let source = source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(source);
    if let Some(at) = source.find('\0') {
        return Err(diagnostic_at(source, at, "a NUL character: is this a text file?"));
    }
    let wrapped = format!("{OPENING}{source}{CLOSING}");
    let file_name = Debug::File(file_name);
    match bytecode(&wrapped, &file_name, OPENING_LINE) {
        Ok(Script { bytes, first_function }) if first_function == wrapped.len() - 2 => Ok(bytes),
        // A brace of the source closed the wrapper.
        Ok(script) => Err(extra_brace(source, script.first_function)),
        Err(diagnostic) if diagnostic.line > count_lines(source) => {
            match bytecode(&format!("{OPENING}{source}{CLOSING_ALONE}"), &file_name, OPENING_LINE) {
                Ok(script) => Err(extra_brace(source, script.first_function)),
                Err(_) => Err(diagnostic_at(
                    source,
                    source.trim_end().len(),
                    "SyntaxError: the file ends too early: something is left open",
                )),
            }
        }
        Err(diagnostic) => Err(diagnostic),
    }
}

/// The wrapper's function, of which the brace is the end, starts after one parenthesis.
fn extra_brace(source: &str, first_function: usize) -> Diagnostic {
    let brace = (first_function + 1).saturating_sub(OPENING.len() + 1);
    diagnostic_at(source, brace.min(source.len()), "SyntaxError: a } that closes nothing")
}

/// As QuickJS counts them.
fn count_lines(source: &str) -> u32 {
    let bytes = source.as_bytes();
    let breaks = |at: &usize| bytes[*at] == b'\n' || (bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    (0..bytes.len()).filter(breaks).count() as u32 + 1
}

fn diagnostic_at(source: &str, at: usize, message: &str) -> Diagnostic {
    let before = &source[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Diagnostic {
        message: message.into(),
        line: before.matches('\n').count() as u32 + 1,
        column: before[line_start..].encode_utf16().count() as u32 + 1,
    }
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

pub struct Script {
    pub bytes: Vec<u8>,
    /// Bytes of its first function in the source.
    first_function: usize,
}

pub fn bytecode(source: &str, debug: &Debug, first_line: i32) -> Result<Script, Diagnostic> {
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
