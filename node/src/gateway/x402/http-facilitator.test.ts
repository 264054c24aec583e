import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { newPayer, signPayment, TERMS } from "../../../../test/support/staged-payments.ts";
import { httpFacilitator } from "./http-facilitator.ts";
import { readPayment } from "./payment-form.ts";
import { requirementsFor } from "./terms.ts";

const requirements = requirementsFor(TERMS, 100n);
const payment = readPayment(signPayment(newPayer(), requirements));
const order = { payment, requirements, alsoOwed: 0n };
const transaction = `0x${"ab".repeat(32)}`;

let server: Server;
let url: string;
/** What it answers next, and what it was told. */
let answer: { status: number; body: string };
let told: { path: string | undefined; body: unknown }[];
beforeEach(async () => {
  [answer, told] = [{ status: 200, body: "{}" }, []];
  server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request) text += String(piece);
    told.push({ path: request.url, body: text === "" ? undefined : JSON.parse(text) });
    response.writeHead(answer.status).end(answer.body);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x402/`;
});
afterEach(() => void server.close());

const signal = AbortSignal.timeout(30_000);
const says = (body: object, status = 200): void => {
  answer = { status, body: JSON.stringify(body) };
};

it("is told the payment as it was sent, and what it is to pay", async () => {
  says({ isValid: true, payer: payment.authorization.from });
  expect(await httpFacilitator(url).verify(order, signal)).toBeUndefined();
  const paymentPayload = JSON.parse(payment.text);
  expect(told).toEqual([
    { path: "/x402/verify", body: { x402Version: 2, paymentPayload, paymentRequirements: requirements } },
  ]);
});

it("says why a payment is none, whatever the status, and in printable letters", async () => {
  says({ isValid: false, invalidReason: "insufficient_funds\n" }, 400);
  expect(await httpFacilitator(url).verify(order, signal)).toBe("insufficient_funds?");
});

it("says what it took by which transaction, and what it did not", async () => {
  const facilitator = httpFacilitator(url);
  says({ success: true, transaction, network: requirements.network });
  expect(await facilitator.settle(order, signal)).toEqual({ taken: true, transaction });
  says({ success: false, errorReason: "no_gas", transaction: "" });
  expect(await facilitator.settle(order, signal)).toEqual({ taken: false, reason: "no_gas" });
});

it("says nothing where it answers in no form of x402, not in time, or not at all", async () => {
  const facilitator = httpFacilitator(url);
  for (const body of ["", "<html>", "{}", '{"success":"yes"}', `{"success":true,"x":"${"x".repeat(300_000)}"}`]) {
    answer = { status: 200, body };
    await expect(facilitator.settle(order, signal)).rejects.toThrow(/form of x402/);
  }
  await expect(facilitator.settle(order, AbortSignal.abort())).rejects.toThrow();
  await expect(httpFacilitator("http://127.0.0.1:1").settle(order, signal)).rejects.toThrow();
});

it("has to serve scheme and network before the gateway opens", async () => {
  const facilitator = httpFacilitator(url);
  says({ kinds: [{ x402Version: 2, scheme: "exact", network: requirements.network }] });
  await facilitator.check(requirements, signal);
  for (const change of [{ x402Version: 1 }, { scheme: "upto" }, { network: "eip155:1" }]) {
    says({ kinds: [{ x402Version: 2, scheme: "exact", network: requirements.network, ...change }] });
    await expect(facilitator.check(requirements, signal)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  }
  server.close();
  await expect(httpFacilitator("http://127.0.0.1:1").check(requirements, signal)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
});
