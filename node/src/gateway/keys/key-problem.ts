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
