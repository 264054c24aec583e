import type { Hex } from "@lloom/protocol/commitment-types";
import { Identifier } from "../figures/identifier.tsx";

/** Accounts of a dispute by what they are in it. */
export type Roles = ReadonlyMap<Hex, { readonly name: string; readonly path: string }>;

interface PartyProps {
  readonly address: Hex;
  readonly roles: Roles;
}

/** An account by its role in the dispute, with the way to its page; one without a role is searched for. */
export function Party({ address, roles }: PartyProps) {
  const role = roles.get(address);
  const href = role === undefined ? `/search?q=${address}` : `${role.path}/${address}`;
  return (
    <>
      {role === undefined ? null : `${role.name} `}
      <Identifier value={address} what={role?.name ?? "address"} href={href} short />
    </>
  );
}
