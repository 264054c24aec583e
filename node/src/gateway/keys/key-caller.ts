import type { FastifyRequest } from "fastify";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import type { ApiKey } from "../../store/client/api-keys.ts";
import type { KeyAccounts, Payer } from "./key-accounts.ts";

/** Who calls by a key that has limits, and spends of its budget. */
export class KeyCaller {
  readonly accounts: KeyAccounts;
  readonly key: ApiKey;

  constructor(accounts: KeyAccounts, key: ApiKey) {
    this.accounts = accounts;
    this.key = key;
  }

  /** Who pays a call that any of these models may answer. Throws 403, 429. */
  payer(models: readonly string[]): Payer {
    return this.accounts.payer(this.key, models);
  }

  /** Whether it may see what is sold under a name: all of it, or some weights. */
  maySee(summary: ModelSummary): boolean {
    return this.accounts.mayUseSome(this.key, summary);
  }
}

const callers = new WeakMap<FastifyRequest, KeyCaller>();

/** Who calls; undefined for a key without limits, or none. */
export const keyCallerOf = (request: FastifyRequest): KeyCaller | undefined => callers.get(request);

export function noteKeyCaller(request: FastifyRequest, caller: KeyCaller): void {
  callers.set(request, caller);
}
