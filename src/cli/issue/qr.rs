//! A token as a QR code.

use std::fmt::Write;
use std::io::Cursor;

use anyhow::Context;
use image::{ImageFormat, Luma};
use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

use crate::token::TokenText;

/// Modules of white around the code, as the standard asks for.
const QUIET: usize = 4;

/// Pixels of a module in a PNG: 360 in all, or 456, and sharp when printed 3 cm wide.
const PIXELS: u32 = 8;

/// At level M, which reads with 15 % of the code spoilt, version 5 has room for 84 bytes in 37 × 37
/// modules, and version 8 for 152 in 49 × 49. A token of version 1 has 71 characters, one of version
/// 2 has 135. The next level (Q, 60 and 108 bytes) takes neither.
pub(super) fn encode(token: &TokenText) -> anyhow::Result<QrCode> {
    let mut bits = Bits::new(Version::Normal(match token {
        TokenText::One(_) => 5,
        TokenText::Two(_) => 8,
    }));
    let code = bits
        .push_byte_data(token.as_bytes())
        .and_then(|()| bits.push_terminator(EcLevel::M))
        .and_then(|()| QrCode::with_bits(bits, EcLevel::M));
    code.context("the token does not fit a QR code")
}

/// The code as a PNG image.
pub(super) fn png(code: &QrCode) -> anyhow::Result<Vec<u8>> {
    // The renderer's quiet zone is 4 modules, too.
    let image = code.render::<Luma<u8>>().module_dimensions(PIXELS, PIXELS).build();
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).context("cannot make a PNG")?;
    Ok(bytes.into_inner())
}

/// The code as an SVG element, which is also a whole file: one unit per module, any size.
pub(super) fn svg(code: &QrCode) -> String {
    let side = code.width() + 2 * QUIET;
    let path = path(code);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    )
}

/// The dark modules: a rectangle for each run of them in a row, which is a third of the text that
/// one for each module takes.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = QUIET;
        for run in modules.chunk_by(Color::eq) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{x} {}h{}v1H{x}z", row + QUIET, run.len());
            }
            x += run.len();
        }
    }
    path
}
