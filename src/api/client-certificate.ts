import { certificateUri, commonName, distinguishedName, dnsSubjectName, emailAddress } from "./certificate-forms.ts";
import { list, optional, struct, text } from "./fields.ts";

const MANY = { minItems: 1, maxItems: 64 } as const;

const subjectAltNamesSchema = struct(
  "Alternative names that the certificate must hold: one of the values of each field that is there.",
  {
    uris: optional(
      list("URIs, SPIFFE IDs among them, exactly.", text("A URI.", { maxLength: 2048, form: certificateUri }), MANY),
    ),
    dns: optional(
      list(
        "DNS names, without regard to case. A wildcard in a certificate is a name like any other.",
        text("A DNS name.", { maxLength: 253, form: dnsSubjectName }),
        MANY,
      ),
    ),
    emails: optional(list("Email addresses, exactly.", text("An email address.", { maxLength: 320, form: emailAddress }), MANY)),
  },
  {
    minProperties: 1,
    instead: { dnsNames: "write `dns`", uri: "write `uris`", email: "write `emails`", ips: "addresses identify nobody" },
  },
);

export const clientCertificateSchema = struct(
  "Accepts the certificate that the client showed to Envoy, which verified its chain and forwards it: where the configuration's `sallyport.peer` is `certificate` (with `include_peer_certificate`) or `xfcc` (with `set_current_client_cert_details: {cert: true}`). Without fields, any such certificate. A certificate that is there and not accepted refuses the request.",
  {
    subjectAltNames: optional(subjectAltNamesSchema),
    commonNames: optional(
      list(
        "The subject's common name must be one of these, exactly. Prefer `subjectAltNames`, which say what kind of name is meant.",
        text("A common name.", { maxLength: 256, form: commonName }),
        MANY,
      ),
    ),
    issuers: optional(
      list(
        "The issuer's distinguished name must be one of these, exactly: the most specific part first, as `openssl x509 -issuer -nameopt RFC2253` prints it.",
        text("A distinguished name.", { maxLength: 1024, form: distinguishedName }),
        MANY,
      ),
    ),
  },
  {
    instead: {
      sources: "where the certificate comes from is said by `sallyport.peer` in Envoy's configuration",
      from: "where the certificate comes from is said by `sallyport.peer` in Envoy's configuration",
      subjects: "write `commonNames`, or match the claim `subject` in a rule",
      caCertificates: "the chain is verified by Envoy: name its roots in the listener, and the issuer in `issuers`",
    },
  },
);
