import type { ConnectionContext } from "./connection-context.ts";
import { ErrorCode } from "./error-code.ts";
import { Flag, maxWindow, readUint31, readUint32, Setting } from "./frame.ts";
import { settingFault } from "./settings.ts";

const drainPing = Uint8Array.of(0x73, 0x61, 0x6c, 0x6c, 0x79, 0x70, 0x72, 0x74);

/** The frames that carry no request: settings, windows, pings and endings. */
export class ControlFrames {
  readonly #context: ConnectionContext;

  constructor(context: ConnectionContext) {
    this.#context = context;
  }

  /** The first GOAWAY of a drain, and a PING whose answer tells that the client has seen it. Source: RFC 9113 §6.8. */
  announceDrain(): void {
    const { frames } = this.#context;
    this.#context.drain = "noticed";
    frames.goaway(maxWindow, ErrorCode.noError, "");
    frames.ping(drainPing, 0, 0);
  }

  /** Source: RFC 9113 §5.3, §6.3: the contents mean nothing any more. */
  priority(bytes: Uint8Array, id: number, start: number, end: number): void {
    const ctx = this.#context;
    if (id === 0) {
      ctx.protocolError("PRIORITY on stream 0");
    } else if (end - start !== 5) {
      ctx.fail(ErrorCode.frameSizeError, "protocol_errors", "PRIORITY of a wrong size");
    } else if (readUint31(bytes, start) === id) {
      ctx.protocolError("a stream that depends on itself");
    } else {
      ctx.spend(ctx.guard.idleFrames);
    }
  }

  /** Source: RFC 9113 §6.4. */
  rstStream(id: number, length: number): void {
    const ctx = this.#context;
    if (length !== 4) {
      ctx.fail(ErrorCode.frameSizeError, "protocol_errors", "RST_STREAM of a wrong size");
      return;
    }
    ctx.settleStreams();
    const stream = ctx.streams.get(id);
    if (stream !== undefined) {
      ctx.counters.cancelled++;
      ctx.calls.forget(stream);
      ctx.spend(ctx.guard.resets);
    } else if (ctx.isIdle(id)) {
      ctx.protocolError("RST_STREAM on an idle stream");
    } else {
      ctx.spend(ctx.guard.idleFrames);
    }
  }

  /** Source: RFC 9113 §6.5. */
  settings(bytes: Uint8Array, flags: number, id: number, start: number, end: number): void {
    const ctx = this.#context;
    const length = end - start;
    if (id !== 0) {
      ctx.protocolError("SETTINGS on a stream");
      return;
    }
    if ((flags & Flag.ack) !== 0) {
      ctx.settingsAcknowledged = true;
      if (length !== 0) {
        ctx.fail(ErrorCode.frameSizeError, "protocol_errors", "SETTINGS acknowledgement with a payload");
        return;
      }
      ctx.spend(ctx.guard.settings);
      return;
    }
    if (length % 6 !== 0) {
      ctx.fail(ErrorCode.frameSizeError, "protocol_errors", "SETTINGS of a wrong size");
      return;
    }
    ctx.settingsReceived = true;
    if (!ctx.spend(ctx.guard.settings)) {
      return;
    }
    ctx.settleStreams();
    for (let at = start; at < end; at += 6) {
      if (!this.#applySetting(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0), readUint32(bytes, at + 2))) {
        return;
      }
    }
    ctx.frames.settingsAck();
    ctx.sender.resume(ctx.streams.all);
  }

  #applySetting(id: number, value: number): boolean {
    const ctx = this.#context;
    const fault = settingFault(id, value);
    if (fault !== undefined) {
      ctx.fail(fault.code, "protocol_errors", fault.reason);
      return false;
    }
    if (id === Setting.maxFrameSize) {
      ctx.sender.maxFrameSize = value;
    } else if (id === Setting.initialWindowSize && !ctx.sender.setInitialWindow(value, ctx.streams.all)) {
      ctx.fail(ErrorCode.flowControlError, "protocol_errors", "a stream's window over 2^31-1");
      return false;
    }
    return true;
  }

  /** Source: RFC 9113 §6.7. */
  ping(bytes: Uint8Array, flags: number, id: number, start: number, end: number): void {
    const ctx = this.#context;
    if (id !== 0) {
      ctx.protocolError("PING on a stream");
    } else if (end - start !== 8) {
      ctx.fail(ErrorCode.frameSizeError, "protocol_errors", "PING of a wrong size");
    } else if (ctx.spend(ctx.guard.pings)) {
      if ((flags & Flag.ack) === 0) {
        ctx.frames.ping(bytes, start, Flag.ack);
      } else if (ctx.drain === "noticed" && drainPing.every((octet, at) => bytes[start + at] === octet)) {
        ctx.finalGoaway();
      }
    }
  }

  /** Source: RFC 9113 §6.8. */
  goaway(id: number, length: number): void {
    const ctx = this.#context;
    if (id !== 0) {
      ctx.protocolError("GOAWAY on a stream");
    } else if (length < 8) {
      ctx.fail(ErrorCode.frameSizeError, "protocol_errors", "GOAWAY of a wrong size");
    } else {
      // The client is going. Naming our last stream tells it what became of any that it still opens.
      if (ctx.spend(ctx.guard.idleFrames) && ctx.drain !== "final") {
        ctx.finalGoaway();
      }
    }
  }

  /** Source: RFC 9113 §6.9. */
  windowUpdate(bytes: Uint8Array, id: number, start: number, end: number): void {
    const ctx = this.#context;
    if (end - start !== 4) {
      ctx.fail(ErrorCode.frameSizeError, "protocol_errors", "WINDOW_UPDATE of a wrong size");
      return;
    }
    if (!ctx.spend(ctx.guard.windowUpdates)) {
      return;
    }
    const increment = readUint31(bytes, start);
    if (id === 0) {
      if (increment === 0) {
        ctx.protocolError("WINDOW_UPDATE of 0");
      } else if (!ctx.sender.widenConnection(increment)) {
        ctx.fail(ErrorCode.flowControlError, "protocol_errors", "the connection's window over 2^31-1");
      }
      return;
    }
    ctx.settleStreams();
    const stream = ctx.streams.get(id);
    if (stream === undefined) {
      if (ctx.isIdle(id)) {
        ctx.protocolError("WINDOW_UPDATE on an idle stream");
      }
    } else if (increment === 0) {
      ctx.reset(stream, ErrorCode.protocolError);
    } else if (!ctx.sender.widenStream(stream, increment)) {
      ctx.reset(stream, ErrorCode.flowControlError);
    }
  }
}
