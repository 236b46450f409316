//! Signing many coupons on all cores, in order and in bounded memory.

use anyhow::Context;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::terms::Terms;
use crate::campaign::Serial;

/// A coupon, signed.
pub(super) struct Issued {
    /// Which one.
    pub(super) serial: Serial,
    /// Its text.
    pub(super) token: String,
}

/// Coupons that one core signs at a time.
const CHUNK: u64 = 4096;

/// Chunks in memory at a time, for each core.
const CHUNKS_PER_CORE: u64 = 4;

/// Signs `count` coupons. `prepare` gets each chunk of them on the core that signed it; `take` gets
/// what that made, one after the other.
pub(super) fn in_order<T: Send>(
    terms: &Terms,
    count: u64,
    prepare: impl Fn(Vec<Issued>) -> T + Sync,
    mut take: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let round = CHUNK * CHUNKS_PER_CORE * rayon::current_num_threads() as u64;
    let mut left = count;
    while left > 0 {
        let now = left.min(round);
        let sizes = (0..now.div_ceil(CHUNK)).into_par_iter();
        let sizes = sizes.map(|index| CHUNK.min(now - index * CHUNK));
        let prepared: Vec<T> =
            sizes.map(|size| Ok(prepare(chunk(terms, size)?))).collect::<anyhow::Result<_>>()?;
        prepared.into_iter().try_for_each(&mut take)?;
        left -= now;
    }
    Ok(())
}

/// Random serials need no register of those given out: among 10⁹ coupons of a campaign, two are
/// the same with a probability of less than 10⁻¹⁰.
fn chunk(terms: &Terms, size: u64) -> anyhow::Result<Vec<Issued>> {
    // A cryptographic generator (ChaCha) with a seed of its own from the system.
    let mut rng = StdRng::try_from_rng(&mut SysRng).context("the system gives no randomness")?;
    let coupons = (0..size).map(|_| {
        let mut serial = [0; 12];
        rng.fill_bytes(&mut serial);
        let serial = Serial::from_bytes(serial);
        let token = terms.coupon(serial)?.mint(&terms.key);
        let token = token.context("the key is another campaign's")?;
        Ok(Issued { serial, token })
    });
    coupons.collect()
}
