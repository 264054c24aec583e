import type { FastifyRequest } from "fastify";

/**
 * To whom belongs what a caller leaves at the gateway: to an API key of its database, to one of its file by its digest, or, where no key
 * is asked for, to the machine's own programs.
 */
export type Owner =
  | { readonly kind: "made"; readonly id: number }
  | { readonly kind: "listed"; readonly digest: string }
  | { readonly kind: "programs" };

export const PROGRAMS: Owner = { kind: "programs" };

/** As it is kept. */
export function ownerName(owner: Owner): string {
  if (owner.kind === "made") return `made ${owner.id}`;
  return owner.kind === "listed" ? `listed ${owner.digest}` : "programs";
}

/** What was kept, read again. */
export function ownerOfName(name: string): Owner {
  const [kind, value = ""] = name.split(" ");
  if (kind === "made") return { kind, id: Number(value) };
  return kind === "listed" ? { kind, digest: value } : PROGRAMS;
}

const owners = new WeakMap<FastifyRequest, Owner>();

export function noteOwner(request: FastifyRequest, owner: Owner): void {
  owners.set(request, owner);
}

/** Whose a request is that was let in, as it is kept. */
export const ownerOf = (request: FastifyRequest): string => ownerName(owners.get(request) ?? PROGRAMS);
