import { createMiddleware } from "hono/factory";
import { steadyMs } from "../clock.ts";
import { refusal } from "../json.ts";
import { callerOf } from "./caller.ts";
import { RateLimit } from "./rate-limit.ts";

const BURST = 120;
const limit = new RateLimit({ burst: BURST, perSecond: 10, most: 10_000 });

/** Node's request, as Hono's server hands it on. */
interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

/** Lets each address ask so often; every answer says how much it has left. Programs of this machine are not counted. */
export const limited = createMiddleware<{ Bindings: NodeBindings }>(async (context, next) => {
  const remote = context.env?.incoming?.socket?.remoteAddress;
  const caller = callerOf(remote, context.req.header("x-forwarded-for"));
  if (caller === undefined) return await next();
  const { allowed, remaining, resetSeconds } = limit.take(caller, steadyMs());
  const told = {
    "ratelimit-limit": String(BURST),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": String(resetSeconds),
  };
  if (allowed) await next();
  else context.res = refusal("RATE_LIMITED", "This address has asked too often.");
  for (const [name, value] of Object.entries(told)) context.res.headers.set(name, value);
  if (!allowed) context.res.headers.set("retry-after", String(resetSeconds));
});
