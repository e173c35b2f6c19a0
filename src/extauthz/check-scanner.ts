import type { Reason } from "../policy/model/reason.ts";
import * as at from "./check-layout.ts";
import { HeaderScanner } from "./header-scanner.ts";

/**
 * One pass over a CheckRequest that notes where things are and makes no string. Merging follows protobuf: the last scalar wins, a message
 * that comes in pieces is one message, the last member of a oneof displaces the others, an unknown field or a known one of another wire
 * type is passed over. Headers are the exception: a map that names one twice, which no Envoy writes, keeps both values.
 */
export class CheckScanner extends HeaderScanner {
  /** What `scan` found beside positions. */
  time = 0;
  size = 0;
  /** Start and end of every run but the first of extensions, then of labels; `undefined` where each is in one piece, as Envoy writes it. */
  moreExtensions: number[] | undefined;
  moreLabels: number[] | undefined;

  private sawHttp = false;
  private seconds = 0;
  private nanos = 0;

  private keyStart = 0;
  private keyEnd = 0;
  private valueStart = 0;
  private valueEnd = 0;

  /** `undefined` if the message can be read. */
  scan(bytes: Buffer): Reason | undefined {
    this.open(bytes);
    this.time = 0;
    this.size = 0;
    this.seconds = 0;
    this.nanos = 0;
    this.sawHttp = false;
    this.moreExtensions = undefined;
    this.moreLabels = undefined;
    if (!this.checkRequest(bytes.length) || !this.sawHttp) return this.fault;
    const { slots, base } = this;
    // The filter packs a body as a string or as bytes, never both.
    if (slots[base + at.BODY + 1] !== slots[base + at.BODY] && slots[base + at.RAW_BODY + 1] !== slots[base + at.RAW_BODY])
      return this.fault;
    this.time = this.seconds * 1000 + Math.floor(this.nanos / 1e6);
    return undefined;
  }

  /** Reads the map entries between two positions that `scan` noted, tags included. */
  entries(bytes: Buffer, start: number, end: number, read: (key: [number, number], value: [number, number]) => void): void {
    this.bytes = bytes;
    this.pos = start;
    while (this.pos < end) {
      this.tag(end);
      this.mapEntry(this.lengthEnd(end));
      read([this.keyStart, this.keyEnd], [this.valueStart, this.valueEnd]);
    }
  }

  private checkRequest(end: number): boolean {
    while (this.pos < end) {
      const tag = this.tag(end);
      if (tag === 0x0a) {
        const to = this.lengthEnd(end);
        if (to < 0 || !this.attributes(to)) return false;
      } else if (!this.skip(tag, end)) return false;
    }
    return true;
  }

  private attributes(end: number): boolean {
    while (this.pos < end) {
      const start = this.pos;
      const tag = this.tag(end);
      switch (tag) {
        case 0x0a:
        case 0x12:
        case 0x22:
        case 0x52: {
          const to = this.lengthEnd(end);
          if (to < 0) return false;
          if (tag === 0x0a) {
            if (!this.peer(to, at.SOURCE)) return false;
          } else if (tag === 0x12) {
            if (!this.peer(to, at.DESTINATION)) return false;
          } else if (tag === 0x22) {
            if (!this.request(to)) return false;
          } else {
            if (!this.mapEntry(to)) return false;
            this.moreExtensions = this.noteRun(at.EXTENSIONS, start, this.moreExtensions);
          }
          break;
        }
        default:
          if (!this.skip(tag, end)) return false;
      }
    }
    return true;
  }

  private peer(end: number, peer: number): boolean {
    while (this.pos < end) {
      const start = this.pos;
      const tag = this.tag(end);
      switch (tag) {
        case 0x0a: {
          const to = this.lengthEnd(end);
          if (to < 0 || !this.address(to, peer)) return false;
          break;
        }
        case 0x1a: {
          const to = this.lengthEnd(end);
          if (to < 0 || !this.mapEntry(to)) return false;
          if (peer === at.DESTINATION) this.moreLabels = this.noteRun(at.LABELS, start, this.moreLabels);
          break;
        }
        case 0x22:
          if (!this.noteSpan(peer + at.PEER_PRINCIPAL, end)) return false;
          break;
        case 0x2a:
          if (!this.noteSpan(peer + at.PEER_CERTIFICATE, end)) return false;
          break;
        default:
          if (!this.skip(tag, end)) return false;
      }
    }
    return true;
  }

