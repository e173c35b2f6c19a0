import type { TargetPlan } from "../model/plan.ts";
import type { CredentialTrace } from "../model/trace.ts";
import type { SettledAuthentication } from "./authenticate.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Takes down how a decision came about, for the one who asks why. */
export interface Recorder {
  readonly credentials: CredentialTrace[];
  target?: TargetPlan;
  facts?: RequestFacts;
  /** Absent where a credential was refused. */
  authentication?: SettledAuthentication;
}
