//! Turns the arguments of a strategy into an order. They are checked here and not in JavaScript,
//! where a strategy could have replaced what the checks are made of.

use crate::decimal;
use crate::meltica::strategy::host::{Amounts, Order, OrderType, Side, TimeInForce};
use crate::single_threaded::SingleThreaded;
use crate::value::{Arguments, CUT, atom, free_all, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSAtom, JSContext, JSValue};
use std::cell::Cell;

/// No name and no amount of an order is longer, in bytes.
const MAX_TEXT: usize = 128;

/// The fields of an order, in the order of `read`'s arguments.
const FIELDS: [&str; 11] = [
    "provider",
    "symbol",
    "side",
    "type",
    "quantity",
    "price",
    "stopPrice",
    "timeInForce",
    "postOnly",
    "reduceOnly",
    "clientTag",
];

static NAMES: SingleThreaded<Cell<[JSAtom; FIELDS.len()]>> = SingleThreaded(Cell::new([0; FIELDS.len()]));

/// Runs at build time.
pub unsafe fn prepare(ctx: *mut JSContext) {
    NAMES.0.set(FIELDS.map(|name| unsafe { atom(ctx, name) }));
}

pub enum Refusal {
    Because(String),
    /// Code of the strategy threw, and its exception is pending.
    Thrown,
}

impl<T: Into<String>> From<T> for Refusal {
    fn from(reason: T) -> Refusal {
        Refusal::Because(reason.into())
    }
}

/// An object with FIELDS, as `runtime.submit` takes it; one with any other is refused, for it is most
/// likely a mistake.
pub unsafe fn read_object(ctx: *mut JSContext, object: JSValue) -> Result<Order, Refusal> {
    unsafe {
        if !qjs::JS_IsObject(object) || qjs::JS_IsFunction(ctx, object) {
            return Err("submit takes an object: { side, type, quantity, … }".into());
        }
        refuse_unknown(ctx, object)?;
        let mut values = [qjs::JS_UNDEFINED; FIELDS.len()];
        for (value, name) in values.iter_mut().zip(NAMES.0.get()) {
            *value = qjs::JS_GetProperty(ctx, object, name);
            if qjs::JS_IsException(*value) {
                free_all(ctx, &values);
                return Err(Refusal::Thrown);
            }
        }
        let arguments = Arguments {
            count: values.len() as i32,
            first: values.as_mut_ptr(),
        };
        let order = read(ctx, arguments);
        free_all(ctx, &values);
        order
    }
}

unsafe fn refuse_unknown(ctx: *mut JSContext, object: JSValue) -> Result<(), Refusal> {
    unsafe {
        let (mut names, mut count) = (core::ptr::null_mut(), 0);
        let flags = (qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY) as i32;
        if qjs::JS_GetOwnPropertyNames(ctx, &mut names, &mut count, object, flags) < 0 {
            return Err(Refusal::Thrown);
        }
        let known = NAMES.0.get();
        let unknown = (0..count as usize)
            .map(|index| (*names.add(index)).atom)
            .find(|name| !known.contains(name))
            .map(|name| {
                let text = qjs::JS_AtomToString(ctx, name);
                let name = optional_text(ctx, text, "the name of a field");
                qjs::JS_FreeValue(ctx, text);
                name
            });
        qjs::JS_FreePropertyEnum(ctx, names, count);
        match unknown {
            None => Ok(()),
            Some(name) => Err(format!("an order has no field \"{}\"", name?.unwrap_or_default()).into()),
        }
    }
}

/// FIELDS one by one, of which all may be undefined but side, type and quantity.
pub unsafe fn read(ctx: *mut JSContext, arguments: Arguments) -> Result<Order, Refusal> {
    unsafe {
        let order = Order {
            provider: optional_text(ctx, arguments.get(0), "provider")?.unwrap_or_default(),
            symbol: optional_text(ctx, arguments.get(1), "symbol")?.unwrap_or_default(),
            side: side(ctx, arguments.get(2))?,
            order_type: order_type(ctx, arguments.get(3))?,
            quantity: quantity(ctx, arguments.get(4))?,
            price: price(ctx, arguments.get(5), "price")?,
            stop_price: price(ctx, arguments.get(6), "stopPrice")?,
            time_in_force: time_in_force(ctx, arguments.get(7))?,
            post_only: qjs::JS_ToBool(ctx, arguments.get(8)) > 0,
            reduce_only: qjs::JS_ToBool(ctx, arguments.get(9)) > 0,
            numbers: numbers(arguments),
            client_tag: optional_text(ctx, arguments.get(10), "clientTag")?,
        };
        check(order)
    }
}

/// What the parts of an order ask of each other.
fn check(order: Order) -> Result<Order, Refusal> {
    let (name, needs_price, needs_stop) = match order.order_type {
        OrderType::Market => ("market", false, false),
        OrderType::Limit => ("limit", true, false),
        OrderType::Stop => ("stop", false, true),
        OrderType::StopLimit => ("stopLimit", true, true),
    };
    let parts = [
        ("price", needs_price, order.price.is_some()),
        ("stopPrice", needs_stop, order.stop_price.is_some()),
    ];
    for (part, needed, given) in parts {
        if needed && !given {
            return Err(Refusal::Because(format!("a {name} order needs a {part}")));
        }
        if given && !needed {
            return Err(Refusal::Because(format!("a {name} order takes no {part}")));
        }
    }
    if order.post_only && (!needs_price || !matches!(order.time_in_force, TimeInForce::Gtc)) {
        return Err("postOnly is for limit and stopLimit orders that are GTC".into());
    }
    Ok(order)
}

