//! Codes to show and to print: one file per coupon, a sheet for all of them.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use qrcode::QrCode;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::mint::Issued;
use super::terms::Terms;
use super::{NOTHING_ISSUED, qr, sheet};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Complete, NewDir, NewFile};
use crate::policy::CampaignDocument;

/// More are for a printer's own software, which reads --format csv.
const MAX_PICTURES: u64 = 10_000;

#[derive(Args)]
pub(super) struct PictureArgs {
    /// Write a QR code for each coupon, at most 10000, to coupon-SERIAL.png or .svg.
    #[arg(long, value_name = "PICTURE", value_enum, requires = "qr_dir")]
    qr: Option<Picture>,

    /// Where the QR codes go: a directory that is new or empty.
    #[arg(long, value_name = "DIR", requires = "qr")]
    qr_dir: Option<PathBuf>,

    /// Write an A4 page to print and cut, for at most 10000 coupons.
    #[arg(long, value_name = "FILE.html")]
    sheet: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Picture {
    Png,
    Svg,
}

/// Pictures that were asked for, and their places.
pub(super) struct Pictures {
    codes: Option<(Picture, NewDir)>,
    sheet: Option<NewFile>,
}

impl Pictures {
    /// Starts what was asked for; `None` when nothing was.
    pub(super) fn create(
        args: &PictureArgs,
        count: u64,
        force: bool,
    ) -> anyhow::Result<Option<Self>> {
        if args.qr.is_none() && args.sheet.is_none() {
            return Ok(None);
        }
        if count > MAX_PICTURES {
            bail!(
                "--qr and --sheet are for at most {MAX_PICTURES} coupons: issue fewer at a time, \
                 or give --format csv to a printer's software"
            );
        }
        let codes = match (args.qr, &args.qr_dir) {
            (Some(picture), Some(dir)) => Some((picture, NewDir::create(dir)?)),
            _ => None,
        };
        let sheet = match &args.sheet {
            Some(path) => Some(NewFile::create(path, force)?),
            None => None,
        };
        Ok(Some(Self { codes, sheet }))
    }

    /// Draws them all.
    pub(super) fn draw(
        self,
        coupons: &[Issued],
        terms: &Terms,
        policy: &CampaignDocument,
        interrupt: &Interrupt,
    ) -> anyhow::Result<Vec<Complete>> {
        let encoded = coupons.par_iter().map(|coupon| {
            interrupt.check(NOTHING_ISSUED)?;
            Ok((coupon, qr::encode(&coupon.token)?))
        });
        let encoded: Vec<_> = encoded.collect::<anyhow::Result<_>>()?;
        let mut complete = Vec::new();
        if let Some((picture, dir)) = self.codes {
            encoded.par_iter().try_for_each(|(coupon, code)| {
                interrupt.check(NOTHING_ISSUED)?;
                let (name, content) = picture.draw(coupon, code)?;
                dir.write(&name, &content)
            })?;
            complete.push(dir.complete());
        }
        if let Some(mut file) = self.sheet {
            let html = sheet::render(&encoded, terms, policy);
            file.write_all(html.as_bytes()).context("cannot write the sheet")?;
            complete.push(file.complete()?);
        }
        Ok(complete)
    }
}

impl Picture {
    /// The picture, and its file's name. A serial may begin with `-`, which a shell's `*` would
    /// hand to a program as an option; hence the prefix.
    fn draw(self, coupon: &Issued, code: &QrCode) -> anyhow::Result<(String, Vec<u8>)> {
        let serial = coupon.serial;
        Ok(match self {
            Self::Png => (format!("coupon-{serial}.png"), qr::png(code)?),
            Self::Svg => (format!("coupon-{serial}.svg"), qr::svg(code).into_bytes()),
        })
    }
}
