/** A finding that does not know its object yet. */
export interface Fault {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly help?: string;
}

/** More than anyone reads; the bound keeps a hostile object from growing a list without end. */
const MOST = 200;
const LONGEST = 600;

/** What a terminal might obey: controls, and the format characters that turn text around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

function printable(text: string): string {
  const shown = text.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

/** Collects what is wrong with one object. */
export class FaultList {
  readonly items: Fault[] = [];
  /** Counts those that were too many to keep, too. */
  count = 0;

  add(code: string, path: string, message: string, help?: string): void {
    this.count++;
    if (this.items.length < MOST) {
      this.items.push({
        code,
        path: printable(path),
        message: printable(message),
        ...(help === undefined ? {} : { help: printable(help) }),
      });
    } else if (this.items.length === MOST) {
      this.items.push({ code: "TooManyFaults", path: "", message: `more than ${MOST} faults, of which only the first are told` });
    }
  }
}
