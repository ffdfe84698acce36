//! The layout of a packed record: the one description on this side of the boundary.
//! src/sandbox/layout.ts is its other half.
//!
//! ```text
//!  0  u32  size in bytes, a multiple of 8
//!  4  u8   kind
//!  5  u8   handler (index in HANDLERS); flags for kind FLAGS
//!  6  u16  provider (a word)
//!  8  f64  time, milliseconds since 1970
//! 16  f64  sequence
//! 24  u16  symbol (a word); the word's number for kind WORD
//! 28  u32  a head for each field, then the fields' bytes, one after the other
//! ```
//! A head is the length of the field's bytes, or WORD_BIT | word, or ABSENT.
//! A word is a string sent once (kind WORD) and then known by its number.
//! A time field is always 8 bytes, an f64. Numbers are little-endian.

pub const HEADER: usize = 28;
const HEAD: usize = 4;
const WORD_BIT: u32 = 0x8000_0000;
const ABSENT: u32 = 0xffff_ffff;

pub const KIND_JSON: u8 = 4;
pub const KIND_WORD: u8 = 16;
pub const KIND_FLAGS: u8 = 17;

pub const FLAG_TRADING_ACTIVE: u8 = 1;
pub const FLAG_DRY_RUN: u8 = 2;

pub const HANDLERS: [&str; 15] = [
    "onTrade",
    "onTicker",
    "onKlineSummary",
    "onOrderAcknowledged",
    "onOrderPartialFill",
    "onOrderFilled",
    "onOrderCancelled",
    "onOrderExpired",
    "onOrderRejected",
    "onBookSnapshot",
    "onInstrumentUpdate",
    "onBalanceUpdate",
    "onRiskControl",
    "onExtensionEvent",
    "onEnd",
];
pub const ON_ORDER_REJECTED: u8 = 8;
pub const ON_BOOK_SNAPSHOT: u8 = 9;

#[derive(Clone, Copy, PartialEq)]
pub enum Field {
    Text(&'static str),
    Time(&'static str),
}
use Field::{Text, Time};

impl Field {
    pub fn name(&self) -> &'static str {
        match self {
            Text(name) | Time(name) => name,
        }
    }
}

pub struct Kind {
    pub name: &'static str,
    /// The payload's fields; the event id stands before them.
    pub fields: &'static [Field],
}

/// The number of a kind is its index. KIND_JSON has no table: its fields are the event id, the type and the payload as
/// JSON, and of a book its best bid and best ask.
pub const KINDS: [Kind; 4] = [
    Kind {
        name: "Trade",
        fields: &[
            Text("tradeId"),
            Text("side"),
            Text("price"),
            Text("quantity"),
            Time("timestamp"),
        ],
    },
    Kind {
        name: "Ticker",
        fields: &[
            Text("lastPrice"),
            Text("bidPrice"),
            Text("askPrice"),
            Text("volume24h"),
            Time("timestamp"),
        ],
    },
    Kind {
        name: "KlineSummary",
        fields: &[
            Text("openPrice"),
            Text("closePrice"),
            Text("highPrice"),
            Text("lowPrice"),
            Text("volume"),
            Time("openTime"),
            Time("closeTime"),
            Text("interval"),
        ],
    },
    Kind {
        name: "ExecReport",
        fields: &[
            Text("clientOrderId"),
            Text("exchangeOrderId"),
            Text("state"),
            Text("side"),
            Text("orderType"),
            Text("price"),
            Text("quantity"),
            Text("filledQuantity"),
            Text("remainingQty"),
            Text("avgFillPrice"),
            Text("commissionAmount"),
            Text("commissionAsset"),
            Time("timestamp"),
            Text("rejectReason"),
        ],
    },
];
pub const KIND_TRADE: u8 = 0;
pub const KIND_TICKER: u8 = 1;
pub const KIND_KLINE: u8 = 2;

#[derive(Clone, Copy)]
pub struct Record<'a>(&'a [u8]);

impl<'a> Record<'a> {
    /// The record at the start of `bytes`, and what follows it.
    #[inline]
    pub fn split(bytes: &'a [u8]) -> Option<(Record<'a>, &'a [u8])> {
        if bytes.len() < HEADER {
            return None;
        }
        let size = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
        let (record, rest) = bytes.split_at(size.max(HEADER));
        Some((Record(record), rest))
    }

    #[inline]
    pub fn kind(self) -> u8 {
        self.0[4]
    }

    #[inline]
    pub fn handler(self) -> u8 {
        self.0[5]
    }

    #[inline]
    pub fn flags(self) -> u8 {
        self.0[5]
    }

    #[inline]
    pub fn provider(self) -> u16 {
        self.u16(6)
    }

    #[inline]
    pub fn symbol(self) -> u16 {
        self.u16(24)
    }

    #[inline]
    pub fn time(self) -> f64 {
        self.f64(8)
    }

    #[inline]
    pub fn sequence(self) -> f64 {
        self.f64(16)
    }

    #[inline]
    pub fn is_book(self) -> bool {
        self.kind() == KIND_JSON && self.handler() == ON_BOOK_SNAPSHOT
    }

    /// How many fields a record of KIND_JSON has.
    #[inline]
    pub fn json_fields(self) -> usize {
        if self.is_book() { 5 } else { 3 }
    }

    /// A reader of this record's fields, `count` in all.
    #[inline]
    pub fn fields(self, count: usize) -> Fields<'a> {
        Fields {
            record: self,
            head: HEADER,
            at: HEADER + HEAD * count,
        }
    }

    #[inline]
    fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes(self.0[at..at + 2].try_into().unwrap())
    }

    #[inline]
    fn u32(self, at: usize) -> u32 {
        u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap())
    }

    #[inline]
    fn f64(self, at: usize) -> f64 {
        f64::from_le_bytes(self.0[at..at + 8].try_into().unwrap())
    }
}

pub enum Content<'a> {
    Bytes(&'a [u8]),
    Word(u16),
    Absent,
}

pub struct Fields<'a> {
    record: Record<'a>,
    head: usize,
    at: usize,
}

impl<'a> Fields<'a> {
    #[inline]
    pub fn next(&mut self) -> Content<'a> {
        let head = self.record.u32(self.head);
        self.head += HEAD;
        if head == ABSENT {
            return Content::Absent;
        }
        if head & WORD_BIT != 0 {
            return Content::Word((head & !WORD_BIT) as u16);
        }
        let from = self.at;
        self.at += head as usize;
        Content::Bytes(&self.record.0[from..self.at])
    }

    #[inline]
    pub fn next_time(&mut self) -> f64 {
        self.head += HEAD;
        self.at += 8;
        self.record.f64(self.at - 8)
    }
}
