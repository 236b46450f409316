//! The published points of a day: orders since the start, from a file.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// One line of the file.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(in crate::cli) struct Point {
    /// Hours since the start.
    pub(super) hours: f64,
    /// Orders placed since then.
    pub(super) orders: f64,
    /// Who says so.
    pub(super) source: String,
}

/// Reads a file of points; lines that begin with `#` are comments.
///
/// # Errors
/// When it cannot be read, or a point has no source.
pub(in crate::cli) fn read(path: &Path) -> anyhow::Result<Vec<Point>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(file);
    let points: Vec<Point> = reader
        .deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("{} is no list of points", path.display()))?;
    for point in &points {
        ensure!(!point.source.trim().is_empty(), "the point at {} h has no source", point.hours);
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_points_are_these() {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let points = read(&project.join("bench/surge/2026-02-06.csv")).unwrap();
        let pairs: Vec<_> = points.iter().map(|point| (point.hours, point.orders)).collect();
        assert_eq!(pairs, [(0.0, 0.0), (3.0, 1e6), (4.0, 2e6), (5.0, 5e6), (9.0, 1e7)]);
    }

    #[test]
    fn a_point_without_a_source_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.csv");
        std::fs::write(&path, "hours,orders,source\n0,0,start\n1,5,\n").unwrap();
        assert_eq!(read(&path).unwrap_err().to_string(), "the point at 1 h has no source");
    }
}
