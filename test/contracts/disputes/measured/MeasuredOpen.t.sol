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
├── accounting or jury zero: MeasuredZeroAddress
├── fee zero or above 64 bits: MeasuredParameterOutOfRange
├── an arbitrator that is nobody's: none is kept
└── otherwise: keeps its parameters
open
├── no evidence hash: MeasuredNoEvidence
├── no answer, more than 64: MeasuredAnswerCount
├── the challenger is the executor: MeasuredOwnAnswers
├── an answer
│   ├── of another executor: MeasuredWrongExecutor
│   ├── to another request: MeasuredWrongRequestHash
│   ├── not signed by client or executor: MeasuredWrongSigner
│   ├── of somebody who did not consent: MeasuredWrongSigner
│   ├── of somebody else, and the challenger is no active validator: MeasuredNotValidator
│   ├── later than 7 days after the deadline: MeasuredTooOld
│   ├── in dispute already, also twice in one: MeasuredAlreadyDisputed
│   └── more tokens counted than stated: MeasuredCountAboveStated
├── no overcharge: MeasuredNoOvercharge
├── bond above the limit: MeasuredBondTooLarge
├── a token that keeps a part: MeasuredTokenShortfall (MeasuredAttacks.t.sol)
└── otherwise: AnswerDisputed, MeasuredOpened, MeasuredMoved; bond taken, penalty and cost frozen
    ├── the tail that is not mature is held, the rest is restitution
    ├── an answer acknowledged by a later one, not paid, or in another judge's dispute: nothing is held
    ├── a lane paid by another pair of the same nonce: nothing is held
    ├── inflated counts: ten overcharges, at least a twentieth of the executors' minimum, and it fits its type
    ├── a validator with consents, of session signers too
    └── 64 answers fit one transaction
