//! Credentials of chains.

use super::*;

#[test]
fn each_chain_gets_a_credential_of_its_own_if_asked() {
    let desk = desk_with("id,chain,groups,name\n1,9,0x1,A\n2,0,0x1,B\n3,9,0x1,C\n4,7,0x1,D\n");
    let (code, said) = enrol(&desk, &["--chains", "--json"]);
    assert_eq!(code, 0, "{said}");
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&answer["chains"], &answer["credentials"]), (&2.into(), &6.into()));
    let rows = credentials(&desk);
    let systems: Vec<_> = rows.iter().filter_map(|row| Till::parse(&row[5])).collect();
    let systems = systems.iter().filter(|till| till.is_chain_system());
    // Each has a place of its own, so that it can be suspended by itself.
    let systems: Vec<_> = systems.map(|it| (it.shop, it.till, it.chain)).collect();
    assert_eq!(systems, [(0, 7, 7), (0, 9, 9)]);
    let (code, said) = enrol(&desk, &["--force"]);
    assert_eq!((code, credentials(&desk).len()), (0, 4), "{said}");
    // No row of a list becomes one by accident.
    let desk = desk_with("id,chain,groups,name\n0,9,0x1,A\n");
    let (code, said) = enrol(&desk, &[]);
    assert_eq!((code, said.contains("see --chains")), (1, true), "{said}");
}
