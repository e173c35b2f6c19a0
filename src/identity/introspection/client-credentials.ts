import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ProviderPlan } from "../../policy/model/authentication.ts";

/** What Sallyport shows a provider when it asks about a token. */
export interface ClientCredentials {
  /** The only endpoint that may see them. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where client credentials are kept. Resolves to why there are none; never rejects. */
export type FindCredentials = (provider: ProviderPlan) => Promise<ClientCredentials | string>;

const LARGEST_FILE = 16 * 1024;
/** Namespaces and names as Kubernetes writes them: what leads nowhere else in the file system. */
const FILE_NAME = /^[a-z0-9][-a-z0-9.]*(?:_[a-z0-9][-a-z0-9.]*)?$/;

/**
 * Finds credentials in a directory that the installer mounts: one JSON file a provider, `<namespace>_<name>` of an IdentityProvider, `<name>` of a
 * ClusterIdentityProvider, with `url`, `clientId` and `clientSecret`. `_` stands in no name, so no two providers share a file.
 *
 * A file is read for each question, so that a mounted Secret that changes counts at once; beside the question itself that costs nothing.
 */
export function createCredentialsDirectory(directory: string): FindCredentials {
  return async ({ name }) => {
    const file = name.replace("/", "_");
    if (!FILE_NAME.test(file)) return `the name \`${file}\` is none of a file`;
    let text: string;
    try {
      text = await readFile(path.join(directory, file), "utf8");
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
      return code === "ENOENT"
        ? `there are no client credentials \`${file}\``
        : `the client credentials \`${file}\` cannot be read`;
    }
    return text.length > LARGEST_FILE ? `the client credentials \`${file}\` are too large` : parse(text, file);
  };
}

/** What is wrong is said without repeating any of it. */
function parse(text: string, file: string): ClientCredentials | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `the client credentials \`${file}\` are not JSON`;
  }
  if (typeof value !== "object" || value === null) return `the client credentials \`${file}\` are not a JSON object`;
  const { url, clientId, clientSecret } = value as { readonly [member: string]: unknown };
  if (typeof url !== "string" || typeof clientId !== "string" || typeof clientSecret !== "string" || clientId === "")
    return `the client credentials \`${file}\` lack \`url\`, \`clientId\` or \`clientSecret\``;
  return { url, clientId, clientSecret };
}
