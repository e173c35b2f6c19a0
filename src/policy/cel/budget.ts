import type { CelError } from "@bufbuild/cel";
import { safeError } from "./safe-error.ts";

/** Counts what an evaluation does, in nodes visited. Evaluations are synchronous and never nest, so one counter serves all programs. */
export class Budget {
  readonly #limit: number;
  #spent = 0;
  #error: CelError | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  reset(): void {
    this.#spent = 0;
  }

  /** Throws once the limit is passed, and from then on at every call until `reset`, so that all loops around end at once. */
  spend(steps: number): void {
    this.#spent += steps;
    if (this.#spent > this.#limit) throw (this.#error ??= safeError("the cost limit was reached"));
  }
}
