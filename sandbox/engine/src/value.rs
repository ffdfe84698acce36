//! Small helpers over raw QuickJS values. Raw, because the way of an event can't afford
//! the reference counting and lifetimes of the safe layer.

use javy_plugin_api::javy::quickjs::qjs::{self, JSAtom, JSContext, JSValue};
use std::ffi::{CString, c_char};

pub const PLAIN: i32 = (qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE | qjs::JS_PROP_ENUMERABLE) as i32;

pub fn boolean(value: bool) -> JSValue {
    if value { qjs::JS_TRUE } else { qjs::JS_FALSE }
}

#[inline]
pub unsafe fn text(ctx: *mut JSContext, bytes: &[u8]) -> JSValue {
    unsafe { qjs::JS_NewStringLen(ctx, bytes.as_ptr().cast(), bytes.len() as _) }
}

/// Makes a text that comes again and again: it is found at once as the name of a property, and is the very same as
/// a constant of the strategy.
pub unsafe fn interned(ctx: *mut JSContext, bytes: &[u8]) -> JSValue {
    unsafe {
        let atom = qjs::JS_NewAtomLen(ctx, bytes.as_ptr().cast(), bytes.len() as _);
        if atom == qjs::JS_ATOM_NULL {
            return qjs::JS_EXCEPTION;
        }
        let value = qjs::JS_AtomToString(ctx, atom);
        qjs::JS_FreeAtom(ctx, atom);
        value
    }
}

#[inline]
pub unsafe fn atom(ctx: *mut JSContext, name: &str) -> JSAtom {
    unsafe { qjs::JS_NewAtomLen(ctx, name.as_ptr().cast(), name.len() as _) }
}

unsafe extern "C" {
    /// native/additions.c
    fn JS_PeekProperty(ctx: *mut JSContext, object: JSValue, name: JSAtom) -> JSValue;
    fn JS_ThrowMessage(ctx: *mut JSContext, message: *const c_char) -> JSValue;
}

/// Takes over `value`. False: there is an exception.
#[inline]
pub unsafe fn define(ctx: *mut JSContext, object: JSValue, name: JSAtom, value: JSValue) -> bool {
    unsafe { qjs::JS_DefinePropertyValue(ctx, object, name, value, PLAIN) >= 0 }
}

pub unsafe fn free_all(ctx: *mut JSContext, values: &[JSValue]) {
    for value in values {
        unsafe { qjs::JS_FreeValue(ctx, *value) };
    }
}

/// Ends a text that was cut off; no number and no name ends so.
pub const CUT: char = '…';

/// The value as text of at most so many bytes; None: there is an exception. Runs code of the
/// strategy if the value is an object.
pub unsafe fn to_text(ctx: *mut JSContext, value: JSValue, max_bytes: usize) -> Option<String> {
    unsafe {
        let mut len: usize = 0;
        let chars = qjs::JS_ToCStringLen(ctx, &mut len, value);
        if chars.is_null() {
            return None;
        }
        let bytes = core::slice::from_raw_parts(chars.cast::<u8>(), len.min(max_bytes));
        let mut string = String::from_utf8_lossy(bytes).into_owned();
        if len > max_bytes {
            string.push(CUT);
        }
        qjs::JS_FreeCString(ctx, chars);
        Some(string)
    }
}

/// Throws an Error with this message.
pub unsafe fn throw(ctx: *mut JSContext, message: &str) -> JSValue {
    let message = CString::new(message.replace('\0', "")).unwrap_or_default();
    unsafe { JS_ThrowMessage(ctx, message.as_ptr()) }
}

/// The arguments of a native function; those that were not given are undefined.
#[derive(Clone, Copy)]
pub struct Arguments {
    pub count: i32,
    pub first: *mut JSValue,
}

impl Arguments {
    pub unsafe fn get(self, index: i32) -> JSValue {
        if index < self.count {
            unsafe { *self.first.offset(index as isize) }
        } else {
            qjs::JS_UNDEFINED
        }
    }
}

/// A plain data property, without running any code; undefined for all others.
pub unsafe fn peek(ctx: *mut JSContext, object: JSValue, name: &str) -> JSValue {
    unsafe {
        let name = atom(ctx, name);
        let value = JS_PeekProperty(ctx, object, name);
        qjs::JS_FreeAtom(ctx, name);
        value
    }
}

pub unsafe fn property(ctx: *mut JSContext, object: JSValue, name: &str) -> JSValue {
    unsafe {
        let name = atom(ctx, name);
        let value = qjs::JS_GetProperty(ctx, object, name);
        qjs::JS_FreeAtom(ctx, name);
        value
    }
}
