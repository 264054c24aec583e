// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/interfaces/IAccountingV2.sol";
import {IDisputeManager} from "../../../contracts/interfaces/IDisputeManager.sol";
import {IMeasuredDisputes} from "../../../contracts/interfaces/IMeasuredDisputes.sol";
import {IJury} from "../../../contracts/interfaces/IJury.sol";
import {Court} from "../support/Court.sol";
import {vm} from "../support/Vm.sol";

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

    /// A dispute about a matured tail holds nothing, but names itself its judge, and forgets to let go: for ever.
    function test_AClosedDisputeKeepsAnEmptyHoldForEver() public {
        IAccountingV2.SignedPair memory pair = longAnswer(1, 7, 10e6);
        settleOne(pair);
        pass(3 days);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        decide(id, 0, 5);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        (address judge, uint96 amount, , , ) = accounting.tailHold(client, executor, 7, 1);
        assertEq(judge, address(measured), "still its judge, though closed");
        assertEq(amount, 0, "of nothing");
    }

    /// The executor won, and what its channel lacked is refused for ever all the same.
    function test_TheWinnerNeverGetsTheRestOfItsShortfall() public {
        IAccountingV2.SignedPair memory pair = longAnswer(1, 7, 150e6);
        settleOne(pair); // The channel has 100.
        pass(3 days);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        decide(id, 0, 5);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        openChannel(50e6);
        assertEq(uint256(accounting.checkPair(pair)), uint256(IAccountingV2.Rejection.Disputed), "refused for ever");
    }

    /// A client that owes the rest of a shortfall opens a false dispute. The jury takes longer than the pair's window, so
    /// that the client saves the rest, for a bond that is smaller.
    function test_AFalseDisputeOutlivesTheClaimToTheRest() public {
        openChannel(200e6);
        // The capacity is 200. An answer of 195 of another lane leaves 5.
        IAccountingV2.SignedPair memory filler = answerOf(1, 0, 195e6);
        filler.request.lane = 8;
        sign(filler);
        settleOne(filler);
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 80e6);
        settleOne(pair);
        assertEq(laneCost(), 5e6, "75 are owed, and in the channel");
        uint256 wealth = token.balanceOf(client);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        assertEq(wealth - token.balanceOf(client), BOND, "a bond of 2");
        decide(id, 0, 5);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        (address judge, , , , ) = accounting.tailHold(client, executor, 7, 1);
        assertEq(judge, address(0), "not held any more");
        assertTrue(channelBalance() >= 75e6, "the money is there");
        assertEq(
            uint256(accounting.checkPair(pair)),
            uint256(IAccountingV2.Rejection.Expired),
            "but the executor lost 75"
        );
    }

    /// A first offence costs a fifth of the stake. Five disputes about five answers of one day cost all of it.
    function test_AFirstOffenceSplitIntoFiveTakesTheWholeStake() public {
        bytes32[] memory ids = new bytes32[](5);
        for (uint64 i = 0; i < 5; ++i) {
            IAccountingV2.SignedPair memory pair = longAnswer(1, 50 + i, 1e6);
            ids[i] = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        }
        for (uint256 i = 0; i < 5; ++i) {
            vm.prank(executor);
            measured.answer(ids[i], EVIDENCE);
        }
        mine(5);
        for (uint256 i = 0; i < 5; ++i) measured.poke(ids[i]);
        for (uint256 i = 0; i < 5; ++i) voteNow(ids[i]);
        pass(36 hours + 1);
        pass(24 hours + 1);
        for (uint256 i = 0; i < 5; ++i) measured.poke(ids[i]);
        for (uint256 i = 0; i < 5; ++i) assertClosed(ids[i], IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), 0, "100 % at the first offence");
    }

    function voteNow(bytes32 id) private {
        address[] memory jurors = newestPanel(id);
        for (uint256 i = 0; i < jurors.length; ++i) commitAs(id, jurors[i], IJury.Choice.Mismatch);
        for (uint256 i = 0; i < jurors.length; ++i)
            jury.reveal(id, jurors[i], IJury.Choice.Mismatch, saltOf(jurors[i]));
    }

    /// Found guilty, about to lose the whole stake: it slashes itself before the verdict is carried out, and keeps 60 %.
    /// Challenger and jurors, who were right, get nothing; `frozen` reserved nothing for them.
    function test_AGuiltyExecutorSlashesItselfAndLeavesNothing() public {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 20e6);
        settleOne(pair);
        IMeasuredDisputes.DisputedAnswer[] memory list = only(pair);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.TokenInflation, list);
        assertEq(frozenOf(executor), EXECUTOR_STAKE, "ten overcharges: the whole stake is frozen");
        decide(id, 5, 0);
        for (uint32 i = 0; i < 2; ++i) equivocate(i);
        assertEq(stakeOf(executor), 0, "gone, frozen or not");
        assertEq(rewardsOf(stranger), (EXECUTOR_STAKE * 60) / 100, "60 % in the hands of an accomplice");
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(rewardsOf(client), 0, "nothing for the challenger who was right");
        address[] memory jurors = jury.jurorsOf(id, 1);
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(rewardsOf(jurors[i]) + measured.creditOf(jurors[i]), 0, "nothing for jurors who were right");
        }
    }

    function equivocate(uint32 i) private {
        IDisputeManager.ResponseProof memory proof;
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
