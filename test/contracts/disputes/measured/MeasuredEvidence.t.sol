// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Statements} from "../../../../contracts/libraries/Statements.sol";
import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IMeasuredEvidence} from "../../../../contracts/disputes/measured/IMeasuredEvidence.sol";
import {Court} from "../../support/Court.sol";
import {vm} from "../../support/Vm.sol";

/*
MeasuredEvidence

constructor
├── accounting zero: MeasuredZeroAddress
└── otherwise: keeps it
check
├── no answer, more than 64: MeasuredAnswerCount
├── challenger or payer is the executor: MeasuredOwnAnswers
├── the executor is not registered as one: MeasuredNotRegistered
├── an answer
│   ├── of another executor: MeasuredWrongExecutor
│   ├── to another request: MeasuredWrongRequestHash
│   ├── not signed by client or executor: StatementWrongSigner
│   ├── of somebody who did not consent: StatementWrongSigner
│   ├── of somebody else, and the challenger is no active validator: MeasuredNotValidator
│   ├── of another client than the one it is paid for: MeasuredNotClient (MeasuredAttacks.t.sol)
│   ├── later than 7 days after the deadline: MeasuredTooOld
│   ├── not settled, not paid: MeasuredNotPaid
│   └── more tokens counted than stated: MeasuredCountAboveStated
└── otherwise: its hashes, what it was paid, whether that is the tail
    ├── a lane that went on has paid for it
    ├── a failed answer has no overcharge
    └── a validator with consents, of session signers too
hashConsent
├── names who opens the dispute and the request: another one's is no consent
└── the compiler's type hash: TypeHashes.t.sol; the vectors': Vectors.t.sol
*/
contract MeasuredEvidenceTest is Court {
    function setUp() public {
        deployCourt();
        populate(6);
    }

    function test_ConstructorNeedsAnEscrow() public {
        vm.expectRevert(IMeasuredDisputes.MeasuredZeroAddress.selector);
        this.construct(address(0));
        assertEq(evidence.accounting(), address(accounting), "kept");
    }

    /* REFUSALS */

    function test_NeedsAnswers() public {
        IMeasuredDisputes.DisputedAnswer[] memory list;
        for (uint256 count = 0; count <= 65; count += 65) {
            list = new IMeasuredDisputes.DisputedAnswer[](count);
            assertRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredAnswerCount.selector, 64, count));
        }
    }

    function test_NobodyDisputesItsOwnAnswers() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 1));
        bytes memory own = abi.encodeWithSelector(IMeasuredDisputes.MeasuredOwnAnswers.selector, executor);
        vm.expectRevert(own);
        openAs(executor, IMeasuredDisputes.Kind.WrongModel, list);
        // Nor for somebody else, or by somebody else's money.
        address[2] memory challengers = [client, executor];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(own);
            vm.prank(challengers[1 - i]);
            measured.openFor(challengers[i], IMeasuredDisputes.Kind.WrongModel, EVIDENCE, list, BOND);
        }
    }

    function test_AllAnswersAreOfOneExecutor() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = new IMeasuredDisputes.DisputedAnswer[](2);
        list[0].pair = settledAnswer(1, 0, 1);
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
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 1));
        vm.expectRevert(wrongSigner(client, address(0)));
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
        consentTo(list[0], validator, STRANGER_KEY);
        vm.expectRevert(wrongSigner(client, stranger));
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
        // A consent to somebody else is none.
        consentTo(list[0], stranger, CLIENT_KEY);
        vm.expectPartialRevert(Statements.StatementWrongSigner.selector);
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
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 1));
        consentTo(list[0], validator, CLIENT_KEY);
        vm.expectRevert(abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotValidator.selector, validator));
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function test_ASessionSignerConsents() public {
        address validator = validatorAt(0);
        fund(validator);
        authorize(client);
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 1));
        consentTo(list[0], validator, SIGNER_KEY);
        openAs(validator, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function test_EvidenceGetsTooOld() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(settledAnswer(1, 0, 1));
        uint256 until = clock + 1 hours + 7 days;
        pass(1 hours + 7 days + 1);
        assertRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredTooOld.selector, until, until + 1));
        vm.warp(until);
        openAs(client, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function test_CountsMayNotExceedWhatIsStated() public {
        settledAnswer(1, 0, 3e6);
        IMeasuredDisputes.DisputedAnswer[] memory list = counted(11, 0);
        assertCountRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredCountAboveStated.selector, 10, 11));
        list = counted(0, 2);
        assertCountRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredCountAboveStated.selector, 1, 2));
    }

    /* WHAT IT SAYS */

    function test_AnAnswerHasToBePaid() public {
        IMeasuredDisputes.DisputedAnswer[] memory list = only(answerOf(1, 0, 10e6));
        bytes memory unpaid = abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotPaid.selector, client, 7, 1);
        assertRefused(list, unpaid);
        settledAnswer(2, 0, 3e6); // The lane went on without it.
        list = only(answerOf(1, 3e6, 10e6));
        assertRefused(list, unpaid);
        list = only(answerOf(3, 0, 10e6));
        assertRefused(list, abi.encodeWithSelector(IMeasuredDisputes.MeasuredNotPaid.selector, client, 7, 3));
    }

    function test_TellsWhatALaneWasPaid() public {
        IAccountingV2.SignedPair memory first = settledAnswer(1, 0, 10e6);
        assertAnswer(first, 10e6, true);
        IAccountingV2.SignedPair memory second = settledAnswer(2, 10e6, 5e6);
        assertAnswer(first, 10e6, false);
        assertAnswer(second, 5e6, true);
        vm.prank(JUDGE);
        accounting.holdTail(IAccountingV2.Tail(client, executor, 7, 2, 10e6));
        assertAnswer(second, 5e6, false);
    }

    function test_AFailedAnswerHasNoOvercharge() public {
        settledAnswer(1, 0, 3e6);
        IMeasuredDisputes.DisputedAnswer[] memory list = counted(0, 0);
        list[0].pair.response.finishReason = 0;
        sign(list[0].pair);
        (, IMeasuredEvidence.Answer[] memory answers) = check(list);
        assertEq(answers[0].overcharge, 0, "it costs nothing");
        list[0].pair.response.finishReason = 1;
        sign(list[0].pair);
        (, answers) = check(list);
        assertEq(answers[0].overcharge, 3e6, "stated less counted");
        assertEq(answers[0].inboundTokens + answers[0].outboundTokens, 0, "as counted");
    }

    /* PARTS */

    function construct(address accounting_) external {
        deploy("MeasuredEvidence.sol:MeasuredEvidence", abi.encode(accounting_));
    }

    function check(
        IMeasuredDisputes.DisputedAnswer[] memory list
    ) private view returns (address, IMeasuredEvidence.Answer[] memory) {
        return evidence.check(IMeasuredDisputes.Kind.TokenInflation, client, client, list);
    }

    function consentTo(IMeasuredDisputes.DisputedAnswer memory disputed, address challenger, uint256 key) private view {
        disputed.consent = compact(key, evidence.hashConsent(challenger, disputed.pair.response.requestHash));
    }

    /// One answer of 10 prompt tokens for nothing and one token for 3; the challenger counted these.
    function counted(
        uint32 inbound,
        uint32 outbound
    ) private view returns (IMeasuredDisputes.DisputedAnswer[] memory list) {
        list = only(answerOf(1, 0, 3e6));
        (list[0].inboundTokens, list[0].outboundTokens) = (inbound, outbound);
    }

    function wrongSigner(address principal, address found) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Statements.StatementWrongSigner.selector, principal, found);
    }

    function assertAnswer(IAccountingV2.SignedPair memory pair, uint256 paid, bool isTail) private view {
        (address found, IMeasuredEvidence.Answer[] memory answers) = check(only(pair));
        assertEq(found, executor, "executor");
        assertEq(answers[0].client, client, "client");
        assertEq(answers[0].requestHash, pair.response.requestHash, "request");
        assertEq(answers[0].responseHash, accounting.hashResponse(pair.response), "response");
        assertTrue(answers[0].lane == 7 && answers[0].nonce == pair.request.nonce, "place");
        assertEq(answers[0].ackedCost, pair.request.ackedCost, "acknowledged");
        assertEq(answers[0].paid, paid, "paid");
        assertTrue(answers[0].isTail == isTail, "tail");
    }

    function assertRefused(IMeasuredDisputes.DisputedAnswer[] memory list, bytes memory reason) private {
        vm.expectRevert(reason);
        openAs(client, IMeasuredDisputes.Kind.WrongModel, list);
    }

    function assertCountRefused(IMeasuredDisputes.DisputedAnswer[] memory list, bytes memory reason) private {
        vm.expectRevert(reason);
        openAs(client, IMeasuredDisputes.Kind.TokenInflation, list);
    }
}
