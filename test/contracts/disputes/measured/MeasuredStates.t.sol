// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJury} from "../../../../contracts/jury/IJury.sol";
import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {Court} from "../../support/Court.sol";
import {vm} from "../../support/Vm.sol";

/*
MeasuredDisputes

unknown dispute: MeasuredWrongState, MeasuredNothingDue
answer, concede
├── not the executor: MeasuredNotExecutor
├── after the deadline: MeasuredTooLate, whether anybody noticed or not
├── another state: MeasuredWrongState
└── otherwise: ExecutorAnswered, a panel is asked for; closed
poke
├── nothing due: MeasuredNothingDue
├── the executor was silent: ExecutorSilent, a panel is asked for
├── the draw
│   ├── too few candidates: PanelFailed, what follows is in MeasuredVerdicts.t.sol
│   ├── is not made: MeasuredNothingDue
│   └── is made: Voting
├── the votes
│   ├── are not over: MeasuredNothingDue
│   ├── found nothing, once: PanelFailed, another panel; twice: MeasuredVerdicts.t.sol
│   └── found something: VerdictFound, Appealable
├── the time to appeal is over: Closed
└── the time to rule is over: Closed (MeasuredVerdicts.t.sol)
appeal
├── another state: MeasuredWrongState
├── no arbitrator: MeasuredNoArbitrator
└── otherwise, by anyone: Appealed, next panel; ArbitrationAsked
rule
├── not the arbitrator: MeasuredNotArbitrator
├── no such choice: MeasuredUnknownRuling
├── no such dispute: MeasuredWrongState
├── after the deadline: MeasuredTooLate
└── otherwise: Ruling, and Closed as it says; a refusal leaves the last verdict (MeasuredVerdicts.t.sol)
disputeAt
└── zeros for an unknown dispute; all amounts are zero once it is closed (assertClosed in support/Court.sol)
*/
contract MeasuredStatesTest is Court {
    function setUp() public {
        deployCourt();
        populate(30);
    }

    function test_AnUnknownDisputeHasNoState() public {
        bytes32 id = keccak256("unknown");
        IMeasuredDisputes.Dispute memory none;
        bytes32 zeros = keccak256(abi.encode(none));
        assertEq(keccak256(abi.encode(measured.disputeAt(id))), zeros, "zeros");
        vm.expectRevert(wrongState(id, IMeasuredDisputes.State.None));
        answerTo(id);
        vm.expectRevert(wrongState(id, IMeasuredDisputes.State.None));
        measured.concede(id);
        vm.expectRevert(wrongState(id, IMeasuredDisputes.State.None));
        measured.appeal(id);
        assertNothingDue(id, IMeasuredDisputes.State.None);
    }

    /* ANSWER */

    function test_OnlyTheExecutorAnswers() public {
        bytes32 id = openOne();
        bytes memory reason = abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotExecutor.selector, executor, client);
        vm.expectRevert(reason);
        vm.prank(client);
        measured.answer(id, EVIDENCE);
        vm.expectRevert(reason);
        vm.prank(client);
        measured.concede(id);
    }

    function test_TheLastSecondCounts() public {
        bytes32 id = openOne();
        pass(12 hours);
        assertNothingDue(id, IMeasuredDisputes.State.Answer);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.ExecutorAnswered(id, executor, keccak256("defence"));
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredMoved(id, IMeasuredDisputes.State.Draw, 1, 0);
        vm.expectEmit(address(jury));
        emit IJury.DrawRequested(id, 1, 5, 30, height + 64);
        answerTo(id);
        vm.expectRevert(wrongState(id, IMeasuredDisputes.State.Draw));
        answerTo(id);
    }

    function test_AfterTheDeadlineNobodyHasToNotice() public {
        bytes32 id = openOne();
        uint256 until = clock + 12 hours;
        pass(12 hours + 1);
        bytes memory late = abi.encodeWithSelector(IMeasuredDisputes.MeasuredTooLate.selector, until, until + 1);
        vm.expectRevert(late);
        answerTo(id);
        vm.expectRevert(late);
        vm.prank(executor);
        measured.concede(id);
    }

    function test_SilenceIsNoGuiltAndForfeitsNothing() public {
        bytes32 id = openOne();
        pass(12 hours + 1);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.ExecutorSilent(id, executor);
        measured.poke(id);
        seat(id);
        vote(id, 5, 0, 0);
        appealAs(executor, id);
        assertState(id, IMeasuredDisputes.State.Draw);
    }

    function test_ASilentExecutorCanStillBeRight() public {
        bytes32 id = openOne();
        pass(12 hours + 1);
        measured.poke(id);
        seat(id);
        vote(id, 0, 5, 0);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
    }

    /* DRAW AND VOTES */

    function test_ADrawWaitsForItsBlock() public {
        bytes32 id = openOne();
        answerTo(id);
        assertNothingDue(id, IMeasuredDisputes.State.Draw);
        mine(DRAW_BLOCKS);
        assertNothingDue(id, IMeasuredDisputes.State.Draw);
        drawPanel(id);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredMoved(id, IMeasuredDisputes.State.Voting, 1, clock + 36 hours);
        measured.poke(id);
        assertEq(newestPanel(id).length, 5, "five");
        pass(36 hours);
        assertNothingDue(id, IMeasuredDisputes.State.Voting);
    }

    function test_ALostBlockIsReplaced() public {
        bytes32 id = openOne();
        answerTo(id);
        mine(10_000);
        vm.expectEmit(address(jury));
        emit IJury.DrawRenewed(id, 1, 30, height + 64);
        jury.draw(id, "");
        assertNothingDue(id, IMeasuredDisputes.State.Draw);
        seat(id);
        assertState(id, IMeasuredDisputes.State.Voting);
    }

    function test_APanelThatFindsNothingIsFollowedByAnother() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 2, 0, 0);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.PanelFailed(id, 1);
        vm.expectEmit(address(jury));
        emit IJury.DrawRequested(id, 2, 11, 30, height + 64);
        measured.poke(id);
        assertEq(measured.disputeAt(id).round, 2, "the second");
        seat(id);
        vote(id, 6, 0, 0);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.VerdictFound(id, 2, IJury.Verdict.Mismatch);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredMoved(id, IMeasuredDisputes.State.Appealable, 2, clock - 1 + 24 hours);
        measured.poke(id);
    }

    /* APPEAL */

    function test_AppealsGoToElevenAndToTheArbitrator() public {
        bytes32 id = openOne();
        vm.expectRevert(wrongState(id, IMeasuredDisputes.State.Answer));
        appealAs(client, id);
        decide(id, 5, 0);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.Appealed(id, executor, 2, 2 * BOND);
        appealAs(executor, id);
        seat(id);
        assertEq(newestPanel(id).length, 11, "eleven");
        vote(id, 0, 11, 0);
        measured.poke(id);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.Appealed(id, client, 2, ARBITRATION_COST);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredMoved(id, IMeasuredDisputes.State.Arbitration, 2, clock + 14 days);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.ArbitrationAsked(id, 1, client, ARBITRATION_COST);
        appealAs(client, id);
    }

    function test_AnAppealEndsInItsTime() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        // The votes ended a second ago.
        pass(24 hours - 1);
        assertNothingDue(id, IMeasuredDisputes.State.Appealable);
        appealAs(client, id);
    }

    function test_WithoutArbitratorTheSecondVerdictIsTheLast() public {
        deployCourt(false);
        populate(20);
        bytes32 id = openOne();
        decide(id, 0, 5);
        appealAs(client, id);
        seat(id);
        vote(id, 0, 11, 0);
        vm.expectRevert(IMeasuredDisputes.MeasuredNoArbitrator.selector);
        appealAs(client, id);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
    }

    /* RULE */

    function test_OnlyTheArbitratorRules() public {
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotArbitrator.selector, ARBITER));
        vm.prank(ARBITER);
        measured.rule(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredUnknownRuling.selector, 3));
        vm.prank(address(arbitrator));
        measured.rule(1, 3);
        vm.expectRevert(wrongState(bytes32(0), IMeasuredDisputes.State.None));
        vm.prank(address(arbitrator));
        measured.rule(1, 1);
    }

    function test_ALateRulingIsNone() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 2, 0, 0);
        measured.poke(id);
        seat(id);
        vote(id, 2, 0, 0);
        measured.poke(id);
        uint256 until = clock + 14 days;
        pass(14 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredTooLate.selector, until, until + 1));
        vm.prank(ARBITER);
        arbitrator.giveRuling(1, 1);
        vm.warp(until);
        vm.prank(ARBITER);
        arbitrator.giveRuling(1, 1);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
    }

    function test_AVerdictNotNoticedInTimeCannotBeAppealed() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 5, 0, 0);
        pass(24 hours);
        vm.expectRevert(
            abi.encodeWithSelector(IMeasuredDisputes.MeasuredWrongState.selector, id, IMeasuredDisputes.State.Closed)
        );
        appealAs(executor, id);
    }

    function test_AnAppealNeedsNoPokeBefore() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 5, 0, 0);
        pass(24 hours - 1);
        appealAs(executor, id);
        assertState(id, IMeasuredDisputes.State.Draw);
    }

    /* PARTS */

    function wrongState(bytes32 id, IMeasuredDisputes.State found) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMeasuredDisputes.MeasuredWrongState.selector, id, found);
    }

    function assertNothingDue(bytes32 id, IMeasuredDisputes.State state) private {
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredNothingDue.selector, id, state));
        measured.poke(id);
    }
}
