import { isIP } from "node:net";
import type { Diagnostic } from "../policy/model/diagnostic.ts";
import type { Request } from "../policy/model/request.ts";
import { workloadSpiffeId } from "../policy/model/workload-spiffe-id.ts";
import { type DocumentReader, type Field, readDocument } from "./document-reader.ts";
import { readHttp } from "./request-file-http.ts";

export interface RequestFileOptions {
  /** What `source.serviceAccount` belongs to. */
  readonly trustDomain: string;
}

export type RequestFileResult =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads the request that is to be explained, from YAML or JSON: who calls (`source`), what is called (`destination` or `target`), and the call
 * itself (`request`). It becomes what Envoy would have sent, so that what is explained is what would be decided. All faults are told at once.
 */
export function parseRequestFile(file: string, text: string, options: RequestFileOptions): RequestFileResult {
  const reader = readDocument(file, text);
  const root = reader.root();
  const request = root === undefined ? undefined : readRequest(reader, root, options);
  return request === undefined || reader.diagnostics.length > 0
    ? { ok: false, diagnostics: reader.diagnostics }
    : { ok: true, request };
}

/** Reads a request from a part of a document; its faults are the reader's. */
export function readRequest(reader: DocumentReader, root: Field, options: RequestFileOptions): Request | undefined {
  const members = reader.members(root, ["source", "destination", "target", "request", "extensions"]);
  const extensions = new Map<string, string>();
  const source = readSource(reader, members.get("source"), extensions, options);
  const destination = readDestination(reader, members.get("destination"), extensions);
  readTarget(reader, members.get("target"), extensions);
  for (const [name, value] of members.has("extensions") ? reader.entries(members.get("extensions") ?? root) : []) {
    const entry = reader.text(value);
    if (entry !== undefined) extensions.set(name, entry);
  }
  const call = members.get("request");
  if (call === undefined) {
    reader.fault(
      root,
      "MissingField",
      "the document has no `request`",
      "write `request: {method: GET, path: /, host: shop.example}`",
    );
    return undefined;
  }
  const http = readHttp(reader, call, extensions.has("sallyport.namespace") || extensions.has("sallyport.target"));
  if (http === undefined) return undefined;
  const { labels, ...peer } = destination;
  const labelsKey = JSON.stringify([...labels].toSorted(([left], [right]) => (left < right ? -1 : 1)));
  return { ...http, source, destination: peer, labels, labelsKey, extensions };
}

function readSource(
  reader: DocumentReader,
  field: Field | undefined,
  extensions: Map<string, string>,
  options: RequestFileOptions,
): Request["source"] {
  // The sidecar's own configuration says how it verified the peer; a request without a principal came over plaintext.
  extensions.set("sallyport.peer", "principal");
  if (field === undefined) return { address: "", port: 0, principal: "", certificate: "" };
  const members = reader.members(field, ["principal", "serviceAccount", "certificate", "address", "port"]);
  const certificate = reader.text(members.get("certificate")) ?? "";
  if (certificate !== "") extensions.set("sallyport.peer", "certificate");
  const principal = readPrincipal(reader, members.get("principal"), members.get("serviceAccount"), options);
  return {
    ...readEndpoint(reader, members.get("address"), members.get("port")),
    principal,
    certificate: encodeURIComponent(certificate),
  };
}

function readPrincipal(
  reader: DocumentReader,
  principal: Field | undefined,
  account: Field | undefined,
  options: RequestFileOptions,
): string {
  if (principal !== undefined && account !== undefined) {
    reader.fault(account, "Contradiction", "`source` names both `principal` and `serviceAccount`", "keep one of them");
  }
  const written = reader.text(principal);
  if (principal !== undefined && written !== undefined && written !== "" && !written.startsWith("spiffe://")) {
    const help = `write \`spiffe://${options.trustDomain}/ns/NAMESPACE/sa/ACCOUNT\`, or use \`serviceAccount: NAMESPACE/ACCOUNT\``;
    reader.fault(principal, "InvalidPrincipal", `\`${written}\` is not a SPIFFE ID`, help);
  }
  if (written !== undefined || account === undefined) return written ?? "";
  const name = reader.text(account);
  if (name === undefined) return "";
  const [namespace, serviceAccount, ...rest] = name.split("/");
  if (!namespace || !serviceAccount || rest.length > 0) {
    reader.fault(
      account,
      "InvalidServiceAccount",
      `\`${name}\` is not \`namespace/name\``,
      "write `serviceAccount: shop/frontend`",
    );
  }
  return workloadSpiffeId(options.trustDomain, { namespace: namespace ?? "", name: serviceAccount ?? "" });
}

function readDestination(
  reader: DocumentReader,
  field: Field | undefined,
  extensions: Map<string, string>,
): Request["destination"] & { readonly labels: ReadonlyMap<string, string> } {
  const labels = new Map<string, string>();
  if (field === undefined) return { address: "", port: 0, principal: "", certificate: "", labels };
  const members = reader.members(field, ["namespace", "serviceAccount", "pod", "labels", "principal", "address", "port"]);
  for (const name of ["namespace", "serviceAccount", "pod"] as const) {
    const text = reader.text(members.get(name));
    if (text !== undefined) extensions.set(`sallyport.${name}`, text);
  }
  const orphan = members.get("serviceAccount") ?? members.get("pod") ?? members.get("labels");
  if (orphan !== undefined && !members.has("namespace")) {
    reader.fault(orphan, "MissingField", "`destination` describes a workload without its `namespace`", "add `namespace: NAME`");
  }
  for (const [name, value] of members.has("labels") ? reader.entries(members.get("labels") ?? field) : []) {
    const text = reader.text(value);
    if (text !== undefined) labels.set(name, text);
  }
  const endpoint = readEndpoint(reader, members.get("address"), members.get("port"));
  return { ...endpoint, principal: reader.text(members.get("principal")) ?? "", certificate: "", labels };
}

function readTarget(reader: DocumentReader, field: Field | undefined, extensions: Map<string, string>): void {
  const text = reader.text(field);
  if (field === undefined || text === undefined) return;
  const parts = text.split("/");
  if (parts.length !== 3 || parts.includes("")) {
    reader.fault(field, "InvalidTarget", `\`${text}\` is not \`Kind/namespace/name\``, "write `target: Service/shop/orders`");
  }
  if (extensions.has("sallyport.namespace")) {
    const help = "keep `destination.namespace` for a sidecar, or `target` for a gateway's route";
    reader.fault(field, "Contradiction", "`target` and `destination.namespace` both say what is called", help);
  }
  extensions.set("sallyport.target", text);
}

function readEndpoint(
  reader: DocumentReader,
  addressField: Field | undefined,
  portField: Field | undefined,
): { address: string; port: number } {
  const address = reader.text(addressField) ?? "";
  if (addressField !== undefined && address !== "" && isIP(address) === 0) {
    reader.fault(
      addressField,
      "InvalidAddress",
      `\`${address}\` is not an IP address`,
      "write it without a port: `10.0.0.7`, `fd00::7`",
    );
  }
  const digits = reader.text(portField);
  if (portField === undefined || digits === undefined) return { address, port: 0 };
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (port >= 0 && port <= 65535) return { address, port };
  reader.fault(portField, "InvalidPort", `\`${digits}\` is not a port`, "write a number from 1 to 65535");
  return { address, port: 0 };
}
