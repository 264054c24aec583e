// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbitrable} from "../../../../contracts/arbitrator/IArbitrable.sol";
import {IArbitrator} from "../../../../contracts/arbitrator/IArbitrator.sol";
import {IJury} from "../../../../contracts/jury/IJury.sol";
import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {Verdicts} from "../../support/Verdicts.sol";
import {vm} from "../../support/Vm.sol";

/*
Where the money goes, to the unit, in every branch. Stake 200, penalty 40, fee 0.2, bond 3.2, arbitrator 20, cost 10.
conceded
└── cost back, a quarter of the penalty, half a strike
first jury
├── mismatch: cost back, penalty, a strike, fees out of the slash
├── match: cost to the executor, fees out of the bond, the rest of it to the executor and the treasury
└── nothing: a second one
second jury, after an appeal of
├── the challenger
│   ├── wins: both deposits back
│   └── loses: both deposits lost
├── the executor
│   ├── wins: deposit back, bond lost
│   └── loses: deposit lost, half of it to the challenger
├── somebody else: the deposit is the payer's
└── and finds nothing: as if the first had found nothing
arbitrator, asked by the loser of the second jury
├── rules for it: second verdict is turned
├── rules against it
├── refuses: last verdict, price back
├── is silent: last verdict, price back
└── costs nothing: nobody pays it
no jury
├── both find nothing, with an arbitrator
│   ├── rules mismatch: paid out of the slash
│   ├── rules match: paid out of the bond
│   └── is silent: void
├── both find nothing, without: void; who revealed is paid out of the bond, and its rest comes back
├── too few candidates, with an arbitrator: arbitration
├── too few candidates, without: void
└── too few candidates for an appeal: first verdict, deposit back
less stake than the penalty: what there is
already matured: restitution out of stake
strikes: MeasuredPenalties.t.sol
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
        // The fifth said the opposite: 5 % of 500, which the four others gain nothing by.
        for (uint256 i = 0; i < 4; ++i) assertEq(rewardsOf(jurors[i]), JUROR_FEE, "right");
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
        expectRest(executor, 1.1e6, 1.1e6);
        endAs(id, IMeasuredDisputes.Outcome.Rejected);
        assertEq(stakeOf(executor), EXECUTOR_STAKE, "stake");
        assertEq(frozenOf(executor), 0, "frozen");
        assertEq(accounting.withdrawableEarnings(executor), COST, "cost, mature now");
        (, , , uint64 lost) = accounting.clientStats(client);
        assertEq(lost, 1, "counted");
    }

    /// The slash pays the fees of jurors who came, and nothing for an arbitrator whom nobody asked.
    function test_ASlashPaysForWhoWasAsked() public {
        bytes32 id = openOne();
        decide(id, 5, 0);
        pass(24 hours);
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Slashed(
            executor,
            address(penalties),
            id,
            IStakeRegistry.Offence.WrongModel,
            client,
            client,
            address(penalties),
            PENALTY,
            IStakeRegistry.Payout({
                restituted: 0,
                reporter: 12e6,
                victim: 0,
                jury: 5 * JUROR_FEE,
                treasury: 27e6,
                waiting: 0
            }),
            EXECUTOR_STAKE - PENALTY,
            0
        );
        measured.poke(id);
    }

    /// Attack 72: three against two is a verdict, and the two were wrong: no outcome lets every vote be right.
    function test_Attack72_TheMinorityOfAVerdictIsFined() public {
        bytes32 id = openOne();
        decide(id, 3, 2);
        address[] memory jurors = newestPanel(id);
        expectSlash(3);
        expectReturn(client, BOND);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
        for (uint256 i = 3; i < 5; ++i) {
            assertEq(stakeOf(jurors[i]), VALIDATOR_STAKE - 25e6, "fined");
            assertEq(rewardsOf(jurors[i]) + deposits.creditOf(jurors[i]), 0, "and not paid");
        }
    }

    /// Attack 72: what five do not find, eleven others look for, so that two of five block nothing, and answer for it.
    function test_Attack72_AnOpenPanelIsJudgedByTheNext() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 2, 2, 1);
        measured.poke(id);
        seat(id);
        vote(id, 9, 2, 0);
        expectSlash(11);
        expectReturn(client, BOND);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
        address[] memory first = jury.jurorsOf(id, 1);
        assertEq(rewardsOf(first[0]), JUROR_FEE, "was right");
        assertEq(stakeOf(first[2]), VALIDATOR_STAKE - 25e6, "was wrong");
        assertEq(rewardsOf(first[4]), 0, "looked at nothing");
    }

    /* SECOND JURY */

    function test_TheChallengerWinsItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        decideAgain(client, id, 11, 0);
        assertEq(token.balanceOf(address(deposits)), 3 * BOND, "bond and twice the bond");
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
        expectRest(executor, 3.2e6, 3.2e6);
        endAs(id, IMeasuredDisputes.Outcome.Rejected);
    }

    function test_TheExecutorWinsItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 5, 0);
        decideAgain(executor, id, 0, 11);
        expected.released = COST;
        expectReturn(executor, 2 * BOND);
        expectFees(jury.jurorsOf(id, 2), JUROR_FEE);
        expectRest(executor, 0.5e6, 0.5e6);
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

    /// Attack 73: whom the token lists, or who has nothing, appeals by somebody else, whose deposit it is.
    function test_Attack73_AnybodyPaysForTheLoser() public {
        bytes32 id = openOne();
        decide(id, 5, 0);
        fund(stranger);
        decideAgain(stranger, id, 0, 11);
        expected.released = COST;
        expectReturn(stranger, 2 * BOND);
        expectFees(jury.jurorsOf(id, 2), JUROR_FEE);
        expectRest(executor, 0.5e6, 0.5e6);
        endAs(id, IMeasuredDisputes.Outcome.Rejected);
    }

    /// What eleven could not find does not hold because five had found it.
    function test_ASecondJuryThatFindsNothingLeavesNoVerdict() public {
        deployCourt(false);
        populate(40);
        bytes32 id = openOne();
        decide(id, 5, 0);
        decideAgain(executor, id, 5, 5);
        expected.released = COST;
        expectReturn(executor, 2 * BOND);
        expectFees(jury.jurorsOf(id, 1), JUROR_FEE);
        address[] memory second = jury.jurorsOf(id, 2);
        for (uint256 i = 0; i < 10; ++i) expectFee(second[i], JUROR_FEE);
        expectReturn(client, BOND - 15 * JUROR_FEE);
        pokeToEnd(id, IMeasuredDisputes.Outcome.Void);
        for (uint256 i = 0; i < 10; ++i) assertEq(stakeOf(second[i]), VALIDATOR_STAKE, "nobody was wrong");
    }

    /* ARBITRATOR */

    function test_TheArbitratorTurnsTheVerdict() public {
        bytes32 id = askArbitrator();
        assertEq(token.balanceOf(address(deposits)), 3 * BOND + ARBITRATION_COST, "deposits");
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
        assertEq(deposits.creditOf(ARBITER), 0, "no price");
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
        assertEq(token.balanceOf(address(deposits)), 3 * BOND, "no deposit for it");
        expectSlash(16);
        expectReturn(client, BOND);
        expectRest(client, BOND, BOND);
        ruleToEnd(id, 1, IMeasuredDisputes.Outcome.Upheld);
    }

    /* NO JURY */

    function test_TheArbitratorRulesMismatchInsteadOfAJury() public {
        bytes32 id = failTwice();
        expectSlash(0);
        // A fifth of the penalty does not cover the arbitrator's price; jurors come first.
        expected.slashJury = 8e6;
        expected.slashTreasury = 20e6;
        expectReturn(client, BOND);
        ruleToEnd(id, 1, IMeasuredDisputes.Outcome.Upheld);
        assertEq(rewardsOf(ARBITER), 8e6 - 2 * JUROR_FEE, "arbitrator");
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(rewardsOf(revealedOf(id)[i]), i % 2 == 0 ? JUROR_FEE : 0, "who said mismatch");
        }
    }

    function test_TheArbitratorRulesMatchInsteadOfAJury() public {
        bytes32 id = failTwice();
        expected.released = COST;
        expectFee(revealedOf(id)[1], JUROR_FEE);
        expectFee(revealedOf(id)[3], JUROR_FEE);
        // As far as the bond goes.
        expectFee(ARBITER, BOND - 2 * JUROR_FEE);
        ruleToEnd(id, 2, IMeasuredDisputes.Outcome.Rejected);
    }

    function test_NoJuryAndASilentArbitratorAreVoid() public {
        bytes32 id = failTwice();
        assertState(id, IMeasuredDisputes.State.Arbitration);
        assertEq(newestPanel(id).length, 11, "eleven the second time");
        pass(14 days + 1);
        expected.released = COST;
        expectFees(revealedOf(id), JUROR_FEE);
        expectReturn(client, BOND - 4 * JUROR_FEE);
        pokeToEnd(id, IMeasuredDisputes.Outcome.Void);
        assertEq(stakeOf(executor), EXECUTOR_STAKE, "stake");
        address[] memory jurors = newestPanel(id);
        assertEq(rewardsOf(jurors[0]), 0, "fines are not for who came");
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
        drawPanel(id);
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
        drawPanel(id);
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
        drawPanel(id);
        expectSlash(5);
        expectReturn(client, BOND);
        expectReturn(executor, 2 * BOND);
        pokeToEnd(id, IMeasuredDisputes.Outcome.Upheld);
    }

    /* PENALTIES */

    /// The dispute froze its penalty before another court took nearly everything.
    function test_ASlashIsServedOutOfWhatALaterOneTook() public {
        bytes32 id = openOne();
        slashByAnotherCourt(190e6);
        decide(id, 5, 0);
        expectSlash(5);
        expectReturn(client, BOND);
        endAs(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), 0, "nothing left");
        assertEq(rewardsOf(client), 12e6, "the reward");
    }

    function test_SixOfElevenAreEnough() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        decideAgain(client, id, 6, 3);
        measured.poke(id);
        assertEq(uint256(measured.disputeAt(id).verdict), uint256(IJury.Verdict.Mismatch), "six of eleven");
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
        expectReturn(client, BOND);
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
        assertEq(restitutionOf(id), 10e6, "restitution");
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
