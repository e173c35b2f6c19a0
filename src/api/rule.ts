import { Type } from "typebox";
import { onlyWith } from "./check.ts";
import { choice, list, optional, struct, text, whole } from "./fields.ts";
import { host, method } from "./http-forms.ts";
import { claimName, ipBlock, namespace, principal, scope, serviceAccount, trustDomain } from "./identity-forms.ts";
import { dnsLabel } from "./name-forms.ts";
import { pathPattern } from "./path-form.ts";

const MANY = { minItems: 1, maxItems: 256 } as const;

const claimMatchSchema = struct("A claim and the values that match it.", {
  claim: text("The exact name of a top-level claim, dots included, or a JSON Pointer such as `/realm_access/roles`.", {
    maxLength: 256,
    form: claimName,
  }),
  values: list(
    "Matches if the claim, or an element of it where it is a list, is one of these. `*` is: present and not empty.",
    text("A value.", { maxLength: 1024 }),
    MANY,
  ),
});

const principals = text("`spiffe://cluster.local/ns/shop/sa/frontend`, or `*`: any.", { maxLength: 2048, form: principal });
const serviceAccounts = text("`namespace/name`, or `*`: any.", { maxLength: 317, form: serviceAccount });
const namespaces = text("A namespace, or `*`: any.", { maxLength: 63, form: namespace });
const trustDomains = text("A trust domain, or `*`: any.", { maxLength: 255, form: trustDomain });
const ipBlocks = text("`10.0.0.0/8`, `2001:db8::/32` or one address.", { maxLength: 49, form: ipBlock });
const methodNames = text("The name of a method in `spec.authentication`.", { maxLength: 63, form: dnsLabel });
const subjects = text("A subject, or `*`: any.", { maxLength: 1024 });
const scopes = text("A scope, or `*`: any.", { maxLength: 256, form: scope });

export const fromEntrySchema = struct(
  "A description of the caller. Fields combine by AND; the values of one field by OR (`scopes` by AND). A `not…` field matches what its twin does not.",
  {
    principals: optional(list("SPIFFE IDs of the calling workload.", principals, MANY)),
    notPrincipals: optional(list("SPIFFE IDs that the calling workload does not have.", principals, MANY)),
    serviceAccounts: optional(
      list(
        "Service accounts of the calling workload, in the local trust domain unless `trustDomains` is set beside.",
        serviceAccounts,
        MANY,
      ),
    ),
    notServiceAccounts: optional(list("Service accounts that the calling workload does not have.", serviceAccounts, MANY)),
    namespaces: optional(
      list(
        "Namespaces of the calling workload, in the local trust domain unless `trustDomains` is set beside.",
        namespaces,
        MANY,
      ),
    ),
    notNamespaces: optional(list("Namespaces that the calling workload is not in.", namespaces, MANY)),
    trustDomains: optional(list("Trust domains of the calling workload.", trustDomains, MANY)),
    notTrustDomains: optional(list("Trust domains that the calling workload is not of.", trustDomains, MANY)),
    ipBlocks: optional(list("Addresses of the peer: what opened the connection.", ipBlocks, MANY)),
    notIpBlocks: optional(list("Addresses that the peer does not have.", ipBlocks, MANY)),
    remoteIpBlocks: optional(list("Addresses of the client, as seen behind the proxies that are trusted.", ipBlocks, MANY)),
    notRemoteIpBlocks: optional(list("Addresses that the client does not have.", ipBlocks, MANY)),
    authentication: optional(
      list("Names of methods of this policy, one of which verified the request's credential.", methodNames, MANY),
    ),
    notAuthentication: optional(
      list("Names of methods of this policy, none of which verified the request's credential.", methodNames, MANY),
    ),
    subjects: optional(
      list("Subjects of the verified credential: `sub` of a token, the name of an API key's Secret.", subjects, MANY),
    ),
    notSubjects: optional(list("Subjects that the verified credential does not have.", subjects, MANY)),
    scopes: optional(list("Scopes of the verified credential, all of which it must have.", scopes, MANY)),
    notScopes: optional(list("Scopes of which the verified credential has none.", scopes, MANY)),
    claims: optional(
      list("Claims of the verified credential, all of which must match.", claimMatchSchema, { minItems: 1, maxItems: 32 }),
    ),
    notClaims: optional(
      list("Claims of the verified credential, none of which may match.", claimMatchSchema, { minItems: 1, maxItems: 32 }),
    ),
  },
  {
    minProperties: 1,
    instead: {
      source: "write its fields in the entry itself",
      requestPrincipals: "use `authentication` with `subjects`",
      notRequestPrincipals: "use `authentication` with `notSubjects`",
    },
  },
);

const hosts = text("`api.example.com`, all below a domain `*.example.com`, or `*`: any.", { maxLength: 253, form: host });
const ports = whole("A port of the workload itself.", { minimum: 1, maximum: 65_535 });
const methods = text("A method in upper case: `GET`. What is said of GET in a Deny rule holds for HEAD too.", {
  maxLength: 32,
  form: method,
});
const paths = text("`/exact`, `/prefix*`, `*suffix`, a template (`/orders/{id}`, `/admin/{**}`), or `*`: any.", {
  maxLength: 1024,
  form: pathPattern,
});

export const toEntrySchema = struct(
  "A description of the request. Fields combine by AND; the values of one field by OR. A `not…` field matches what its twin does not.",
  {
    hosts: optional(list("Hosts, without port.", hosts, MANY)),
    notHosts: optional(list("Hosts that the request is not for.", hosts, MANY)),
    ports: optional(list("Ports of the workload that the request arrives at.", ports, MANY)),
    notPorts: optional(list("Ports that the request does not arrive at.", ports, MANY)),
    methods: optional(list("HTTP methods.", methods, MANY)),
    notMethods: optional(list("HTTP methods that the request does not have.", methods, MANY)),
    paths: optional(list("Paths, without query. `{name}` is one segment; `{**}`, at the end, is zero or more.", paths, MANY)),
    notPaths: optional(list("Paths that the request does not have.", paths, MANY)),
    caseInsensitive: optional(Type.Boolean({ description: "Compares paths without regard to the case of letters." })),
  },
  {
    minProperties: 1,
    checks: [onlyWith("caseInsensitive", ["paths", "notPaths"], "it says how paths are compared")],
    instead: { operation: "write its fields in the entry itself" },
  },
);

export const ruleSchema = struct(
  "Matches if any of `from`, any of `to` and all of `when` match; a part that is absent matches.",
  {
    name: text("The rule's name, which decisions are reported under.", { maxLength: 63, form: dnsLabel }),
    effect: choice("What a match means: `Allow` admits unless a Deny matches, `Deny` refuses, `Audit` only records.", [
      "Allow",
      "Deny",
      "Audit",
    ]),
    from: optional(list("Who calls: one of these must match.", fromEntrySchema, { minItems: 1, maxItems: 64 })),
    to: optional(list("What is called: one of these must match.", toEntrySchema, { minItems: 1, maxItems: 64 })),
    when: optional(
      list(
        "Conditions, all of which must hold.",
        struct("A condition.", {
          expression: text("A CEL expression that gives a bool, over `request`, `source`, `destination` and `auth`.", {
            maxLength: 4096,
          }),
        }),
        { minItems: 1, maxItems: 16 },
      ),
    ),
  },
);
