// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IEquivocationDisputes} from "../../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {IJury} from "../../../../contracts/jury/IJury.sol";
import {Court} from "../../support/Court.sol";
import {vm} from "../../support/Vm.sol";

/// What a measured dispute holds, it lets go of; and what it has frozen is not for others.
contract MeasuredHoldsTest is Court {
    function setUp() public {
        deployCourt();
        populate(30);
    }

    function longAnswer(
        uint32 nonce,
        uint64 lane,
        uint96 cost
    ) private view returns (IAccountingV2.SignedPair memory pair) {
        pair = answerOf(nonce, 0, cost);
        pair.request.lane = lane;
        pair.request.deadline = uint40(clock + 20 days);
        sign(pair);
    }

    /// A dispute about a matured tail holds nothing, and lets go of it all the same.
    function test_Attack67_AHoldOfNothingEnds() public {
        IAccountingV2.SignedPair memory pair = longAnswer(1, 7, 150e6);
        settleOne(pair); // The channel has 100.
        pass(3 days);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        assertHold(address(measured), 0);
        assertRejected(pair, IAccountingV2.Rejection.Disputed);
        decide(id, 0, 5);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        assertHold(address(0), uint40(clock + 24 hours));
        openChannel(50e6);
        settleOne(pair);
        assertEq(laneCost(), 150e6, "the winner gets the rest of its shortfall");
    }

    /// A client that owes the rest of a shortfall opens a false dispute. The jury takes longer than the pair's window; the
    /// executor has another one after it.
    function test_Attack67_AFalseDisputeDoesNotOutliveTheClaimToTheRest() public {
        openChannel(200e6);
        // The capacity is 200. An answer of 195 of another lane leaves 5.
        IAccountingV2.SignedPair memory filler = answerOf(1, 0, 195e6);
        filler.request.lane = 8;
        sign(filler);
        settleOne(filler);
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 80e6);
        settleOne(pair);
        assertEq(laneCost(), 5e6, "75 are owed, and in the channel");
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        decide(id, 0, 5);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        assertTrue(clock > pair.request.deadline + accounting.SETTLE_WINDOW(), "the window has passed");
        uint256 snapshot = clock;
        pass(24 hours + 1);
        assertRejected(pair, IAccountingV2.Rejection.Expired);
        clock = snapshot + 24 hours;
        vm.warp(clock);
        settleOne(pair);
        assertEq(laneCost(), 80e6, "all of it");
    }

    /// Five disputes about five answers of one day, decided one after the other: a fifth less each of what the
    /// others took.
    function test_Attack65_AFirstOffenceSplitIntoFiveDoesNotTakeTheWholeStake() public {
        bytes32[] memory ids = new bytes32[](5);
        for (uint64 i = 0; i < 5; ++i) {
            IAccountingV2.SignedPair memory pair = longAnswer(1, 50 + i, 1e6);
            settleOne(pair);
            ids[i] = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        }
        for (uint256 i = 0; i < 5; ++i) {
            vm.prank(executor);
            measured.answer(ids[i], EVIDENCE);
        }
        for (uint256 i = 0; i < 5; ++i) seat(ids[i]);
        for (uint256 i = 0; i < 5; ++i) voteNow(ids[i]);
        pass(36 hours + 1);
        pass(24 hours + 1);
        uint96[5] memory penalties = [uint96(40e6), 34_400_000, 29_584_000, 25_442_240, 21_880_327];
        uint256 left = EXECUTOR_STAKE;
        for (uint256 i = 0; i < 5; ++i) {
            measured.poke(ids[i]);
            assertClosed(ids[i], IMeasuredDisputes.Outcome.Upheld);
            left -= penalties[i];
            assertEq(stakeOf(executor), left, "left");
        }
    }

    function voteNow(bytes32 id) private {
        address[] memory jurors = newestPanel(id);
        for (uint256 i = 0; i < jurors.length; ++i) commitAs(id, jurors[i], IJury.Choice.Mismatch);
        for (uint256 i = 0; i < jurors.length; ++i)
            jury.reveal(id, jurors[i], IJury.Choice.Mismatch, saltOf(jurors[i]));
    }

    /// Found guilty, about to lose the whole stake: it slashes itself before the verdict is carried out, with a friend for a
    /// reporter. The friend gets nothing.
    function test_Attack62_AGuiltyExecutorCannotPayItsFriends() public {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 20e6);
        settleOne(pair);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.TokenInflation, only(pair));
        assertEq(frozenOf(executor), EXECUTOR_STAKE, "a hundred overcharges: the whole stake is frozen");
        decide(id, 5, 0);
        for (uint32 i = 0; i < 2; ++i) equivocate(i);
        assertEq(stakeOf(executor), 0, "gone");
        assertEq(rewardsOf(stranger), 0, "and not to the friend");
        assertEq(rewardsOf(TREASURY), EXECUTOR_STAKE, "but to the treasury");
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(accounting.balanceOf(client), 20e6, "the client has its money back");
    }

    /// A friend's disputes, conceded before an honest one ends, take no more off its penalty than they took off the stake.
    function test_Attack64_ConcessionsToAFriendSaveNothing() public {
        fund(stranger);
        vm.prank(JUDGE);
        registry.strike(executor, IStakeRegistry.Offence.WrongModel, 4, 90 days);
        bytes32 id = openOne(); // The third offence: everything.
        decide(id, 5, 0);
        concedeToStranger(1);
        concedeToStranger(2);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), 0, "everything");
    }

    function test_Attack64_ConcessionsLowerASecondOffenceByItsShareOfThem() public {
        fund(stranger);
        vm.prank(JUDGE);
        registry.strike(executor, IStakeRegistry.Offence.WrongModel, 2, 90 days);
        bytes32 id = openOne(); // Half of 200.
        concedeToStranger(1); // A quarter of that: 25.
        decide(id, 5, 0);
        finish(id);
        // Of the 25 the friend got 7.5.
        assertEq(stakeOf(executor), EXECUTOR_STAKE - 25e6 - (100e6 - 17_500_000 / 2), "half of what was lost");
    }

    /// With stake that it adds after the verdict, to concede it to a friend.
    function test_Attack64_AddedStakeBuysNothingOff() public {
        fund(stranger);
        vm.prank(JUDGE);
        registry.strike(executor, IStakeRegistry.Offence.WrongModel, 4, 90 days);
        bytes32 id = openOne();
        decide(id, 5, 0);
        give(executor, 200e6);
        vm.prank(executor);
        registry.stake(200e6);
        concedeToStranger(1); // A quarter of 400.
        finish(id);
        uint256 friend = rewardsOf(stranger);
        assertEq(friend, 30e6, "30 % of it");
        assertTrue(EXECUTOR_STAKE + 200e6 - stakeOf(executor) - friend >= 200e6, "the whole penalty is lost");
    }

    function concedeToStranger(uint64 lane) private {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 1);
        (pair.request.client, pair.request.lane) = (stranger, lane);
        sign(pair, STRANGER_KEY, EXECUTOR_KEY);
        depositAs(stranger, 1);
        vm.prank(stranger);
        accounting.allocate(executor, 1);
        settleOne(pair);
        bytes32 id = openAs(stranger, IMeasuredDisputes.Kind.WrongModel, only(pair));
        vm.prank(executor);
        measured.concede(id);
    }

    function assertHold(address judge, uint40 claimableUntil) private view {
        (address foundJudge, uint96 amount, , , uint40 found) = accounting.tailHold(client, executor, 7, 1);
        assertEq(foundJudge, judge, "judge");
        assertEq(amount, 0, "of nothing");
        assertEq(found, claimableUntil, "claimable until");
    }

    function equivocate(uint32 i) private {
        IEquivocationDisputes.ResponseProof memory proof;
        IAccountingV2.SignedPair memory pair = answerOf(900 + i, 0, 900e6);
        pair.request.client = stranger;
        (proof.request, proof.first) = (pair.request, pair.response);
        proof.second = answerOf(900 + i, 0, 900e6).response;
        proof.second.contentHash = "another";
        bytes32 requestHash = accounting.hashRequest(proof.request);
        (proof.first.requestHash, proof.second.requestHash) = (requestHash, requestHash);
        bytes32 first = accounting.hashResponse(proof.first);
        bytes32 second = accounting.hashResponse(proof.second);
        proof.firstSignature = compact(EXECUTOR_KEY, first);
        proof.secondSignature = compact(EXECUTOR_KEY, second);
        disputes.commitReport(disputes.reportCommitment(stranger, "", first, second));
        mine(1);
        vm.prank(stranger);
        disputes.proveEquivocation(proof, "");
    }
}
