import { HttpError } from "../http-problem.ts";

/** A call whose API key is missing, or none that lets anybody in. */
export const keyProblem = (message: string, next = "Send the header authorization: Bearer KEY."): HttpError =>
  new HttpError("REQUEST_INVALID", message, {
    status: 401,
    type: "authentication_error",
    code: "API_KEY_INVALID",
    headers: { "www-authenticate": "Bearer" },
    next,
  });

/** The database that gateways share their keys' budgets by does not answer: nothing is signed that nobody could count. */
export const budgetsAway = (cause: unknown): HttpError =>
  Object.assign(
    new HttpError("INSUFFICIENT_FUNDS", "The API keys and their budgets cannot be read now.", {
      status: 503,
      type: "server_error",
      code: "BUDGETS_UNREACHABLE",
      headers: { "retry-after": "5", "x-should-retry": "true" },
      next: "Nothing was charged. Try again; who runs the gateway starts the Postgres of --keys-database.",
    }),
    { cause },
  );