bondFor
└── a twentieth of the penalty, at least what the first jury may cost
modelPenalty: by strikes in MeasuredVerdicts.t.sol
disputeOf
└── the dispute about an answer, or zero
hashConsent
├── names the challenger and the request: another challenger's is no consent
└── the compiler's type hash: TypeHashes.t.sol; the vectors': Vectors.t.sol
*/
contract MeasuredOpenTest is Court {
    function setUp() public {
        deployCourt();
        populate(6);
    }

    /* CONSTRUCTOR */

    function test_ConstructorRefusesBadParameters() public {
        vm.expectRevert(IMeasuredDisputes.MeasuredZeroAddress.selector);
        this.construct(address(0), address(jury), 1);
        vm.expectRevert(IMeasuredDisputes.MeasuredZeroAddress.selector);
        this.construct(address(accounting), address(0), 1);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 fee = i == 0 ? 0 : uint256(type(uint64).max) + 1;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMeasuredDisputes.MeasuredParameterOutOfRange.selector,
                    bytes32("jurorFee"),
                    1,
                    type(uint64).max,
                    fee
                )
            );
            this.construct(address(accounting), address(jury), fee);
        }
        this.construct(address(accounting), address(jury), type(uint64).max);
    }

    function test_ConstructorKeepsItsParameters() public view {
        assertEq(measured.accounting(), address(accounting), "accounting");
        assertEq(measured.stakeRegistry(), address(registry), "registry");
        assertEq(measured.paymentToken(), address(token), "token");
        assertEq(measured.jury(), address(jury), "jury");
        assertEq(measured.arbitrator(), address(arbitrator), "arbitrator");
        assertEq(measured.jurorFee(), JUROR_FEE, "fee");
    }

    function test_AnArbitratorOfNobodyIsNone() public {
        address ofNobody = deploy("Arbitrator.sol:Arbitrator", abi.encode(address(0), ARBITRATION_COST));
        assertEq(deployMeasured(ofNobody).arbitrator(), address(0), "none");
        assertEq(deployMeasured(address(0)).arbitrator(), address(0), "none given");
    }

    /* REFUSALS */

    function test_NeedsEvidenceAndAnswers() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 1));
        vm.expectRevert(IMeasuredDisputes.MeasuredNoEvidence.selector);
        vm.prank(client);
        measured.open(IMeasuredDisputes.Kind.WrongModel, bytes32(0), list, type(uint256).max);
        for (uint256 count = 0; count <= 65; count += 65) {
            list = new IMeasuredDisputes.DisputedAnswer[](count);
            assertRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredAnswerCount.selector, 64, count));
        }
    }

    function test_NobodyDisputesItsOwnAnswers() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 1));
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredOwnAnswers.selector, executor));
        openAs(executor, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function test_AllAnswersAreOfOneExecutor() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = new IMeasuredDisputes.DisputedAnswer[](2);
        list[0].pair = answerOf(1, 0, 1);
        list[1].pair = answerOf(2, 0, 1);
        list[1].pair.request.executor = stranger;
        sign(list[1].pair, CLIENT_KEY, STRANGER_KEY);
        assertRefused(
            list,
            abi.encodeWithSelector(IMeasuredDisputes.MeasuredWrongExecutor.selector, executor, stranger)
        );
    }

    function test_TheResponseNamesTheRequest() public {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 1);
        bytes32 named = pair.response.requestHash;
        pair.request.nonce = 2;
        bytes32 requestHash = accounting.hashRequest(pair.request);
        assertRefused(
            only(pair),
            abi.encodeWithSelector(IMeasuredDisputes.MeasuredWrongRequestHash.selector, requestHash, named)
        );
    }

    function test_BothHaveToHaveSigned() public {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 1);
        sign(pair, STRANGER_KEY, EXECUTOR_KEY);
        assertRefused(only(pair), wrongSigner(client, stranger));
        sign(pair, CLIENT_KEY, STRANGER_KEY);
        assertRefused(only(pair), wrongSigner(executor, stranger));
        sign(pair);
        pair.executorSignature.vs = bytes32(type(uint256).max);
        assertRefused(only(pair), wrongSigner(executor, address(0)));
    }

    function test_SomebodyElsesAnswerNeedsConsentAndAValidator() public {
        address validator = validatorAt(0);
        fund(validator);
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 1));
        vm.expectRevert(wrongSigner(client, address(0)));
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
        consentTo(list[0], validator, STRANGER_KEY);
        vm.expectRevert(wrongSigner(client, stranger));
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
        // A consent to somebody else is none.
        consentTo(list[0], stranger, CLIENT_KEY);
        vm.expectPartialRevert(IMeasuredDisputes.MeasuredWrongSigner.selector);
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotValidator.selector, stranger));
        openAs(stranger, IMeasuredDisputes.Kind.WrongModel, list);

        consentTo(list[0], validator, CLIENT_KEY);
        bytes32 id = openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
        assertEq(measured.disputeAt(id).challenger, validator, "challenger");
    }

    function test_AValidatorThatIsNotActiveMayNotChallenge() public {
        address validator = validatorAt(0);
        fund(validator);
        vm.prank(validator);
        registry.unbond(VALIDATOR_STAKE);
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 1));
        consentTo(list[0], validator, CLIENT_KEY);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotValidator.selector, validator));
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function test_ASessionSignerConsents() public {
        address validator = validatorAt(0);
        fund(validator);
        authorize(client);
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 1));
        consentTo(list[0], validator, SIGNER_KEY);
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function test_EvidenceGetsTooOld() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 1));
        uint256 until = clock + 1 hours + 7 days;
        pass(1 hours + 7 days + 1);
        assertRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredTooOld.selector, until, until + 1));
        vm.warp(until);
        openAs(client, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function test_EveryAnswerIsDisputedOnce() public {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 1);
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
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 1));
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredBondTooLarge.selector, BOND - 1, BOND));
        measured.open(IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, BOND - 1);
        vm.prank(client);
        measured.open(IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, BOND);
    }

    function test_TheBondIsATwentiethButCoversTheJury() public view {
        assertEq(measured.bondFor(0), (5 * JUROR_FEE * 3) / 2, "fees");
        assertEq(measured.bondFor(30e6), 1.5e6, "equal");
        assertEq(measured.bondFor(30e6 + 1), 1.5e6 + 1, "rounded up");
        assertEq(measured.bondFor(PENALTY), BOND, "share");
    }

    /* INFLATED COUNTS */

    function test_CountsMayNotExceedWhatIsStated() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = counted(11, 0);
        assertCountRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredCountAboveStated.selector, 10, 11));
        list = counted(0, 2);
        assertCountRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredCountAboveStated.selector, 1, 2));
    }

    function test_CountsHaveToShowAnOvercharge() public {
        bytes memory none = abi.encodeWithSelector(IMeasuredDisputes.MeasuredNoOvercharge.selector);
        // Prompt tokens are free here.
        assertCountRefused(counted(3, 1), none);
        IMeasuredDisputes.DisputedAnswer[] memory list = counted(0, 0);
        list[0].pair.response.finishReason = 0;
        list[0].pair.response.cumulativeCost = 0;
        sign(list[0].pair);
        assertCountRefused(list, none);
    }

    function test_InflatedCountsCostTenTimesTheOvercharge() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = counted(10, 0);
        bytes32 requestHash = list[0].pair.response.requestHash;
        bytes32 responseHash = accounting.hashResponse(list[0].pair.response);
        settleOne(list[0].pair);
        bytes32 id = nextId();
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.AnswerDisputed(id, client, requestHash, responseHash, 7, 1, 10, 0, 3e6, 3e6, 3e6);
        openAs(client, IMeasuredDisputes.Kind.TokenInflation, list);
        assertEq(measured.disputeAt(id).penalty, 30e6, "ten times");
        decide(id, 5, 0);
        finish(id);
        assertEq(stakeOf(executor), EXECUTOR_STAKE - 30e6, "slashed");
        uint256 strikes = registry.strikesOf(executor, IStakeRegistry.Offence.TokenInflation, 90 days);
        assertEq(strikes, 2, "noted");
    }

    function test_SmallOverchargesCostATwentiethOfTheMinimum() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 100));
        bytes32 id = openAs(client, IMeasuredDisputes.Kind.TokenInflation, list);
        assertEq(measured.disputeAt(id).penalty, MINIMUM_EXECUTOR / 20, "floor");
    }

    function test_PenaltiesBeyondAllMoneyFit() public {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 1);
        pair.request.outboundPrice = type(uint96).max;
        pair.response.outboundTokens = type(uint32).max;
        sign(pair);
        vm.prank(client);
        vm.expectPartialRevert(IMeasuredDisputes.MeasuredBondTooLarge.selector);
        measured.open(IMeasuredDisputes.Kind.TokenInflation, EVIDENCE, only(pair), 1_000e6);
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
            10e6
        );
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredOpened(
            id,
            executor,
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
        assertEq(token.balanceOf(address(measured)), BOND, "bond");
        assertEq(frozenOf(executor), PENALTY, "frozen");
        assertEq(accounting.unmaturedTail(executor), 0, "held");
        (, uint8 party, ) = jury.votes(id, client);
        assertEq(party, 255, "the client is no juror");
        (, party, ) = jury.votes(id, executor);
        assertEq(party, 255, "nor is the executor");
    }

    function test_AnAcknowledgedAnswerStaysPaid() public {
        IAccountingV2.SignedPair memory first = settledAnswer(1, 0, 10e6);
        settledAnswer(2, 10e6, 5e6);
        assertNothingHeld(first);
    }

    function test_AnUnpaidAnswerHoldsNothing() public {
        assertNothingHeld(answerOf(1, 0, 10e6));
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
        accounting.clawBackTail(IAccountingV2.Tail(client, executor, 7, 1, 5e6));
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

    function construct(address accounting_, address jury_, uint256 fee) external {
        deploy("MeasuredDisputes.sol:MeasuredDisputes", abi.encode(accounting_, jury_, address(0), fee));
    }

    function consentTo(IMeasuredDisputes.DisputedAnswer memory disputed, address challenger, uint256 key) private view {
        disputed.consent = compact(key, measured.hashConsent(challenger, disputed.pair.response.requestHash));
    }

    /// One answer of 10 prompt tokens for nothing and one token for 3; the challenger counted these.
    function counted(
        uint32 inbound,
        uint32 outbound
    ) private view returns (IMeasuredDisputes.DisputedAnswer[] memory list) {
        list = only(answerOf(1, 0, 3e6));
        (list[0].inboundTokens, list[0].outboundTokens) = (inbound, outbound);
    }

    function nextId() private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(measured), measured.disputeCount() + 1));
    }

    function wrongSigner(address principal, address found) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMeasuredDisputes.MeasuredWrongSigner.selector, principal, found);
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
        assertEq(measured.disputeAt(id).restitution, 0, "restitution");
        assertEq(frozenOf(executor), PENALTY, "the penalty alone");
        vm.prank(executor);
        measured.concede(id);
        assertEq(accounting.balanceOf(client), deposit, "nothing refunded");
        assertEq(rewardsOf(client), 3e6, "but rewarded");
    }
}
