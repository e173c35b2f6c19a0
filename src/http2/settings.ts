import { ErrorCode } from "./error-code.ts";
import { maxWindow, Setting } from "./frame.ts";

/** A value that RFC 9113 §6.5.2 forbids. */
export interface SettingFault {
  readonly code: ErrorCode;
  readonly reason: string;
}

/** What is wrong with one setting of the peer's. Unknown ones are ignored. */
export function settingFault(id: number, value: number): SettingFault | undefined {
  if (id === Setting.enablePush && value > 1) {
    return { code: ErrorCode.protocolError, reason: "SETTINGS_ENABLE_PUSH is neither 0 nor 1" };
  }
  if (id === Setting.initialWindowSize && value > maxWindow) {
    return { code: ErrorCode.flowControlError, reason: "SETTINGS_INITIAL_WINDOW_SIZE over 2^31-1" };
  }
  if (id === Setting.maxFrameSize && (value < 16_384 || value > 16_777_215)) {
    return { code: ErrorCode.protocolError, reason: "SETTINGS_MAX_FRAME_SIZE out of range" };
  }
  return undefined;
}
