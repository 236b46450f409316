//! `coupon verify-receipt`.

mod source;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::Outcome;
use super::outcome::{Failure, table};
use crate::api::{Receipt, ReceiptBody};
use crate::jws::{PublicKeys, Rejected, Typ};
use source::Source;

/// Exit code: one of them is not genuine.
const NOT_GENUINE: u8 = 3;

/// Verify receipts, and say what they say.
///
/// Needs no edge and no secret: only the key set that the edge publishes, which may be a copy that
/// was kept. A receipt says what the ledger held at its time, not that nothing happened since.
#[derive(Args)]
#[command(after_help = "\
Example:
  curl -s https://coupons.example.com/.well-known/jwks.json > jwks.json
  coupon verify-receipt receipt.txt --jwks jwks.json
  coupon receipt R1.IAAAAQAKAAAAAAEC | coupon verify-receipt - \\
    --jwks https://coupons.example.com/.well-known/jwks.json

Exit code 3 when a receipt is not genuine, 1 when receipts or keys cannot be read.")]
pub(super) struct VerifyReceipt {
    /// Receipts, one a line, alone or as the edge answers them; `-` reads stdin.
    #[arg(value_name = "FILE", default_value = "-", value_parser = source::file)]
    receipts: Source,

    /// The keys of receipts (RFC 7517): a file, or the edge's address of them.
    #[arg(long, value_name = "FILE|URL", value_parser = source::file_or_url)]
    jwks: Source,
}

impl VerifyReceipt {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        let jwks = self.jwks.read(source::MAX_JWKS_BYTES)?;
        let keys = PublicKeys::parse_jwks(&jwks)
            .map_err(|why| anyhow::anyhow!("{} is no key set for receipts: {why}", self.jwks))?;
        let receipts = self.receipts.read(source::MAX_RECEIPTS_BYTES)?;
        let lines = receipts.lines().map(str::trim).enumerate();
        let verdicts = lines.filter(|(_, line)| !line.is_empty());
        let verdicts: Vec<_> =
            verdicts.map(|(index, line)| Verdict::of(index + 1, line, &keys)).collect();
        if verdicts.is_empty() {
            bail!("{} has no receipt", self.receipts);
        }
        let is_genuine = verdicts.iter().all(|it| it.judged.is_ok());
        let texts: Vec<_> = verdicts.iter().map(Verdict::text).collect();
        let json: Vec<_> = verdicts.iter().map(Verdict::json).collect();
        let outcome = Outcome { text: texts.join("\n\n"), json: json!({ "receipts": json }) };
        match is_genuine {
            true => Ok(outcome),
            false => Err(Failure::Answered { outcome, exit: NOT_GENUINE }.into()),
        }
    }
}

/// What is shown of a receipt, in this order; the sentence has its times and what became of it.
const FIELDS: [&str; 9] = [
    "id",
    "campaign",
    "shop",
    "till",
    "order_amount",
    "discount",
    "to_pay",
    "currency",
    "order_ref",
];

/// What is to be said of a line.
struct Verdict {
    line: usize,
    /// The key that signed it and what it says, or why it is not genuine.
    judged: Result<(String, Value), String>,
}

impl Verdict {
    fn of(line: usize, text: &str, keys: &PublicKeys) -> Self {
        Self { line, judged: judge(text, keys) }
    }

    fn text(&self) -> String {
        let line = ("line", self.line.to_string());
        match &self.judged {
            Ok((kid, receipt)) => {
                let field = |name: &str| receipt.get(name).map(words);
                let fields = FIELDS.iter().filter_map(|name| Some((*name, field(name)?)));
                let head = [line, ("genuine", "yes".to_owned()), ("key", kid.clone())];
                let says = ("says", says(receipt));
                table(&head.into_iter().chain([says]).chain(fields).collect::<Vec<_>>())
            }
            Err(why) => table(&[line, ("genuine", "no".to_owned()), ("because", why.clone())]),
        }
    }

    fn json(&self) -> Value {
        match &self.judged {
            Ok((kid, receipt)) => {
                json!({ "line": self.line, "genuine": true, "kid": kid, "receipt": receipt })
            }
            Err(why) => json!({ "line": self.line, "genuine": false, "why": why }),
        }
    }
}

/// A receipt in a sentence, with as much as it vouches for.
fn says(receipt: &Value) -> String {
    let at = |name: &str| receipt.get(name).map(words).unwrap_or_default();
    match receipt.get("reversed_at") {
        Some(undone) => format!("redeemed {}, and undone {}", at("redeemed_at"), words(undone)),
        None => {
            format!("redeemed {}; whether it was undone later, it cannot say", at("redeemed_at"))
        }
    }
}

fn words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn judge(text: &str, keys: &PublicKeys) -> Result<(String, Value), String> {
    // As the edge answers it.
    let answered = match text.starts_with('{') {
        true if text.len() <= 2 * crate::jws::MAX_BYTES => serde_json::from_str(text)
            .map(|ReceiptBody { receipt }| receipt)
            .map_err(|_| "it is an object, and not as the edge answers one".to_owned())?,
        _ => text.to_owned(),
    };
    let verified = keys.verify(Typ::Receipt, &answered).map_err(|why: Rejected| why.to_string())?;
    // Genuine, and of a version that this command does not know: nothing is said of what it says.
    let receipt = Receipt::read(&verified.payload)
        .ok_or("it is signed, and no receipt of version 1: a newer `coupon` may read it")?;
    let said = serde_json::to_value(receipt).map_err(|why| why.to_string())?;
    Ok((verified.key.kid().to_owned(), said))
}
