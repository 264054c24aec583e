// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/interfaces/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../contracts/interfaces/IDeliveryDisputes.sol";
import {DeliveryMarket} from "../support/DeliveryMarket.sol";
import {vm} from "../support/Vm.sol";

/// "What of an answer is still unpaid waits for the end of the dispute, and is never paid after a refund." It is, if the
/// first part had matured: then nothing is held, `refunded` stays zero, and nobody can dispute the answer again.
contract PaidAfterRefundTest is DeliveryMarket {
    uint256 private constant OPEN_AT = ENROLLED + 48 hours;

    function setUp() public {
        deployDeliveryMarket();
        enrol(STAKE);
    }

    /// An answer of 100 of which the channel has 1. It matures, the client disputes.
    function disputeAFirstPart() private returns (IAccountingV2.SignedPair memory pair, bytes32 id) {
        openChannel(1e6);
        pair = pairOf(1, 0, 100e6);
        pair.request.deadline = uint40(OPEN_AT);
        sign(pair);
        settleOne(pair);
        vm.warp(OPEN_AT);
        id = openAs(client, pair, BOND);
    }

    function test_AConcededAnswerIsPaidAfterwardsAndCannotBeDisputed() public {
        (IAccountingV2.SignedPair memory pair, bytes32 id) = disputeAFirstPart();
        token.mint(executor, 1e6);
        vm.startPrank(executor);
        token.approve(address(delivery), 1e6);
        delivery.concede(id);
        vm.stopPrank();
        assertEq(accounting.balanceOf(client), 1e6, "refunded");

        openChannel(99e6); // For other answers of the same executor.
        settleOne(pair);
        assertEq(channelBalance(), 0, "the conceded answer took all of it");
        assertEq(registry.slashableStake(executor), STAKE, "for half a strike");
        vm.deal(client, BOND);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryAlreadyDisputed.selector, id));
        vm.prank(client);
        delivery.open{value: BOND}(pair);
    }

    function test_ADefaultedAnswerIsPaidAfterwardsAndCannotBeDisputed() public {
        (IAccountingV2.SignedPair memory pair, bytes32 id) = disputeAFirstPart();
        vm.warp(OPEN_AT + 12 hours + 1);
        delivery.poke(id);
        assertEq(uint256(disputeOf(id).state), uint256(IDeliveryDisputes.State.Defaulted), "lost");
        assertTrue(rewardsOf(client) >= 1e6, "refunded out of stake");
        openChannel(99e6);
        // The stake is half of what it was, and still covers a tail of 99.
        settleOne(pair);
        assertEq(channelBalance(), 0, "paid for what it was found not to have delivered");
    }
}
