import { objectRef, type Resource } from "../../api/resource.ts";
import type { Diagnostic, ObjectRef, Severity } from "../model/diagnostic.ts";

/** Collects what compiling one object finds. */
export class Faults {
  readonly diagnostics: Diagnostic[] = [];
  readonly object: ObjectRef;

  constructor(resource: Pick<Resource<string, unknown>, "kind" | "namespace" | "name">) {
    this.object = objectRef(resource);
  }

  /** How many errors there are so far: a part that adds one can not be in force. */
  errors = 0;

  error(code: string, path: string, message: string, help?: string): void {
    this.add("error", code, path, message, help);
  }

  warn(code: string, path: string, message: string, help?: string): void {
    this.add("warning", code, path, message, help);
  }

  private add(severity: Severity, code: string, path: string, message: string, help: string | undefined): void {
    if (severity === "error") this.errors++;
    this.diagnostics.push({ code, severity, object: this.object, path, message, ...(help === undefined ? {} : { help }) });
  }
}
