//! Event objects: plain JavaScript objects, of shapes that are made once.

use crate::value::{atom, define, free_all};
use javy_plugin_api::javy::quickjs::qjs::{self, JSAtom, JSContext, JSValue};
use std::cell::RefCell;

const MAX_FIELDS: usize = 16;

unsafe extern "C" {
    /// native/additions.c
    pub fn JS_NewObjectLike(ctx: *mut JSContext, like: JSValue, values: *mut JSValue) -> JSValue;
}

/// The properties that objects of one kind may have.
pub struct Properties {
    names: Vec<JSAtom>,
    /// An object for each set of names that was met (a bit for each), with just these.
    templates: RefCell<Vec<(u32, JSValue)>>,
}

impl Properties {
    pub unsafe fn new<'a>(ctx: *mut JSContext, names: impl Iterator<Item = &'a str>) -> Properties {
        Properties {
            names: names.map(|name| unsafe { atom(ctx, name) }).collect(),
            templates: RefCell::new(Vec::new()),
        }
    }

    /// An object with the values; or an exception, also if any value is one.
    #[inline]
    pub unsafe fn object(&self, ctx: *mut JSContext, values: &mut Values) -> JSValue {
        unsafe {
            let template = self.template(ctx, values.present);
            if values.failed || qjs::JS_IsException(template) {
                free_all(ctx, &values.values[..values.count]);
                return qjs::JS_EXCEPTION;
            }
            JS_NewObjectLike(ctx, template, values.values.as_mut_ptr())
        }
    }

    #[inline]
    unsafe fn template(&self, ctx: *mut JSContext, present: u32) -> JSValue {
        for (names, template) in self.templates.borrow().iter() {
            if *names == present {
                return *template;
            }
        }
        unsafe { self.make_template(ctx, present) }
    }

    #[cold]
    unsafe fn make_template(&self, ctx: *mut JSContext, present: u32) -> JSValue {
        unsafe {
            let template = qjs::JS_NewObject(ctx);
            if qjs::JS_IsException(template) {
                return template;
            }
            for (index, name) in self.names.iter().enumerate() {
                if present & (1 << index) != 0 && !define(ctx, template, *name, qjs::JS_UNDEFINED) {
                    qjs::JS_FreeValue(ctx, template);
                    return qjs::JS_EXCEPTION;
                }
            }
            self.templates.borrow_mut().push((present, template));
            template
        }
    }
}

/// Values of an object to be made, in the order of its properties.
pub struct Values {
    values: [JSValue; MAX_FIELDS],
    count: usize,
    present: u32,
    next: u32,
    /// The value of the last property that was named; undefined if it was left out.
    pub last: JSValue,
    failed: bool,
}

impl Values {
    #[inline]
    pub fn new() -> Values {
        Values {
            values: [qjs::JS_UNDEFINED; MAX_FIELDS],
            count: 0,
            present: 0,
            next: 1,
            last: qjs::JS_UNDEFINED,
            failed: false,
        }
    }

    #[inline]
    pub fn push(&mut self, value: JSValue) {
        self.values[self.count] = value;
        self.count += 1;
        self.present |= self.next;
        self.next <<= 1;
        self.last = value;
        self.failed |= unsafe { qjs::JS_IsException(value) };
    }

    /// The object has no such property.
    #[inline]
    pub fn skip(&mut self) {
        self.next <<= 1;
        self.last = qjs::JS_UNDEFINED;
    }
}
