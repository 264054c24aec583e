// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Statements} from "../../../../contracts/libraries/Statements.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IJury} from "../../../../contracts/jury/IJury.sol";
import {IMeasuredDeposits} from "../../../../contracts/disputes/measured/IMeasuredDeposits.sol";
import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IMeasuredPenalties} from "../../../../contracts/disputes/measured/IMeasuredPenalties.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {Court} from "../../support/Court.sol";
import {CallingToken, FeeToken, ListingToken, PausingToken} from "../../support/HostileTokens.sol";
import {vm} from "../../support/Vm.sol";

/*
The attacks of docs/contracts-attacks.md on measured disputes; 42, 44, 45, 70 and 71 against the jury are in Jury.t.sol
and JuryDraw.t.sol, 40 in MeasuredOpen.t.sol, 72 in MeasuredVerdicts.t.sol.
27 a token that keeps a part of a transfer
28 a token that calls back
29 a token that refuses a recipient, or everything
34 unbonding again and again
35 withdrawing before the slash, and before a juror's fine
36 no stake left
37 slashing oneself
38 punished twice for one thing
42 one juror votes like another: Jury.t.sol
43 buying jurors
44 late stake: JuryDraw.t.sol
45 choosing the seed: JuryDraw.t.sol
46 jurors do not come
47 the arbitrator does not come
48 the rules change on the way
73 a party that cannot pay
74 jurors are summoned for nothing
*/
contract MeasuredAttacksTest is Court {
    function setUp() public {
        deployCourt();
        populate(30);
    }

    function test_Attack27_ABondThatShrinksIsRefused() public {
        deployCourt(address(new FeeToken()), true);
        fund(client);
        token.mint(address(deposits), 5e6); // What is there already does not count as paid.
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDeposits.DepositTokenShortfall.selector, BOND, BOND - 1));
        vm.prank(address(measured));
        deposits.takeBond(EVIDENCE, client, PENALTY);
    }

    function test_Attack28_ATokenThatCallsBackIsStopped() public {
        CallingToken calling = new CallingToken();
        deployCourt(address(calling), true);
        populate(6);
        bytes32 id = openOne();
        vm.prank(executor);
        measured.concede(id);
        bytes memory reentered = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        calling.arm(address(deposits), abi.encodeCall(deposits.withdrawCredit, (client)));
        vm.expectRevert(reentered);
        vm.prank(client);
        deposits.withdrawCredit(client);
        calling.arm(address(0), "");
        vm.prank(client);
        deposits.withdrawCredit(client);
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(5, 10e6, 1e6));
        calling.arm(address(measured), abi.encodeCall(measured.poke, (id)));
        vm.expectRevert(reentered);
        openAs(client, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function test_Attack29_ARefusedRecipientStopsNobody() public {
        ListingToken listing = new ListingToken();
        deployCourt(address(listing), true);
        populate(6);
        bytes32 id = openOne();
        listing.list(executor);
        listing.list(TREASURY);
        decide(id, 0, 5);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        uint256 credit = deposits.creditOf(executor);
        vm.prank(executor);
        assertEq(deposits.withdrawCredit(stranger), credit, "to where it is not refused");
    }

    /// What is paid for a dispute can be credited beforehand: then a token that moves nothing meanwhile stops no step of it. Who has
    /// no credit waits to open another, and all wait to be paid.
    function test_Attack29_APausedTokenStopsNoMeasuredDispute() public {
        PausingToken pausing = new PausingToken();
        deployCourt(address(pausing), true);
        populate(30);
        vm.prank(client);
        deposits.creditFor(client, BOND);
        vm.prank(executor);
        deposits.creditFor(executor, 2 * BOND);
        pausing.pause(true);
        bytes32 id = openOne();
        IMeasuredDisputes.DisputedAnswer[] memory other = only(settledAnswer(2, 10e6, 1e6));
        vm.expectRevert(PausingToken.Paused.selector);
        openAs(client, IMeasuredDisputes.Kind.WrongModel, other);
        decide(id, 5, 0);
        appealAs(executor, id);
        seat(id);
        vote(id, 11, 0, 0);
        measured.poke(id);
        vm.expectRevert(PausingToken.Paused.selector);
        appealAs(executor, id);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), EXECUTOR_STAKE - PENALTY, "slashed meanwhile");
        assertEq(accounting.balanceOf(client), 10e6, "the cost is back meanwhile");
        vm.expectRevert(PausingToken.Paused.selector);
        vm.prank(client);
        deposits.withdrawCredit(client);
        pausing.pause(false);
        assertPaidOut(id);
        openAs(client, IMeasuredDisputes.Kind.WrongModel, other);
    }

    /// Everybody takes what a dispute gave, and the deposits hold nothing more.
    function assertPaidOut(bytes32 id) private {
        uint256 before = token.balanceOf(client);
        vm.startPrank(client);
        assertEq(deposits.withdrawCredit(client), 2 * BOND, "the bond, and half of the executor's for its appeal");
        registry.withdrawRewards(client);
        vm.stopPrank();
        assertEq(token.balanceOf(client), before + 2 * BOND + (PENALTY * 3) / 10, "and the share");
        for (uint256 round = 1; round <= 2; ++round) {
            address[] memory jurors = jury.jurorsOf(id, round);
            for (uint256 i = 0; i < jurors.length; ++i) leaveWithFee(jurors[i]);
        }
        leaveWithFee(TREASURY);
        leaveWithFee(executor);
        assertEq(token.balanceOf(address(deposits)), 0, "nothing is stuck");
    }

    /// Out of deposits and out of the slash.
    function leaveWithFee(address account) private {
        (uint256 credit, uint256 reward) = (deposits.creditOf(account), rewardsOf(account));
        uint256 before = token.balanceOf(account);
        vm.startPrank(account);
        if (credit != 0) deposits.withdrawCredit(account);
        if (reward != 0) registry.withdrawRewards(account);
        vm.stopPrank();
        assertEq(token.balanceOf(account), before + credit + reward, "paid");
    }

    function test_Attack34_UnbondingAgainGainsNothing() public {
        bytes32 id = openOne();
        vm.startPrank(executor);
        registry.unbond(50e6);
        registry.cancelUnbond();
        registry.unbond(EXECUTOR_STAKE);
        vm.stopPrank();
        decide(id, 5, 0);
        finish(id);
        assertEq(stakeOf(executor), EXECUTOR_STAKE - PENALTY, "unbonding stake is slashed as well");
    }

    function test_Attack35_WhatADisputeCanTakeCannotBeWithdrawn() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 1e6));
        vm.prank(executor);
        registry.unbond(EXECUTOR_STAKE);
        pass(7 days);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, list);
        decide(id, 5, 0);
        pass(7 days);
        vm.prank(executor);
        assertEq(registry.withdraw(executor), EXECUTOR_STAKE - PENALTY - 1e6, "all but penalty and cost");
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), 0, "all that was frozen is taken");
        assertEq(rewardsOf(client), (PENALTY * 3) / 10 + 1e6, "and paid");
    }

    function test_Attack35_AJurorCannotLeaveBeforeItsFine() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        address juror = newestPanel(id)[0];
        vm.prank(juror);
        registry.unbond(VALIDATOR_STAKE);
        pass(15 days);
        vm.prank(juror);
        assertEq(registry.withdraw(juror), VALIDATOR_STAKE - 25e6, "all but the largest fine");
        measured.poke(id);
        seat(id);
        vote(id, 11, 0, 0);
        finish(id);
        assertEq(stakeOf(juror), 15e6, "fined");
    }

    function test_Attack36_AnEmptyStakeStopsNoVerdict() public {
        bytes32 id = openOne();
        IStakeRegistry.Slash memory order;
        (order.id, order.member, order.penalty) = (keccak256("other"), executor, EXECUTOR_STAKE);
        vm.prank(JUDGE);
        registry.slash(order);
        decide(id, 5, 0);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        assertEq(accounting.balanceOf(client), 10e6, "the cost comes back all the same");
        assertEq(deposits.creditOf(client), BOND, "and the bond");
    }

    /// The executor, its client and all jurors are one: of what it slashes it gets half back.
    function test_Attack37_ChallengingOneselfLoses() public {
        bytes32 id = openOne();
        decide(id, 5, 0);
        address[] memory jurors = newestPanel(id);
        finish(id);
        uint256 back = rewardsOf(client) + rewardsOf(executor);
        for (uint256 i = 0; i < 5; ++i) back += rewardsOf(jurors[i]) + deposits.creditOf(jurors[i]);
        uint256 lost = EXECUTOR_STAKE - stakeOf(executor);
        assertTrue(back * 10_000 <= lost * 6_000, "at least 40 % are gone");
        assertTrue(penalties.REPORTER_SHARE() + penalties.MAX_JURY_SHARE() <= registry.MAX_SHARES(), "in every case");
    }

    function test_Attack38_AnAnswerIsJudgedOnce() public {
        IAccountingV2.SignedPair memory pair = settledAnswer(1, 0, 10e6);
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        decide(id, 5, 0);
        finish(id);
        IMeasuredDisputes.Kind[2] memory kinds = [
            IMeasuredDisputes.Kind.WrongModel,
            IMeasuredDisputes.Kind.TokenInflation
        ];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredAlreadyDisputed.selector, id));
            openAs(client, kinds[i], only(pair));
        }
        assertTrue(registry.isSlashed(address(penalties), id), "by its id");
    }

    /// Two of five bought votes decide nothing, and pay. Three would, but the appeal asks eleven others, and the bought ones pay.
    function test_Attack43_BoughtJurorsNeedMostSeatsAndSurviveNoAppeal() public {
        bytes32 id = openOne();
        decide(id, 2, 3);
        assertTrue(measured.disputeAt(id).verdict == IJury.Verdict.Match, "two are not enough");

        bytes32 other = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(settledAnswer(9, 10e6, 1e6)));
        decide(other, 3, 2);
        address[] memory bought = newestPanel(other);
        appealAs(executor, other);
        seat(other);
        vote(other, 0, 11, 0);
        finish(other);
        assertClosed(other, IMeasuredDisputes.Outcome.Rejected);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(stakeOf(bought[i]) % 25e6, 0, "fined");
            assertTrue(stakeOf(bought[i]) < VALIDATOR_STAKE, "fined at all");
        }
    }

    function test_Attack46_JurorsWhoDoNotComeHoldNothingUp() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        pass(36 hours + 1);
        measured.poke(id);
        seat(id);
        pass(36 hours + 1);
        measured.poke(id);
        assertState(id, IMeasuredDisputes.State.Arbitration);
        pass(14 days + 1);
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Void);
        uint256 fines = 0;
        for (uint256 i = 0; i < 30; ++i) fines += VALIDATOR_STAKE - stakeOf(validatorAt(i));
        assertEq(fines, 16 * 10e6, "sixteen did not commit");
    }

    function test_Attack47_AnArbitratorWhoDoesNotComeLeavesTheLastVerdict() public {
        bytes32 id = openOne();
        decide(id, 0, 5);
        appealAs(client, id);
        seat(id);
        vote(id, 0, 11, 0);
        appealAs(client, id);
        pass(14 days + 1);
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Rejected);
        assertEq(deposits.creditOf(ARBITER), 0, "for nothing");
        assertEq(deposits.creditOf(client), ARBITRATION_COST, "its price comes back");
    }

    /// I26: more stake changes nothing for a dispute that is open, and a strike makes it no dearer.
    function test_Attack48_TheRulesOfAnOpenDisputeStay() public {
        bytes32 id = openOne();
        give(executor, 500e6);
        vm.prank(executor);
        registry.stake(500e6);
        vm.prank(JUDGE);
        registry.strike(executor, IStakeRegistry.Offence.WrongModel, 1, 90 days);
        uint256 penalty = penalties.penaltyFor(IMeasuredDisputes.Kind.WrongModel, executor, 0);
        assertEq(penalty, (EXECUTOR_STAKE + 500e6) / 5, "of a new one");
        decide(id, 5, 0);
        finish(id);
        assertEq(stakeOf(executor), EXECUTOR_STAKE + 500e6 - PENALTY, "of this one");
    }

    /// Whoever looks at nothing can always say that the evidence does not suffice. It is not fined, and not paid where others
    /// found something.
    function test_Attack66_LookingAtNothingEarnsNothing() public {
        bytes32 id = openOne();
        answerTo(id);
        seat(id);
        vote(id, 3, 0, 2);
        measured.poke(id);
        finish(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Upheld);
        address[] memory jurors = jury.jurorsOf(id, 1);
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(rewardsOf(jurors[i]), i < 3 ? JUROR_FEE : 0, "the fee of who measured");
            assertEq(stakeOf(jurors[i]), VALIDATOR_STAKE, "no fine");
        }
    }

    /// Attack 74: jurors are not summoned for nothing: no dispute about what was never paid, or against who is not there.
    function test_Attack74_NobodyIsSummonedForNothing() public {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 10e6);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotPaid.selector, client, 7, 1));
        openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));

        pair.request.executor = stranger;
        sign(pair, CLIENT_KEY, STRANGER_KEY);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotRegistered.selector, stranger));
        openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));

        pair = settledAnswer(1, 0, 10e6);
        IStakeRegistry.Slash memory order;
        (order.id, order.member, order.penalty) = (keccak256("other"), executor, EXECUTOR_STAKE - MINIMUM_PENALTY + 1);
        vm.prank(JUDGE);
        registry.slash(order);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMeasuredPenalties.PenaltyStakeTooSmall.selector,
                MINIMUM_PENALTY,
                MINIMUM_PENALTY - 1
            )
        );
        openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
    }

    /// Attack 74: and who comes for nothing is paid, out of the bond of who called.
    function test_Attack74_WhoComesForNothingIsPaid() public {
        bytes32 id = openOne();
        answerTo(id);
        for (uint256 panel = 0; panel < 2; ++panel) {
            seat(id);
            vote(id, 0, 0, newestPanel(id).length);
            measured.poke(id);
        }
        pass(14 days + 1);
        measured.poke(id);
        assertClosed(id, IMeasuredDisputes.Outcome.Void);
        for (uint256 round = 1; round <= 2; ++round) {
            address[] memory jurors = jury.jurorsOf(id, round);
            for (uint256 i = 0; i < jurors.length; ++i) assertEq(deposits.creditOf(jurors[i]), JUROR_FEE, "paid");
        }
        assertEq(deposits.creditOf(client) + deposits.creditOf(executor), 0, "by who called");
        assertEq(rewardsOf(TREASURY), 0, "nobody is fined");
    }

    /// Attack 73: who has the client's consent pays for it; everything but the bond is the client's.
    function test_Attack73_SomebodyElsePaysTheBond() public {
        fund(stranger);
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 10e6));
        bytes32 requestHash = list[0].pair.response.requestHash;
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, client, address(0)));
        vm.prank(stranger);
        measured.openFor(client, IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, BOND);
        list[0].consent = compact(CLIENT_KEY, evidence.hashConsent(stranger, requestHash));
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotClient.selector, client, validatorAt(0)));
        vm.prank(stranger);
        measured.openFor(validatorAt(0), IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, BOND);
        vm.prank(stranger);
        bytes32 id = measured.openFor(client, IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, BOND);
        decide(id, 5, 0);
        finish(id);
        assertEq(deposits.creditOf(stranger), BOND, "the bond");
        assertEq(rewardsOf(client), (PENALTY * 3) / 10, "the share");
        assertEq(accounting.balanceOf(client), 10e6, "the cost");
        (, uint8 party, , ) = jury.votes(id, stranger);
        assertEq(party, 255, "and who paid is no juror");
    }
}
