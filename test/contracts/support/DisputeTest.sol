// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IEquivocationDisputes} from "../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {MarketTest} from "./Market.sol";
import {vm} from "./Vm.sol";

/// Proofs of faults, and reporters.
abstract contract DisputeTest is MarketTest {
    /// Blocks that `commitAs` lets pass: a commitment has to be older than the proof.
    uint256 private _blocks;

    /// An answer of `cost` to the request with this nonce, and another one with other content.
    function proofOf(
        uint32 nonce,
        uint96 ackedCost,
        uint96 cost
    ) internal view returns (IEquivocationDisputes.ResponseProof memory proof) {
        proof.request = pairOf(nonce, ackedCost, cost).request;
        proof.first = pairOf(nonce, ackedCost, cost).response;
        proof.second = pairOf(nonce, ackedCost, cost).response;
        proof.second.contentHash = keccak256("another answer");
        signProof(proof, EXECUTOR_KEY);
    }

    /// Makes both responses answer the request, and signs them.
    function signProof(IEquivocationDisputes.ResponseProof memory proof, uint256 key) internal view {
        bytes32 requestHash = accounting.hashRequest(proof.request);
        (proof.first.requestHash, proof.second.requestHash) = (requestHash, requestHash);
        resignProof(proof, key);
    }

    /// Signs both responses as they are.
    function resignProof(IEquivocationDisputes.ResponseProof memory proof, uint256 key) internal view {
        proof.firstSignature = compact(key, accounting.hashResponse(proof.first));
        proof.secondSignature = compact(key, accounting.hashResponse(proof.second));
    }

    /// The first answer is settled with the request.
    function settleFirst(IEquivocationDisputes.ResponseProof memory proof, uint32 nonce) internal {
        IAccountingV2.SignedPair memory pair = pairOf(nonce, 0, 0);
        (pair.request, pair.response) = (proof.request, proof.first);
        sign(pair);
        settleOne(pair);
    }

    /// Commits to the proof as `reporter`; a block later it has priority.
    function commitAs(address reporter, bytes32 salt, IEquivocationDisputes.ResponseProof memory proof) internal {
        disputes.commitReport(commitmentOf(reporter, salt, proof));
        nextBlock();
    }

    function commitmentOf(
        address reporter,
        bytes32 salt,
        IEquivocationDisputes.ResponseProof memory proof
    ) internal view returns (bytes32) {
        bytes32 first = accounting.hashResponse(proof.first);
        return disputes.reportCommitment(reporter, salt, first, accounting.hashResponse(proof.second));
    }

    /// The compiler takes the block's number for constant within a call, so that it is counted here.
    function nextBlock() internal {
        if (_blocks == 0) _blocks = block.number;
        vm.roll(++_blocks);
    }
}