  private address(end: number, peer: number): boolean {
    while (this.pos < end) {
      const tag = this.tag(end);
      if (tag === 0x0a) {
        const to = this.lengthEnd(end);
        if (to < 0 || !this.socketAddress(to, peer)) return false;
      } else {
        if (!this.skip(tag, end)) return false;
        // A pipe or an internal address takes the place of a socket address.
        if (tag === 0x12 || tag === 0x1a)
          this.slots.fill(0, this.base + peer + at.PEER_ADDRESS, this.base + peer + at.PEER_PORT + 1);
      }
    }
    return true;
  }

  private socketAddress(end: number, peer: number): boolean {
    while (this.pos < end) {
      const tag = this.tag(end);
      switch (tag) {
        case 0x12:
          if (!this.noteSpan(peer + at.PEER_ADDRESS, end)) return false;
          break;
        case 0x18:
          if (this.varint(end) < 0) return false;
          this.slots[this.base + peer + at.PEER_PORT] = this.low;
          break;
        default:
          if (!this.skip(tag, end)) return false;
          if (tag === 0x22) this.slots[this.base + peer + at.PEER_PORT] = 0;
      }
    }
    return true;
  }

  private request(end: number): boolean {
    while (this.pos < end) {
      const tag = this.tag(end);
      if (tag === 0x0a || tag === 0x12) {
        const to = this.lengthEnd(end);
        if (to < 0) return false;
        if (tag === 0x0a ? !this.timestamp(to) : !this.http(to)) return false;
      } else if (!this.skip(tag, end)) return false;
    }
    return true;
  }

  private timestamp(end: number): boolean {
    while (this.pos < end) {
      const tag = this.tag(end);
      if (tag === 0x08 || tag === 0x10) {
        if (this.varint(end) < 0) return false;
        if (tag === 0x08) this.seconds = this.signed();
        else this.nanos = this.low | 0;
      } else if (!this.skip(tag, end)) return false;
    }
    return true;
  }

  private http(end: number): boolean {
    this.sawHttp = true;
    while (this.pos < end) {
      const tag = this.tag(end);
      let ok: boolean;
      switch (tag) {
        case 0x12:
          ok = this.noteSpan(at.METHOD, end);
          break;
        case 0x1a: {
          const to = this.lengthEnd(end);
          ok = to >= 0 && this.header(to, 1);
          break;
        }
        case 0x22:
          ok = this.noteSpan(at.PATH, end);
          break;
        case 0x2a:
          ok = this.noteSpan(at.HOST, end);
          break;
        case 0x32:
          ok = this.noteSpan(at.SCHEME, end);
          break;
        case 0x48:
          ok = this.varint(end) >= 0;
          if (ok) this.size = this.signed();
          break;
        case 0x52:
          ok = this.noteSpan(at.PROTOCOL, end);
          break;
        case 0x5a:
          ok = this.noteSpan(at.BODY, end);
          break;
        case 0x62:
          ok = this.noteSpan(at.RAW_BODY, end);
          break;
        case 0x6a: {
          const to = this.lengthEnd(end);
          ok = to >= 0 && this.headerMap(to);
          break;
        }
        default:
          ok = this.skip(tag, end);
      }
      if (!ok) return false;
    }
    return true;
  }

  private mapEntry(end: number): boolean {
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = 0;
    while (this.pos < end) {
      const tag = this.tag(end);
      if (tag === 0x0a || tag === 0x12) {
        const to = this.lengthEnd(end);
        if (to < 0) return false;
        if (tag === 0x0a) {
          this.keyStart = this.pos;
          this.keyEnd = to;
        } else {
          this.valueStart = this.pos;
          this.valueEnd = to;
        }
        this.pos = to;
      } else if (!this.skip(tag, end)) return false;
    }
    return true;
  }

  private noteSpan(slot: number, end: number): boolean {
    const to = this.lengthEnd(end);
    if (to < 0) return false;
    this.slots[this.base + slot] = this.pos;
    this.slots[this.base + slot + 1] = to;
    this.pos = to;
    return true;
  }

  /** Adds the field that reaches from `start` to `pos` to the run that it continues, else begins another. */
  private noteRun(slot: number, start: number, more: number[] | undefined): number[] | undefined {
    const first = this.base + slot;
    if (more !== undefined) {
      if (more[more.length - 1] === start) more[more.length - 1] = this.pos;
      else more.push(start, this.pos);
    } else if (this.slots[first] === 0) {
      this.slots[first] = start;
      this.slots[first + 1] = this.pos;
    } else if (this.slots[first + 1] === start) this.slots[first + 1] = this.pos;
    else return [start, this.pos];
    return more;
  }
}
