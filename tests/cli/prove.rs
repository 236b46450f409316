//! `coupon prove`: what it says when it cannot begin. Running it is the tests' own business:
//! `scripts/prove`.

use crate::desk::Desk;

#[test]
fn an_unknown_scenario_is_named_with_those_there_are() {
    let (code, stdout, stderr) = Desk::new().coupon(&["prove", "--only", "earthquake"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(
        stderr.starts_with("coupon: no scenario earthquake: there are races, kill,"),
        "{stderr}"
    );
}

#[test]
fn scenarios_with_builds_of_their_own_are_not_left_out_in_silence() {
    for (args, needed) in [
        (&["prove"][..], "--upgrade"),
        (&["prove", "--only", "upgrade"], "--upgrade"),
        (&["prove", "--only", "panic"], "--panics"),
    ] {
        let (code, _, stderr) = Desk::new().coupon(args);
        assert_eq!(code, 1);
        assert!(stderr.contains(&format!("needs {needed}: run scripts/prove")), "{stderr}");
    }
}

#[test]
fn a_worker_that_is_not_built_is_asked_for() {
    let (code, _, stderr) = Desk::new().coupon(&["prove", "--only", "races"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("build/index.js is missing: run scripts/build"), "{stderr}");
}
