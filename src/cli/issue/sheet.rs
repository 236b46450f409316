//! A4 pages to print and cut: twelve coupons each.

use maud::{DOCTYPE, PreEscaped, html};
use qrcode::QrCode;

use super::mint::Issued;
use super::qr;
use super::terms::Terms;
use crate::money::{Amount, Price};
use crate::policy::CampaignDocument;

const PER_PAGE: usize = 12;

/// The dashed lines are where to cut; a cell has no border towards the paper's edge.
const STYLE: &str = "\
@page { size: A4; margin: 10mm }
* { box-sizing: border-box; margin: 0 }
body { font: 9pt/1.3 system-ui, sans-serif; color: #000; background: #fff }
main { display: grid; width: 190mm; grid-template-columns: repeat(3, 1fr);
  grid-auto-rows: 68mm; break-after: page; margin: 0 auto }
main:last-child { break-after: auto }
section { display: flex; flex-direction: column; align-items: center; justify-content: center;
  text-align: center; padding: 2mm; border: 0 dashed #999; break-inside: avoid; overflow: hidden }
section:not(:nth-child(3n)) { border-right-width: 1px }
section:not(:nth-child(n+10)) { border-bottom-width: 1px }
svg { width: 42mm; height: 42mm }
h1 { font-size: 9pt; max-height: 2.6em; overflow: hidden; overflow-wrap: anywhere }
strong { font-size: 13pt }
span { white-space: nowrap }
small { font-family: ui-monospace, monospace; font-size: 7pt }
";

/// The whole page; it loads nothing from anywhere.
pub(super) fn render(
    coupons: &[(&Issued, QrCode)],
    terms: &Terms,
    policy: &CampaignDocument,
) -> String {
    let (name, offset) = (&policy.name, policy.utc_offset_minutes);
    let (currency, digits) = (policy.currency, policy.currency_digits);
    let value = Price { amount: Amount::from(terms.value()), currency, digits }.to_string();
    let (from, until) = (terms.not_before().local(offset), terms.not_after().local(offset));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'";
                title { (name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @for page in coupons.chunks(PER_PAGE) {
                    main {
                        @for (coupon, code) in page {
                            section {
                                h1 { (name) }
                                (PreEscaped(qr::svg(code)))
                                strong { (value) }
                                p { span { (from) " –" } " " span { (until) } }
                                small { (coupon.serial) }
                            }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}
