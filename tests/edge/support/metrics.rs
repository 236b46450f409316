//! The counters, as an operator reads them.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use super::{Edge, PATIENCE, operator_token};

/// Each sample's value, by its name with its labels.
#[derive(Debug)]
pub struct Metrics(BTreeMap<String, u64>);

impl Metrics {
    pub fn of(edge: &Edge) -> Self {
        let (status, text) = edge.metrics(Some(&format!("Bearer {}", operator_token())));
        assert_eq!(status, 200, "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let sample = |line: &str| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        };
        let lines: Vec<_> = lines.map(sample).collect();
        let metrics = Self(lines.iter().cloned().collect());
        assert_eq!(metrics.0.len(), lines.len(), "a sample twice: {text}");
        metrics
    }

    /// The counters, when they are as wanted; looks at them again and again.
    pub fn when(edge: &Edge, what: &str, wanted: impl Fn(&Self) -> bool) -> Self {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let metrics = Self::of(edge);
            if wanted(&metrics) {
                return metrics;
            }
            assert!(Instant::now() < deadline, "{what}: {metrics:#?}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn find(&self, name: &str) -> Option<u64> {
        self.0.get(name).copied()
    }

    /// Those of a metric, its name taken away.
    pub fn all(&self, name: &str) -> Vec<(&str, u64)> {
        let all = self.0.iter().filter_map(|(it, n)| Some((it.strip_prefix(name)?, *n)));
        all.collect()
    }
}

impl Edge {
    /// What the call for the counters is answered.
    pub fn metrics(&self, authorization: Option<&str>) -> (u16, String) {
        let mut request = self.agent.get(format!("{}/v1/ops/metrics", self.url));
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        let mut answer = request.call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }
}