unsafe fn side(ctx: *mut JSContext, value: JSValue) -> Result<Side, Refusal> {
    unsafe {
        if qjs::JS_IsNumber(value) {
            let mut number = f64::NAN;
            qjs::JS_ToFloat64(ctx, &mut number, value);
            return match number {
                number if number >= 0.0 => Ok(Side::Buy),
                number if number < 0.0 => Ok(Side::Sell),
                _ => Err("side is not a number: NaN".into()),
            };
        }
        let sides = [
            ("buy", Side::Buy),
            ("long", Side::Buy),
            ("bid", Side::Buy),
            ("sell", Side::Sell),
            ("short", Side::Sell),
            ("ask", Side::Sell),
        ];
        let word = required_text(ctx, value, "side")?;
        named(&word, sides)
            .ok_or_else(|| format!("unknown side \"{word}\": use buy, long, bid, sell, short or ask").into())
    }
}

unsafe fn order_type(ctx: *mut JSContext, value: JSValue) -> Result<OrderType, Refusal> {
    let types = [
        ("market", OrderType::Market),
        ("limit", OrderType::Limit),
        ("stop", OrderType::Stop),
        ("stopLimit", OrderType::StopLimit),
    ];
    let word = unsafe { required_text(ctx, value, "type")? };
    named(&word, types).ok_or_else(|| format!("unknown type \"{word}\": use market, limit, stop or stopLimit").into())
}

unsafe fn time_in_force(ctx: *mut JSContext, value: JSValue) -> Result<TimeInForce, Refusal> {
    let times = [
        ("GTC", TimeInForce::Gtc),
        ("IOC", TimeInForce::Ioc),
        ("FOK", TimeInForce::Fok),
    ];
    let Some(word) = (unsafe { optional_text(ctx, value, "timeInForce")? }) else {
        return Ok(TimeInForce::Gtc);
    };
    named(&word, times).ok_or_else(|| format!("unknown timeInForce \"{word}\": use GTC, IOC or FOK").into())
}

/// What a word stands for, in whatever case it is written.
fn named<T, const N: usize>(word: &str, names: [(&str, T); N]) -> Option<T> {
    names
        .into_iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name))
        .map(|(_, meaning)| meaning)
}

/// A positive decimal in plain digits; None for undefined and null.
unsafe fn price(ctx: *mut JSContext, value: JSValue, name: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = (unsafe { optional_text(ctx, value, name)? }) else {
        return Ok(None);
    };
    if text.trim_end().ends_with('%') {
        return Err(Refusal::Because(format!(
            "{name} is a share of nothing: \"{text}\"; only a quantity may be one, of the equity"
        )));
    }
    positive(&text, name).map(Some)
}

fn positive(text: &str, name: &str) -> Result<String, Refusal> {
    match decimal::plain(text.trim()) {
        Some(plain) if decimal::is_positive(&plain) => Ok(plain),
        _ => Err(Refusal::Because(format!(
            "{name} is not a decimal number above zero: \"{text}\""
        ))),
    }
}

/// An amount, or a share of the equity as text: `12.5%`, which leaves in plain digits with its sign.
unsafe fn quantity(ctx: *mut JSContext, value: JSValue) -> Result<String, Refusal> {
    let text = unsafe { required_text(ctx, value, "quantity")? };
    let Some(share) = text.trim().strip_suffix('%') else {
        return positive(&text, "quantity");
    };
    match decimal::plain(share.trim_end()) {
        Some(plain) if decimal::is_positive(&plain) => Ok(plain + "%"),
        _ => Err(Refusal::Because(format!(
            "quantity is no share of the equity above zero, as 50%: \"{text}\""
        ))),
    }
}

unsafe extern "C" {
    /// native/additions.c
    fn JS_IsNumberOrBoxed(value: JSValue) -> bool;
}

/// Which of the amounts are numbers; see `read` for where they stand.
unsafe fn numbers(arguments: Arguments) -> Amounts {
    [(4, Amounts::QUANTITY), (5, Amounts::PRICE), (6, Amounts::STOP_PRICE)]
        .into_iter()
        .filter(|(index, _)| unsafe { JS_IsNumberOrBoxed(arguments.get(*index)) })
        .map(|(_, amount)| amount)
        .collect()
}

unsafe fn required_text(ctx: *mut JSContext, value: JSValue, name: &str) -> Result<String, Refusal> {
    unsafe { optional_text(ctx, value, name)? }.ok_or_else(|| format!("{name} is missing").into())
}

/// None for undefined and null.
pub unsafe fn optional_text(ctx: *mut JSContext, value: JSValue, name: &str) -> Result<Option<String>, Refusal> {
    unsafe {
        if qjs::JS_IsUndefined(value) || qjs::JS_IsNull(value) {
            return Ok(None);
        }
        let text = to_text(ctx, value, MAX_TEXT).ok_or(Refusal::Thrown)?;
        if text.ends_with(CUT) {
            return Err(Refusal::Because(format!("{name} is longer than {MAX_TEXT} bytes")));
        }
        Ok(Some(text))
    }
}
