import { randomFillSync } from "node:crypto";
import type { Identity } from "../../policy/model/identity.ts";

/** An API key as its Secret tells it; the key itself is gone by then. */
export interface ApiKeyEntry {
  readonly namespace: string;
  /** The Secret's name, which becomes the subject. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** As `digestApiKey` gives it. */
  readonly digest: string;
  /** From the annotation `sallyport.dev/scopes`. */
  readonly scopes: readonly string[];
}

/** Two Secrets of one namespace that hold the same key, as `namespace/name`. */
interface DuplicateApiKey {
  readonly first: string;
  readonly second: string;
}

/** API keys by namespace and digest. Immutable: a change of Secrets makes a new index. */
export interface ApiKeyIndex {
  /** How many keys it holds. */
  readonly size: number;
  readonly duplicates: readonly DuplicateApiKey[];
  /**
   * The identity of the key that has the digest in the namespace and whose labels hold all of `matchLabels`; of several such Secrets, the
   * first by name.
   */
  find(namespace: string, digest: string, matchLabels: ReadonlyMap<string, string>): Identity | undefined;
}

/** A SHA-256 digest in 32-bit words, and the number of the namespace. */
const WORDS = 8;
const KEY_WORDS = WORDS + 1;
const NONE = -1;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * An open-addressing table over typed arrays: a million keys are 36 MB of words and 8 MB of slots, without an object of the collector's
 * for each digest. A look-up probes one or two slots whatever the number of keys.
 *
 * @throws {TypeError} for an entry whose digest is not one
 */
export function createApiKeyIndex(entries: Iterable<ApiKeyEntry>): ApiKeyIndex {
  const sorted = [...entries].sort(byName);
  const namespaces = new Map<string, number>();
  const words = new Uint32Array(sorted.length * KEY_WORDS);
  const slots = new Int32Array(capacityFor(sorted.length)).fill(NONE);
  /** The next Secret with the same key in the same namespace. */
  const next = new Int32Array(sorted.length).fill(NONE);
  const identities = new Map<number, Identity>();
  const duplicates: DuplicateApiKey[] = [];
  // Whoever may create Secrets chooses digests. Random multipliers keep them from choosing ones that collide (universal hashing).
  const multipliers = randomFillSync(new Uint32Array(KEY_WORDS));
  const shift = Math.clz32(slots.length - 1);
  const wanted = new Uint32Array(KEY_WORDS);

  function slotOf(key: Uint32Array, offset: number): number {
    let mixed = 0;
    for (let i = 0; i < KEY_WORDS; i++) mixed = (mixed + Math.imul(key[offset + i] ?? 0, (multipliers[i] ?? 0) | 1)) | 0;
    return mixed >>> shift;
  }

  function isWanted(entry: number): boolean {
    for (let i = 0; i < KEY_WORDS; i++) if (words[entry * KEY_WORDS + i] !== wanted[i]) return false;
    return true;
  }

  /** The slot that holds `wanted`, or the empty one where it would stand. */
  function probe(): number {
    let slot = slotOf(wanted, 0);
    for (;;) {
      const entry = slots[slot] ?? NONE;
      if (entry === NONE || isWanted(entry)) return slot;
      slot = (slot + 1) & (slots.length - 1);
    }
  }

  // From the last to the first, so that each Secret is put before those it shares a key with, and the first by name heads the list.
  for (let index = sorted.length - 1; index >= 0; index--) {
    const entry = sorted[index] as ApiKeyEntry;
    if (!DIGEST.test(entry.digest))
      throw new TypeError(`the digest of \`${entry.namespace}/${entry.name}\` is not 64 hex digits`);
    const namespace = namespaces.get(entry.namespace) ?? namespaces.size;
    namespaces.set(entry.namespace, namespace);
    readWords(entry.digest, wanted);
    wanted[WORDS] = namespace;
    words.set(wanted, index * KEY_WORDS);

    const slot = probe();
    const second = slots[slot] ?? NONE;
    if (second !== NONE) duplicates.push({ first: nameOf(entry), second: nameOf(sorted[second]) });
    next[index] = second;
    slots[slot] = index;
  }

  function identityAt(index: number, entry: ApiKeyEntry): Identity {
    let identity = identities.get(index);
    if (identity === undefined) {
      identity = identityOf(entry);
      identities.set(index, identity);
    }
    return identity;
  }

  return {
    size: sorted.length,
    duplicates,
    find(namespace, digest, matchLabels) {
      const number = namespaces.get(namespace);
      if (number === undefined) return undefined;
      readWords(digest, wanted);
      wanted[WORDS] = number;
      for (let index = slots[probe()] ?? NONE; index !== NONE; index = next[index] ?? NONE) {
        const entry = sorted[index];
        if (entry !== undefined && carries(entry.labels, matchLabels)) return identityAt(index, entry);
      }
      return undefined;
    },
  };
}

/** A power of two with at least half of it free, so that probing stays short. */
function capacityFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(4, count * 2)));
}

/** Lower-case hex, digit by digit: a letter's low nibble lies nine below its value, and bit 6 tells letters from digits. */
function readWords(digest: string, into: Uint32Array): void {
  for (let word = 0, at = 0; word < WORDS; word++) {
    let value = 0;
    for (const end = at + 8; at < end; at++) {
      const code = digest.charCodeAt(at);
      value = (value << 4) | ((code & 15) + 9 * (code >> 6));
    }
    into[word] = value;
  }
}

function carries(labels: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean {
  for (const [name, value] of wanted) if (labels.get(name) !== value) return false;
  return true;
}

function identityOf({ namespace, name, labels, scopes }: ApiKeyEntry): Identity {
  const labelClaims: { [label: string]: string } = Object.assign(Object.create(null), Object.fromEntries(labels));
  return {
    kind: "apiKey",
    provider: "",
    subject: name,
    scopes,
    claims: Object.assign(Object.create(null), { name, namespace, labels: labelClaims }),
  };
}

function byName(a: ApiKeyEntry, b: ApiKeyEntry): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function nameOf(entry: ApiKeyEntry | undefined): string {
  return entry === undefined ? "" : `${entry.namespace}/${entry.name}`;
}
