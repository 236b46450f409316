//! The signature base: the text that is actually signed ([RFC 9421 section 2.5]).
//!
//! [RFC 9421 section 2.5]: https://www.rfc-editor.org/rfc/rfc9421#section-2.5

/// Builds the signature base of these covered components, each a name and its value, and of the
/// serialised `@signature-params`.
pub(super) fn signature_base<'a>(
    components: impl IntoIterator<Item = (&'a str, &'a str)>,
    params: &str,
) -> String {
    let mut base = String::with_capacity(384);
    for (name, value) in components {
        line(&mut base, name, value);
        base.push('\n');
    }
    line(&mut base, "@signature-params", params);
    base
}

fn line(base: &mut String, name: &str, value: &str) {
    for part in ["\"", name, "\": ", value] {
        base.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;

    /// RFC 9421 appendix B.2.5, "Signing a Request Using hmac-sha256".
    #[test]
    fn gives_the_signature_of_rfc_9421_b_2_5() {
        let key = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBt\
                   bmHhIDi6pcl8jsasjlTMtDQ==";
        let params =
            r#"("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#;
        let base = signature_base(
            [
                ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
                ("@authority", "example.com"),
                ("content-type", "application/json"),
            ],
            params,
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(key).unwrap()).unwrap();
        mac.update(base.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(signature, "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
    }
}
