import type { Address } from "@lloom/protocol/commitment-types";
import type { ActionName } from "../../lib/wallet/actions.ts";
import type { WalletDeployment } from "../../lib/wallet/deployment.ts";
import type { FieldName } from "../../lib/wallet/plan.ts";
import type { DisputedSettlement } from "../../lib/wallet/plans/disputes.ts";
import type { Session } from "../../lib/wallet/session.ts";

/** What an action is carried out with. */
export interface DeskProps {
  readonly action: ActionName | undefined;
  readonly session: Session;
  readonly deployment: WalletDeployment;
  /** Executors of the account's channels, by the index. */
  readonly executors: readonly Address[];
  /** Keys that sign for the account, by the index. */
  readonly signers: readonly Address[];
  readonly settlement: DisputedSettlement | undefined;
  /** Fields that the address bar fills. */
  readonly initial: Readonly<Partial<Record<FieldName, string>>>;
}
