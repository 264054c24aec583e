// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IMeasuredDisputes} from "../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Court} from "../support/Court.sol";
import {vm} from "../support/Vm.sol";

/// An executor that freezes all its stake for a dispute with a friend shelters nothing by it: not from leaving while an honest
/// dispute is open, not from the verdict, and not from the jurors.
contract OverlappingFreezesTest is Court {
    uint256 private shields;

    function setUp() public {
        deployCourt();
        populate(30);
    }

    function test_Attack63_StakeDoesNotLeaveBehindAFriendsFreeze() public {
        vm.prank(executor);
        registry.unbond(100e6);
        pass(13 days);
        IAccountingV2.SignedPair memory pair = settledAnswer(1, 0, 20e6);
        bytes32 shield = shieldUp();
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.TokenInflation, only(pair));
        shieldDown(shield);
        assertEq(frozenOf(executor), EXECUTOR_STAKE, "the honest dispute froze everything");
        pass(1 days);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeFrozen.selector, EXECUTOR_STAKE, EXECUTOR_STAKE));
        vm.prank(executor);
        registry.withdraw(executor);
        measured.poke(id);
        seat(id);
        vote(id, 5, 0, 0);
        measured.poke(id);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), 0, "all of it is slashed");
    }

    /// Only whoever could choose to be challenger goes without a share: the stake was reserved for another one first.
    function test_Attack63_JurorsArePaidWhatTheyFind() public {
        for (uint256 acquit = 0; acquit < 2; ++acquit) {
            IAccountingV2.SignedPair memory pair = answerOf(1, 0, 5e6);
            pair.request.lane = uint64(20 + acquit);
            sign(pair);
            settleOne(pair);
            bytes32 shield = shieldUp();
            bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
            uint256 fee = measured.disputeAt(id).fee;
            decide(id, acquit == 0 ? 5 : 0, acquit == 0 ? 0 : 5);
            finish(id);
            address juror = newestPanel(id)[0];
            assertEq(rewardsOf(juror) + deposits.creditOf(juror), fee, "fee");
            assertEq(rewardsOf(client), 0, "challenger");
            shieldDown(shield);
        }
    }

    /// What a dispute with a friend comes to, whatever its kind: the whole stake is frozen.
    function shieldUp() private returns (bytes32 id) {
        id = keccak256(abi.encode("shield", ++shields));
        vm.prank(JUDGE);
        registry.freeze(id, executor, EXECUTOR_STAKE);
    }

    function shieldDown(bytes32 id) private {
        vm.prank(JUDGE);
        registry.unfreeze(id);
    }
}
