// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../contracts/interfaces/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../contracts/interfaces/IDeliveryDisputes.sol";
import {DeliveryEvents, DeliveryTest} from "./support/DeliveryMarket.sol";
import {vm} from "./support/Vm.sol";

/*
cancel
├── not open: DeliveryNotOpen; after the deadline: DeliveryTooLate
├── neither the client nor a session signer in force: DeliveryNotClient
├── a part of the answer is revealed: DeliveryRevealing (DeliveryAttacks)
└── otherwise: Cancelled; tail and a tenth of the bond to the executor
concede
├── not open, too late: as above
├── not by the executor: DeliveryNotExecutor
└── otherwise: Conceded; tail to the client, bond to the opener, half a strike, no slash
    ├── what has matured the executor pays; without allowance nothing happens
    └── the sixth within 30 days: jail
poke
├── not open: DeliveryNotOpen; up to the deadline: DeliveryTooEarly
└── otherwise: Defaulted, by anyone, early or late the same
    ├── tail to the client, bond to the opener, penalty 10 : 40 : 50, a strike
    ├── a matured tail: what is missing comes first out of stake, as a fifth of it at most
    ├── stake for less than the penalty, or none: what there is
    └── the third within 30 days: jail, and not if they lie further apart
withdrawBonds
├── to zero: DeliveryZeroAddress; nothing: DeliveryNothingCredited
└── otherwise: everything of the caller, BondsWithdrawn
*/
contract DeliveryEndTest is DeliveryTest, DeliveryEvents {
    /* CANCEL */

    function test_CancelLeavesATenthToTheExecutor() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        vm.warp(REVEAL_BY);
        vm.expectEmit(address(delivery));
        emit BondCredited(executor, id, BOND / 10);
        vm.expectEmit(address(delivery));
        emit BondCredited(client, id, BOND - BOND / 10);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Cancelled, client, COST, 0, 0, 0);
        vm.prank(client);
        delivery.cancel(id);
        assertEnded(pair, IDeliveryDisputes.State.Cancelled);
        assertEq(accounting.withdrawableEarnings(executor), COST, "the tail is the executor's");
        assertEq(delivery.bondsOf(executor), BOND / 10, "its tenth");
        assertEq(delivery.bondsOf(client), BOND - BOND / 10, "the rest");
        assertEq(disputesLostBy(client) + disputesLostBy(executor), 0, "nobody lost");
    }

    function test_OnlyTheClientCancels() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotClient.selector, client, executor));
        vm.prank(executor);
        delivery.cancel(id);
        authorize(client);
        vm.prank(sessionSigner);
        delivery.cancel(id);
        assertEq(delivery.bondsOf(client), BOND - BOND / 10, "to who opened");
    }

    function test_NobodyCancelsAfterTheDeadline() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.warp(REVEAL_BY + 1);
        expectTooLate();
        vm.prank(client);
        delivery.cancel(id);
        expectTooLate();
        vm.prank(executor);
        delivery.concede(id);
    }

    /* CONCEDE */

    function test_AConcessionCostsTheMoneyAndHalfAStrike() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        uint256 before = accounting.balanceOf(client);
        vm.expectEmit(address(delivery));
        emit BondCredited(client, id, BOND);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Conceded, executor, 0, COST, 0, 0);
        vm.prank(executor);
        delivery.concede(id);
        assertEnded(pair, IDeliveryDisputes.State.Conceded);
        assertEq(accounting.balanceOf(client) - before, COST, "refund");
        assertEq(accounting.withdrawableEarnings(executor), 0, "nothing earned");
        assertEq(delivery.bondsOf(client), BOND, "bond");
        assertEq(strikesOf(executor), 1, "half a strike");
        assertEq(disputesLostBy(executor), 1, "lost");
        assertEq(registry.activeStake(executor), STAKE, "no slash");
    }

    function test_OnlyTheExecutorConcedes() public {
        authorize(executor);
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.expectRevert(
            abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotExecutor.selector, executor, sessionSigner)
        );
        vm.prank(sessionSigner);
        delivery.concede(id);
    }

    function test_WhatHasMaturedTheExecutorPaysBack() public {
        (IAccountingV2.SignedPair memory pair, bytes32 id) = openMatured(pairOf(1, 0, COST));
        vm.prank(executor);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientAllowance(address,uint256,uint256)")));
        delivery.concede(id);

        uint256 before = accounting.balanceOf(client);
        vm.startPrank(executor);
        token.approve(address(delivery), COST);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Conceded, executor, 0, 0, COST, 0);
        delivery.concede(id);
        vm.stopPrank();
        assertEnded(pair, IDeliveryDisputes.State.Conceded);
        assertEq(accounting.balanceOf(client) - before, COST, "refund");
        assertEq(token.balanceOf(address(delivery)), 0, "nothing stays here");
        assertEq(token.balanceOf(executor), 0, "paid what it had withdrawn");
        assertEq(registry.activeStake(executor), STAKE, "no slash");
    }

    function test_SixConcessionsLeadToJail() public {
        for (uint32 nonce = 1; nonce <= 6; ++nonce) {
            assertTrue(registry.isActive(executor), "not before");
            IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
            pair.request.lane = nonce;
            sign(pair);
            settleOne(pair);
            openAs(client, pair, BOND);
            bytes32 id = idOf(pair);
            vm.prank(executor);
            delivery.concede(id);
        }
        assertTrue(!registry.isActive(executor), "jail");
        assertEq(registry.activeStake(executor), STAKE, "no slash");
    }

    /* POKE */

    function test_PokeWaitsForTheDeadline() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.warp(REVEAL_BY);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryTooEarly.selector, REVEAL_BY, REVEAL_BY));
        delivery.poke(id);
        vm.expectRevert(notOpen(bytes32(0), IDeliveryDisputes.State.None));
        delivery.poke(bytes32(0));
    }

    function test_SilenceCostsTheMoneyAndStake() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        uint256 before = accounting.balanceOf(client);
        vm.warp(REVEAL_BY + 1);
        vm.expectEmit(address(delivery));
        emit BondCredited(client, id, BOND);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Defaulted, stranger, 0, COST, 0, PENALTY);
        vm.prank(stranger);
        delivery.poke(id);
        assertEnded(pair, IDeliveryDisputes.State.Defaulted);
        assertEq(accounting.balanceOf(client) - before, COST, "refund");
        assertEq(delivery.bondsOf(client), BOND, "bond");
        assertEq(registry.slashableStake(executor), STAKE - PENALTY, "stake");
        assertEq(rewardsOf(stranger), PENALTY / 10, "who poked");
        assertEq(rewardsOf(client), (PENALTY * 4) / 10, "the client");
        assertEq(rewardsOf(TREASURY), PENALTY / 2, "the treasury");
        assertEq(strikesOf(executor), 2, "a strike");
        assertEq(disputesLostBy(executor), 1, "lost");
        assertTrue(registry.isActive(executor), "no jail for one");
        vm.expectRevert(notOpen(id, IDeliveryDisputes.State.Defaulted));
        delivery.poke(id);
    }

    /// The result is the same whenever somebody comes.
    function testFuzz_APokeIsNeverTooLate(uint256 late, uint96 cost) public {
        cost = uint96(bound(cost, 1, 100e6));
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, cost);
        bytes32 id = settleAndOpen(pair);
        uint256 penalty = disputeOf(id).penalty;
        uint256 before = accounting.balanceOf(client);
        vm.warp(REVEAL_BY + bound(late, 1, 10_000 days));
        vm.prank(stranger);
        delivery.poke(id);
        assertEnded(pair, IDeliveryDisputes.State.Defaulted);
        assertEq(accounting.balanceOf(client) - before, cost, "refund");
        assertEq(registry.slashableStake(executor), STAKE - penalty, "stake");
        assertEq(rewardsOf(stranger), penalty / 10, "who poked");
        assertEq(rewardsOf(client), (penalty * 4) / 10, "the client");
        assertEq(rewardsOf(stranger) + rewardsOf(client) + rewardsOf(TREASURY), penalty, "to the last unit");
    }

    function test_WhatHasMaturedComesOutOfStake() public {
        (IAccountingV2.SignedPair memory pair, bytes32 id) = openMatured(pairOf(1, 0, COST));
        vm.warp(ENROLLED + 48 hours + 12 hours + 1);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(
            id,
            client,
            executor,
            IDeliveryDisputes.State.Defaulted,
            stranger,
            0,
            0,
            COST,
            COST + PENALTY
        );
        vm.prank(stranger);
        delivery.poke(id);
        assertEnded(pair, IDeliveryDisputes.State.Defaulted);
        assertEq(rewardsOf(client), COST + (PENALTY * 4) / 10, "the client");
        assertEq(registry.slashableStake(executor), STAKE - COST - PENALTY, "stake");
    }

    /// Whatever the answer, however much stake, matured or not: everything taken belongs to somebody, and client and poker
    /// together get no more than 60 % of it.
    function testFuzz_ASlashIsSplitToTheLastUnit(uint96 cost, uint96 left, bool matured) public {
        cost = uint96(bound(cost, 1, 500e6));
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, cost);
        bytes32 id;
        if (matured) (, id) = openMatured(pair);
        else id = settleAndOpen(pair);
        uint256 penalty = disputeOf(id).penalty;
        uint256 stake = bound(left, 0, STAKE);
        takeStake(STAKE - stake);
        uint256 treasury = rewardsOf(TREASURY);
        vm.warp(ENROLLED + 4 days);
        vm.prank(stranger);
        delivery.poke(id);
        uint256 taken = stake - registry.slashableStake(executor);
        uint256 wanted = penalty + (matured ? cost : 0);
        assertTrue(taken == stake || taken >= penalty, "as much as there is");
        assertTrue(taken <= wanted, "no more than wanted");
        uint256 parties = rewardsOf(stranger) + rewardsOf(client);
        assertEq(parties + rewardsOf(TREASURY) - treasury, taken, "to the last unit");
        assertTrue(parties * 10 <= taken * 6, "60 percent");
        if (stake >= wanted) assertEq(taken, wanted, "all of it");
        assertEnded(pair, IDeliveryDisputes.State.Defaulted);
    }

    /// Attack 36.
    function test_Attack36_WithoutStakeADefaultStillEnds() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        bytes32 id = settleAndOpen(pair);
        takeStake(STAKE);
        vm.warp(REVEAL_BY + 1);
        uint256 before = accounting.balanceOf(client);
        delivery.poke(id);
        assertEnded(pair, IDeliveryDisputes.State.Defaulted);
        assertEq(accounting.balanceOf(client) - before, COST, "the escrow refunds");
        assertEq(rewardsOf(client), 0, "no stake, no share");
    }

    function test_ThreeDefaultsIn30DaysLeadToJail() public {
        assertTrue(activeAfterDefault(1, START + 20 days), "one");
        assertTrue(activeAfterDefault(2, START + 30 days), "two");
        assertTrue(!activeAfterDefault(3, START + 49 days), "three");
    }

    function test_ThreeDefaultsFurtherApartDoNot() public {
        assertTrue(activeAfterDefault(1, START + 20 days), "one");
        assertTrue(activeAfterDefault(2, START + 30 days), "two");
        assertTrue(activeAfterDefault(3, START + 51 days), "three, of which two count");
    }

    /* BONDS */

    function test_BondsAreWithdrawn() public {
        bytes32 id = settleAndOpen(pairOf(1, 0, COST));
        vm.startPrank(client);
        delivery.cancel(id);
        vm.expectRevert(IDeliveryDisputes.DeliveryZeroAddress.selector);
        delivery.withdrawBonds(address(0));
        vm.expectEmit(address(delivery));
        emit BondsWithdrawn(client, stranger, BOND - BOND / 10);
        assertEq(delivery.withdrawBonds(stranger), BOND - BOND / 10, "returned");
        assertEq(stranger.balance, BOND - BOND / 10, "paid");
        assertEq(delivery.bondsOf(client), 0, "nothing left");
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryNothingCredited.selector, client));
        delivery.withdrawBonds(stranger);
        vm.stopPrank();
        vm.prank(executor);
        delivery.withdrawBonds(executor);
        assertEq(address(delivery).balance, 0, "all gone");
    }

    /* SUPPORT */

    /// Settles, lets the tail mature and be withdrawn, and opens.
    function openMatured(
        IAccountingV2.SignedPair memory pair
    ) private returns (IAccountingV2.SignedPair memory, bytes32 id) {
        settleOne(pair);
        vm.warp(ENROLLED + 48 hours);
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        return (pair, openAs(client, pair, BOND));
    }

    /// Another judge slashes so much.
    function takeStake(uint256 amount) private {
        vm.prank(JUDGE);
        registry.slash(slashOf("elsewhere", amount));
    }

    function activeAfterDefault(uint64 lane, uint256 time) private returns (bool) {
        vm.warp(time);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        pair.request.lane = lane;
        pair.request.deadline = uint40(time);
        sign(pair);
        settleOne(pair);
        bytes32 id = openAs(client, pair, BOND);
        vm.warp(time + 12 hours + 1);
        delivery.poke(id);
        return registry.isActive(executor);
    }

    function notOpen(bytes32 id, IDeliveryDisputes.State state) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotOpen.selector, id, state);
    }

    function expectTooLate() private {
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryTooLate.selector, REVEAL_BY, REVEAL_BY + 1));
    }
}
