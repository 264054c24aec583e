import { decoded, hidingOf } from "./secret-url.ts";

/** Where an HTTP server is, taken apart so that what is secret in its address is sent to it and shown to nobody. */
export interface HttpEndpoint {
  /** Scheme, host and port: all of the address that is ever shown. */
  readonly origin: string;
  /** Path and query, often with a key in them. */
  readonly path: string;
  /** Origin and path: what fetch takes, which refuses addresses with user info. */
  readonly href: string;
  /** Of user info in the address, as a header carries it. */
  readonly authorization: string | undefined;
  /** Text from the server without any part of the address that may be secret. */
  hide(text: string): string;
}

/** The endpoint at a URL; undefined for what is no http or https URL. */
export function httpEndpoint(text: string): HttpEndpoint | undefined {
  const url = URL.parse(text);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return undefined;
  const { origin, pathname, search, username, password } = url;
  const path = `${pathname}${search}`;
  const [user, word] = [decoded(username), decoded(password)];
  return {
    ...{ origin, path, href: `${origin}${path}`, hide: hidingOf(url) },
    authorization: user + word === "" ? undefined : `Basic ${base64(`${user}:${word}`)}`,
  };
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
