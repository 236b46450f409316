//! Signing many coupons on all cores, in order and in bounded memory.

use anyhow::Context;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::terms::Terms;
use crate::campaign::Serial;
use crate::token::TokenText;

/// A coupon, signed.
#[derive(Clone, Copy)]
pub(super) struct Issued {
    /// Which one.
    pub(super) serial: Serial,
    /// Its text.
    pub(super) token: TokenText,
}

/// Coupons that one core signs at a time.
const CHUNK: usize = 4096;

/// Chunks that are signed while those before them are taken, for each core.
const CHUNKS_PER_CORE: usize = 4;

/// Signs `count` coupons. `prepare` gets each chunk of them on the core that signed it; `take` gets
/// what that made, one after the other, while the next are signed.
pub(super) fn in_order<T: Send>(
    terms: &Terms,
    count: u64,
    prepare: impl Fn(Coupons<'_>) -> anyhow::Result<T> + Sync,
    mut take: impl FnMut(T) -> anyhow::Result<()> + Send,
) -> anyhow::Result<()> {
    let round = CHUNK * CHUNKS_PER_CORE * rayon::current_num_threads();
    let mut left = count;
    let mut prepared = Vec::new();
    while left > 0 || !prepared.is_empty() {
        let now = usize::try_from(left).map_or(round, |left| left.min(round));
        let (taken, next) = rayon::join(
            || prepared.drain(..).try_for_each(&mut take),
            || {
                let sizes = (0..now.div_ceil(CHUNK)).into_par_iter();
                let sizes = sizes.map(|index| CHUNK.min(now - index * CHUNK));
                sizes
                    .map(|size| prepare(Coupons::with_random_serials(terms, size)?))
                    .collect::<anyhow::Result<_>>()
            },
        );
        taken?;
        prepared = next?;
        left -= now as u64;
    }
    Ok(())
}

/// Coupons that are signed one after the other as they are asked for.
pub(super) struct Coupons<'a> {
    terms: &'a Terms,
    serials: std::vec::IntoIter<[u8; 12]>,
}

impl<'a> Coupons<'a> {
    /// Random serials need no register of those given out: among 10⁹ coupons of a campaign, two
    /// are the same with a probability of less than 10⁻¹⁰.
    fn with_random_serials(terms: &'a Terms, count: usize) -> anyhow::Result<Self> {
        // A cryptographic generator (ChaCha) with a seed of its own from the system.
        let mut rng =
            StdRng::try_from_rng(&mut SysRng).context("the system gives no randomness")?;
        let mut serials = vec![[0; 12]; count];
        rng.fill_bytes(serials.as_flattened_mut());
        Ok(Self { terms, serials: serials.into_iter() })
    }
}

impl Iterator for Coupons<'_> {
    type Item = anyhow::Result<Issued>;

    fn next(&mut self) -> Option<Self::Item> {
        let serial = Serial::from_bytes(self.serials.next()?);
        let coupon = self.terms.coupon(serial);
        Some(coupon.and_then(|coupon| {
            let token = coupon.mint_text(&self.terms.key);
            Ok(Issued { serial, token: token.context("the key is another campaign's")? })
        }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.serials.size_hint()
    }
}

impl ExactSizeIterator for Coupons<'_> {}
