import { parseAmount, shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { Hex } from "@lloom/protocol/commitment-types";
import { utcText } from "@lloom/protocol/utc-text";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import type { Purse } from "../../client/question.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type Clock, steadyClock, wallClock } from "../../primitives/clock.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import { type ApiKey, type KeyName, keyState } from "../../store/client/api-keys.ts";
import { type PeriodBounds, periodAt } from "../../store/client/budget-period.ts";
import type { KeyUsage, Spending } from "../../store/client/key-spending.ts";
import { HttpError } from "../http-problem.ts";
import { isAllowed, isAllowedInPart } from "./allowed-models.ts";
import { budgetsAway, keyProblem } from "./key-problem.ts";
import type { KeyStore } from "./key-store.ts";

/** How a key's budget stands, base units. */
export interface BudgetStanding extends Spending {
  /** Undefined without a budget. */
  readonly budget: bigint | undefined;
  readonly left: bigint | undefined;
  readonly period: PeriodBounds;
  /** Until the budget begins anew; undefined where it does not. */
  readonly resetMs: number | undefined;
}

/** What one call spends. */
export interface Payer {
  /** For what is asked of a model. */
  purse(model: string): Purse;
  /** Nothing more is signed for it. Never throws. */
  over(): void | Promise<void>;
}

const MINUTE_SECONDS = 60;
/** Keys whose rate is remembered; of the others nothing was asked for long. */
const MOST_RATES = 4096;

/**
 * Lets callers in by their API keys, and holds each to its limits. Keys are read anew for every call and every request that is signed for
 * it, so that what another process changes holds from then on. Rates are counted in this process alone.
 */
export class KeyAccounts {
  readonly #store: KeyStore;
  readonly #token: TokenUnit;
  readonly #clock: Clock;
  readonly #rates = new BoundedMap<number, TokenBucket>({ most: MOST_RATES });

  constructor(store: KeyStore, token: TokenUnit) {
    this.#store = store;
    this.#token = token;
    this.#clock = store.clock ?? wallClock;
    void this.resolve();
  }

  /** Whether calls have to name a key: once one was ever made, also when it is revoked. */
  get areAsked(): boolean {
    return this.#store.keys.hasAny();
  }

  /** Sees a key anew, where others than this machine write it; 503 where they cannot be asked. */
  async renew(name: KeyName): Promise<void> {
    const { renew, spending } = this.#store;
    if (renew === undefined) return;
    try {
      await renew(name);
    } catch (cause) {
      throw budgetsAway(cause);
    }
    const key = "secret" in name ? this.#store.keys.bySecret(name.secret) : this.#store.keys.byId(name.id);
    if (key !== undefined && spending.held(key.id).length > 0) await this.resolve(key.id);
  }

  /** Whose secret it is. Throws 401. */
  admit(secret: string): ApiKey {
    const key = this.#store.keys.bySecret(secret);
    if (key === undefined) throw keyProblem("The API key is not known.");
    return this.#usable(key);
  }

  /** The same key later, by its number. Throws 401. */
  admitById(id: number): ApiKey {
    const key = this.#store.keys.byId(id);
    if (key === undefined) throw keyProblem("The API key is not known.");
    return this.#usable(key);
  }

  /** A key's rate, as it stands; undefined without one. */
  rateOf({ id, perMinute }: ApiKey): TokenBucket | undefined {
    if (perMinute === undefined) return undefined;
    const known = this.#rates.get(id);
    if (known !== undefined) return known;
    const rate = { perSecond: perMinute / MINUTE_SECONDS, burst: perMinute };
    const bucket = new TokenBucket(rate, this.#store.steady ?? steadyClock);
    this.#rates.set(id, bucket);
    return bucket;
  }

  /** Counts a call. Throws 429 with when to try again. */
  takeTurn(key: ApiKey): void {
    const rate = this.rateOf(key);
    if (rate === undefined || rate.take()) return;
    throw new HttpError("RATE_LIMITED", `The key "${key.name}" may ask ${key.perMinute} times a minute.`, {
      status: 429,
      headers: { "retry-after": String(Math.ceil(rate.waitMs(1) / 1000)) },
      next: "Wait as long as retry-after says.",
    });
  }

  /** Whether a key may use a model, by its name or as `NAME@sha256:DIGITS`. */
  mayUse({ models }: ApiKey, model: string): boolean {
    return models === undefined || isAllowed(models, model);
  }

  /** Whether a key may use some of what is sold under a name. */
  mayUseSome({ models }: ApiKey, summary: ModelSummary): boolean {
    return models === undefined || isAllowedInPart(models, summary);
  }

  /** Who pays a call. Throws 403 for a model that the key may not use, 429 where nothing is left of its budget. */
  payer(key: ApiKey, models: readonly string[]): Payer {
    const model = models.find((one) => !this.mayUse(key, one));
    if (model !== undefined)
      throw new HttpError("REQUEST_INVALID", `The key "${key.name}" may not use the model "${model}".`, {
        status: 403,
        code: "MODEL_NOT_ALLOWED",
        next: `Ask for one of these: ${(key.models ?? []).join(", ")}.`,
      });
    if (this.#leftAfterResolving(key) === 0n) throw this.#budgetSpent(key, undefined);
    const requests: Hex[] = [];
    return {
      purse: (model) => ({
        hold: (requestHash, most) => {
          // First: where Postgres is cut off, nobody knows whether it was held.
          requests.push(requestHash);
          return this.#hold(key.id, { requestHash, model, most });
        },
      }),
      over: () => this.#store.spending.resolve(requests, this.#store.chargeOf),
    };
  }

  standing(key: ApiKey): BudgetStanding {
    const nowMs = this.#clock();
    const period = periodAt(key.budget?.period ?? "total", nowMs);
    const { spent, held } = this.#store.spending.spending(key.id, period.fromMs);
    const budget = key.budget && budgetUnits(key.budget.amount, this.#token.decimals);
    const rest = budget === undefined ? undefined : budget - spent - held;
    const resetMs = period.untilMs === undefined ? undefined : period.untilMs - nowMs;
    return { spent, held, budget, period, resetMs, left: rest === undefined || rest > 0n ? rest : 0n };
  }

  /** What the key had answered, since a moment. */
  async usage({ id }: ApiKey, sinceMs: number): Promise<readonly KeyUsage[]> {
    await this.resolve(id);
    return this.#store.spending.usage(sinceMs, id);
  }

  /** Lets go of what is held for requests whose end is known by now: of calls that were cut off, and of a process that ended in between. */
  resolve(keyId?: number): void | Promise<void> {
    const { spending, chargeOf } = this.#store;
    return spending.resolve(spending.held(keyId), chargeOf);
  }

  #usable(key: ApiKey): ApiKey {
    const state = keyState(key, this.#clock());
    if (state === "active") return key;
    const end = state === "revoked" ? "was revoked" : `ended at ${utcText((key.expiresAtMs ?? 0) / 1000, "minute")}`;
    throw keyProblem(`The API key "${key.name}" ${end}.`, "Make another one: lloom keys create --name NAME.");
  }

  /** At once where the budget is in the client's own file, so that it is held in one transaction with the request. */
  #hold(
    keyId: number,
    asked: { readonly requestHash: Hex; readonly model: string; readonly most: bigint },
  ): void | Promise<void> {
    const key = this.admitById(keyId);
    const { requestHash, model, most: amount } = asked;
    const atMs = this.#clock();
    const { fromMs: periodAtMs } = periodAt(key.budget?.period ?? "total", atMs);
    const budget = key.budget && budgetUnits(key.budget.amount, this.#token.decimals);
    const hold = { keyId, requestHash, model, amount, periodAtMs, atMs };
    const isHeld = this.#store.spending.hold(hold, budget);
    if (typeof isHeld !== "boolean") return this.#heldElsewhere(isHeld, key, amount);
    if (!isHeld) throw this.#budgetSpent(key, amount);
  }

  async #heldElsewhere(holding: Promise<boolean>, { id }: ApiKey, most: bigint): Promise<void> {
    const isHeld = await holding.catch((cause: unknown) => Promise.reject(budgetsAway(cause)));
    // Refused for its budget, or since it was revoked meanwhile.
    if (!isHeld) throw this.#budgetSpent(this.admitById(id), most);
  }

  #leftAfterResolving(key: ApiKey): bigint | undefined {
    const { left } = this.standing(key);
    if (left !== 0n) return left;
    // Elsewhere it was done when the key was seen anew.
    void this.resolve(key.id);
    return this.standing(key).left;
  }

  #budgetSpent(key: ApiKey, most: bigint | undefined): HttpError {
    const { left = 0n, period, held, resetMs } = this.standing(key);
    const shown = (amount: bigint): string => shownAmount(amount, this.#token);
    const { amount = "0", period: over = "total" } = key.budget ?? {};
    const wants = most === undefined ? "" : `, and this request may cost ${shown(most)}`;
    const holds = held === 0n ? "" : `; ${shown(held)} are held for requests that are not over`;
    const until = period.untilMs && `wait until ${utcText(period.untilMs / 1000, "minute")}, `;
    return new HttpError(
      "INSUFFICIENT_FUNDS",
      `Of its budget of ${amount} ${this.#token.symbol} ${PERIOD_WORDS[over]} the key "${key.name}" has ${shown(left)} left${wants}${holds}.`,
      {
        status: 429,
        type: "insufficient_quota",
        code: "KEY_BUDGET_SPENT",
        headers: resetMs === undefined ? {} : { "retry-after": String(Math.ceil(resetMs / 1000)) },
        next: `Ask for fewer max_tokens, ${until ?? ""}or use a key with a larger budget: lloom keys create --name NAME --budget AMOUNT.`,
      },
    );
  }
}

const PERIOD_WORDS = { total: "in all", day: "a day", month: "a month" } as const;

/** What of a budget the token can count; digits that it has not are left out. */
function budgetUnits(amount: string, decimals: number): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return parseAmount(decimals === 0 || fraction === "" ? whole : `${whole}.${fraction.slice(0, decimals)}`, decimals);
}
