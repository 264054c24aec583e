// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {Statements} from "../../../../contracts/libraries/Statements.sol";
import {IEquivocationDisputes} from "../../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {DisputeTest} from "../../support/DisputeTest.sol";
import {vm} from "../../support/Vm.sol";

/*
EquivocationDisputes

constructor
├── accounting zero: DisputeZeroAddress
└── otherwise: keeps it and its stake registry
proveEquivocation
├── a response to another request: DisputeNotResponsesToRequest
├── the same but for the timestamp: DisputeSameStatement; any other member makes a difference
├── not signed by the executor, or by a session signer that does not count: StatementWrongSigner
├── later than deadline + 7 days: DisputeEvidenceTooOld
├── proven before, by other evidence too: DisputeAlreadyProven (but see ReportPriority.t.sol)
└── otherwise: EquivocationProven
    ├── half of all stake, at least the minimum, at most what there is; jail
    ├── 30 % to the reporter, twice the cost up to 30 % to the client, the rest to the treasury
    ├── the tail goes back to the client as far as it has not matured
    └── no stake, no member: jailed all the same
*/
contract EquivocationTest is DisputeTest {
    bytes32 private constant SALT = "salt";

    /* CONSTRUCTOR */

    function construct(address accounting_) external {
        deploy("EquivocationDisputes.sol:EquivocationDisputes", abi.encode(accounting_));
    }

    function test_ConstructorRefusesNoAccounting() public {
        vm.expectRevert(IEquivocationDisputes.DisputeZeroAddress.selector);
        this.construct(address(0));
        assertEq(disputes.accounting(), address(accounting), "accounting");
        assertEq(disputes.stakeRegistry(), address(registry), "registry");
    }

    /* PUNISHMENT */

    function test_TwoAnswersCostHalfTheStake() public {
        enrol(1_000e6);
        openChannel(500e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        settleFirst(proof, 1);
        bytes32 requestHash = accounting.hashRequest(proof.request);
        bytes32 id = disputes.equivocationId(executor, requestHash);
        commitAs(stranger, SALT, proof);
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Slashed({
            member: executor,
            judge: address(disputes),
            id: id,
            offence: IStakeRegistry.Offence.Equivocation,
            reporter: stranger,
            victim: client,
            jury: address(0),
            taken: 500e6,
            payout: IStakeRegistry.Payout(0, 150e6, 80e6, 0, 270e6, 0),
            totalStake: 500e6,
            unbonding: 0
        });
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Jailed(executor, address(disputes), ENROLLED + 30 days);
        vm.expectEmit(address(accounting));
        emit IAccountingV2.TailRefunded(client, executor, 7, 1, address(disputes), 40e6, 40e6);
        vm.expectEmit(address(disputes));
        emit IEquivocationDisputes.EquivocationProven(id, executor, client, requestHash, stranger, 40e6, 500e6);
        vm.prank(stranger);
        disputes.proveEquivocation(proof, SALT);
        assertEq(rewardsOf(stranger), 150e6, "30 % to the reporter");
        assertEq(rewardsOf(client), 80e6, "twice the cost to the client");
        assertEq(rewardsOf(TREASURY), 270e6, "the rest");
        assertEq(accounting.balanceOf(client), 40e6, "and its money back");
        assertTrue(!registry.isActive(executor), "in jail, though the stake would do");
        (, , , uint64 lost) = accounting.executorStats(executor);
        assertEq(lost, 1, "counted");
    }

    function test_TheSlashIsAtLeastTheMinimum() public {
        enrol(150e6);
        prove(proofOf(1, 0, 100e6));
        assertEq(registry.slashableStake(executor), 50e6, "100, not 75");
        assertEq(rewardsOf(client), 30e6, "30 % at most");
        assertEq(rewardsOf(TREASURY), 40e6, "40 % at least");
    }

    /// Attack 33: leaving before the proof arrives saves nothing.
    function test_UnbondingStakeIsSlashedToo() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 100e6);
        vm.prank(executor);
        registry.unbond(1_000e6);
        prove(proof);
        assertEq(registry.slashableStake(executor), 500e6, "half of what is on its way out");
    }

    function test_AnOddStakeIsRoundedAgainstTheExecutor() public {
        enrol(1_000e6 + 1);
        prove(proofOf(1, 0, 1e6));
        assertEq(registry.slashableStake(executor), 500e6, "the odd unit goes");
    }

    /// Attack 36.
    function test_NoStakeIsJailedAllTheSame() public {
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 100e6);
        prove(proof);
        (, , uint40 jailedUntil, , , , , ) = registry.members(executor);
        assertEq(jailedUntil, START + 30 days, "jailed before it ever joins");
        assertEq(rewardsOf(client) + rewardsOf(TREASURY), 0, "nothing to give");
        expectProven(proof);
        prove(proof);
    }

    function test_ALessStakeThanTheMinimumGoesWhole() public {
        give(executor, 60e6);
        vm.prank(executor);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 60e6);
        prove(proofOf(1, 0, 100e6));
        assertEq(registry.slashableStake(executor), 0, "all");
        assertEq(rewardsOf(TREASURY), 24e6, "40 %");
    }

    /// The client's share follows the dearer answer, above what was acknowledged before.
    function test_TheClientGetsTwiceTheDearerAnswer() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(3, 100e6, 20e6);
        proof.second.cumulativeCost = 125e6;
        signProof(proof, EXECUTOR_KEY);
        prove(proof);
        assertEq(rewardsOf(client), 50e6, "2 * (125 - 100)");
    }

    function test_AnAnswerThatCostsNothingGivesTheClientNothing() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(3, 100e6, 0);
        (proof.first.cumulativeCost, proof.second.cumulativeCost) = (0, 50e6);
        signProof(proof, EXECUTOR_KEY);
        prove(proof);
        assertEq(rewardsOf(client), 0, "not below zero");
        assertEq(rewardsOf(TREASURY), 350e6, "70 %");
    }

    function test_AMaturedTailStays() public {
        enrol(1_000e6);
        openChannel(500e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        settleFirst(proof, 1);
        vm.warp(ENROLLED + 2 days);
        prove(proof);
        assertEq(accounting.balanceOf(client), 0, "the escrow has nothing");
        assertEq(rewardsOf(client), 80e6, "the stake covers it");
    }

    function testFuzz_SharesAddUpAndTheTreasuryKeepsTwoFifths(uint256 staked, uint96 cost) public {
        staked = bound(staked, 1, type(uint96).max / 2);
        give(executor, staked);
        vm.prank(executor);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", staked);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 0);
        proof.second.cumulativeCost = cost;
        signProof(proof, EXECUTOR_KEY);
        commitAs(stranger, SALT, proof);
        vm.prank(stranger);
        disputes.proveEquivocation(proof, SALT);
        uint256 taken = staked - registry.slashableStake(executor);
        uint256 half = (staked + 1) / 2;
        uint256 wanted = half > MINIMUM_EXECUTOR ? half : MINIMUM_EXECUTOR;
        assertEq(taken, wanted < staked ? wanted : staked, "taken");
        assertEq(rewardsOf(stranger) + rewardsOf(client) + rewardsOf(TREASURY), taken, "to the last unit");
        assertTrue(rewardsOf(TREASURY) * 10 >= taken * 4, "I18");
        assertTrue(rewardsOf(client) <= uint256(cost) * 2, "twice the cost");
    }

    /* EVIDENCE */

    /// Attack 40: a client that signs two requests with one nonce frames nobody.
    function test_Attack40_AnswersToTwoRequestsAreNoFault() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        proof.second.requestHash = keccak256("another request of this nonce");
        resignProof(proof, EXECUTOR_KEY);
        bytes memory refusal = abi.encodeWithSelector(
            IEquivocationDisputes.DisputeNotResponsesToRequest.selector,
            accounting.hashRequest(proof.request)
        );
        vm.expectRevert(refusal);
        prove(proof);
        (proof.first, proof.second) = (proof.second, proof.first);
        resignProof(proof, EXECUTOR_KEY);
        vm.expectRevert(refusal);
        prove(proof);
        proof.first.requestHash = proof.second.requestHash;
        proof.request.deadline += 1;
        resignProof(proof, EXECUTOR_KEY);
        vm.expectPartialRevert(IEquivocationDisputes.DisputeNotResponsesToRequest.selector);
        prove(proof);
    }

    /// Attack 39: who crashes and signs the same answer again later is honest.
    function test_Attack39_AnotherTimestampIsNoFault() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        proof.second = copyOf(proof.first);
        proof.second.timestamp += 60;
        signProof(proof, EXECUTOR_KEY);
        vm.expectRevert(IEquivocationDisputes.DisputeSameStatement.selector);
        prove(proof);
    }

    function test_EveryOtherMemberMakesADifference() public {
        enrol(1_000e6);
        for (uint32 i = 0; i < 9; ++i) {
            IEquivocationDisputes.ResponseProof memory proof = proofOf(i + 1, 0, 40e6);
            proof.second = copyOf(proof.first);
            change(proof.second, i);
            signProof(proof, EXECUTOR_KEY);
            prove(proof);
            assertTrue(isProven(proof), vm.toString(i));
        }
    }

    function test_OnlyTheExecutorsWordCounts() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        proof.secondSignature = compact(STRANGER_KEY, accounting.hashResponse(proof.second));
        vm.expectRevert(wrongSigner(stranger));
        prove(proof);
        signProof(proof, EXECUTOR_KEY);
        proof.firstSignature = compact(CLIENT_KEY, accounting.hashResponse(proof.first));
        vm.expectRevert(wrongSigner(client));
        prove(proof);
        signProof(proof, EXECUTOR_KEY);
        // The other half of the curve: the same signature in a form that nobody accepts.
        proof.firstSignature.r = bytes32(0);
        vm.expectRevert(wrongSigner(address(0)));
        prove(proof);
    }

    /// Attacks 4 and 5: what was signed for another deployment proves nothing here.
    function test_Attack04_AnotherDomainProvesNothing() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        vm.chainId(1);
        vm.expectPartialRevert(IEquivocationDisputes.DisputeNotResponsesToRequest.selector);
        prove(proof);
    }

    function test_ASessionSignersWordIsItsExecutors() public {
        enrol(1_000e6);
        authorize(executor);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        proof.secondSignature = compact(SIGNER_KEY, accounting.hashResponse(proof.second));
        prove(proof);
        assertTrue(isProven(proof), "one by each");
    }

    function test_ARevokedSignersWordEndsWithItsThaw() public {
        enrol(1_000e6);
        authorize(executor);
        vm.prank(executor);
        accounting.revokeSigner(sessionSigner);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        proof.request.deadline = uint40(ENROLLED + UNLOCK_DELAY + 1);
        signProof(proof, SIGNER_KEY);
        vm.expectRevert(wrongSigner(sessionSigner));
        prove(proof);
        proof.request.deadline -= 1;
        signProof(proof, SIGNER_KEY);
        prove(proof);
        assertTrue(isProven(proof), "up to its thaw");
    }

    function test_EvidenceIsGoodForAWeek() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        uint256 until = uint256(proof.request.deadline) + 7 days;
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeEvidenceTooOld.selector, until, until + 1));
        prove(proof);
        vm.warp(until);
        prove(proof);
        assertTrue(isProven(proof), "on its last second");
    }

    /// Attack 38: other evidence of the same fault punishes nobody twice; another request is another fault.
    function test_Attack38_AFaultIsPunishedOnce() public {
        enrol(1_000e6);
        IEquivocationDisputes.ResponseProof memory proof = proofOf(1, 0, 40e6);
        prove(proof);
        (proof.first, proof.second) = (proof.second, proof.first);
        proof.first.contentHash = "a third answer";
        signProof(proof, EXECUTOR_KEY);
        expectProven(proof);
        prove(proof);
        prove(proofOf(2, 0, 40e6));
        assertEq(registry.slashableStake(executor), 250e6, "half, and half again");
    }

    /// Whichever outlasts the other: the jail, in which no tail is paid, or the time in which the pair can be settled.
    function test_Attack83_NoAnswerThatWasProvenTwiceIsPaidAfterJail() public {
        for (uint32 nonce = 1; nonce <= 2; ++nonce) {
            IEquivocationDisputes.ResponseProof memory proof = proofOf(nonce, 0, 5e6);
            proof.request.deadline = uint40(ENROLLED + (nonce == 1 ? 28 days : 28 days + 1));
            signProof(proof, EXECUTOR_KEY);
            disputes.proveEquivocation(proof, 0);
            IAccountingV2.SignedPair memory pair = pairOf(nonce, 0, 5e6);
            (pair.request, pair.response) = (proof.request, proof.first);
            sign(pair);
            bool closed = nonce == 2;
            assertRejected(pair, closed ? IAccountingV2.Rejection.Disputed : IAccountingV2.Rejection.NothingToPay);
            uint256 snapshot = vm.snapshotState();
            vm.warp(ENROLLED + 30 days);
            vm.prank(executor);
            registry.unjail();
            assertTrue(registry.capacityOf(executor) != 0, "covers tails again");
            assertRejected(pair, closed ? IAccountingV2.Rejection.Disputed : IAccountingV2.Rejection.Expired);
            vm.revertToState(snapshot);
        }
    }

    /* SUPPORT */

    function prove(IEquivocationDisputes.ResponseProof memory proof) private {
        disputes.proveEquivocation(proof, SALT);
    }

    function isProven(IEquivocationDisputes.ResponseProof memory proof) private view returns (bool) {
        bytes32 id = disputes.equivocationId(executor, accounting.hashRequest(proof.request));
        return registry.isSlashed(address(disputes), id);
    }

    function expectProven(IEquivocationDisputes.ResponseProof memory proof) private {
        bytes32 id = disputes.equivocationId(executor, accounting.hashRequest(proof.request));
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeAlreadyProven.selector, id));
    }

    function wrongSigner(address recovered) private view returns (bytes memory) {
        return abi.encodeWithSelector(Statements.StatementWrongSigner.selector, executor, recovered);
    }

    function copyOf(
        IAccountingV2.LlmResponseCommitment memory response
    ) private pure returns (IAccountingV2.LlmResponseCommitment memory) {
        return abi.decode(abi.encode(response), (IAccountingV2.LlmResponseCommitment));
    }

    /// Changes one of the nine members that say something.
    function change(IAccountingV2.LlmResponseCommitment memory response, uint256 member) private pure {
        if (member == 0) response.contentHash = "changed";
        if (member == 1) response.deliveryHash = "changed";
        if (member == 2) response.traceRoot = "changed";
        if (member == 3) ++response.inboundTokens;
        if (member == 4) ++response.outboundTokens;
        if (member == 5) ++response.cumulativeCost;
        if (member == 6) ++response.cumulativeInbound;
        if (member == 7) ++response.cumulativeOutbound;
        if (member == 8) ++response.finishReason;
    }
}
