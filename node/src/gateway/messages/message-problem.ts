import type { HttpProblem } from "../http-problem.ts";

/** Anthropic's words for failures, by their status. */
const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};

/** A failure in the shape of Anthropic's API; the field that is wrong and the network's own code stand beside its words. */
export function messagesProblem({ status, body: { error } }: HttpProblem): object {
  const { message, param, lloom_code } = error;
  const type = TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  return { type: "error", error: { type, message, param, lloom_code } };
}
