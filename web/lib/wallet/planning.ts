import type { ActionName } from "./actions.ts";
import type { Planned } from "./plan.ts";
import {
  planAllocate,
  planCancelUnlock,
  planDeposit,
  planFinishUnlock,
  planUnlock,
  planWithdraw,
} from "./plans/client.ts";
import { type DisputedSettlement, planCancelDispute, planDispute, planEndDispute } from "./plans/disputes.ts";
import { planBonds, planCredit, planEarnings, planRewards } from "./plans/payouts.ts";
import { planAuthorizeSigner, planRevokeSigner } from "./plans/signers.ts";
import type { Situation } from "./plans/situation.ts";
import { planCancelUnbond, planFinishUnbond, planStake, planUnbond, planUnjail } from "./plans/stake.ts";
import type { Provider } from "./provider.ts";

type Planner = (
  situation: Situation,
  provider: Provider,
  settlement: DisputedSettlement | undefined,
) => Planned | Promise<Planned>;

const PLANNERS: Readonly<Record<ActionName, Planner>> = {
  deposit: planDeposit,
  allocate: planAllocate,
  unlock: planUnlock,
  "finish-unlock": planFinishUnlock,
  "cancel-unlock": planCancelUnlock,
  withdraw: planWithdraw,
  "authorize-signer": planAuthorizeSigner,
  "revoke-signer": planRevokeSigner,
  earnings: planEarnings,
  stake: planStake,
  unbond: planUnbond,
  "finish-unbond": planFinishUnbond,
  "cancel-unbond": planCancelUnbond,
  unjail: planUnjail,
  rewards: planRewards,
  bonds: planBonds,
  credit: planCredit,
  dispute: planDispute,
  "cancel-dispute": planCancelDispute,
  "end-dispute": planEndDispute,
};

/** What an action comes to with what was typed, or what is wrong with the fields. Nothing is signed or sent. Throws what the wallet throws. */
export const planAction = async (
  action: ActionName,
  situation: Situation,
  provider: Provider,
  settlement?: DisputedSettlement,
): Promise<Planned> => PLANNERS[action](situation, provider, settlement);
