//! Amounts as finance writes them.

/// An amount of minor units with the currency's decimals: 2500 of CNY is `25.00`.
pub(super) fn amount(minor_units: impl Into<i128>, currency: &str) -> String {
    let minor_units = minor_units.into();
    let (sign, size) = if minor_units < 0 { ("-", -minor_units) } else { ("", minor_units) };
    let digits = digits(currency);
    let unit = 10_i128.pow(digits);
    match digits {
        0 => format!("{sign}{size}"),
        digits => {
            let (whole, rest) = (size / unit, size % unit);
            format!("{sign}{whole}.{rest:0width$}", width = digits as usize)
        }
    }
}

/// The same for people: the digits before the decimal point in groups of three.
pub(super) fn grouped(minor_units: impl Into<i128>, currency: &str) -> String {
    let plain = amount(minor_units, currency);
    let (sign, size) = plain.strip_prefix('-').map_or(("", plain.as_str()), |size| ("-", size));
    let (whole, rest) = size.split_at(size.find('.').unwrap_or(size.len()));
    let mut groups = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            groups.push(',');
        }
        groups.push(digit);
    }
    format!("{sign}{groups}{rest}")
}

/// Minor units of a text like `25.00`, `-25`, `1,250.00` or `¥25.00`; `None` when it is no amount of
/// the currency.
pub(super) fn minor_units(text: &str, currency: &str) -> Option<i64> {
    let text: String =
        text.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '¥' | '￥' | '€')).collect();
    let (negative, size) = match text.strip_prefix(['-', '−']) {
        Some(size) => (true, size),
        None => (false, text.as_str()),
    };
    let (whole, rest) = size.split_once('.').unwrap_or((size, ""));
    let digits = digits(currency) as usize;
    // Zeros beyond the currency's decimals mean nothing; other digits mean another amount.
    let (kept, beyond) = rest.split_at_checked(digits).unwrap_or((rest, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || !all_digits(whole)
        || !all_digits(kept)
        || !beyond.bytes().all(|b| b == b'0')
    {
        return None;
    }
    let size: i64 = format!("{whole}{kept:0<digits$}").parse().ok()?;
    Some(if negative { -size } else { size })
}

/// Digits after the decimal point; two for a currency that the table does not have.
fn digits(currency: &str) -> u32 {
    let known = iso_currency::Currency::from_code(currency).and_then(|known| known.exponent());
    known.map_or(2, u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(amount(2505, "CNY"), "25.05");
        assert_eq!(amount(-5, "CNY"), "-0.05");
        assert_eq!(amount(2500, "JPY"), "2500");
        assert_eq!(amount(5, "KWD"), "0.005");
        let of = |minor_units| grouped(minor_units, "CNY");
        let groups = ["1.00", "-999.00", "1,000.00", "-1,234,567.89"];
        assert_eq!([100, -99_900, 100_000, -123_456_789].map(of), groups);
    }

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (text, read) in [
            ("25.05", Some(2505)),
            ("25", Some(2500)),
            ("25.5", Some(2550)),
            ("25.050", Some(2505)),
            ("-0.05", Some(-5)),
            ("¥1,250.00", Some(125_000)),
            ("25.051", None),
            ("", None),
            ("-", None),
            (".5", None),
            ("2e3", None),
            ("25.0.0", None),
        ] {
            assert_eq!(minor_units(text, "CNY"), read, "{text}");
        }
        assert_eq!(minor_units("2500", "JPY"), Some(2500));
        assert_eq!(minor_units("2500.5", "JPY"), None);
    }
}
