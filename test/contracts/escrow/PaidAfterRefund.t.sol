// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {DeliveryMarket} from "../support/DeliveryMarket.sol";
import {vm} from "../support/Vm.sol";

/// What of an answer is still unpaid is never paid after a refund, though what was paid of it had matured and nothing could
/// be held.
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

    function test_Attack68_TheRestOfAConcededAnswerIsNeverPaid() public {
        (IAccountingV2.SignedPair memory pair, bytes32 id) = disputeAFirstPart();
        token.mint(executor, 1e6);
        vm.startPrank(executor);
        token.approve(address(delivery), 1e6);
        delivery.concede(id);
        vm.stopPrank();
        assertEq(accounting.balanceOf(client), 1e6, "refunded");
        expectNeverPaid(pair);
    }

    function test_Attack68_TheRestOfADefaultedAnswerIsNeverPaid() public {
        (IAccountingV2.SignedPair memory pair, bytes32 id) = disputeAFirstPart();
        vm.warp(OPEN_AT + 12 hours + 1);
        delivery.poke(id);
        assertTrue(rewardsOf(client) >= 1e6, "refunded out of stake");
        expectNeverPaid(pair);
    }

    /// Restitution out of stake is a refund too: no other judge finds anything left to give back.
    function test_Attack68_ADefaultedAnswerIsNotGivenBackAgain() public {
        (, bytes32 id) = disputeAFirstPart();
        vm.warp(OPEN_AT + 12 hours + 1);
        delivery.poke(id);
        IAccountingV2.Tail memory tail = IAccountingV2.Tail(client, executor, 7, 1, 0);
        vm.startPrank(JUDGE);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNoTail.selector, 1, 1e6));
        accounting.holdTail(tail);
        (uint256 paid, uint256 refunded) = accounting.clawBackTail(tail, false);
        vm.stopPrank();
        assertEq(paid + refunded, 0, "nothing to claw back");
    }

    /// The client's money and the executor's stake would allow it.
    function expectNeverPaid(IAccountingV2.SignedPair memory pair) private {
        openChannel(99e6);
        assertRejected(pair, IAccountingV2.Rejection.Disputed);
        (, , , bool lost, ) = accounting.tailHold(client, executor, 7, 1);
        assertTrue(lost, "lost");
    }
}
