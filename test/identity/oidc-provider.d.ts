/** As much of the package's interface as the tests use; it ships without types of its own. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export class Provider {
    constructor(issuer: string, configuration: { readonly [option: string]: unknown });
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  }
}
