/** The forms that settings have: each parses what came from any source, and says in words what it should be. */
import { parseAddress } from "@lloom/protocol/addresses";
import type { SHARED_VARIABLES } from "@lloom/protocol/environment";
import { z } from "@lloom/protocol/zod";

/** Text of a form; what is no text at all gets the same sentence. */
export const text = (form: RegExp, problem: string) => z.string(problem).regex(form, problem);
export const url = text(/^https?:\/\/\S+$/, "must be a URL such as http://127.0.0.1:8545");
/** Of a page: nothing behind host and port, and no other way to write it, since browsers compare it as text. */
export const origin = text(
  /^https?:\/\/[a-z0-9.:[\]-]+$/,
  "must be an origin such as https://app.example, without a path and in small letters",
);
export const address = text(/^0x[0-9a-fA-F]{40}$/, 'must be an address, as text: "0x" and 40 hex digits').transform(
  (text, place) => {
    try {
      return parseAddress(text);
    } catch {
      place.addIssue("must be an address without a mistake: its capitals do not fit its digits");
      return z.NEVER;
    }
  },
);
export const path = text(/./, "must be a path");
/** Of a setting whose every value names a file. */
export const always = (): boolean => true;
const AMOUNT = "must be an amount such as 0.15";
/** Before the point and behind it; the token, which is known later, may allow fewer. */
const MOST_DIGITS = { whole: 12, fraction: 18 };
export const decimal = z
  .union([z.string(), z.number()], AMOUNT)
  .transform(plainDecimal)
  .transform((text, place) => {
    const problem = amountProblem(text);
    if (problem === undefined) return text;
    place.addIssue(problem);
    return z.NEVER;
  });

/** JavaScript writes a number of the file with an exponent where it is small or large: 1e-7 for 0.0000001. */
function plainDecimal(value: string | number): string {
  const [, first = "", rest = "", sign, exponent] = /^(\d)(?:\.(\d+))?e([-+])(\d+)$/.exec(String(value)) ?? [];
  if (typeof value === "string" || sign === undefined) return String(value);
  const digits = `${first}${rest}`;
  return sign === "-" ? `0.${"0".repeat(Number(exponent) - 1)}${digits}` : digits.padEnd(Number(exponent) + 1, "0");
}

/** Why a text is no amount; undefined if it is one. */
function amountProblem(text: string): string | undefined {
  const [, whole, fraction = ""] = /^0*(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return AMOUNT;
  if (whole.length > MOST_DIGITS.whole) return `must be at most ${"9".repeat(MOST_DIGITS.whole)}`;
  if (fraction.length > MOST_DIGITS.fraction) return `must have at most ${MOST_DIGITS.fraction} digits after the point`;
  return undefined;
}
/** A number of the file, or its text from elsewhere; no coercion, which would take `true` for 1 and nothing for 0. */
export const number = (problem: string) =>
  z.union([z.number(), text(/^-?\d+(\.\d+)?$/, problem)], problem).transform(Number);
export const whole = (minimum: number, maximum: number) => {
  const problem = `must be a whole number from ${minimum} to ${maximum}`;
  return number(problem).refine((value) => Number.isInteger(value) && value >= minimum && value <= maximum, problem);
};
/** TCP, with or without what speaks over it, or WebRTC-direct, which alone is over UDP. */
const multiaddr = text(
  /^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+\/(tcp\/\d+|udp\/\d+\/webrtc-direct)(\/|$)/,
  "must be a multiaddr such as /ip4/127.0.0.1/tcp/4001, /ip4/127.0.0.1/tcp/4002/ws or /ip4/127.0.0.1/udp/4003/webrtc-direct",
);
export const multiaddrs = z.array(multiaddr, 'must be a list such as ["/ip4/127.0.0.1/tcp/4001"]');
/** Whom to call, whoever else would answer there. */
const peer = text(
  /^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+\/(tcp|udp)\/\d+(\/[^/]+)*\/p2p\/16Uiu2H[1-9A-HJ-NP-Za-km-z]{46}$/,
  "must be a multiaddr that ends with a peer's id, such as /ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAm...",
);
export const peers = z.array(peer, 'must be a list such as ["/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAm..."]');

/** One setting: `settings.ts` lists them. */
export interface Setting<T> {
  /** `section.key` in lloom.toml. */
  readonly toml: string;
  /** Long flag without dashes; LLOOM_<FLAG> in the environment, unless `variable` names another. */
  readonly flag: string;
  /** Its environment variable, where programs beside the node have one for the same thing. */
  readonly variable?: keyof typeof SHARED_VARIABLES;
  /** How help names the value. */
  readonly value: string;
  readonly describe: string;
  /** Parses what came from any source. Lists are comma-separated on command line and in the environment. */
  readonly schema: z.ZodType<T>;
  /** Undefined: must be given by whoever needs it. */
  readonly fallback?: T | undefined;
  readonly list?: boolean;
  /** Which of its values name files or folders: they are made absolute, see `file-place.ts`. Undefined: none. */
  readonly isFile?: (value: string) => boolean;
  /** Its value may hold a key or a password: it is shown nowhere, not even when it is wrong. */
  readonly isSecret?: boolean;
}

/** A setting that may be left out. */
export const optional = <T>(value: Setting<T>): Setting<T> => value;
/** A setting with a default. */
export const defaulted = <T>(value: Setting<T> & { readonly fallback: T }): Setting<T> & { readonly fallback: T } =>
  value;
