import { answerOf } from "./answer.ts";
import { type Credential, locationsOf, readCredentials, type Vault } from "./credentials.ts";
import { changesOf } from "./forward.ts";
import { readHost } from "./host.ts";
import { readPath } from "./path.ts";
import { readPeer, refusePeer } from "./peer.ts";
import { everythingIsLost, policiesInForce } from "./policies.ts";
import { trialsOf } from "./shadows.ts";
import { readTarget, type Target, type Tiers, tiersOf } from "./target.ts";
import { auditsOf, judge, type Verdict } from "./verdict.ts";
import type { Scene } from "./view.ts";
import type { Call, Key, Outcome, Token, World } from "./world.ts";

/**
 * A second reading of docs/semantics.md, made without looking at the engine: slow, without any compiled form, and as close to the order of the page's
 * sentences as it goes. It is not a reference of its own: where it and the engine differ, the page decides.
 */
export function interpret(world: World, call: Call, tokens: ReadonlyMap<string, Token>, keys: ReadonlyMap<string, Key>): Outcome {
  const { manifests } = world;
  const none: Tiers = { overrides: [], rest: [] };
  if (!/^[A-Z]+$/.test(call.method ?? "GET")) return refuse({ reason: "method_invalid" }, none);
  const hostHeader = call.host ?? "orders.shop";
  const host = readHost(hostHeader);
  if (host === undefined) return refuse({ reason: "host_invalid" }, none);
  const path = readPath(call.path ?? "/", hostHeader);
  if (typeof path === "string") return refuse({ reason: path }, none);
  const target = readTarget(call, host.name);
  if (target === undefined) return refuse({ reason: "target_invalid" }, none);
  if (everythingIsLost(manifests)) return refuse({ reason: "policy_invalid" }, none);
  const policies = policiesInForce(manifests, world.earlier);
  const scene = {
    call,
    host: host.name,
    path: path.text,
    query: path.query,
    peer: readPeer(call),
    trustedHops: world.trustedHops,
  };
  const vault = { manifests, tokens, keys };
  const enforced = tiersOf(
    target,
    policies.filter(({ isShadow }) => !isShadow),
    manifests,
  );
  const shadows = trialsOf(target, policies, manifests).map(({ key, tiers }) => {
    const { reason, rule } = decide(target, tiers, scene, vault, world).verdict;
    return `${key} ${reason === "allowed" || reason === "default_allow" ? "allow" : "deny"} ${reason} ${rule?.name ?? ""}`;
  });
  const { verdict, credentials, audits } = decide(target, enforced, scene, vault, world);
  const isAllowed = verdict.reason === "allowed" || verdict.reason === "default_allow";
  const all = [...enforced.overrides, ...enforced.rest];
  return {
    ...refuse(verdict, enforced),
    audits,
    shadows: shadows.toSorted(),
    ...(isAllowed ? { status: 200, headers: [], body: "", ...changesOf(all, verdict.policy, credentials, call) } : {}),
  };
}

interface Course {
  readonly verdict: Verdict;
  readonly credentials: readonly Credential[];
  readonly audits: readonly string[];
}

/** "The course of a decision" from its fourth step. */
function decide(target: Target, tiers: Tiers, scene: Scene, vault: Vault, world: World): Course {
  const defaultAllows = target.kind === "workload" && world.defaultAction === "Allow";
  const all = [...tiers.overrides, ...tiers.rest];
  const end = (reason: string): Course => ({ verdict: { reason }, credentials: [], audits: [] });
  if (all.length === 0) return end(defaultAllows ? "default_allow" : "no_policy");
  const refused = refusePeer(scene.peer, all, target);
  if (refused !== undefined) return end(refused);
  const credentials = readCredentials(scene.call, scene.query, locationsOf(all), vault);
  if (typeof credentials === "string") return end(credentials);
  return {
    verdict: judge(tiers, scene, credentials, defaultAllows),
    credentials,
    audits: auditsOf(
      all.filter(({ faulty }) => !faulty),
      scene,
      credentials,
    ),
  };
}

function refuse({ reason, policy, rule }: Verdict, { overrides, rest }: Tiers): Outcome {
  return {
    reason,
    policy: policy?.key ?? "",
    rule: rule?.name ?? "",
    ...answerOf(reason, policy, [...overrides, ...rest]),
    sets: [],
    removes: [],
    removesQuery: [],
    audits: [],
    shadows: [],
  };
}
