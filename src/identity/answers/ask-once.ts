import type { Verification } from "../../policy/model/authentication.ts";
import type { Clock } from "../clock.ts";
import { Lanes } from "./lanes.ts";
import { RecentAnswers } from "./recent-answers.ts";

/** An answer, and for how long it may be given again. */
export interface Answer {
  readonly verification: Verification;
  /** Milliseconds since the epoch; what lies behind us is given once. */
  readonly until: number;
}

/** Something that must be asked about a token. */
export interface Question {
  /** Equal for two questions only if one answer serves both: a digest of the token with one of the method. */
  readonly key: string;
  /** Who is asked: `IdentityProvider shop/corp`. */
  readonly lane: string;
  /** Never rejects. */
  ask(): Promise<Answer>;
}

export interface AskOnceOptions {
  /** How many good answers are remembered; half as many refusals beside them. */
  readonly maxAnswers: number;
}

export type AskOnce = (question: Question) => Verification | Promise<Verification>;

/** A token in use is asked about every few seconds at most, so this many at a time serve thousands of callers. */
const LIMITS = { running: 16, waiting: 256 };
const OVERLOADED: Verification = {
  ok: false,
  reason: "overloaded",
  detail: "too many tokens wait for an answer about them",
};

/**
 * Asks each question once at a time, remembers the answers, and bounds what is under way. Refusals are remembered apart from good answers, so that
 * whoever invents tokens cannot displace those of legitimate callers.
 */
export function createAskOnce(clock: Pick<Clock, "now">, { maxAnswers }: AskOnceOptions): AskOnce {
  const good = new RecentAnswers(maxAnswers);
  const refused = new RecentAnswers(Math.ceil(maxAnswers / 2));
  const underway = new Map<string, Promise<Verification>>();
  const lanes = new Lanes(LIMITS);

  const remember = (key: string, { verification, until }: Answer): Verification => {
    if (until > clock.now()) (verification.ok ? good : refused).set(key, verification, until);
    return verification;
  };

  return (question) => {
    const { key, lane } = question;
    const now = clock.now();
    const known = good.get(key, now) ?? refused.get(key, now) ?? underway.get(key);
    if (known !== undefined) return known;
    const asked = lanes.run(lane, () => question.ask());
    if (asked === undefined) return OVERLOADED;
    const answer = asked
      .then((given) => remember(key, given))
      .finally(() => {
        underway.delete(key);
      });
    underway.set(key, answer);
    return answer;
  };
}
