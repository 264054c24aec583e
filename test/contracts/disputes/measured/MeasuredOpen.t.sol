// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {Court} from "../../support/Court.sol";
import {vm} from "../../support/Vm.sol";

/*
MeasuredDisputes

constructor
├── evidence, penalties or jury zero: MeasuredZeroAddress
├── an arbitrator that is nobody's: none is kept
└── otherwise: keeps its parameters
open, openFor
├── no evidence hash: MeasuredNoEvidence
├── what MeasuredEvidence refuses: MeasuredEvidence.t.sol
├── in dispute already, also twice in one: MeasuredAlreadyDisputed
├── no overcharge: MeasuredNoOvercharge
├── less at stake than the smallest penalty: PenaltyStakeTooSmall (MeasuredPenalties.t.sol)
├── bond above the limit: MeasuredBondTooLarge
├── a token that keeps a part: DepositTokenShortfall (MeasuredAttacks.t.sol)
└── otherwise: AnswerDisputed, MeasuredOpened, MeasuredMoved; bond taken, penalty and cost frozen
    ├── the tail that is not mature is held, the rest is restitution
    ├── an answer acknowledged by a later one, or in another judge's dispute: nothing is held
    ├── a lane paid by another pair of the same nonce: nothing is held
    ├── inflated counts: no more than was paid
    ├── paid by somebody else with the client's consent: MeasuredAttacks.t.sol
    ├── challenger, payer, executor and clients are no jurors
    └── 64 answers fit one transaction
disputeOf
└── the dispute about an answer, or zero
*/
contract MeasuredOpenTest is Court {
    function setUp() public {
        deployCourt();
        populate(6);
    }

    /* CONSTRUCTOR */

    function test_ConstructorNeedsItsParts() public {
        for (uint256 i = 0; i < 3; ++i) {
            address[3] memory parts = [address(evidence), address(penalties), address(jury)];
            parts[i] = address(0);
            vm.expectRevert(IMeasuredDisputes.MeasuredZeroAddress.selector);
            this.construct(parts[0], parts[1], parts[2]);
        }
    }

    function test_ConstructorKeepsItsParameters() public view {
        assertEq(measured.evidence(), address(evidence), "evidence");
        assertEq(measured.penalties(), address(penalties), "penalties");
        assertEq(measured.deposits(), address(deposits), "deposits");
        assertEq(measured.accounting(), address(accounting), "accounting");
        assertEq(measured.jury(), address(jury), "jury");
        assertEq(measured.arbitrator(), address(arbitrator), "arbitrator");
    }

    function test_AnArbitratorOfNobodyIsNone() public {
        address ofNobody = deploy("Arbitrator.sol:Arbitrator", abi.encode(address(0), ARBITRATION_COST));
        assertEq(deployMeasured(ofNobody).arbitrator(), address(0), "none");
        assertEq(deployMeasured(address(0)).arbitrator(), address(0), "none given");
    }

    /* REFUSALS */

    function test_NeedsEvidence() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 1));
        vm.expectRevert(IMeasuredDisputes.MeasuredNoEvidence.selector);
        vm.prank(client);
        measured.open(IMeasuredDisputes.Kind.WrongModel, bytes32(0), list, type(uint256).max);
    }

    function test_EveryAnswerIsDisputedOnce() public {
        IAccountingV2.SignedPair memory pair = settledAnswer(1, 0, 1);
        IMeasuredDisputes.DisputedAnswer[] memory twice = new IMeasuredDisputes.DisputedAnswer[](2);
        (twice[0].pair, twice[1].pair) = (pair, pair);
        vm.expectPartialRevert(IMeasuredDisputes.MeasuredAlreadyDisputed.selector);
        openAs(client, IMeasuredDisputes.Kind.WrongModel, twice);

        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        assertEq(measured.disputeOf(client, executor, 7, 1), id, "known");
        assertEq(measured.disputeOf(client, executor, 7, 2), 0, "no other");
        assertRefused(only(pair), abi.encodeWithSelector(IMeasuredDisputes.MeasuredAlreadyDisputed.selector, id));
        // Nor another request with the same number.
        pair.request.promptHash = keccak256("other");
        sign(pair);
        assertRefused(only(pair), abi.encodeWithSelector(IMeasuredDisputes.MeasuredAlreadyDisputed.selector, id));
    }

    function test_TheBondHasALimit() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 1));
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredBondTooLarge.selector, BOND - 1, BOND));
        measured.open(IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, BOND - 1);
        vm.prank(client);
        measured.open(IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, BOND);
    }

    /* INFLATED COUNTS */

    function test_CountsHaveToShowAnOvercharge() public {
        bytes memory none = abi.encodeWithSelector(IMeasuredDisputes.MeasuredNoOvercharge.selector);
        // Prompt tokens are free here.
        IMeasuredDisputes.DisputedAnswer[] memory list = counted(3, 1);
        settleOne(list[0].pair);
        assertCountRefused(list, none);
    }

    function test_InflatedCountsCostAHundredTimesTheOvercharge() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = counted(10, 0);
        bytes32 requestHash = list[0].pair.response.requestHash;
        bytes32 responseHash = accounting.hashResponse(list[0].pair.response);
        settleOne(list[0].pair);
        bytes32 id = nextId();
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.AnswerDisputed(id, client, requestHash, responseHash, 7, 1, 10, 0, 1e6, 1e6, 1e6, 1e6);
        openAs(client, IMeasuredDisputes.Kind.TokenInflation, list);
        assertTrue(measured.disputeAt(id).kind == IMeasuredDisputes.Kind.TokenInflation, "kind");
        assertEq(penaltyOf(id), 100e6, "a hundred times");
        decide(id, 5, 0);
        finish(id);
        assertEq(stakeOf(executor), EXECUTOR_STAKE - 100e6, "slashed");
        uint256 strikes = registry.strikesOf(executor, IStakeRegistry.Offence.TokenInflation, 90 days);
        assertEq(strikes, 2, "noted");
    }

    function test_WhatTheChallengerCountedIsTold() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = counted(3, 1);
        IAccountingV2.SignedPair memory pair = list[0].pair;
        (pair.request.costCap, pair.response.cumulativeCost) = (2e6, 2e6);
        (pair.response.outboundTokens, pair.response.cumulativeOutbound) = (2, 2);
        sign(pair);
        settleOne(pair);
        bytes32 id = nextId();
        bytes32 requestHash = pair.response.requestHash;
        bytes32 responseHash = accounting.hashResponse(pair.response);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.AnswerDisputed(id, client, requestHash, responseHash, 7, 1, 3, 1, 1e6, 2e6, 2e6, 2e6);
        openAs(client, IMeasuredDisputes.Kind.TokenInflation, list);
    }

    /// Attack 75: counts that nobody paid for freeze no stake: ten were asked for, and three arrived.
    function test_Attack75_AnOverchargeIsNoMoreThanWasPaid() public {
        IAccountingV2.SignedPair memory filler = answerOf(1, 0, 97e6);
        filler.request.lane = 8;
        sign(filler);
        settleOne(filler); // The channel had 100.
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 10e6));
        settleOne(list[0].pair);
        assertEq(laneCost(), 3e6, "paid");
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.TokenInflation, list);
        assertEq(penaltyOf(id), EXECUTOR_STAKE, "at most what there is");
        assertEq(restitutionOf(id), 0, "held");
    }

    /* WHAT IS HELD */

    function test_OpeningTakesBondAndFreezes() public {
        IAccountingV2.SignedPair memory pair = settledAnswer(1, 0, 10e6);
        bytes32 id = nextId();
        bytes32 responseHash = accounting.hashResponse(pair.response);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.AnswerDisputed(
            id,
            client,
            pair.response.requestHash,
            responseHash,
            7,
            1,
            0,
            0,
            0,
            10e6,
            10e6,
            10e6
        );
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredOpened(
            id,
            executor,
            client,
            client,
            IMeasuredDisputes.Kind.WrongModel,
            1,
            EVIDENCE,
            BOND,
            PENALTY,
            0,
            clock + 12 hours
        );
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredMoved(id, IMeasuredDisputes.State.Answer, 1, clock + 12 hours);
        assertEq(openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair)), id, "id");
        assertEq(measured.disputeCount(), 1, "count");
        assertEq(token.balanceOf(address(deposits)), BOND, "bond");
        assertEq(frozenOf(executor), PENALTY, "frozen");
        assertEq(accounting.unmaturedTail(executor), 0, "held");
        (, uint8 party, , ) = jury.votes(id, client);
        assertEq(party, 255, "the client is no juror");
        (, party, , ) = jury.votes(id, executor);
        assertEq(party, 255, "nor is the executor");
    }

    /// Nobody can tell whether the client of a canary is a candidate, too.
    function test_NoPartyOfAValidatorsComplaintIsAJuror() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 1e6));
        consentTo(list[0], validatorAt(0), CLIENT_KEY);
        fund(validatorAt(0));
        bytes32 id = openAs(validatorAt(0), IMeasuredDisputes.Kind.WrongModel, list);
        address[3] memory parties = [validatorAt(0), client, executor];
        for (uint256 i = 0; i < 3; ++i) {
            (, uint8 party, , ) = jury.votes(id, parties[i]);
            assertEq(party, 255, "a party");
        }
    }

    function test_AnAcknowledgedAnswerStaysPaid() public {
        IAccountingV2.SignedPair memory first = settledAnswer(1, 0, 10e6);
        settledAnswer(2, 10e6, 5e6);
        assertNothingHeld(first);
    }

    function test_ATailInAnotherDisputeIsLeftThere() public {
        IAccountingV2.SignedPair memory pair = settledAnswer(1, 0, 10e6);
        vm.prank(JUDGE);
        accounting.holdTail(IAccountingV2.Tail(client, executor, 7, 1, 0));
        assertNothingHeld(pair);
    }

    /// Attack 40, half of it: the client signs two requests with one nonce, and complains of the one that was not paid.
    function test_ALaneThatAnotherPairWasPaidForIsNotHeld() public {
        settledAnswer(1, 0, 10e6);
        IAccountingV2.SignedPair memory paid = settledAnswer(2, 10e6, 5e6);
        IAccountingV2.SignedPair memory other = answerOf(2, 0, 4e6);
        assertTrue(paid.request.nonce == other.request.nonce, "one nonce");
        assertNothingHeld(other);
    }

    /// The first answer was paid in part only, so that the lane stands below what it was to cost.
    function test_AnAnswerWithoutItsRestStaysPaidOnceTheLaneGoesOn() public {
        IAccountingV2.SignedPair memory first = answerOf(1, 0, 150e6);
        settleOne(first); // The channel has 100.
        openChannel(10e6);
        settleOne(answerOf(2, 100e6, 5e6));
        assertNothingHeld(first);
    }

    function test_WhatWasGivenBackIsNotHeldAgain() public {
        IAccountingV2.SignedPair memory pair = settledAnswer(1, 5e6, 10e6);
        vm.prank(JUDGE);
        accounting.clawBackTail(IAccountingV2.Tail(client, executor, 7, 1, 5e6), false);
        assertNothingHeld(pair);
    }

    /// Another judge has decided for the client, though all had matured and nothing could be given back.
    function test_ALostAnswerIsNotHeldAgain() public {
        IAccountingV2.SignedPair memory pair = settledAnswer(1, 0, 10e6);
        pass(48 hours);
        IAccountingV2.Tail memory tail = IAccountingV2.Tail(client, executor, 7, 1, 0);
        vm.startPrank(JUDGE);
        accounting.holdTail(tail);
        accounting.refundTail(tail);
        vm.stopPrank();
        assertNothingHeld(pair);
    }

    function test_SixtyFourAnswersFitOneTransaction() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = new IMeasuredDisputes.DisputedAnswer[](64);
        for (uint256 i = 0; i < 64; ++i) {
            IAccountingV2.SignedPair memory pair = answerOf(1, 0, 1e6);
            pair.request.lane = uint64(100 + i);
            sign(pair);
            settleOne(pair);
            list[i].pair = pair;
            consentTo(list[i], validatorAt(0), CLIENT_KEY);
        }
        fund(validatorAt(0));
        vm.prank(validatorAt(0));
        uint256 before = gasleft();
        bytes32 id = measured.open(IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, type(uint256).max);
        uint256 opening = before - gasleft();
        vm.prank(executor);
        before = gasleft();
        measured.concede(id);
        uint256 closing = before - gasleft();
        // 2^24 less the calldata of 64 answers, at 16 gas a byte.
        assertTrue(opening < 2 ** 24 - 64 * 34 * 32 * 16 - 21_000, "opening");
        assertTrue(closing < 2 ** 24 - 100_000, "closing");
        assertEq(accounting.balanceOf(client), 64e6, "all refunded");
    }

    /* PARTS */

    function construct(address evidence_, address penalties_, address jury_) external {
        deploy("MeasuredDisputes.sol:MeasuredDisputes", abi.encode(evidence_, penalties_, jury_, address(0)));
    }

    function consentTo(IMeasuredDisputes.DisputedAnswer memory disputed, address challenger, uint256 key) private view {
        disputed.consent = compact(key, evidence.hashConsent(challenger, disputed.pair.response.requestHash));
    }

    /// One answer of 10 prompt tokens for nothing and one token for 1; the challenger counted these.
    function counted(
        uint32 inbound,
        uint32 outbound
    ) private view returns (IMeasuredDisputes.DisputedAnswer[] memory list) {
        list = only(answerOf(1, 0, 1e6));
        (list[0].inboundTokens, list[0].outboundTokens) = (inbound, outbound);
    }

    function nextId() private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(measured), measured.disputeCount() + 1));
    }

    function assertRefused(IMeasuredDisputes.DisputedAnswer[] memory list, bytes memory reason) private {
        vm.expectRevert(reason);
        openAs(client, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function assertCountRefused(IMeasuredDisputes.DisputedAnswer[] memory list, bytes memory reason) private {
        vm.expectRevert(reason);
        openAs(client, IMeasuredDisputes.Kind.TokenInflation, list);
    }

    function assertNothingHeld(IAccountingV2.SignedPair memory pair) private {
        (uint256 before, uint256 deposit) = (accounting.unmaturedTail(executor), accounting.balanceOf(client));
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.WrongModel, only(pair));
        assertEq(accounting.unmaturedTail(executor), before, "tails");
        assertEq(restitutionOf(id), 0, "restitution");
        assertEq(frozenOf(executor), PENALTY, "the penalty alone");
        vm.prank(executor);
        measured.concede(id);
        assertEq(accounting.balanceOf(client), deposit, "nothing refunded");
        assertEq(rewardsOf(client), 3e6, "but rewarded");
    }
}
