/** The conditions of a resource's status, in the vocabulary of Gateway API's policy attachment (GEP-713) and no other. */
export const CONDITION_TYPES = {
  Accepted: "the spec is valid and the policy has a place in the plan",
  ResolvedRefs: "every object that the spec refers to exists and may be used",
  Programmed: "every data plane has the plan that holds this generation",
} as const;

/** Reasons of a condition that is as it should be, or that says nothing yet. What is wrong has the code of its first diagnostic instead. */
export const CONDITION_REASONS = {
  Accepted: "the spec is valid",
  Invalid: "the spec has several faults; the message lists them",
  TargetNotFound: "no object that the policy names exists",
  Conflicted: "an older policy claims the same host",
  HostNotOwned: "the namespace may not claim the host",
  ResolvedRefs: "every reference leads somewhere",
  RefNotFound: "an object that the spec refers to does not exist",
  RefInvalid: "an object that the spec refers to is itself invalid",
  Programmed: "the plan is in force",
  Pending: "the plan is on its way",
  LastGoodVersion: "an earlier version is in force, since this one is invalid",
} as const;
