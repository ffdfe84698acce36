//! The prices that `runtime.getLastPrice()` and its like answer: those of the symbol of the event
//! at hand, or of the last symbol that had any.

use crate::decimal;
use crate::records::{Content, KIND_KLINE, KIND_TICKER, KIND_TRADE, KINDS, Record};
use crate::state::{Prices, state};
use std::cell::{Cell, RefCell};

struct Market {
    /// The word of the symbol whose prices `state().prices` are.
    symbol: Cell<Option<u16>>,
    /// By the symbol's word: the prices of the others.
    others: RefCell<Vec<Option<Prices>>>,
}

struct SingleThreaded(Market);
unsafe impl Sync for SingleThreaded {}
static MARKET: SingleThreaded = SingleThreaded(Market {
    symbol: Cell::new(None),
    others: RefCell::new(Vec::new()),
});

/// Whether or not there is a handler for the record.
#[inline]
pub fn watch(record: Record) {
    let kind = record.kind();
    let has_prices = matches!(kind, KIND_TRADE | KIND_TICKER | KIND_KLINE);
    if MARKET.0.symbol.get() != Some(record.symbol()) {
        turn_to(record.symbol(), has_prices);
    }
    if has_prices {
        note(record, kind);
    }
}

/// A word's number may get another meaning, when a sandbox is given to another writer.
pub fn forget(word: u16) {
    if MARKET.0.symbol.get() == Some(word) {
        MARKET.0.symbol.set(None);
    }
    if let Some(prices) = MARKET.0.others.borrow_mut().get_mut(word as usize) {
        *prices = None;
    }
}

#[cold]
fn turn_to(symbol: u16, has_prices: bool) {
    let mut others = MARKET.0.others.borrow_mut();
    let known = others.get(symbol as usize).copied().flatten();
    if known.is_none() && !has_prices {
        return;
    }
    if let Some(left) = MARKET.0.symbol.replace(Some(symbol)) {
        let size = others.len().max(left as usize + 1);
        others.resize(size, None);
        others[left as usize] = Some(state().prices.get());
    }
    state().prices.set(known.unwrap_or(Prices::NONE));
}

/// Of each kind, the places of its prices among the payload's fields.
#[inline]
fn note(record: Record, kind: u8) {
    let mut fields = record.fields(KINDS[kind as usize].fields.len() + 1);
    fields.next();
    let mut prices = state().prices.get();
    match kind {
        KIND_TRADE => {
            fields.next();
            fields.next();
            set(&mut prices.last, fields.next());
        }
        KIND_TICKER => {
            set(&mut prices.last, fields.next());
            set(&mut prices.bid, fields.next());
            set(&mut prices.ask, fields.next());
        }
        _ => {
            fields.next();
            set(&mut prices.last, fields.next());
        }
    }
    state().prices.set(prices);
}

#[inline]
fn set(price: &mut f64, content: Content) {
    if let Content::Bytes(bytes) = content
        && let Some(number) = decimal::parse(bytes)
    {
        *price = number;
    }
}
