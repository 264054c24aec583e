// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {DeliveryEvents, DeliveryTest} from "../../support/DeliveryMarket.sol";
import {vm} from "../../support/Vm.sol";

/*
DeliveryDisputes

poke
├── not open: DeliveryNotOpen; up to the deadline: DeliveryTooEarly
└── otherwise: Defaulted, by anyone, early or late the same
    ├── tail to the client, bond to the opener, penalty 10 : 40 : 50, a strike
    ├── a matured tail: what is missing comes first out of stake, as a fifth of it at most
    ├── stake for less than the penalty, or none: what there is
    └── the third within 30 days: jail, and not if they lie further apart
*/
contract DeliveryDefaultTest is DeliveryTest, DeliveryEvents {
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
        uint256 wanted = penalty + (matured ? cost : 0);
        uint256 served = wanted < STAKE ? wanted : STAKE;
        uint256 taken = stake - registry.slashableStake(executor);
        assertEq(taken, wanted < stake ? wanted : stake, "as much as there is");
        uint256 parties = rewardsOf(stranger) + rewardsOf(client);
        assertEq(
            parties + rewardsOf(TREASURY) - treasury,
            served,
            "with what was taken after it was frozen, to the last unit"
        );
        assertTrue(parties * 10 <= served * 6, "60 percent");
        uint256 owed = registry.slashableStake(executor) + registry.withheldOf(executor);
        assertEq(owed + parties + rewardsOf(TREASURY), STAKE, "all stake is somebody's");
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
        assertEq(rewardsOf(client), (PENALTY * 4) / 10, "out of what was taken after the dispute froze it");
    }

    function test_Attack36_WhatNeverHadStakeStillEnds() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        takeStake(STAKE);
        vm.warp(OPENED);
        bytes32 id = openAs(client, pair, BOND);
        vm.warp(REVEAL_BY + 1);
        delivery.poke(id);
        assertEnded(pair, IDeliveryDisputes.State.Defaulted);
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

    /* SUPPORT */

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
}
