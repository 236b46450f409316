//! Signatures that say something else than ours do, and are right.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coupon_edge::api::split_url;

use super::Call;

impl Call<'_> {
    /// Signs what `edit` makes of `("@method" …);created=…;keyid=…;tag=…`, so that nothing but the
    /// text differs from a good signature. A covered header that the call does not have is signed
    /// as `x` and sent as such.
    #[must_use]
    pub fn resigned(mut self, edit: impl Fn(&str) -> String) -> Self {
        let (params, signature) = self.signature_of(edit);
        self.headers.push(("Signature-Input".to_owned(), format!("sig={params}")));
        self.headers.push(("Signature".to_owned(), format!("sig=:{signature}:")));
        self
    }

    /// The edited parameters, and the signature over them in base64.
    pub fn signature_of(&self, edit: impl Fn(&str) -> String) -> (String, String) {
        let edge = self.till.edge();
        let url = format!("{}{}", edge.url, self.path);
        let headers = self.signed_headers(&url);
        let header = |name: &str| {
            let found = headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name));
            found.map_or("x", |(_, value)| value.as_str())
        };
        let params = edit(header("signature-input").strip_prefix("sig=").unwrap());
        let (authority, path, query) = split_url(&url);
        let names = params.split_once(')').unwrap().0.trim_start_matches('(');
        let mut base = String::new();
        for name in names.split_whitespace() {
            let bare = name.split(';').next().unwrap().trim_matches('"');
            let value = match bare {
                "@method" => self.method.as_str(),
                "@authority" => authority,
                "@path" => path,
                "@query" => query,
                header_name => header(header_name),
            };
            base.push_str(&format!("{name}: {value}\n"));
        }
        base.push_str(&format!("\"@signature-params\": {params}"));
        let signature = STANDARD.encode(self.till.key.sign(base.as_bytes()));
        (params, signature)
    }
}
