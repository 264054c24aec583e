// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbitrable} from "../../../../contracts/arbitrator/IArbitrable.sol";
import {IArbitrator} from "../../../../contracts/arbitrator/IArbitrator.sol";
import {IJury} from "../../../../contracts/jury/IJury.sol";
import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {Verdicts} from "../../support/Verdicts.sol";
import {vm} from "../../support/Vm.sol";

/*
Where the money goes, to the unit, in every branch. Stake 200, penalty 40, bond 2, fee 0.2, arbitrator 20, cost 10.
conceded
└── cost back, a quarter of the penalty, half a strike
first jury
├── mismatch: cost back, penalty, a strike, fees out of the slash
├── match: cost to the executor, fees out of the bond, the rest of it to the executor and the treasury
└── unclear: the same, but all jurors are paid and none is fined
second jury, asked by
├── the challenger
│   ├── wins: both deposits back
│   └── loses: both deposits lost
└── the executor
    ├── wins: deposit back, bond lost and less than the fees
    └── loses: deposit lost, half of it to the challenger
arbitrator, asked by the loser of the second jury
├── rules for it: second verdict is turned
├── rules against it
├── refuses: last verdict, price back
├── is silent: last verdict, price back
└── costs nothing: nobody pays it
no jury
├── too few reveals twice, with an arbitrator
│   ├── rules mismatch: paid out of the slash
│   ├── rules match: paid out of the bond
│   └── is silent: void
├── too few reveals twice, without: void
├── too few candidates, with an arbitrator: arbitration
├── too few candidates, without: void
└── too few candidates for an appeal: first verdict, deposit back
strikes: 20, 50, 100 %; a concession counts half; forgotten after 90 days
less stake than the penalty: what there is
already matured: restitution out of stake
inflated counts: MeasuredOpen.t.sol
nobody acts: the same result by one late poke
*/
contract MeasuredVerdictsTest is Verdicts {
    function setUp() public {
        deployCourt();
        populate(40);
    }

    /* CONCEDED */

    function test_ConcedingCostsAQuarter() public {
        bytes32 id = openOne();
        expected.refunded = COST;
        expected.slashReporter = 3e6;
        expected.slashTreasury = 7e6;
        expectReturn(client, BOND);
        expectClosed(id, IMeasuredDisputes.Outcome.Conceded);
        vm.prank(executor);
        measured.concede(id);
        assertEnded(id, IMeasuredDisputes.Outcome.Conceded);
        assertEq(rewardsOf(client), 3e6, "reward");
        assertEq(stakeOf(executor), 190e6, "stake");
        assertEq(frozenOf(executor), 0, "frozen");
    }

    /* FIRST JURY */

    function test_MismatchSlashes() public {
        bytes32 id = openOne();
        decide(id, 4, 1);
        address[] memory jurors = newestPanel(id);
        expectSlash(4);
        expectReturn(client, BOND);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(rewardsOf(client), 12e6, "reward");
        assertEq(stakeOf(executor), EXECUTOR_STAKE - PENALTY, "stake");
        assertEq(frozenOf(executor), 0, "frozen");
        // The fifth said the opposite: 5 % of 500, of which 60 % go to the four others.
        for (uint256 i = 0; i < 4; ++i) assertEq(rewardsOf(jurors[i]), JUROR_FEE + 3.75e6, "right");
        assertEq(rewardsOf(jurors[4]), 0, "wrong");
        assertEq(stakeOf(jurors[4]), VALIDATOR_STAKE - 25e6, "fined");
        (, , , uint64 lost) = accounting.executorStats(executor);
        assertEq(lost, 1, "counted");
    }

    function test_MatchCostsTheBond() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        expected.released = COST;
        expectFees(newestPanel(id), JUROR_FEE);
        expectRest(executor, 0.5e6, 0.5e6);
        endAs(id, IMeasuredDisputes.Outcome.Rejected);
        assertEq(stakeOf(executor), EXECUTOR_STAKE, "stake");
        assertEq(frozenOf(executor), 0, "frozen");
        assertEq(accounting.withdrawableEarnings(executor), COST, "cost, mature now");
        (, , , uint64 lost) = accounting.clientStats(client);
        assertEq(lost, 1, "counted");
    }

    function test_AnUnclearVerdictFinesNobody() public {
        bytes32 id = openOne();
        decide(id, 3, 2);
        address[] memory jurors = newestPanel(id);
        expected.released = COST;
        expectFees(jurors, JUROR_FEE);
        expectRest(executor, 0.5e6, 0.5e6);
        endAs(id, IMeasuredDisputes.Outcome.Rejected);
        for (uint256 i = 0; i < 5; ++i) assertEq(stakeOf(jurors[i]), VALIDATOR_STAKE, "not fined");
    }

    /* SECOND JURY */

    function test_TheChallengerWinsItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        decideAgain(client, id, 11, 0);
        assertEq(token.balanceOf(address(measured)), 3 * BOND, "bond and twice the bond");
        expectSlash(11);
        expectReturn(client, BOND);
        expectReturn(client, 2 * BOND);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
        address[] memory first = jury.jurorsOf(id, 1);
        for (uint256 i = 0; i < 5; ++i) assertEq(stakeOf(first[i]), VALIDATOR_STAKE - 25e6, "the first were wrong");
    }

    function test_TheChallengerLosesItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        decideAgain(client, id, 0, 11);
        expected.released = COST;
        expectFees(jury.jurorsOf(id, 1), JUROR_FEE);
        expectFees(jury.jurorsOf(id, 2), JUROR_FEE);
        expectRest(executor, 1.4e6, 1.4e6);
        endAs(id, IMeasuredDisputes.Outcome.Rejected);
    }

    function test_TheExecutorWinsItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 5, 0);
        decideAgain(executor, id, 0, 11);
        expected.released = COST;
        expectReturn(executor, 2 * BOND);
        // Eleven fees are more than the bond: each gets an eleventh, and the two units left are halved.
        expectFees(jury.jurorsOf(id, 2), BOND / 11);
        expectRest(executor, 1, 1);
        endAs(id, IMeasuredDisputes.Outcome.Rejected);
    }

    function test_TheExecutorLosesItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 5, 0);
        decideAgain(executor, id, 11, 0);
        expectSlash(16);
        expectReturn(client, BOND);
        expectRest(client, BOND, BOND);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
    }

    /* ARBITRATOR */

    function test_TheArbitratorTurnsTheVerdict() public {
        bytes32 id = askArbitrator();
        assertEq(token.balanceOf(address(measured)), 3 * BOND + ARBITRATION_COST, "deposits");
        expected.released = COST;
        expectReturn(executor, 2 * BOND);
        expectFee(ARBITER, ARBITRATION_COST);
        expectRest(executor, BOND / 2, BOND / 2);
        vm.expectEmit(address(measured));
        emit IArbitrable.Ruling(IArbitrator(address(arbitrator)), 1, 2);
        ruleToEnd(id, 2, IMeasuredDisputes.Outcome.Rejected);
        address[] memory jurors = newestPanel(id);
        for (uint256 i = 0; i < 11; ++i) assertEq(stakeOf(jurors[i]), VALIDATOR_STAKE - 25e6, "jurors were wrong");
    }

    function test_TheArbitratorConfirmsTheVerdict() public {
        bytes32 id = askArbitrator();
        expectSlash(16);
        expectReturn(client, BOND);
        expectFee(ARBITER, ARBITRATION_COST);
        expectRest(client, BOND, BOND);
        ruleToEnd(id, 1, IMeasuredDisputes.Outcome.Upheld);
    }

    function test_ARefusalLeavesTheLastVerdict() public {
        bytes32 id = askArbitrator();
        expectLastVerdict();
        ruleToEnd(id, 0, IMeasuredDisputes.Outcome.Upheld);
        assertEq(measured.creditOf(ARBITER), 0, "no price");
    }

    function test_SilenceOfTheArbitratorLeavesTheLastVerdict() public {
        bytes32 id = askArbitrator();
        pass(14 days);
        assertNothingDue(id);
        pass(1);
        expectLastVerdict();
        pokeToEnd(id, IMeasuredDisputes.Outcome.Upheld);
        vm.expectRevert(
            abi.encodeWithSelector(IMeasuredDisputes.MeasuredWrongState.selector, id, IMeasuredDisputes.State.Closed)
        );
        vm.prank(ARBITER);
        arbitrator.giveRuling(1, 2);
    }

    function test_AnArbitratorThatCostsNothingIsPaidNothing() public {
        vm.etch(address(arbitrator), deploy("Arbitrator.sol:Arbitrator", abi.encode(ARBITER, 0)).code);
        bytes32 id = askArbitrator();
        assertEq(token.balanceOf(address(measured)), 3 * BOND, "no deposit for it");
        expectSlash(16);
        expectReturn(client, BOND);
        expectRest(client, BOND, BOND);
        ruleToEnd(id, 1, IMeasuredDisputes.Outcome.Upheld);
    }

    /* NO JURY */

    function test_TheArbitratorRulesMismatchInsteadOfAJury() public {
        bytes32 id = failTwice();
        expectSlash(0);
        // A fifth of the penalty does not cover the arbitrator's price; the four who revealed go without.
        expected.slashJury = 8e6;
        expected.slashTreasury = 20e6;
        expectReturn(client, BOND);
        ruleToEnd(id, 1, IMeasuredDisputes.Outcome.Upheld);
        assertEq(rewardsOf(ARBITER), 8e6, "arbitrator");
    }

    function test_TheArbitratorRulesMatchInsteadOfAJury() public {
        bytes32 id = failTwice();
        expected.released = COST;
        // As far as the bond goes.
        expectFee(ARBITER, BOND);
        ruleToEnd(id, 2, IMeasuredDisputes.Outcome.Rejected);
    }

    function test_NoJuryAndASilentArbitratorAreVoid() public {
        bytes32 id = failTwice();
        assertState(id, IMeasuredDisputes.State.Arbitration);
        assertEq(newestPanel(id).length, 11, "eleven the second time");
        pass(14 days + 1);
        expected.released = COST;
        expectReturn(client, BOND);
        pokeToEnd(id, IMeasuredDisputes.Outcome.Void);
        assertEq(stakeOf(executor), EXECUTOR_STAKE, "stake");
        address[] memory jurors = newestPanel(id);
        // Two revealed in the second panel and two in the first; 3 and 9 committed only.
        assertEq(rewardsOf(jurors[0]), (12 * 15e6) / 4, "who revealed shares the fines");
        assertEq(stakeOf(jurors[10]), VALIDATOR_STAKE - 25e6, "who did not is fined");
        (, , , uint64 lost) = accounting.clientStats(client);
        assertEq(lost, 0, "nobody lost");
    }

    function test_NoJuryAndNoArbitratorAreVoid() public {
        deployCourt(false);
        populate(40);
        assertClosed(failTwice(), IMeasuredDisputes.Outcome.Void);
    }

    function test_TooFewCandidatesGoToTheArbitrator() public {
        deployCourt();
        populate(4);
        bytes32 id = openOne();
        answerTo(id);
        mine(5);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.PanelFailed(id, 1);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredMoved(id, IMeasuredDisputes.State.Arbitration, 1, clock + 14 days);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.ArbitrationAsked(id, 1, address(0), ARBITRATION_COST);
        measured.poke(id);
        assertEq(measured.arbitrated(1), id, "known");
    }

    function test_TooFewCandidatesWithoutArbitratorAreVoid() public {
        deployCourt(false);
        populate(4);
        bytes32 id = openOne();
        answerTo(id);
        mine(5);
        expected.released = COST;
        expectReturn(client, BOND);
        pokeToEnd(id, IMeasuredDisputes.Outcome.Void);
    }

    function test_AnAppealThatNobodyCanHearLeavesTheFirstVerdict() public {
        deployCourt(false);
        populate(15);
        bytes32 id = openOne();
        decide(id, 5, 0);
        appealAs(executor, id);
        mine(5);
        expectSlash(5);
        expectReturn(client, BOND);
        expectReturn(executor, 2 * BOND);
        pokeToEnd(id, IMeasuredDisputes.Outcome.Upheld);
    }

    /* PENALTIES */

    function test_EveryStrikeCostsMore() public {
        for (uint32 i = 1; i <= 3; ++i) {
            uint256 stake = stakeOf(executor);
            uint256 share =
                i == 1
                    ? 20
                    : i == 2
                        ? 50
                        : 100;
            IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(i, 0, 1e6));
            bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, list);
            assertEq(measured.disputeAt(id).penalty, (stake * share) / 100, "share");
            decide(id, 5, 0);
            finish(id);
            assertEq(stakeOf(executor), stake - (stake * share) / 100, "left");
        }
        assertStrikes(6);
        // Of nothing it is a twentieth of the minimum, for stake that comes later.
        assertEq(measured.modelPenalty(executor), MINIMUM_EXECUTOR / 20, "floor");
    }

    function test_TwoConcessionsAreAStrikeAndAreForgotten() public {
        for (uint32 i = 1; i <= 2; ++i) {
            bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(answerOf(i, 0, 1e6)));
            assertEq(measured.disputeAt(id).penalty, stakeOf(executor) / 5, "a fifth");
            vm.prank(executor);
            measured.concede(id);
        }
        assertEq(measured.modelPenalty(executor), stakeOf(executor) / 2, "one strike");
        pass(90 days + 1);
        assertEq(measured.modelPenalty(executor), stakeOf(executor) / 5, "forgotten");
    }

    function test_ASlashTakesWhatThereIs() public {
        bytes32 id = openOne();
        slashByAnotherCourt(190e6);
        decide(id, 5, 0);
        expected.refunded = COST;
        expected.slashReporter = 3e6;
        expected.slashJury = 250_000;
        expected.slashTreasury = 6.75e6;
        expectReturn(client, BOND);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), 0, "nothing left");
    }

    function test_TwoThirdsAreEnough() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        decideAgain(client, id, 6, 3); // Nine of eleven reveal.
        measured.poke(id);
        assertEq(uint256(measured.disputeAt(id).verdict), uint256(IJury.Verdict.Mismatch), "six of nine");
    }

    /// Fees as a share of an uneven penalty are rounded up; what jurors are not owed goes on to the treasury.
    function test_WhatJurorsAreNotOwedIsTheTreasurys() public {
        give(executor, 7e6);
        vm.prank(executor);
        registry.stake(7e6);
        bytes32 id = openOne();
        decide(id, 5, 0);
        (expected.refunded, expected.slashReporter, expected.slashJury) = (COST, 12_420_000, 5 * JUROR_FEE);
        expected.slashTreasury = 41_400_000 - 12_420_000 - 5 * JUROR_FEE;
        expectReturn(client, 2_070_000);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(rewardsOf(TREASURY), expected.slashTreasury, "treasury");
        assertEq(rewardsOf(newestPanel(id)[0]), JUROR_FEE, "fee");
    }

    function test_MaturedCostsComeOutOfStake() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 10e6));
        pass(48 hours);
        vm.prank(executor);
        accounting.withdrawEarnings(executor);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, list);
        assertEq(measured.disputeAt(id).restitution, 10e6, "restitution");
        assertEq(frozenOf(executor), PENALTY + 10e6, "frozen");
        decide(id, 5, 0);
        expectSlash(5);
        (expected.refunded, expected.slashRestituted) = (0, COST);
        expectReturn(client, BOND);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(rewardsOf(client), 22e6, "cost and reward");
    }

    /* NOBODY ACTS */

    function test_OneLatePokeDoesWhatManyEarlyOnesDo() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 4, 1, 0);
        pass(300 days);
        expectSlash(4);
        expectReturn(client, BOND);
        pokeToEnd(id, IMeasuredDisputes.Outcome.Upheld);
    }

    /* PARTS */

    function expectLastVerdict() private {
        expectSlash(16);
        expectReturn(client, BOND);
        expectReturn(executor, ARBITRATION_COST);
        expectRest(client, BOND, BOND);
    }

    function assertNothingDue(bytes32 id) private {
        vm.expectRevert(
            abi.encodeWithSelector(IMeasuredDisputes.MeasuredNothingDue.selector, id, measured.disputeAt(id).state)
        );
        measured.poke(id);
    }
}
