// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbitrable} from "../../contracts/interfaces/IArbitrable.sol";
import {IArbitrator} from "../../contracts/interfaces/IArbitrator.sol";
import {IJury} from "../../contracts/interfaces/IJury.sol";
import {IMeasuredDisputes} from "../../contracts/interfaces/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../contracts/interfaces/IStakeRegistry.sol";
import {Court} from "./support/Court.sol";
import {vm} from "./support/Vm.sol";

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
└── is silent: last verdict, price back
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
inflated counts: ten overcharges, at least a twentieth of the minimum
nobody acts: the same result by one late poke
*/
contract MeasuredVerdictsTest is Court {
    IMeasuredDisputes.Settlement private _expected;

    function setUp() public {
        deployCourt();
        populate(40);
    }

    /* CONCEDED */

    function test_ConcedingCostsAQuarter() public {
        bytes32 id = openOne();
        _expected.refunded = 10e6;
        _expected.slashReporter = 3e6;
        _expected.slashTreasury = 7e6;
        _expected.returned = BOND;
        expectClosed(id, IMeasuredDisputes.Outcome.Conceded, 1);
        vm.prank(executor);
        measured.concede(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Conceded);
        assertBooked();
        assertEq(accounting.balanceOf(client), 10e6, "cost");
        assertEq(measured.creditOf(client), BOND, "bond");
        assertEq(rewardsOf(client), 3e6, "reward");
        assertEq(stakeOf(executor), 190e6, "stake");
        assertEq(frozenOf(executor), 0, "frozen");
        assertStrikes(1);
    }

    /* FIRST JURY */

    function test_MismatchSlashes() public {
        bytes32 id = openOne();
        decide(id, 4, 1);
        address[] memory jurors = newestPanel(id);
        _expected.refunded = 10e6;
        _expected.slashReporter = 12e6;
        _expected.slashJury = 4 * JUROR_FEE;
        _expected.slashTreasury = 28e6 - 4 * JUROR_FEE;
        _expected.returned = BOND;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertBooked();
        assertEq(accounting.balanceOf(client), 10e6, "cost");
        assertEq(measured.creditOf(client), BOND, "bond");
        assertEq(rewardsOf(client), 12e6, "reward");
        assertEq(stakeOf(executor), EXECUTOR_STAKE - PENALTY, "stake");
        assertEq(frozenOf(executor), 0, "frozen");
        assertStrikes(2);
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
        address[] memory jurors = newestPanel(id);
        _expected.released = 10e6;
        _expected.fees = 5 * JUROR_FEE;
        _expected.compensation = 0.5e6;
        _expected.treasury = 0.5e6;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Rejected, 0);
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        assertBooked();
        assertEq(measured.creditOf(executor), 0.5e6, "half of the rest");
        assertEq(measured.creditOf(TREASURY), 0.5e6, "the other half");
        for (uint256 i = 0; i < 5; ++i) assertEq(measured.creditOf(jurors[i]), JUROR_FEE, "fee");
        assertEq(stakeOf(executor), EXECUTOR_STAKE, "stake");
        assertEq(frozenOf(executor), 0, "frozen");
        assertEq(accounting.withdrawableEarnings(executor), 10e6, "cost, mature now");
        assertStrikes(0);
        (, , , uint64 lost) = accounting.clientStats(client);
        assertEq(lost, 1, "counted");
    }

    function test_AnUnclearVerdictFinesNobody() public {
        bytes32 id = openOne();
        decide(id, 3, 2);
        address[] memory jurors = newestPanel(id);
        _expected.released = 10e6;
        _expected.fees = 5 * JUROR_FEE;
        _expected.compensation = 0.5e6;
        _expected.treasury = 0.5e6;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Rejected, 0);
        measured.poke(id);
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(measured.creditOf(jurors[i]), JUROR_FEE, "fee");
            assertEq(stakeOf(jurors[i]), VALIDATOR_STAKE, "not fined");
        }
    }

    /* SECOND JURY */

    function test_TheChallengerWinsItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        appealAs(client, id);
        assertEq(token.balanceOf(address(measured)), 3 * BOND, "bond and twice the bond");
        seat(id);
        vote(id, 11, 0, 0);
        _expected.refunded = 10e6;
        _expected.slashReporter = 12e6;
        _expected.slashJury = 11 * JUROR_FEE;
        _expected.slashTreasury = 28e6 - 11 * JUROR_FEE;
        _expected.returned = 3 * BOND;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertBooked();
        assertEq(measured.creditOf(client), 3 * BOND, "deposits");
        address[] memory first = jury.jurorsOf(id, 1);
        for (uint256 i = 0; i < 5; ++i) assertEq(stakeOf(first[i]), VALIDATOR_STAKE - 25e6, "the first were wrong");
    }

    function test_TheChallengerLosesItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        appealAs(client, id);
        seat(id);
        vote(id, 0, 11, 0);
        _expected.released = 10e6;
        _expected.fees = 16 * JUROR_FEE;
        _expected.compensation = 1.4e6;
        _expected.treasury = 1.4e6;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Rejected, 0);
        measured.poke(id);
        assertBooked();
        assertEq(measured.creditOf(executor), 1.4e6, "half");
    }

    function test_TheExecutorWinsItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 5, 0);
        appealAs(executor, id);
        seat(id);
        vote(id, 0, 11, 0);
        _expected.released = 10e6;
        _expected.returned = 2 * BOND;
        // Eleven fees are more than the bond: each gets an eleventh, and the two units left are halved.
        _expected.fees = 11 * (BOND / 11);
        _expected.compensation = 1;
        _expected.treasury = 1;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Rejected, 0);
        measured.poke(id);
        assertBooked();
        assertEq(measured.creditOf(executor), 2 * BOND + 1, "deposit and rest");
    }

    function test_TheExecutorLosesItsAppeal() public {
        bytes32 id = openOne();
        decide(id, 5, 0);
        appealAs(executor, id);
        seat(id);
        vote(id, 11, 0, 0);
        _expected.refunded = 10e6;
        _expected.slashReporter = 12e6;
        _expected.slashJury = 16 * JUROR_FEE;
        _expected.slashTreasury = 28e6 - 16 * JUROR_FEE;
        _expected.returned = BOND;
        _expected.compensation = BOND;
        _expected.treasury = BOND;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        measured.poke(id);
        assertBooked();
        assertEq(measured.creditOf(client), 2 * BOND, "bond, and half of what the executor lost");
    }

    /* ARBITRATOR */

    function test_TheArbitratorTurnsTheVerdict() public {
        bytes32 id = upheldTwice();
        appealAs(executor, id);
        assertEq(token.balanceOf(address(measured)), 3 * BOND + ARBITRATION_COST, "deposits");
        _expected.released = 10e6;
        _expected.returned = 2 * BOND;
        _expected.fees = ARBITRATION_COST;
        _expected.compensation = BOND / 2;
        _expected.treasury = BOND / 2;
        vm.expectEmit(address(measured));
        emit IArbitrable.Ruling(IArbitrator(address(arbitrator)), 1, 2);
        expectClosed(id, IMeasuredDisputes.Outcome.Rejected, 0);
        ruleAs(2);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        assertBooked();
        assertEq(measured.creditOf(ARBITER), ARBITRATION_COST, "price");
        for (uint256 i = 0; i < 11; ++i) {
            assertEq(stakeOf(newestPanel(id)[i]), VALIDATOR_STAKE - 25e6, "jurors were wrong");
        }
    }

    function test_TheArbitratorConfirmsTheVerdict() public {
        bytes32 id = upheldTwice();
        appealAs(executor, id);
        _expected.refunded = 10e6;
        _expected.slashReporter = 12e6;
        _expected.slashJury = 16 * JUROR_FEE;
        _expected.slashTreasury = 28e6 - 16 * JUROR_FEE;
        _expected.returned = BOND;
        _expected.fees = ARBITRATION_COST;
        _expected.compensation = BOND;
        _expected.treasury = BOND;
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        ruleAs(1);
        assertBooked();
    }

    function test_ARefusalLeavesTheLastVerdict() public {
        bytes32 id = upheldTwice();
        appealAs(executor, id);
        expectLastVerdict(id);
        ruleAs(0);
        assertBooked();
        assertEq(measured.creditOf(ARBITER), 0, "no price");
        assertEq(measured.creditOf(executor), ARBITRATION_COST, "price back");
    }

    function test_SilenceOfTheArbitratorLeavesTheLastVerdict() public {
        bytes32 id = upheldTwice();
        appealAs(executor, id);
        pass(14 days);
        assertNothingDue(id);
        pass(1);
        expectLastVerdict(id);
        measured.poke(id);
        assertBooked();
        vm.expectRevert(
            abi.encodeWithSelector(IMeasuredDisputes.MeasuredWrongState.selector, id, IMeasuredDisputes.State.Closed)
        );
        ruleAs(2);
    }

    /* NO JURY */

    function test_TheArbitratorRulesMismatchInsteadOfAJury() public {
        bytes32 id = twiceTooFewReveals();
        _expected.refunded = 10e6;
        _expected.slashReporter = 12e6;
        // A fifth of the penalty does not cover the arbitrator's price; the one juror who revealed goes without.
        _expected.slashJury = 8e6;
        _expected.slashTreasury = 20e6;
        _expected.returned = BOND;
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        ruleAs(1);
        assertBooked();
        assertEq(rewardsOf(ARBITER), 8e6, "arbitrator");
    }

    function test_TheArbitratorRulesMatchInsteadOfAJury() public {
        bytes32 id = twiceTooFewReveals();
        _expected.released = 10e6;
        _expected.fees = BOND;
        expectClosed(id, IMeasuredDisputes.Outcome.Rejected, 0);
        ruleAs(2);
        assertBooked();
        assertEq(measured.creditOf(ARBITER), BOND, "arbitrator, as far as the bond goes");
    }

    function test_NoJuryAndASilentArbitratorAreVoid() public {
        bytes32 id = twiceTooFewReveals();
        pass(14 days + 1);
        _expected.released = 10e6;
        _expected.returned = BOND;
        expectClosed(id, IMeasuredDisputes.Outcome.Void, 0);
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Void);
        assertBooked();
        assertEq(measured.creditOf(client), BOND, "bond");
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
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 2, 0, 0);
        measured.poke(id);
        seat(id);
        vote(id, 0, 2, 0);
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Void);
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
        seat(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Void);
        assertEq(measured.creditOf(client), BOND, "bond");
    }

    function test_AnAppealThatNobodyCanHearLeavesTheFirstVerdict() public {
        deployCourt(false);
        populate(15);
        bytes32 id = openOne();
        decide(id, 5, 0);
        appealAs(executor, id);
        _expected.refunded = 10e6;
        _expected.slashReporter = 12e6;
        _expected.slashJury = 5 * JUROR_FEE;
        _expected.slashTreasury = 28e6 - 5 * JUROR_FEE;
        _expected.returned = 3 * BOND;
        mine(5);
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        measured.poke(id);
        assertBooked();
        assertEq(measured.creditOf(executor), 2 * BOND, "appeal deposit");
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
        _expected.refunded = 10e6;
        _expected.slashReporter = 3e6;
        _expected.slashJury = 250_000;
        _expected.slashTreasury = 6.75e6;
        _expected.returned = BOND;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        measured.poke(id);
        assertBooked();
        assertEq(stakeOf(executor), 0, "nothing left");
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
        _expected.slashRestituted = 10e6;
        _expected.slashReporter = 12e6;
        _expected.slashJury = 1e6;
        _expected.slashTreasury = 27e6;
        _expected.returned = BOND;
        pass(24 hours);
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        measured.poke(id);
        assertBooked();
        assertEq(rewardsOf(client), 22e6, "cost and reward");
    }

    /* NOBODY ACTS */

    function test_OneLatePokeDoesWhatManyEarlyOnesDo() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 4, 1, 0);
        pass(300 days);
        _expected.refunded = 10e6;
        _expected.slashReporter = 12e6;
        _expected.slashJury = 4 * JUROR_FEE;
        _expected.slashTreasury = 28e6 - 4 * JUROR_FEE;
        _expected.returned = BOND;
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
        measured.poke(id);
        assertBooked();
    }

    /* PARTS */

    function upheldTwice() private returns (bytes32 id) {
        id = openOne();
        decide(id, 5, 0);
        appealAs(executor, id);
        seat(id);
        vote(id, 11, 0, 0);
        measured.poke(id);
    }

    /// Two reveal in each panel; the dispute is with the arbitrator.
    function twiceTooFewReveals() private returns (bytes32 id) {
        id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 0, 0, 2);
        measured.poke(id);
        seat(id);
        vote(id, 0, 0, 2);
        measured.poke(id);
        assertState(id, IMeasuredDisputes.State.Arbitration);
        assertEq(newestPanel(id).length, 11, "eleven the second time");
    }

    function ruleAs(uint256 ruling) private {
        vm.prank(ARBITER);
        arbitrator.giveRuling(1, ruling);
    }

    function slashByAnotherCourt(uint256 amount) private {
        vm.prank(JUDGE);
        registry.slash(
            IStakeRegistry.Slash({
                id: keccak256("other"),
                member: executor,
                offence: IStakeRegistry.Offence.Undelivered,
                restitution: 0,
                penalty: amount,
                reporter: address(0),
                victim: address(0),
                jury: address(0),
                reporterShare: 0,
                victimShare: 0,
                juryShare: 0,
                victimLimit: 0
            })
        );
    }

    function expectLastVerdict(bytes32 id) private {
        _expected.refunded = 10e6;
        _expected.slashReporter = 12e6;
        _expected.slashJury = 16 * JUROR_FEE;
        _expected.slashTreasury = 28e6 - 16 * JUROR_FEE;
        _expected.returned = BOND + ARBITRATION_COST;
        _expected.compensation = BOND;
        _expected.treasury = BOND;
        expectClosed(id, IMeasuredDisputes.Outcome.Upheld, 2);
    }

    function expectClosed(bytes32 id, IMeasuredDisputes.Outcome outcome, uint256 halves) private {
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredClosed(
            id,
            executor,
            client,
            IMeasuredDisputes.Kind.WrongModel,
            outcome,
            halves,
            _expected
        );
    }

    /// With one dispute: the contract owes what it holds, and its jury shares went on.
    function assertBooked() private view {
        uint256 owed = measured.creditOf(client) + measured.creditOf(executor) + measured.creditOf(TREASURY);
        owed += measured.creditOf(ARBITER);
        for (uint256 i = 0; i < 40; ++i) owed += measured.creditOf(validatorAt(i));
        assertEq(token.balanceOf(address(measured)), owed, "credits");
        assertEq(rewardsOf(address(measured)), 0, "shares passed on");
        assertEq(rewardsOf(address(jury)), 0, "fines passed on");
    }

    function assertStrikes(uint256 halves) private view {
        uint256 count = registry.strikesOf(executor, IStakeRegistry.Offence.WrongModel, 90 days);
        assertEq(count, halves, "half strikes");
    }

    function assertNothingDue(bytes32 id) private {
        vm.expectRevert(
            abi.encodeWithSelector(IMeasuredDisputes.MeasuredNothingDue.selector, id, measured.disputeAt(id).state)
        );
        measured.poke(id);
    }
}
