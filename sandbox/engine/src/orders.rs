//! From the arguments of a strategy to an order. Checked here, natively, and not in JavaScript,
//! where a strategy could have replaced what the checks are made of.

use crate::decimal;
use crate::meltica::strategy::host::{Order, OrderType, Side, TimeInForce};
use crate::value::{Arguments, CUT, to_text};
use javy_plugin_api::javy::quickjs::qjs::{self, JSContext, JSValue};

/// Of any text of an order; no name and no amount is longer.
const MAX_TEXT: usize = 128;

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

/// (provider, symbol, side, type, quantity, price, stopPrice, timeInForce, postOnly, reduceOnly,
/// clientTag) of which all may be undefined but side, type and quantity.
pub unsafe fn read(ctx: *mut JSContext, arguments: Arguments) -> Result<Order, Refusal> {
    unsafe {
        let order = Order {
            provider: optional_text(ctx, arguments.get(0), "provider")?.unwrap_or_default(),
            symbol: optional_text(ctx, arguments.get(1), "symbol")?.unwrap_or_default(),
            side: side(ctx, arguments.get(2))?,
            order_type: order_type(ctx, arguments.get(3))?,
            quantity: amount(ctx, arguments.get(4), "quantity")?.ok_or("quantity is missing")?,
            price: amount(ctx, arguments.get(5), "price")?,
            stop_price: amount(ctx, arguments.get(6), "stopPrice")?,
            time_in_force: time_in_force(ctx, arguments.get(7))?,
            post_only: qjs::JS_ToBool(ctx, arguments.get(8)) > 0,
            reduce_only: qjs::JS_ToBool(ctx, arguments.get(9)) > 0,
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
        let word = required_text(ctx, value, "side")?;
        match word.to_ascii_lowercase().as_str() {
            "buy" | "long" | "bid" => Ok(Side::Buy),
            "sell" | "short" | "ask" => Ok(Side::Sell),
            _ => Err(Refusal::Because(format!(
                "unknown side \"{word}\": use buy, long, bid, sell, short or ask"
            ))),
        }
    }
}

unsafe fn order_type(ctx: *mut JSContext, value: JSValue) -> Result<OrderType, Refusal> {
    let word = unsafe { required_text(ctx, value, "type")? };
    match word.to_ascii_lowercase().as_str() {
        "market" => Ok(OrderType::Market),
        "limit" => Ok(OrderType::Limit),
        "stop" => Ok(OrderType::Stop),
        "stoplimit" => Ok(OrderType::StopLimit),
        _ => Err(Refusal::Because(format!(
            "unknown type \"{word}\": use market, limit, stop or stopLimit"
        ))),
    }
}

unsafe fn time_in_force(ctx: *mut JSContext, value: JSValue) -> Result<TimeInForce, Refusal> {
    let word = unsafe { optional_text(ctx, value, "timeInForce")? }.unwrap_or("GTC".into());
    match word.to_ascii_uppercase().as_str() {
        "GTC" => Ok(TimeInForce::Gtc),
        "IOC" => Ok(TimeInForce::Ioc),
        "FOK" => Ok(TimeInForce::Fok),
        _ => Err(Refusal::Because(format!(
            "unknown timeInForce \"{word}\": use GTC, IOC or FOK"
        ))),
    }
}

/// A positive decimal in plain digits; None for undefined and null.
unsafe fn amount(ctx: *mut JSContext, value: JSValue, name: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = (unsafe { optional_text(ctx, value, name)? }) else {
        return Ok(None);
    };
    match decimal::plain(text.trim()) {
        Some(plain) if decimal::is_positive(&plain) => Ok(Some(plain)),
        _ => Err(Refusal::Because(format!(
            "{name} is not a decimal number above zero: \"{text}\""
        ))),
    }
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
