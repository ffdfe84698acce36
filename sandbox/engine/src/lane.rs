//! The fast lane: packed records in, calls of the strategy's handlers out.
//! Event objects are built here, natively, from shapes made once.

use crate::exports::meltica::strategy::sandbox::{Cause, Fault, Outcome};
use crate::faults;
use crate::fuel;
use crate::jobs;
use crate::market;
use crate::objects::{JS_NewObjectLike, Properties, Values};
use crate::program;
use crate::realm;
use crate::records::{self, Content, Field, Fields, KINDS, Record};
use crate::state::state;
use crate::times::Times;
use crate::value::{free_all, text};
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

struct Lane {
    parts: RefCell<Option<Parts>>,
    words: RefCell<Vec<JSValue>>,
    times: Times,
}

struct SingleThreaded(Lane);
unsafe impl Sync for SingleThreaded {}
static LANE: SingleThreaded = SingleThreaded(Lane {
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

/// At build time.
pub unsafe fn prepare(ctx: *mut JSContext) {
    unsafe {
        let kinds = KINDS
            .iter()
            .map(|kind| KindParts {
                name: text(ctx, kind.name.as_bytes()),
                payload: Properties::new(ctx, kind.fields.iter().map(|field| field.name())),
            })
            .collect();
        LANE.0.parts.replace(Some(Parts {
            event: Properties::new(ctx, EVENT.into_iter()),
            kinds,
            empty: qjs::JS_NewObject(ctx),
            context: Cell::new(qjs::JS_NewObject(ctx)),
        }));
    }
}

/// Stops after an order, or when the records together used as much fuel as one may.
pub fn deliver(batch: &[u8]) -> Outcome {
    let ctx = realm::strategy();
    unsafe { qjs::JS_UpdateStackTop(realm::runtime()) };
    state().ordered.set(false);
    let mut rest = batch;
    let mut consumed = 0;
    let mut fault = None;
    let mut fuel_used = 0;
    while let Some((record, after)) = Record::split(rest) {
        rest = after;
        state().event.set(consumed);
        consumed += 1;
        state().refill();
        fault = unsafe { handle(ctx, record) }.err();
        fuel_used += fuel::used(state().allowance.get());
        if fault.is_some() || state().ordered.get() || fuel_used > state().allowance.get() {
            break;
        }
    }
    state().event.set(0);
    Outcome {
        consumed,
        ordered: state().ordered.get(),
        fault,
    }
}

unsafe fn handle(ctx: *mut JSContext, record: Record) -> Result<(), Fault> {
    unsafe {
        match record.kind() {
            records::KIND_WORD => return learn_word(ctx, record),
            records::KIND_FLAGS => set_flags(record),
            _ => {
                market::watch(record);
                if !qjs::JS_IsUndefined(program::handler(record.handler())) {
                    state().set_clock(record.time());
                    return call_handler(ctx, record);
                }
            }
        }
        Ok(())
    }
}

unsafe fn learn_word(ctx: *mut JSContext, record: Record) -> Result<(), Fault> {
    unsafe {
        let word = value(ctx, record.fields(1).next());
        if qjs::JS_IsException(word) {
            return Err(faults::take(ctx));
        }
        let mut words = LANE.0.words.borrow_mut();
        let number = record.symbol() as usize;
        if number >= words.len() {
            words.resize(number + 1, qjs::JS_UNDEFINED);
        }
        market::forget(number as u16);
        qjs::JS_FreeValue(ctx, words[number]);
        words[number] = word;
        Ok(())
    }
}

fn set_flags(record: Record) {
    state()
        .trading_active
        .set(record.flags() & records::FLAG_TRADING_ACTIVE != 0);
    state().dry_run.set(record.flags() & records::FLAG_DRY_RUN != 0);
}

unsafe fn call_handler(ctx: *mut JSContext, record: Record) -> Result<(), Fault> {
    unsafe {
        let Some(mut arguments) = arguments(ctx, record) else {
            return Err(faults::take(ctx));
        };
        let handler = program::handler(record.handler());
        let result = qjs::JS_Call(ctx, handler, program::strategy(), 4, arguments.as_mut_ptr());
        free_all(ctx, &arguments[1..]);
        renew_context(ctx);
        if !qjs::JS_IsException(result) {
            qjs::JS_FreeValue(ctx, result);
            return jobs::run();
        }
        let fault = faults::take(ctx);
        // What it began before is settled within the event all the same, unless its time is up.
        if fault.cause == Cause::Exception {
            let _ = jobs::run();
        }
        Err(fault)
    }
}

#[inline]
unsafe fn renew_context(ctx: *mut JSContext) {
    let parts = LANE.0.parts.borrow();
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
unsafe fn arguments(ctx: *mut JSContext, record: Record) -> Option<[JSValue; 4]> {
    unsafe {
        let parts = LANE.0.parts.borrow();
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
                records::KIND_TRADE => qjs::JS_NewFloat64(state().prices.get().last),
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
        let time = LANE.0.times.value(ctx, record.time());
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
            Field::Time(_) => values.push(unsafe { LANE.0.times.value(ctx, contents.next_time()) }),
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
    let words = LANE.0.words.borrow();
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
