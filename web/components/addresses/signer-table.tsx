import type { SessionSigner } from "../../lib/rows.ts";
import { Identifier } from "../figures/identifier.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { Sign } from "../figures/sign.tsx";
import { type Column, DataTable } from "../table/data-table.tsx";

const columnsOf = (now: number): readonly Column<SessionSigner>[] => [
  {
    header: "Key",
    hint: "Address of the key",
    cell: ({ address }) => (
      <Identifier value={address} what="session key" href={`/address/${address}`} short copyable />
    ),
  },
  {
    header: "Since",
    hint: "When it was authorised",
    from: "sm",
    cell: ({ authorizedAt }) => <RelativeTime at={authorizedAt} now={now} />,
  },
  {
    header: "State",
    hint: "A revoked key counts for what it signed until its end, and never comes back",
    cell: ({ thawEnd }) =>
      thawEnd === null ? (
        <Sign form="cleared" text="in force" hint="It may sign" />
      ) : (
        <>
          <Sign form="none" text={thawEnd > now ? "ends " : "ended "} hint="It was revoked" />
          <RelativeTime at={thawEnd} now={now} />
        </>
      ),
  },
];

/** Session keys of an account. */
export const SignerTable = ({ keys, now }: { readonly keys: readonly SessionSigner[]; readonly now: number }) => (
  <DataTable
    caption="Session keys of this account, the newest first"
    columns={columnsOf(now)}
    rows={keys}
    rowKey={({ address }) => address}
    rowTestId="signer-row"
  />
);
