//! Turns packed records into the arguments of handlers: plain JavaScript objects, built natively
//! from shapes made once.

use crate::exports::meltica::strategy::sandbox::Fault;
use crate::faults;
use crate::objects::{JS_NewObjectLike, Properties, Values};
use crate::prices;
use crate::records::{self, Content, Field, Fields, KINDS, Record};
use crate::single_threaded::SingleThreaded;
use crate::times::Times;
use crate::value::{free_all, interned, text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};
use std::cell::{Cell, RefCell};

/// What every event needs.
struct Parts {
    event: Properties,
    kinds: Vec<KindParts>,
    /// An object without properties, which the first argument of handlers is like.
    empty: JSValue,
    /// That argument: made anew when a handler kept or changed it.
    context: Cell<JSValue>,
}

struct KindParts {
    name: JSValue,
    payload: Properties,
}

unsafe extern "C" {
    /// native/additions.c
    fn JS_IsUntouched(object: JSValue, like: JSValue) -> bool;
}

struct Events {
    parts: RefCell<Option<Parts>>,
    words: RefCell<Vec<JSValue>>,
    times: Times,
}

static EVENTS: SingleThreaded<Events> = SingleThreaded(Events {
    parts: RefCell::new(None),
    words: RefCell::new(Vec::new()),
    times: Times::new(),
});

const EVENT: [&str; 9] = [
    "eventId",
    "routingVersion",
    "provider",
    "symbol",
    "type",
    "seqProvider",
    "ingestTs",
    "emitTs",
    "payload",
];

/// Runs at build time.
pub unsafe fn prepare(ctx: *mut JSContext) {
    unsafe {
        let kinds = KINDS
            .iter()
            .map(|kind| KindParts {
                name: interned(ctx, kind.name.as_bytes()),
                payload: Properties::new(ctx, kind.fields.iter().map(|field| field.name())),
            })
            .collect();
        EVENTS.0.parts.replace(Some(Parts {
            event: Properties::new(ctx, EVENT.into_iter()),
            kinds,
            empty: qjs::JS_NewObject(ctx),
            context: Cell::new(qjs::JS_NewObject(ctx)),
        }));
    }
}

/// Takes a record of KIND_WORD.
pub unsafe fn learn_word(ctx: *mut JSContext, record: Record) -> Result<(), Fault> {
    unsafe {
        let word = match record.fields(1).next() {
            Content::Bytes(bytes) => interned(ctx, bytes),
            Content::Word(_) | Content::Absent => qjs::JS_UNDEFINED,
        };
        if qjs::JS_IsException(word) {
            return Err(faults::take(ctx));
        }
        let mut words = EVENTS.0.words.borrow_mut();
        let number = record.symbol() as usize;
        if number >= words.len() {
            words.resize(number + 1, qjs::JS_UNDEFINED);
        }
        prices::forget(number as u16);
        qjs::JS_FreeValue(ctx, words[number]);
        words[number] = word;
        Ok(())
    }
}

/// To be called after each handler.
#[inline]
pub unsafe fn renew_context(ctx: *mut JSContext) {
    let parts = EVENTS.0.parts.borrow();
    let parts = parts.as_ref().expect("prepared");
    unsafe {
        if JS_IsUntouched(parts.context.get(), parts.empty) {
            return;
        }
        let fresh = JS_NewObjectLike(ctx, parts.empty, core::ptr::null_mut());
        if qjs::JS_IsException(fresh) {
            qjs::JS_FreeValue(ctx, qjs::JS_GetException(ctx));
        } else {
            qjs::JS_FreeValue(ctx, parts.context.replace(fresh));
        }
    }
}

/// [context, event, payload, price or reason]; None: there is an exception.
pub unsafe fn arguments(ctx: *mut JSContext, record: Record) -> Option<[JSValue; 4]> {
    unsafe {
        let parts = EVENTS.0.parts.borrow();
        let parts = parts.as_ref().expect("prepared");
        let (id, kind, payload, fourth) = if record.kind() == records::KIND_JSON {
            let mut fields = record.fields(record.json_fields());
            let id = value(ctx, fields.next());
            let kind = value(ctx, fields.next());
            (id, kind, parse(ctx, fields.next()), qjs::JS_UNDEFINED)
        } else {
            let fields = KINDS[record.kind() as usize].fields;
            let kind = &parts.kinds[record.kind() as usize];
            let mut contents = record.fields(fields.len() + 1);
            let id = value(ctx, contents.next());
            let mut values = payload_values(ctx, fields, &mut contents);
            let fourth = match record.kind() {
                records::KIND_TRADE => qjs::JS_NewFloat64(prices::at_hand().last),
                _ if record.handler() == records::ON_ORDER_REJECTED => qjs::JS_DupValue(ctx, values.last),
                _ => qjs::JS_UNDEFINED,
            };
            let name = qjs::JS_DupValue(ctx, kind.name);
            (id, name, kind.payload.object(ctx, &mut values), fourth)
        };
        let event = parts
            .event
            .object(ctx, &mut event_values(ctx, record, id, kind, payload));
        if qjs::JS_IsException(event) {
            free_all(ctx, &[payload, fourth]);
            return None;
        }
        Some([parts.context.get(), event, payload, fourth])
    }
}

#[inline]
unsafe fn event_values(ctx: *mut JSContext, record: Record, id: JSValue, kind: JSValue, payload: JSValue) -> Values {
    unsafe {
        let time = EVENTS.0.times.value(ctx, record.time());
        let mut values = Values::new();
        values.push(id);
        values.push(qjs::JS_MKVAL(qjs::JS_TAG_INT, 1));
        values.push(word(ctx, record.provider()));
        values.push(word(ctx, record.symbol()));
        values.push(kind);
        values.push(qjs::JS_NewFloat64(record.sequence()));
        values.push(time);
        values.push(qjs::JS_DupValue(ctx, time));
        values.push(qjs::JS_DupValue(ctx, payload));
        values
    }
}

#[inline]
unsafe fn payload_values(ctx: *mut JSContext, fields: &[Field], contents: &mut Fields) -> Values {
    let mut values = Values::new();
    for field in fields {
        match field {
            Field::Time(_) => values.push(unsafe { EVENTS.0.times.value(ctx, contents.next_time()) }),
            Field::Text(_) => match contents.next() {
                Content::Absent => values.skip(),
                content => values.push(unsafe { value(ctx, content) }),
            },
        }
    }
    values
}

#[inline]
unsafe fn value(ctx: *mut JSContext, content: Content) -> JSValue {
    match content {
        Content::Bytes(bytes) => unsafe { text(ctx, bytes) },
        Content::Word(number) => unsafe { word(ctx, number) },
        Content::Absent => qjs::JS_UNDEFINED,
    }
}

#[inline]
unsafe fn word(ctx: *mut JSContext, number: u16) -> JSValue {
    let words = EVENTS.0.words.borrow();
    words
        .get(number as usize)
        .map_or(qjs::JS_UNDEFINED, |word| unsafe { qjs::JS_DupValue(ctx, *word) })
}

unsafe fn parse(ctx: *mut JSContext, content: Content) -> JSValue {
    let Content::Bytes(bytes) = content else {
        return qjs::JS_UNDEFINED;
    };
    let json = std::ffi::CString::new(bytes).unwrap_or_default();
    unsafe { qjs::JS_ParseJSON(ctx, json.as_ptr(), json.as_bytes().len() as _, c"<payload>".as_ptr()) }
}
