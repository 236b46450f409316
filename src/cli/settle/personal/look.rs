//! What looks like a person in a bill number.

/// What a bill number looks like that it must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A number of mainland China's register of residents (GB 11643-1999), its check digit right.
    Identity,
    /// A mobile number of mainland China, with or without the country's code.
    Mobile,
    /// An address for mail.
    Email,
}

impl Kind {
    /// Its name, for a program and for a person.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity-number",
            Self::Mobile => "mobile-number",
            Self::Email => "e-mail-address",
        }
    }
}

/// What the text looks like, if it looks like a person's.
pub(super) fn look(text: &str) -> Option<Kind> {
    let words = || text.split(|c: char| !(c.is_ascii_digit() || c == 'X' || c == 'x'));
    if words().any(is_identity) {
        Some(Kind::Identity)
    } else if words().any(is_mobile) {
        Some(Kind::Mobile)
    } else {
        is_email(text).then_some(Kind::Email)
    }
}

/// Factors of the 17 digits, and the characters for the 11 remainders: ISO 7064, MOD 11-2.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

fn is_identity(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    let Some((digits, [check])) = word.as_bytes().split_last_chunk::<1>() else { return false };
    let born = |from: usize, to: usize| word.get(from..to).and_then(|it| it.parse::<u32>().ok());
    if digits.len() != WEIGHTS.len() || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let is_date = born(6, 10).is_some_and(|year| (1900..2100).contains(&year))
        && born(10, 12).is_some_and(|month| (1..=12).contains(&month))
        && born(12, 14).is_some_and(|day| (1..=31).contains(&day));
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, it)| u32::from(digit - b'0') * it).sum();
    is_date && CHECKS.get((sum % 11) as usize) == Some(check)
}

fn is_mobile(word: &str) -> bool {
    let national = word.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(word);
    let second = national.strip_prefix('1').and_then(|rest| rest.chars().next());
    national.len() == 11
        && national.bytes().all(|byte| byte.is_ascii_digit())
        && second.is_some_and(|digit| ('3'..='9').contains(&digit))
}

fn is_email(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let Some((name, host)) = word.split_once('@') else { return false };
        let dot = host.find('.');
        !name.is_empty() && dot.is_some_and(|at| at > 0 && at + 1 < host.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_person_is_named() {
        for (text, kind) in [
            // The standard's own example.
            ("11010519491231002X", Kind::Identity),
            ("bill 11010519491231002x", Kind::Identity),
            ("13800138000", Kind::Mobile),
            ("8613800138000", Kind::Mobile),
            ("桌3 13800138000 王", Kind::Mobile),
            ("a@b.cn", Kind::Email),
        ] {
            assert_eq!(look(text), Some(kind), "{text}");
        }
    }

    #[test]
    fn a_bill_number_is_nobody() {
        for text in [
            "4711",
            "账单 7",
            "20260206-000123",
            "12800138000",
            "138001380001",
            // Another check digit, another date.
            "110105194912310021",
            "11010519491331002X",
            "a@b",
            "@b.cn",
            "X",
            "",
        ] {
            assert_eq!(look(text), None, "{text}");
        }
    }
}
