import { destination as openDestination } from "pino";

export interface LogDestination {
  write(line: string): void;
  /** Lines that could not be written: the reader was too slow, or has gone. */
  lost(): number;
  /** Waits until what was written is out. Lines that come later are lost. */
  close(): Promise<void>;
}

/** Bytes that may wait for a slow reader before lines are dropped; a decision must not wait for a log. */
const MAX_BACKLOG = 8 * 1024 * 1024;

/** Writes lines to a file descriptor without ever blocking: 1 is standard output. A reader that went away (EPIPE) loses lines, not the process. */
export function openLogDestination(fd: number): LogDestination {
  const stream = openDestination({ fd, sync: false, maxLength: MAX_BACKLOG });
  let lost = 0;
  let open = true;
  stream.on("drop", () => lost++);
  stream.once("error", () => {
    open = false;
    lost++;
    stream.on("error", () => {});
  });
  return {
    write: (line) => {
      if (open) stream.write(line);
      else lost++;
    },
    lost: () => lost,
    close: () =>
      new Promise((resolve) => {
        if (!open) {
          resolve();
          return;
        }
        open = false;
        stream.once("error", () => resolve());
        // `flush` calls back before the write under way has ended; `end` waits for it, and leaves descriptors 1 and 2 open.
        stream.once("close", () => resolve());
        stream.end();
      }),
  };
}
