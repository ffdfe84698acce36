//! Turns decimal text into a number, and into the form in which amounts leave the sandbox.

/// Powers of ten up to these, and whole numbers of up to 15 digits, are exact in an f64:
/// then a single division rounds correctly.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// No amount has more digits on either side of the point.
const MAX_DIGITS: i32 = 40;

pub fn parse(text: &[u8]) -> Option<f64> {
    parse_short(text).or_else(|| core::str::from_utf8(text).ok()?.parse().ok())
}

/// Digits with at most one point among them, no more than 15 in all.
#[inline]
fn parse_short(text: &[u8]) -> Option<f64> {
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let mut whole = 0u64;
    let mut point = text.len();
    for (at, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            whole = whole * 10 + digit as u64;
        } else if *byte == b'.' && point == text.len() {
            point = at + 1;
        } else {
            return None;
        }
    }
    let decimals = text.len() - point;
    if text == b"." {
        None
    } else {
        Some(whole as f64 / POWERS[decimals])
    }
}

/// `12`, `0.5`, `.5`, `1e-7` to plain digits, as `0.0000001`; None for all else. Zero and
/// negative numbers are for the caller to refuse.
pub fn plain(text: &str) -> Option<String> {
    if is_plain(text.as_bytes()) {
        return Some(text.into());
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let point = whole.len() as i32 + exponent;
    let decimals = digits.len() as i32 - point;
    if !(-MAX_DIGITS..=MAX_DIGITS).contains(&point) || !(-MAX_DIGITS..=MAX_DIGITS).contains(&decimals) {
        return None;
    }
    let padded = format!(
        "{}{digits}{}",
        "0".repeat((1 - point).max(0) as usize),
        "0".repeat((-decimals).max(0) as usize)
    );
    let (whole, fraction) = padded.split_at(padded.len() - decimals.max(0) as usize);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() {
        whole.into()
    } else {
        format!("{whole}.{fraction}")
    })
}

/// Whether it is written as most amounts are: `12` or `0.5`.
fn is_plain(text: &[u8]) -> bool {
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(point) => (&text[..point], Some(&text[point + 1..])),
        None => (text, None),
    };
    let is_short = whole.len() < MAX_DIGITS as usize && text.len() - whole.len() < MAX_DIGITS as usize;
    is_short && digits(whole) && fraction.is_none_or(digits) && (whole.len() == 1 || whole[0] != b'0')
}

/// Whether digits and a point make more than zero.
pub fn is_positive(plain: &str) -> bool {
    plain.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}
