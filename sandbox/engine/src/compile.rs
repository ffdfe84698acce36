//! Compiles a strategy: what is wrong with its source is told by its own lines and columns.

use crate::bytecode::{self, Debug, Script};
use crate::exports::meltica::strategy::sandbox::Diagnostic;
use crate::fuel;
use crate::realm;
use javy_plugin_api::javy::quickjs::qjs;

/// CommonJS: a strategy is the body of a function. The opening takes lines -1 and 0, so
/// that lines and columns are the source's (QuickJS reads a first line of 0 as 1).
const OPENING: &str = "(function (module, exports) {\n\n";
const OPENING_LINE: i32 = -1;
const CLOSING: &str = "\n})";
/// The closing without its brace, for a source that has one too many.
const CLOSING_ALONE: &str = "\n)";

const BYTE_ORDER_MARK: char = '\u{feff}';

pub fn compile(source: &str, file_name: &str) -> Result<Vec<u8>, Diagnostic> {
    fuel::refill(fuel::COMPILE);
    unsafe { qjs::JS_UpdateStackTop(realm::runtime()) };
    let source = source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(source);
    if let Some(at) = source.find('\0') {
        return Err(diagnostic_at(source, at, "a NUL character: is this a text file?"));
    }
    let wrapped = format!("{OPENING}{source}{CLOSING}");
    let file_name = Debug::File(file_name);
    match bytecode::compile(&wrapped, &file_name, OPENING_LINE) {
        Ok(Script { bytes, first_function }) if first_function == wrapped.len() - 2 => Ok(bytes),
        // A brace of the source closed the wrapper.
        Ok(script) => Err(extra_brace(source, script.first_function)),
        Err(diagnostic) if diagnostic.line > count_lines(source) => {
            match bytecode::compile(&format!("{OPENING}{source}{CLOSING_ALONE}"), &file_name, OPENING_LINE) {
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

/// Counts lines as QuickJS does.
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
