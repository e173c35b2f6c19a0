/** Request headers by which some frameworks let a caller change the path or the method after the decision. */
export const OVERRIDE_HEADERS = [
  "x-original-url",
  "x-rewrite-url",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
] as const;
