//! A smooth curve through the published points that never goes down.
//!
//! Monotone piecewise cubic interpolation: F. N. Fritsch and R. E. Carlson, "Monotone Piecewise
//! Cubic Interpolation", SIAM Journal on Numerical Analysis 17 (1980), pages 238 to 246,
//! <https://doi.org/10.1137/0717021>. Slopes begin as three-point differences and are made smaller
//! where the cubic would turn: with α and β the slopes at an interval's ends by its secant, the pair
//! is shortened onto the circle α² + β² = 9, inside of which a cubic is monotone.
//!
//! Of all curves through the points it is one. It says nothing about seconds; what comes in a second
//! is then drawn by lot.

use anyhow::ensure;

use super::points::Point;

/// Orders since the start, as a function of the seconds since then.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Curve {
    pieces: Vec<Piece>,
}

/// The cubic between two points.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where it begins and ends, in seconds.
    from: f64,
    until: f64,
    /// Orders at its beginning and end.
    low: f64,
    high: f64,
    /// Orders a second at its beginning and end.
    slopes: [f64; 2],
}

impl Curve {
    /// The curve through these points.
    ///
    /// # Errors
    /// When there are fewer than two, or time does not go on, or orders are taken back.
    pub(in crate::cli) fn through(points: &[Point]) -> anyhow::Result<Self> {
        ensure!(points.len() >= 2, "a curve takes two points");
        let mut pieces = Vec::new();
        for (one, other) in points.iter().zip(points.iter().skip(1)) {
            let (from, until) = (one.hours * 3600.0, other.hours * 3600.0);
            ensure!(from < until, "the point at {} h is not after the one before", other.hours);
            ensure!(one.orders <= other.orders, "at {} h there are fewer orders", other.hours);
            pieces.push(Piece {
                from,
                until,
                low: one.orders,
                high: other.orders,
                slopes: [0.0; 2],
            });
        }
        let slopes = slopes(&pieces);
        for (piece, pair) in pieces.iter_mut().zip(slopes.iter().zip(slopes.iter().skip(1))) {
            piece.slopes = piece.limited([*pair.0, *pair.1]);
        }
        // A point has one slope: the lesser that its two pieces can bear.
        for index in 1..pieces.len() {
            let (Some(before), Some(after)) = (pieces.get(index - 1), pieces.get(index)) else {
                continue;
            };
            let slope = before.slopes[1].min(after.slopes[0]);
            for (at, end) in [(index - 1, 1), (index, 0)] {
                if let Some(slopes) = pieces.get_mut(at).map(|piece| &mut piece.slopes)
                    && let Some(one) = slopes.get_mut(end)
                {
                    *one = slope;
                }
            }
        }
        Ok(Self { pieces })
    }

    /// The second in which the last point lies.
    pub(in crate::cli) fn end(&self) -> f64 {
        self.pieces.last().map_or(0.0, |piece| piece.until)
    }

    /// Orders placed until this second; as at the ends outside of them.
    pub(in crate::cli) fn total(&self, at: f64) -> f64 {
        self.piece(at).map_or(0.0, |piece| piece.total(at))
    }

    /// Orders a second at this second.
    pub(in crate::cli) fn rate(&self, at: f64) -> f64 {
        self.piece(at).map_or(0.0, |piece| piece.rate(at))
    }

    fn piece(&self, at: f64) -> Option<&Piece> {
        self.pieces.iter().find(|piece| at < piece.until).or(self.pieces.last())
    }
}

/// A slope for each point: three-point differences, one-sided at the ends, none against the curve.
fn slopes(pieces: &[Piece]) -> Vec<f64> {
    let at_end = |near: Option<&Piece>, next: Option<&Piece>| {
        let (Some(near), next) = (near, next.or(near)) else { return 0.0 };
        let Some(next) = next else { return 0.0 };
        let (width, beside) = (near.width(), next.width());
        let slope = (2.0 * width + beside) * near.secant() - width * next.secant();
        (slope / (width + beside)).max(0.0)
    };
    let mut slopes = vec![at_end(pieces.first(), pieces.get(1))];
    for (one, other) in pieces.iter().zip(pieces.iter().skip(1)) {
        let weighted = other.width() * one.secant() + one.width() * other.secant();
        slopes.push(weighted / (one.width() + other.width()));
    }
    let last = pieces.len().checked_sub(2).and_then(|index| pieces.get(index));
    slopes.push(at_end(pieces.last(), last));
    slopes
}

impl Piece {
    fn width(&self) -> f64 {
        self.until - self.from
    }

    fn secant(&self) -> f64 {
        (self.high - self.low) / self.width()
    }

    /// The slopes, or as much of them as a monotone cubic can have.
    fn limited(&self, [begin, end]: [f64; 2]) -> [f64; 2] {
        let secant = self.secant();
        if secant <= 0.0 {
            return [0.0; 2];
        }
        let size = (begin / secant).hypot(end / secant);
        let shorter = if size > 3.0 { 3.0 / size } else { 1.0 };
        [begin * shorter, end * shorter]
    }

    /// Where in the piece, from 0 to 1.
    fn place(&self, at: f64) -> f64 {
        ((at - self.from) / self.width()).clamp(0.0, 1.0)
    }

    fn total(&self, at: f64) -> f64 {
        let (t, [begin, end]) = (self.place(at), self.slopes);
        let (square, cube) = (t * t, t * t * t);
        let rise = (3.0 * square - 2.0 * cube) * (self.high - self.low);
        let bend = (cube - 2.0 * square + t) * begin + (cube - square) * end;
        self.low + rise + bend * self.width()
    }

    fn rate(&self, at: f64) -> f64 {
        let (t, [begin, end]) = (self.place(at), self.slopes);
        let rise = 6.0 * t * (1.0 - t) * self.secant();
        let bend = (3.0 * t * t - 4.0 * t + 1.0) * begin + (3.0 * t * t - 2.0 * t) * end;
        (rise + bend).max(0.0)
    }
}

#[cfg(test)]
mod tests;
