//! The prices that `runtime.getLastPrice()` and its like answer: those of the symbol of the event
//! at hand, or of the last symbol that had any.

use crate::decimal;
use crate::records::{Content, Fields, KIND_KLINE, KIND_TICKER, KIND_TRADE, KINDS, Record};
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
    let has_prices = matches!(kind, KIND_TRADE | KIND_TICKER | KIND_KLINE) || record.is_book();
    if MARKET.0.symbol.get() != Some(record.symbol()) {
        turn_to(record.symbol(), has_prices);
    }
    if has_prices {
        let mut prices = state().prices.get();
        note(record, kind, &mut prices);
        state().prices.set(prices);
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

#[inline]
fn note(record: Record, kind: u8, prices: &mut Prices) {
    let count = if record.is_book() {
        record.json_fields()
    } else {
        KINDS[kind as usize].fields.len() + 1
    };
    let mut fields = record.fields(count);
    let skip = |fields: &mut Fields, count: usize| (0..count).for_each(|_| drop(fields.next()));
    match kind {
        KIND_TRADE => {
            skip(&mut fields, 3);
            set(&mut prices.last, fields.next());
        }
        KIND_TICKER => {
            skip(&mut fields, 1);
            set(&mut prices.last, fields.next());
            set(&mut prices.bid, fields.next());
            set(&mut prices.ask, fields.next());
        }
        KIND_KLINE => {
            skip(&mut fields, 2);
            set(&mut prices.last, fields.next());
        }
        _ => {
            skip(&mut fields, 3);
            set(&mut prices.bid, fields.next());
            set(&mut prices.ask, fields.next());
        }
    }
}

#[inline]
fn set(price: &mut f64, content: Content) {
    if let Content::Bytes(bytes) = content
        && let Some(number) = decimal::parse(bytes)
    {
        *price = number;
    }
}
