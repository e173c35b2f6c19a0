import { objectRef, type Resource } from "../../api/resource.ts";
import type { Diagnostic, ObjectRef, Severity } from "../model/diagnostic.ts";

/** Collects what compiling one object finds. */
export class Faults {
  readonly diagnostics: Diagnostic[] = [];
  readonly object: ObjectRef;

  constructor(resource: Pick<Resource<string, unknown>, "kind" | "namespace" | "name">) {
    this.object = objectRef(resource);
  }

  /** True where a part of the object can not be in force. */
  get hasErrors(): boolean {
    return this.diagnostics.some(({ severity }) => severity === "error");
  }

  error(code: string, path: string, message: string, help?: string): void {
    this.add("error", code, path, message, help);
  }

  warn(code: string, path: string, message: string, help?: string): void {
    this.add("warning", code, path, message, help);
  }

  private add(severity: Severity, code: string, path: string, message: string, help: string | undefined): void {
    this.diagnostics.push({ code, severity, object: this.object, path, message, ...(help === undefined ? {} : { help }) });
  }
}
