// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEquivocationDisputes} from "../../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {DisputeTest} from "../../support/DisputeTest.sol";
import {vm} from "../../support/Vm.sol";

/*
EquivocationDisputes

commitReport
├── a second time: DisputeAlreadyCommitted
└── otherwise: ReportCommitted
proving, with a commitment
├── of an earlier block, of this reporter, to this proof: the share is the reporter's at once
└── none, of the same block, of somebody else, with another secret or to other evidence: the share waits, ReportPending
proving again, while the share waits
├── with a commitment older than the first proof, within 24 hours: takes the share, ReportPaid
└── with a younger one, later, or after it was paid: DisputeAlreadyProven
payReport
├── nothing waits: DisputeNothingPending
├── too early: DisputePriorityPending
└── otherwise: to who brought the proof, ReportPaid; once
nothing to share: nothing waits
an earlier claim on the stake is open: with or without priority the share is paid when it is over
reportCommitment, equivocationId, offerEquivocationId
└── hashes of what they name, each of its own kind
*/
contract ReportPriorityTest is DisputeTest {
    bytes32 private constant SALT = "salt";
    address private constant THIEF = address(0x7413F);
    uint256 private constant SHARE = 150e6;

    IEquivocationDisputes.ResponseProof private _proof;
    bytes32 private _id;

    function setUp() public override {
        deployMarket();
        enrol(1_000e6);
        _proof = proofOf(1, 0, 0);
        _id = disputes.equivocationId(executor, accounting.hashRequest(_proof.request));
    }

    /* COMMITTING */

    function test_ACommitmentIsMadeOnce() public {
        bytes32 commitment = commitmentOf(stranger, SALT, _proof);
        vm.expectEmit(address(disputes));
        emit IEquivocationDisputes.ReportCommitted(commitment, address(this));
        disputes.commitReport(commitment);
        assertEq(disputes.commitments(commitment), block.number, "its block");
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeAlreadyCommitted.selector, commitment));
        disputes.commitReport(commitment);
    }

    function test_IdsAndCommitmentsAreHashesOfWhatTheyName() public view {
        bytes32 word = "word";
        bytes32 commitment = keccak256(abi.encode(stranger, SALT, word, _id));
        assertEq(disputes.reportCommitment(stranger, SALT, word, _id), commitment, "commitment");
        bytes32 fault = keccak256(abi.encode(IStakeRegistry.Offence.Equivocation, executor, word));
        assertEq(disputes.equivocationId(executor, word), fault, "equivocation");
        fault = keccak256(abi.encode(IStakeRegistry.Offence.OfferEquivocation, executor, uint256(9)));
        assertEq(disputes.offerEquivocationId(executor, 9), fault, "of offers");
    }

    function test_ACommittedReporterIsPaidAtOnce() public {
        commitAs(stranger, SALT, _proof);
        prove(stranger, SALT);
        assertEq(rewardsOf(stranger), SHARE, "at once");
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeNothingPending.selector, _id));
        disputes.payReport(_id);
    }

    /* WAITING */

    function test_WithoutACommitmentTheShareWaits() public {
        uint256 payableAt = ENROLLED + 24 hours;
        vm.expectEmit(address(disputes));
        emit IEquivocationDisputes.ReportPending(_id, stranger, SHARE, payableAt);
        prove(stranger, SALT);
        assertWaits(stranger);
        vm.warp(payableAt - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEquivocationDisputes.DisputePriorityPending.selector, payableAt, payableAt - 1)
        );
        disputes.payReport(_id);
        vm.warp(payableAt);
        vm.expectEmit(address(disputes));
        emit IEquivocationDisputes.ReportPaid(_id, stranger, SHARE);
        disputes.payReport(_id);
        assertEq(rewardsOf(stranger), SHARE, "paid");
        assertEq(rewardsOf(address(disputes)), 0, "kept nothing");
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeNothingPending.selector, _id));
        disputes.payReport(_id);
    }

    function test_ACommitmentOfTheSameBlockIsNone() public {
        disputes.commitReport(commitmentOf(stranger, SALT, _proof));
        prove(stranger, SALT);
        assertWaits(stranger);
    }

    function test_SomebodyElsesCommitmentIsNone() public {
        commitAs(stranger, SALT, _proof);
        prove(THIEF, SALT);
        assertWaits(THIEF);
    }

    function test_ACommitmentIsToItsSecretAndEvidence() public {
        commitAs(stranger, SALT, _proof);
        prove(stranger, "another secret");
        assertWaits(stranger);
        IEquivocationDisputes.ResponseProof memory other = proofOf(2, 0, 0);
        commitAs(stranger, SALT, other);
        other.second.contentHash = "a third answer";
        signProof(other, EXECUTOR_KEY);
        vm.prank(stranger);
        disputes.proveEquivocation(other, SALT);
        assertEq(rewardsOf(stranger), 0, "waits too");
    }

    /* PRIORITY */

    /// Attack 41: a proof that was copied out of the mempool earns nothing.
    function test_Attack41_ACopiedProofEarnsNothing() public {
        commitAs(stranger, SALT, _proof);
        prove(THIEF, SALT);
        vm.expectEmit(address(disputes));
        emit IEquivocationDisputes.ReportPaid(_id, stranger, SHARE);
        prove(stranger, SALT);
        assertEq(rewardsOf(stranger), SHARE, "who knew first");
        assertEq(registry.slashableStake(executor), 500e6, "slashed once");
        expectProven();
        prove(stranger, SALT);
        vm.warp(ENROLLED + 2 days);
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeNothingPending.selector, _id));
        disputes.payReport(_id);
    }

    /// The copy may hold other evidence of the same fault: what counts is what the reporter committed to.
    function test_PriorityNeedsNotTheSameEvidence() public {
        commitAs(stranger, SALT, _proof);
        IEquivocationDisputes.ResponseProof memory other = _proof;
        other.second.contentHash = "a third answer";
        signProof(other, EXECUTOR_KEY);
        vm.prank(THIEF);
        disputes.proveEquivocation(other, SALT);
        prove(stranger, SALT);
        assertEq(rewardsOf(stranger), SHARE, "who knew first");
    }

    function test_ALaterCommitmentHasNoPriority() public {
        prove(stranger, SALT);
        disputes.commitReport(commitmentOf(THIEF, SALT, _proof));
        nextBlock();
        expectProven();
        prove(THIEF, SALT);
        vm.warp(ENROLLED + 24 hours);
        disputes.payReport(_id);
        assertEq(rewardsOf(stranger), SHARE, "who proved it");
    }

    function test_PriorityEndsAfterADay() public {
        commitAs(stranger, SALT, _proof);
        prove(THIEF, SALT);
        vm.warp(ENROLLED + 24 hours);
        expectProven();
        prove(stranger, SALT);
        disputes.payReport(_id);
        assertEq(rewardsOf(THIEF), SHARE, "too late for priority");
    }

    /// Evidence that was good when the fault was proven is still good for the share.
    function test_PriorityOutlivesTheEvidenceWindow() public {
        commitAs(stranger, SALT, _proof);
        uint256 until = uint256(_proof.request.deadline) + 7 days;
        vm.warp(until);
        prove(THIEF, SALT);
        vm.warp(until + 1 hours);
        prove(stranger, SALT);
        assertEq(rewardsOf(stranger), SHARE, "paid");
    }

    function test_OffersFollowTheSameRule() public {
        IEquivocationDisputes.OfferProof memory offers;
        (offers.first.executor, offers.second.executor) = (executor, executor);
        (offers.first.validUntil, offers.second.validUntil) = (uint40(ENROLLED), uint40(ENROLLED + 1));
        bytes32 first = disputes.hashOffer(offers.first);
        bytes32 second = disputes.hashOffer(offers.second);
        (offers.firstSignature, offers.secondSignature) = (compact(EXECUTOR_KEY, first), compact(EXECUTOR_KEY, second));
        disputes.commitReport(disputes.reportCommitment(stranger, SALT, first, second));
        nextBlock();
        vm.prank(THIEF);
        disputes.proveOfferEquivocation(offers, SALT);
        assertEq(rewardsOf(THIEF), 0, "waits");
        vm.prank(stranger);
        disputes.proveOfferEquivocation(offers, SALT);
        assertEq(rewardsOf(stranger), 3e6, "who knew first");
    }

    function test_WithoutAShareNothingWaits() public {
        vm.prank(executor);
        registry.unbond(1_000e6);
        vm.warp(ENROLLED + UNBONDING);
        vm.prank(executor);
        registry.withdraw(executor);
        _proof.request.deadline = uint40(ENROLLED + UNBONDING);
        IEquivocationDisputes.ResponseProof memory proof = _proof;
        signProof(proof, EXECUTOR_KEY);
        vm.prank(stranger);
        disputes.proveEquivocation(proof, SALT);
        bytes32 id = disputes.equivocationId(executor, accounting.hashRequest(proof.request));
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeNothingPending.selector, id));
        disputes.payReport(id);
    }

    /* BEHIND EARLIER CLAIMS */

    /// What of the share earlier claims on the stake may need waits for their end, and is paid with the rest.
    function test_AShareBehindEarlierClaimsIsPaidWhenTheyAreOver() public {
        freezeAll();
        prove(THIEF, SALT);
        vm.warp(ENROLLED + 24 hours);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeClaimsAhead.selector, 1_000e6));
        disputes.payReport(_id);
        endEarlierClaim();
        vm.expectEmit(address(disputes));
        emit IEquivocationDisputes.ReportPaid(_id, THIEF, SHARE);
        disputes.payReport(_id);
        assertEq(rewardsOf(THIEF), SHARE, "who brought the proof");
        assertEq(rewardsOf(address(disputes)), 0, "nothing is left here");
    }

    function test_PriorityCountsForAShareBehindEarlierClaims() public {
        freezeAll();
        commitAs(stranger, SALT, _proof);
        prove(THIEF, "another");
        vm.expectEmit(address(disputes));
        emit IEquivocationDisputes.ReportPending(_id, stranger, 0, ENROLLED);
        prove(stranger, SALT);
        endEarlierClaim();
        disputes.payReport(_id);
        assertEq(rewardsOf(stranger), SHARE, "who knew first");
        assertEq(rewardsOf(THIEF), 0, "not who copied it");
    }

    function freezeAll() private {
        vm.prank(JUDGE);
        registry.freeze("earlier", executor, 1_000e6);
    }

    function endEarlierClaim() private {
        vm.prank(JUDGE);
        registry.unfreeze("earlier");
    }

    /* SUPPORT */

    function prove(address reporter, bytes32 salt) private {
        IEquivocationDisputes.ResponseProof memory proof = _proof;
        vm.prank(reporter);
        disputes.proveEquivocation(proof, salt);
    }

    function assertWaits(address reporter) private view {
        (address waiting, uint96 amount, , uint48 payableAt) = disputes.reports(_id);
        assertEq(waiting, reporter, "reporter");
        assertEq(amount, SHARE, "amount");
        assertEq(payableAt, ENROLLED + 24 hours, "payableAt");
        assertEq(rewardsOf(reporter), 0, "not yet");
        assertEq(rewardsOf(address(disputes)), SHARE, "here");
    }

    function expectProven() private {
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeAlreadyProven.selector, _id));
    }
}
