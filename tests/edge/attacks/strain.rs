//! Requests that cost: half of one, long ones, wrapped ones. After each the edge serves others.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::{Edge, Wire, order};

#[test]
fn half_a_request_holds_up_nobody_and_does_nothing() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let whole = till.redemption(&token, "half").wire().bytes();
    // Some break off in their head, some one byte before the end of their body.
    let held: Vec<_> = (0..200)
        .map(|n| {
            let mut stream = TcpStream::connect(("127.0.0.1", edge.port)).unwrap();
            let end = if n % 2 == 0 { 60 } else { whole.len() - 1 };
            stream.write_all(&whole[..end]).unwrap();
            stream
        })
        .collect();
    assert_eq!(till.redeem(&edge.issuer.coupon(), "a").status, 201, "beside 200 that wait");
    drop(held);
    assert_eq!(till.check(&token).status, 200, "half a redemption is none");
    assert_eq!(till.redeem(&edge.issuer.coupon(), "b").status, 201);
}

#[test]
fn long_signature_headers_are_refused_unread_and_many_headers_ignored() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let many = |part: &dyn Fn(usize) -> String| (0..8_000).map(part).collect::<String>();
    let good = till.redemption(&token, "a").signed_headers(&edge.url);
    let (input, signature) = (&good[0].1, &good[1].1);
    let labels = many(&|n| format!("l{n}=1, "));
    let mut answers = Vec::new();
    for (what, input, signature) in [
        ("labels", format!("{labels}{input}"), signature.clone()),
        ("labels of signatures", input.clone(), format!("{labels}{signature}")),
        (
            "components",
            input.replacen('(', &format!("({}", many(&|n| format!("\"c{n}\" "))), 1),
            signature.clone(),
        ),
        ("parameters", format!("{input}{}", many(&|n| format!(";p{n}"))), signature.clone()),
        ("a nonce", format!("{input};nonce=\"{}\"", "x".repeat(60_000)), signature.clone()),
    ] {
        let call = till.redemption(&token, "a");
        let answer = call.header("Signature-Input", &input).header("Signature", &signature).send();
        answer.assert_refusal(what, 401, "signature-invalid", "longer than 4096 bytes");
        answers.push(answer);
    }
    // 2 MB of a header are the platform's to refuse.
    let mut flood = Wire::new(&edge, "GET", "/healthz");
    flood.headers.push(("X-Flood".to_owned(), vec![b'x'; 2_000_000]));
    let mut stream = TcpStream::connect(("127.0.0.1", edge.port)).unwrap();
    let mut said = Vec::new();
    if stream.write_all(&flood.bytes()).is_ok() {
        let _ = stream.read_to_end(&mut said);
    }
    assert!(!String::from_utf8_lossy(&said).starts_with("HTTP/1.1 2"), "served all the same");

    let mut wire = till.redemption(&token, "a").wire();
    wire.headers.extend((0..2_000).map(|n| (format!("X-{n}"), b"x".to_vec())));
    let redeemed = wire.send(&edge);
    assert_eq!(redeemed.status, 201, "{redeemed:?}");
    answers.push(redeemed);
    edge.audit(&answers, &[&till]);
}

/// The gzip form of some bytes, stored as they are ([RFC 1951 section 3.2.4]).
///
/// [RFC 1951 section 3.2.4]: https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let crc = !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    });
    let length = u16::try_from(bytes.len()).unwrap();
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let lengths = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
    let tail = [crc.to_le_bytes(), u32::from(length).to_le_bytes()].concat();
    [&head[..], &lengths, bytes, &tail].concat()
}

#[test]
fn a_compressed_body_is_not_unpacked() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let mut answers = Vec::new();
    for encoding in ["gzip", "GZIP", "deflate", "br", "gzip, gzip"] {
        let mut call = till.redemption(&token, "a").header("Content-Encoding", encoding);
        call.body = Some(gzip(order(&token).to_string().as_bytes()));
        let answer = call.send();
        answer.assert_refusal(encoding, 400, "malformed-request", "not a JSON object");
        answers.push(answer);
    }
    let redeemed = till.redeem(&token, "a");
    assert_eq!(redeemed.status, 201);
    answers.push(redeemed);
    edge.audit(&answers, &[&till]);
}
