import { LloomError } from "../../errors.ts";
import { fieldOf, type RouterControl } from "./router-description.ts";

const MOST_BYTES = 64 * 1024;
const ANSWER_MS = 3_000;

/** What a router answers to an order: the fields of its answer, or an error of UPnP by its number. */
export type OrderAnswer =
  | { readonly type: "done"; readonly field: (name: string) => string | undefined }
  | { readonly type: "refused"; readonly number: number; readonly why: string };

/** Gives a router an order (SOAP over HTTP, as UPnP has it). Throws RESPONSE_INVALID, or what the network says. */
export async function order(
  { url, service }: RouterControl,
  { action, values = {} }: { readonly action: string; readonly values?: Readonly<Record<string, string | number>> },
  signal: AbortSignal,
): Promise<OrderAnswer> {
  const fields = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`);
  const body = `<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:${action} xmlns:u="${service}">${fields.join("")}</u:${action}></s:Body></s:Envelope>`;
  const headers = { "content-type": 'text/xml; charset="utf-8"', soapaction: `"${service}#${action}"` };
  const { ok, text } = await read(url, { method: "POST", headers, body }, signal);
  if (ok) return { type: "done", field: (name) => fieldOf(text, name) };
  const number = Number(fieldOf(text, "errorCode") ?? Number.NaN);
  if (!Number.isInteger(number)) throw new LloomError("RESPONSE_INVALID", `The router at ${url} does not say why not.`);
  return { type: "refused", number, why: (fieldOf(text, "errorDescription") ?? "").slice(0, 100) };
}

/** Fetches what a router says of itself. Throws RESPONSE_INVALID, or what the network says. */
export async function describe(url: string, signal: AbortSignal): Promise<string> {
  const { ok, text } = await read(url, {}, signal);
  if (ok) return text;
  throw new LloomError("RESPONSE_INVALID", `The router at ${url} does not describe itself.`);
}

/** An answer of bounded size, from that very address. */
async function read(url: string, init: RequestInit, stopped: AbortSignal): Promise<{ ok: boolean; text: string }> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_MS)]);
  const response = await fetch(url, { ...init, signal, redirect: "error" });
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) throw new LloomError("RESPONSE_INVALID", `The router at ${url} answers too much.`);
    parts.push(part);
  }
  return { ok: response.ok, text: Buffer.concat(parts).toString() };
}
