// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
AccountingV2

holdTail, releaseTail, refundTail, clawBackTail, countDispute
└── the caller is not wired with power over tails (nobody, the jury): AccountingNotJudge
holdTail
├── the lane went on, another nonce, nothing paid beyond what was acknowledged: AccountingNoTail
├── a judge holds it: AccountingTailHeld
├── given back before: AccountingNoTail, but for what was paid since
└── otherwise: out of what has not matured, what matures first goes first, TailHeld
    ├── all of it unmatured: all is held
    └── matured: nothing is held, the rest is told
releaseTail, refundTail
├── not the judge that holds it: AccountingTailNotHeld
├── a second time: AccountingTailNotHeld
└── otherwise: to the executor at once, TailReleased; to the client's deposit, TailRefunded
clawBackTail
├── for ever: nothing more is paid for the answer, settled or not
├── no tail, a judge holds it, all is given back: counts the dispute, zero
├── matured: counts, tells what was paid, and leaves the tail to other disputes
└── otherwise: TailRefunded, counted
countDispute
└── otherwise: counts it for who lost
tailHold
└── judge, amount and refund of one answer
maySignFor: Signers.t.sol has the rule
└── says what settlement applies
settlement, withdrawal and unlocking go on while a tail is held
*/
contract DisputedTailsTest is MarketTest {
    IAccountingV2.Tail private _tail;

    function setUp() public override {
        deployMarket();
        enrol(200e6);
        openChannel(500e6);
        _tail = IAccountingV2.Tail(client, executor, 7, 1, 0);
    }

    /* JUDGES ALONE */

    function test_OnlyJudgesOfTailsTouchTails() public {
        settleOne(pairOf(1, 0, 30e6));
        address[2] memory others = [stranger, JURY];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IAccountingV2.AccountingNotJudge.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            accounting.holdTail(_tail);
            vm.expectRevert(refusal);
            accounting.releaseTail(_tail);
            vm.expectRevert(refusal);
            accounting.refundTail(_tail);
            vm.expectRevert(refusal);
            accounting.clawBackTail(_tail, false);
            vm.expectRevert(refusal);
            accounting.countDispute(client, executor, true);
            vm.stopPrank();
        }
    }

    /* HOLD */

    function test_AHeldTailIsNobodys() public {
        settleOne(pairOf(1, 0, 30e6));
        vm.expectEmit(address(accounting));
        emit IAccountingV2.TailHeld(client, executor, 7, 1, JUDGE, 30e6, 30e6);
        hold(30e6, 30e6);
        assertEarnings(0, 0, "taken out");
        assertHold(JUDGE, 30e6, 0);
        vm.warp(ENROLLED + 30 days);
        assertEq(accounting.withdrawableEarnings(executor), 0, "time does not release it");
    }

    function test_OnlyTheUnacknowledgedPartIsHeld() public {
        settleOne(pairOf(1, 50e6, 30e6));
        _tail.ackedCost = 50e6;
        hold(30e6, 30e6);
        assertEarnings(50e6, 0, "the acknowledged part");
    }

    function test_WhatMaturesFirstIsHeldFirst() public {
        settleOne(pairOf(1, 0, 30e6));
        vm.warp(ENROLLED + 1 days);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 20e6);
        pair.request.lane = 8;
        sign(pair);
        settleOne(pair);
        _tail.lane = 8;
        hold(20e6, 20e6);
        (, , uint104 currentTail, uint104 previousTail, uint48 epoch) = accounting.earnings(executor);
        assertEq(currentTail, 20e6, "today's");
        assertEq(previousTail, 10e6, "yesterday's");
        assertEq(epoch, (ENROLLED + 1 days) / 1 days, "epoch");
        _tail.lane = 7;
        hold(30e6, 30e6);
        assertEarnings(0, 0, "both held");
    }

    /// What was taken of yesterday's tails is not there for the next dispute of the same channel.
    function test_WhatIsHeldIsHeldOnce() public {
        IAccountingV2.SignedPair memory old = pairOf(1, 0, 20e6);
        old.request.lane = 8;
        sign(old);
        settleOne(old);
        vm.warp(ENROLLED + 2 days);
        settleOne(pairOf(1, 0, 30e6));
        vm.warp(ENROLLED + 3 days);
        hold(30e6, 30e6);
        _tail.lane = 8;
        hold(20e6, 0);
        assertEarnings(20e6, 0, "the old one has matured");
    }

    function test_AMaturedTailIsGone() public {
        settleOne(pairOf(1, 0, 30e6));
        vm.warp(ENROLLED + 2 days);
        vm.expectEmit(address(accounting));
        emit IAccountingV2.TailHeld(client, executor, 7, 1, JUDGE, 30e6, 0);
        hold(30e6, 0);
        assertEarnings(30e6, 0, "stays the executor's");
        vm.prank(executor);
        assertEq(accounting.withdrawEarnings(executor), 30e6, "and can be withdrawn");
    }

    function test_WithdrawnMoneyIsNeverMissed() public {
        settleOne(pairOf(1, 0, 30e6));
        vm.warp(ENROLLED + 2 days);
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        settleOne(pairOf(2, 30e6, 40e6));
        (_tail.nonce, _tail.ackedCost) = (2, 30e6);
        hold(40e6, 40e6);
        assertEarnings(0, 0, "nothing left");
        (uint128 settled, uint128 withdrawn, , , ) = accounting.earnings(executor);
        assertEq(settled, withdrawn, "and nothing less than that");
    }

    function test_HoldNeedsATail() public {
        expectNoTail(0, 0);
        settleOne(pairOf(1, 0, 30e6));
        _tail.nonce = 2;
        expectNoTail(1, 30e6);
        (_tail.nonce, _tail.ackedCost) = (1, 30e6);
        expectNoTail(1, 30e6);
        _tail.ackedCost = 31e6;
        expectNoTail(1, 30e6);
        settleOne(pairOf(2, 30e6, 5e6));
        _tail.ackedCost = 0;
        expectNoTail(2, 35e6);
    }

    function test_ATailHasOneJudgeAtATime() public {
        settleOne(pairOf(1, 0, 30e6));
        hold(30e6, 30e6);
        bytes memory refusal = abi.encodeWithSelector(IAccountingV2.AccountingTailHeld.selector, JUDGE);
        vm.startPrank(address(disputes));
        vm.expectRevert(refusal);
        accounting.holdTail(_tail);
        (uint256 paid, uint256 refunded) = accounting.clawBackTail(_tail, false);
        vm.stopPrank();
        assertEq(paid + refunded, 0, "nor clawed back");
        assertHold(JUDGE, 30e6, 0);
    }

    /// A released tail has matured: whoever disputes it again holds nothing of it.
    function test_AReleasedTailCanBeDisputedAgain() public {
        settleOne(pairOf(1, 0, 30e6));
        hold(30e6, 30e6);
        vm.prank(JUDGE);
        accounting.releaseTail(_tail);
        hold(30e6, 0);
        assertEarnings(30e6, 0, "the executor's");
    }

    /// A shortfall leaves a part of the answer unpaid: the executor gets it if the dispute ends for it, else never.
    function test_TheRestOfAShortfallWaitsForTheDispute() public {
        IAccountingV2.SignedPair memory pair = settleTwoThirds();
        hold(20e6, 20e6);
        assertRejected(pair, IAccountingV2.Rejection.Disputed);
        vm.prank(JUDGE);
        accounting.releaseTail(_tail);
        settleOne(pair);
        assertEq(laneCost(), 30e6, "the rest");
    }

    function test_TheRestOfARefundedAnswerIsNeverPaid() public {
        IAccountingV2.SignedPair memory pair = settleTwoThirds();
        hold(20e6, 20e6);
        vm.prank(JUDGE);
        accounting.refundTail(_tail);
        expectNoTail(1, 20e6);
        clawBack(0, 0);
        assertRejected(pair, IAccountingV2.Rejection.Disputed);
        assertHold(address(0), 0, 20e6);
        // The lane itself goes on: its next request acknowledges what it was paid.
        settleOne(pairOf(2, 20e6, 5e6));
        assertEq(laneCost(), 25e6, "the next answer");
    }

    /// An answer of 30 of which the channel holds 20, and then 100 more.
    function settleTwoThirds() private returns (IAccountingV2.SignedPair memory pair) {
        vm.prank(client);
        accounting.requestUnlock(executor, 480e6);
        vm.warp(ENROLLED + UNLOCK_DELAY);
        vm.prank(client);
        accounting.finalizeUnlock(executor);
        pair = pairOf(1, 0, 30e6);
        settleOne(pair);
        vm.prank(client);
        accounting.allocate(executor, 100e6);
    }

    /* RELEASE AND REFUND */

    function test_AReleasedTailCanBeWithdrawnAtOnce() public {
        settleOne(pairOf(1, 0, 30e6));
        hold(30e6, 30e6);
        vm.expectEmit(address(accounting));
        emit IAccountingV2.TailReleased(client, executor, 7, 1, JUDGE, 30e6);
        vm.prank(JUDGE);
        assertEq(accounting.releaseTail(_tail), 30e6, "returned");
        vm.prank(executor);
        assertEq(accounting.withdrawEarnings(executor), 30e6, "withdrawn");
        assertEarnings(0, 0, "nothing left");
        expectNotHeld(JUDGE, address(0));
    }

    function test_ARefundedTailIsFreeDeposit() public {
        settleOne(pairOf(1, 0, 30e6));
        hold(30e6, 30e6);
        vm.expectEmit(address(accounting));
        emit IAccountingV2.TailRefunded(client, executor, 7, 1, JUDGE, 30e6, 30e6);
        vm.prank(JUDGE);
        assertEq(accounting.refundTail(_tail), 30e6, "returned");
        vm.prank(client);
        accounting.withdraw(client, 30e6);
        expectNotHeld(JUDGE, address(0));
        assertHold(address(0), 0, 30e6);
        assertEq(laneCost(), 30e6, "the lane does not go back");
    }

    function test_OnlyTheHoldingJudgeDecides() public {
        settleOne(pairOf(1, 0, 30e6));
        expectNotHeld(JUDGE, address(0));
        hold(30e6, 30e6);
        expectNotHeld(address(disputes), JUDGE);
    }

    /* CLAW BACK */

    function test_AClawedBackTailIsRefundedAndCounted() public {
        settleOne(pairOf(1, 0, 30e6));
        vm.expectEmit(address(accounting));
        emit IAccountingV2.TailRefunded(client, executor, 7, 1, JUDGE, 30e6, 30e6);
        clawBack(30e6, 30e6);
        assertEq(accounting.balanceOf(client), 30e6, "refunded");
        assertEarnings(0, 0, "taken");
        assertLost(1, 0);
        clawBack(0, 0);
        assertLost(2, 0);
        assertEq(accounting.balanceOf(client), 30e6, "once");
    }

    function test_ClawingBackNothingIsNoFailure() public {
        settleOne(pairOf(1, 0, 30e6));
        settleOne(pairOf(2, 30e6, 5e6));
        clawBack(0, 0);
        assertEarnings(0, 35e6, "untouched");
        assertLost(1, 0);
    }

    /// Two answers were proven before one was settled: neither is ever paid, not after the jail either. The lane goes on.
    function test_Attack83_AnAnswerProvenTwiceIsNotPaidLater() public {
        endForEver();
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 30e6);
        pair.request.deadline = uint40(ENROLLED + 100 days);
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.Disputed);
        vm.warp(ENROLLED + 99 days);
        assertRejected(pair, IAccountingV2.Rejection.Disputed);
        settleOne(pairAt(2, ENROLLED + 100 days));
        assertEq(laneCost(), 5e6, "the next answer");
    }

    /// Nor is the rest of a shortfall, whether what was paid had matured or a judge held it.
    function test_Attack83_TheRestOfAnAnswerProvenTwiceIsNotPaid() public {
        IAccountingV2.SignedPair memory pair = settleTwoThirds();
        hold(20e6, 20e6);
        endForEver();
        vm.prank(JUDGE);
        accounting.releaseTail(_tail);
        assertRejected(pair, IAccountingV2.Rejection.Disputed);
        assertEq(laneCost(), 20e6, "no more");
    }

    function endForEver() private {
        vm.prank(JUDGE);
        (uint256 paid, uint256 refunded) = accounting.clawBackTail(_tail, true);
        assertEq(paid + refunded, 0, "nothing to claw back");
    }

    function pairAt(uint32 nonce, uint256 deadline) private view returns (IAccountingV2.SignedPair memory pair) {
        pair = pairOf(nonce, 0, 5e6);
        pair.request.deadline = uint40(deadline);
        sign(pair);
    }

    /// An executor that reports itself, once its tail has matured, does not take the client's own dispute away.
    function test_ClawingBackAMaturedTailLeavesItDisputable() public {
        settleOne(pairOf(1, 0, 30e6));
        vm.warp(ENROLLED + 2 days);
        clawBack(30e6, 0);
        hold(30e6, 0);
        assertHold(JUDGE, 0, 0);
    }

    /// Nor does it by a made-up request that acknowledged nearly everything.
    function test_ClawingBackAPartLeavesTheRestDisputable() public {
        settleOne(pairOf(1, 0, 30e6));
        _tail.ackedCost = 30e6 - 1;
        clawBack(1, 1);
        _tail.ackedCost = 0;
        hold(30e6 - 1, 30e6 - 1);
        assertHold(JUDGE, 30e6 - 1, 1);
    }

    /* COUNTS */

    function test_DisputesCountForWhoLost() public {
        vm.startPrank(JUDGE);
        accounting.countDispute(client, executor, true);
        accounting.countDispute(client, executor, false);
        accounting.countDispute(client, executor, false);
        vm.stopPrank();
        assertLost(1, 2);
    }

    /* SIGNERS */

    function test_MaySignForSaysWhatSettlementApplies() public {
        authorize(executor);
        assertTrue(accounting.maySignFor(executor, executor, 1), "oneself");
        assertTrue(accounting.maySignFor(executor, sessionSigner, type(uint40).max), "a session signer");
        assertTrue(!accounting.maySignFor(client, sessionSigner, 1), "of somebody else");
        assertTrue(!accounting.maySignFor(executor, address(0), 1), "nobody");
        assertTrue(!accounting.maySignFor(address(0), address(0), 1), "for nobody");
        vm.prank(executor);
        accounting.revokeSigner(sessionSigner);
        uint40 thawEnd = uint40(ENROLLED + UNLOCK_DELAY);
        assertTrue(accounting.maySignFor(executor, sessionSigner, thawEnd), "until it thaws");
        assertTrue(!accounting.maySignFor(executor, sessionSigner, thawEnd + 1), "no longer");
    }

    /* NO JUDGE IN THE WAY */

    /// I22: while a tail is held the lane goes on, both sides withdraw, the channel unlocks.
    function test_AHeldTailStopsNothingElse() public {
        settleOne(pairOf(1, 0, 30e6));
        hold(30e6, 30e6);
        settleOne(pairOf(2, 30e6, 5e6));
        vm.startPrank(client);
        accounting.requestUnlock(executor, 465e6);
        vm.warp(ENROLLED + 2 days);
        accounting.finalizeUnlock(executor);
        accounting.withdraw(client, 465e6);
        vm.stopPrank();
        vm.prank(executor);
        assertEq(accounting.withdrawEarnings(executor), 5e6, "the later answer");
        assertEq(token.balanceOf(address(accounting)), 30e6, "what is held");
        vm.prank(JUDGE);
        accounting.refundTail(_tail);
        vm.prank(client);
        accounting.withdraw(client, 30e6);
        assertEq(token.balanceOf(address(accounting)), 0, "to the last unit");
    }

    /// I13: what has matured is never held, however much the tail came to.
    function testFuzz_WhatIsHeldIsNeverMoreThanUnmatured(uint256 cost, uint256 acked, uint256 later) public {
        (cost, acked, later) = (bound(cost, 1, 150e6), bound(acked, 0, 200e6), bound(later, 0, 3 days));
        settleOne(pairOf(1, uint96(acked), uint96(cost)));
        vm.warp(ENROLLED + later);
        _tail.ackedCost = uint96(acked);
        uint256 unmatured = accounting.unmaturedTail(executor);
        uint256 withdrawable = accounting.withdrawableEarnings(executor);
        vm.prank(JUDGE);
        (uint256 paid, uint256 held) = accounting.holdTail(_tail);
        assertEq(paid, cost, "paid");
        assertEq(held, unmatured, "all that has not matured");
        assertEq(accounting.withdrawableEarnings(executor), withdrawable, "I13: the rest is untouched");
        vm.prank(JUDGE);
        accounting.refundTail(_tail);
        assertEq(accounting.balanceOf(client), held, "to the client");
    }

    /* SUPPORT */

    function hold(uint256 paid, uint256 held) private {
        vm.prank(JUDGE);
        (uint256 foundPaid, uint256 foundHeld) = accounting.holdTail(_tail);
        assertEq(foundPaid, paid, "paid");
        assertEq(foundHeld, held, "held");
    }

    function clawBack(uint256 paid, uint256 refunded) private {
        vm.prank(JUDGE);
        (uint256 foundPaid, uint256 foundRefunded) = accounting.clawBackTail(_tail, false);
        assertEq(foundPaid, paid, "paid");
        assertEq(foundRefunded, refunded, "refunded");
    }

    function expectNoTail(uint256 nonce, uint256 cost) private {
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingNoTail.selector, nonce, cost));
        vm.prank(JUDGE);
        accounting.holdTail(_tail);
    }

    function expectNotHeld(address caller, address holder) private {
        bytes memory refusal = abi.encodeWithSelector(IAccountingV2.AccountingTailNotHeld.selector, holder, caller);
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        accounting.releaseTail(_tail);
        vm.expectRevert(refusal);
        accounting.refundTail(_tail);
        vm.stopPrank();
    }

    function assertEarnings(uint256 withdrawable, uint256 unmatured, string memory what) private view {
        assertEq(accounting.withdrawableEarnings(executor), withdrawable, what);
        assertEq(accounting.unmaturedTail(executor), unmatured, what);
    }

    function assertHold(address judge, uint256 amount, uint256 refunded) private view {
        (address foundJudge, uint96 foundAmount, uint96 foundRefunded, , ) = accounting.tailHold(
            client,
            executor,
            7,
            1
        );
        assertEq(foundJudge, judge, "judge");
        assertEq(foundAmount, amount, "amount");
        assertEq(foundRefunded, refunded, "refunded");
    }

    function assertLost(uint256 byExecutor, uint256 byClient) private view {
        (, , , uint64 executorLost) = accounting.executorStats(executor);
        (, , , uint64 clientLost) = accounting.clientStats(client);
        assertEq(executorLost, byExecutor, "executor");
        assertEq(clientLost, byClient, "client");
    }
}
