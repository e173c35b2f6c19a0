import type { Request, RequestBody } from "../policy/model/request.ts";
import * as at from "./check-layout.ts";
import type { CheckScanner } from "./check-scanner.ts";
import { DecodedHeaders } from "./decoded-headers.ts";
import { DecodedPeer } from "./decoded-peer.ts";
import { BODY_LIMIT_EXTENSION, isTruncated, PARTIAL_BODY_HEADER } from "./partial-body.ts";
import type { Entries, RecurringParts } from "./recurring-parts.ts";
import { byteString } from "./wire-text.ts";

const METHODS: readonly string[] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

const NO_ENTRIES: Entries = { key: "", table: new Map() };

/**
 * A CheckRequest that was read once and whose strings are made when they are asked for. It holds on to the message's bytes, which must
 * not change: a transport that reuses its buffers has to copy first.
 */
export class DecodedRequest implements Request {
  readonly time: number;
  readonly headers: DecodedHeaders;
  private readonly bytes: Buffer;
  private readonly slots: Int32Array;
  private readonly base: number;
  private readonly size: number;
  private readonly moreExtensions: readonly number[] | undefined;
  private readonly moreLabels: readonly number[] | undefined;
  private readonly recurring: RecurringParts;
  private methodText: string | undefined;
  private pathText: string | undefined;
  private hostText: string | undefined;
  private sourcePeer: DecodedPeer | undefined;
  private destinationPeer: DecodedPeer | undefined;
  private labelEntries: Entries | undefined;
  private extensionEntries: Entries | undefined;

  constructor(scanner: CheckScanner, recurring: RecurringParts) {
    this.bytes = scanner.bytes;
    this.slots = scanner.slots;
    this.base = scanner.base;
    this.size = scanner.size;
    this.time = scanner.time;
    this.headers = new DecodedHeaders(scanner.bytes, scanner.slots, scanner.base, scanner.headers, scanner.nameFlags);
    this.moreExtensions = scanner.moreExtensions;
    this.moreLabels = scanner.moreLabels;
    this.recurring = recurring;
  }

  get method(): string {
    this.methodText ??= this.readMethod();
    return this.methodText;
  }

  /** One character a byte. */
  get path(): string {
    this.pathText ??= this.text(at.PATH);
    return this.pathText;
  }

  /** One character a byte. */
  get host(): string {
    this.hostText ??= this.recurring.text(this.bytes, this.position(at.HOST), this.position(at.HOST + 1));
    return this.hostText;
  }

  get scheme(): string {
    return this.text(at.SCHEME);
  }

  get protocol(): string {
    return this.text(at.PROTOCOL);
  }

  /** Never `undefined` where Envoy says that it buffered a body, however short. */
  get body(): RequestBody | undefined {
    const raw = this.position(at.RAW_BODY) !== this.position(at.RAW_BODY + 1);
    const start = this.position(raw ? at.RAW_BODY : at.BODY);
    const end = this.position((raw ? at.RAW_BODY : at.BODY) + 1);
    if (start === end && this.headers.values(PARTIAL_BODY_HEADER).length === 0) return undefined;
    const truncated = isTruncated(this.headers, this.size, end - start, this.extensions.get(BODY_LIMIT_EXTENSION));
    return { bytes: this.bytes.subarray(start, end), truncated };
  }

  get source(): DecodedPeer {
    this.sourcePeer ??= new DecodedPeer(this.bytes, this.slots, this.base + at.SOURCE, this.recurring);
    return this.sourcePeer;
  }

  get destination(): DecodedPeer {
    this.destinationPeer ??= new DecodedPeer(this.bytes, this.slots, this.base + at.DESTINATION, this.recurring);
    return this.destinationPeer;
  }

  get labels(): ReadonlyMap<string, string> {
    this.labelEntries ??= this.entries(at.LABELS, this.moreLabels);
    return this.labelEntries.table;
  }

  get labelsKey(): string {
    this.labelEntries ??= this.entries(at.LABELS, this.moreLabels);
    return this.labelEntries.key;
  }

  /** Requests of one route give the very same table, as long as the decoder remembers it. */
  get extensions(): ReadonlyMap<string, string> {
    this.extensionEntries ??= this.entries(at.EXTENSIONS, this.moreExtensions);
    return this.extensionEntries.table;
  }

  private readMethod(): string {
    const start = this.position(at.METHOD);
    const length = this.position(at.METHOD + 1) - start;
    for (const method of METHODS) {
      if (method.length === length && this.startsWith(start, method)) return method;
    }
    return this.text(at.METHOD);
  }

  private startsWith(start: number, text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.bytes[start + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  private position(slot: number): number {
    return this.slots[this.base + slot] as number;
  }

  private text(slot: number): string {
    return byteString(this.bytes, this.position(slot), this.position(slot + 1));
  }

  private entries(slot: number, more: readonly number[] | undefined): Entries {
    const start = this.position(slot);
    return start === 0 ? NO_ENTRIES : this.recurring.entries(this.bytes, start, this.position(slot + 1), more);
  }
}
