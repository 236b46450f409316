//! The client's side: signing a request as a till.

use super::base::signature_base;
use super::{Component, SignedRequest, TAG};
use crate::till::{Till, TillKey};

/// The two headers that carry a signature.
#[derive(Clone, Debug)]
pub struct SignatureHeaders {
    /// `Signature-Input`
    pub signature_input: String,
    /// `Signature`
    pub signature: String,
}

/// Signs the request as this till, `created` at this Unix second, covering just these components.
/// A component whose header is absent is left out.
pub fn sign(
    request: &SignedRequest<'_>,
    components: &[Component],
    till: &Till,
    key: &TillKey,
    created: u64,
) -> SignatureHeaders {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    let present = components.iter().filter_map(|c| Some((c.name(), c.value(request)?)));
    let names: Vec<_> = present.clone().map(|(name, _)| format!("\"{name}\"")).collect();
    let params =
        format!("({});created={created};keyid=\"{}\";tag=\"{TAG}\"", names.join(" "), till.keyid());
    let tag = key.sign(signature_base(present, &params).as_bytes());
    SignatureHeaders {
        signature_input: format!("sig={params}"),
        signature: format!("sig=:{}:", STANDARD.encode(tag)),
    }
}
