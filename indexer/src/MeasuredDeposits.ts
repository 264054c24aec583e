import { ponder } from "ponder:registry";
import { creditAccount, creditMovement, type creditMovementKind } from "ponder:schema";
import type { Hex } from "viem";
import { originOf } from "./origin.ts";
import type { Db } from "./totals.ts";

interface Movement {
  readonly depositsAddress: Hex;
  readonly account: Hex;
  readonly kind: (typeof creditMovementKind.enumValues)[number];
  readonly amount: bigint;
  /** Of a deposit, what was credit. */
  readonly spent?: bigint;
  readonly disputeId?: Hex;
  readonly counterparty?: Hex;
  readonly origin: ReturnType<typeof originOf>;
}

/** Books what an account paid, got or took out. */
async function moveCredit(db: Db, { depositsAddress, account, origin, ...movement }: Movement): Promise<void> {
  const { kind, amount, spent = 0n } = movement;
  const isCredited = kind === "CREDIT" || kind === "ADD";
  const key = { depositsAddress, address: account };
  await db.insert(creditAccount).values(key).onConflictDoNothing();
  const { credit } = await db.update(creditAccount, key).set((row) => {
    const credited = row.credited + (isCredited ? amount : 0n);
    const withdrawn = row.withdrawn + (kind === "WITHDRAW" ? amount : 0n);
    const spentEver = row.spent + spent;
    const deposited = row.deposited + (kind === "DEPOSIT" ? amount : 0n);
    return { credited, withdrawn, spent: spentEver, deposited, credit: credited - spentEver - withdrawn };
  });
  await db
    .insert(creditMovement)
    .values({ ...origin, depositsAddress, accountAddress: account, ...movement, spent, credit });
}

ponder.on("MeasuredDeposits:DepositTaken", async ({ event, context: { db } }) => {
  const { id: disputeId, payer: account, amount, spent } = event.args;
  const about = { depositsAddress: event.log.address, account, disputeId, origin: originOf(event) };
  await moveCredit(db, { ...about, kind: "DEPOSIT", amount, spent });
});

ponder.on("MeasuredDeposits:Credited", async ({ event, context: { db } }) => {
  const { id: disputeId, account, amount } = event.args;
  const about = { depositsAddress: event.log.address, account, disputeId, origin: originOf(event) };
  await moveCredit(db, { ...about, kind: "CREDIT", amount });
});

ponder.on("MeasuredDeposits:CreditAdded", async ({ event, context: { db } }) => {
  const { account, payer: counterparty, amount } = event.args;
  const about = { depositsAddress: event.log.address, account, counterparty, origin: originOf(event) };
  await moveCredit(db, { ...about, kind: "ADD", amount });
});

ponder.on("MeasuredDeposits:CreditWithdrawn", async ({ event, context: { db } }) => {
  const { account, to: counterparty, amount } = event.args;
  const about = { depositsAddress: event.log.address, account, counterparty, origin: originOf(event) };
  await moveCredit(db, { ...about, kind: "WITHDRAW", amount });
});
