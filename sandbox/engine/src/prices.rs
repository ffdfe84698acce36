//! The prices that `runtime.getLastPrice()` and its like answer: those of the symbol of the event
//! at hand, or of the last symbol that had any.

use crate::decimal;
use crate::records::{Content, Fields, KIND_KLINE, KIND_TICKER, KIND_TRADE, KINDS, Record};
use crate::single_threaded::SingleThreaded;
use std::cell::{Cell, RefCell};

/// The prices of one symbol; 0 before the first.
#[derive(Clone, Copy)]
pub struct Prices {
    pub last: f64,
    pub bid: f64,
    pub ask: f64,
}

const NO_PRICES: Prices = Prices {
    last: 0.0,
    bid: 0.0,
    ask: 0.0,
};

struct Board {
    at_hand: Cell<Prices>,
    /// The word of the symbol whose prices are at hand.
    symbol: Cell<Option<u16>>,
    /// The prices of the other symbols, by their words.
    others: RefCell<Vec<Option<Prices>>>,
}

static BOARD: SingleThreaded<Board> = SingleThreaded(Board {
    at_hand: Cell::new(NO_PRICES),
    symbol: Cell::new(None),
    others: RefCell::new(Vec::new()),
});

#[inline]
pub fn at_hand() -> Prices {
    BOARD.0.at_hand.get()
}

/// Takes the prices of a record, whether or not there is a handler for it.
#[inline]
pub fn watch(record: Record) {
    let kind = record.kind();
    let has_prices = matches!(kind, KIND_TRADE | KIND_TICKER | KIND_KLINE) || record.is_book();
    if BOARD.0.symbol.get() != Some(record.symbol()) {
        turn_to(record.symbol(), has_prices);
    }
    if has_prices {
        let mut prices = at_hand();
        note(record, kind, &mut prices);
        BOARD.0.at_hand.set(prices);
    }
}

/// A word's number may get another meaning, when a sandbox is given to another writer.
pub fn forget(word: u16) {
    if BOARD.0.symbol.get() == Some(word) {
        BOARD.0.symbol.set(None);
    }
    if let Some(prices) = BOARD.0.others.borrow_mut().get_mut(word as usize) {
        *prices = None;
    }
}

#[cold]
fn turn_to(symbol: u16, has_prices: bool) {
    let mut others = BOARD.0.others.borrow_mut();
    let known = others.get(symbol as usize).copied().flatten();
    if known.is_none() && !has_prices {
        return;
    }
    if let Some(left) = BOARD.0.symbol.replace(Some(symbol)) {
        let size = others.len().max(left as usize + 1);
        others.resize(size, None);
        others[left as usize] = Some(at_hand());
    }
    BOARD.0.at_hand.set(known.unwrap_or(NO_PRICES));
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
