// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Statements} from "../../../../contracts/libraries/Statements.sol";
import {IEquivocationDisputes} from "../../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {DisputeTest} from "../../support/DisputeTest.sol";
import {vm} from "../../support/Vm.sol";

/*
EquivocationDisputes

proveOfferEquivocation
├── of two executors, or with two ids: DisputeNotOffersOfOneId
├── the same offer twice: DisputeSameStatement; any other member makes a difference
├── not signed by the executor itself: StatementWrongSigner, for its session signers too, and on another chain
├── one of them ended more than 7 days ago: DisputeEvidenceTooOld
├── proven before: DisputeAlreadyProven
└── otherwise: OfferEquivocationProven
    ├── a tenth of the executors' minimum, 30 % of it to the reporter, the rest to the treasury; no jail
    └── no stake: recorded all the same
hashOffer
└── ethers' digest: test/integration/contracts/hashes.test.ts
*/
contract OfferEquivocationTest is DisputeTest {
    bytes32 private constant SALT = "salt";

    function test_TwoOffersCostATenthOfTheMinimum() public {
        enrol(200e6);
        IEquivocationDisputes.OfferProof memory proof = offers();
        bytes32 id = disputes.offerEquivocationId(executor, 9);
        bytes32 commitment = disputes.reportCommitment(
            stranger,
            SALT,
            disputes.hashOffer(proof.first),
            disputes.hashOffer(proof.second)
        );
        disputes.commitReport(commitment);
        nextBlock();
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Slashed({
            member: executor,
            judge: address(disputes),
            id: id,
            offence: IStakeRegistry.Offence.OfferEquivocation,
            reporter: stranger,
            victim: address(0),
            jury: address(0),
            taken: 10e6,
            payout: IStakeRegistry.Payout(0, 3e6, 0, 0, 7e6, 0),
            totalStake: 190e6,
            unbonding: 0
        });
        vm.expectEmit(address(disputes));
        emit IEquivocationDisputes.OfferEquivocationProven(id, executor, 9, stranger, 10e6);
        vm.prank(stranger);
        disputes.proveOfferEquivocation(proof, SALT);
        assertEq(rewardsOf(stranger), 3e6, "reporter");
        assertEq(rewardsOf(TREASURY), 7e6, "treasury");
        assertTrue(registry.isActive(executor), "no jail");
    }

    function test_OffersHaveToBeOfOneExecutorAndId() public {
        IEquivocationDisputes.OfferProof memory proof = offers();
        proof.second.offerId = 10;
        signOffers(proof);
        vm.expectRevert(IEquivocationDisputes.DisputeNotOffersOfOneId.selector);
        prove(proof);
        proof = offers();
        proof.second.executor = stranger;
        signOffers(proof);
        vm.expectRevert(IEquivocationDisputes.DisputeNotOffersOfOneId.selector);
        prove(proof);
    }

    function test_TheSameOfferTwiceIsNoFault() public {
        IEquivocationDisputes.OfferProof memory proof = offers();
        proof.second = copyOf(proof.first);
        signOffers(proof);
        vm.expectRevert(IEquivocationDisputes.DisputeSameStatement.selector);
        prove(proof);
    }

    function test_EveryOtherMemberMakesADifference() public {
        for (uint64 i = 0; i < 7; ++i) {
            IEquivocationDisputes.OfferProof memory proof = offers();
            proof.first.offerId = i;
            proof.second = copyOf(proof.first);
            change(proof.second, i);
            signOffers(proof);
            prove(proof);
            assertTrue(isProven(i), vm.toString(i));
        }
    }

    function test_OnlyTheExecutorItselfOffers() public {
        enrol(200e6);
        authorize(executor);
        IEquivocationDisputes.OfferProof memory proof = offers();
        proof.second.validUntil = proof.first.validUntil;
        proof.secondSignature = compact(SIGNER_KEY, disputes.hashOffer(proof.second));
        expectWrongSigner(sessionSigner);
        prove(proof);
        proof = offers();
        proof.firstSignature = compact(STRANGER_KEY, disputes.hashOffer(proof.first));
        expectWrongSigner(stranger);
        prove(proof);
        (proof.first.executor, proof.second.executor) = (address(0), address(0));
        (proof.firstSignature.r, proof.secondSignature.r) = (0, 0);
        vm.expectPartialRevert(Statements.StatementWrongSigner.selector);
        prove(proof);
    }

    function test_OffersOfAnotherChainProveNothing() public {
        IEquivocationDisputes.OfferProof memory proof = offers();
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(Statements.StatementWrongSigner.selector);
        prove(proof);
        signOffers(proof);
        prove(proof);
        assertTrue(isProven(9), "signed for this one");
    }

    function test_BothOffersHaveToBeRecent() public {
        IEquivocationDisputes.OfferProof memory proof = offers();
        uint256 until = uint256(proof.first.validUntil) + 7 days;
        proof.second.validUntil += 30 days;
        signOffers(proof);
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeEvidenceTooOld.selector, until, until + 1));
        prove(proof);
        vm.warp(until);
        prove(proof);
        assertTrue(isProven(9), "on its last second, and without any stake");
    }

    function test_Attack38_AnIdIsPunishedOnce() public {
        enrol(200e6);
        prove(offers());
        IEquivocationDisputes.OfferProof memory proof = offers();
        proof.second.maxContext += 1;
        signOffers(proof);
        bytes32 id = disputes.offerEquivocationId(executor, 9);
        vm.expectRevert(abi.encodeWithSelector(IEquivocationDisputes.DisputeAlreadyProven.selector, id));
        prove(proof);
        assertEq(registry.slashableStake(executor), 190e6, "once");
    }

    /* SUPPORT */

    function offers() private view returns (IEquivocationDisputes.OfferProof memory proof) {
        proof.first = IEquivocationDisputes.ModelOffer({
            executor: executor,
            offerId: 9,
            model: keccak256("tiny-llama"),
            weightsHash: "weights",
            profileHash: "profile",
            inboundPrice: 150_000,
            outboundPrice: 600_000,
            maxContext: 4_096,
            validUntil: uint40(block.timestamp + 1 hours)
        });
        proof.second = copyOf(proof.first);
        proof.second.outboundPrice = 900_000;
        signOffers(proof);
    }

    function signOffers(IEquivocationDisputes.OfferProof memory proof) private view {
        proof.firstSignature = compact(EXECUTOR_KEY, disputes.hashOffer(proof.first));
        proof.secondSignature = compact(EXECUTOR_KEY, disputes.hashOffer(proof.second));
    }

    function prove(IEquivocationDisputes.OfferProof memory proof) private {
        disputes.proveOfferEquivocation(proof, SALT);
    }

    function isProven(uint64 offerId) private view returns (bool) {
        return registry.isSlashed(address(disputes), disputes.offerEquivocationId(executor, offerId));
    }

    function expectWrongSigner(address recovered) private {
        vm.expectRevert(abi.encodeWithSelector(Statements.StatementWrongSigner.selector, executor, recovered));
    }

    function copyOf(
        IEquivocationDisputes.ModelOffer memory offer
    ) private pure returns (IEquivocationDisputes.ModelOffer memory) {
        return abi.decode(abi.encode(offer), (IEquivocationDisputes.ModelOffer));
    }

    function change(IEquivocationDisputes.ModelOffer memory offer, uint256 member) private pure {
        if (member == 0) offer.model = "changed";
        if (member == 1) offer.weightsHash = "changed";
        if (member == 2) offer.profileHash = "changed";
        if (member == 3) ++offer.inboundPrice;
        if (member == 4) ++offer.outboundPrice;
        if (member == 5) ++offer.maxContext;
        if (member == 6) ++offer.validUntil;
    }
}
