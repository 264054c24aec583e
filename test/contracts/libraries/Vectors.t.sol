// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {AccountingV2} from "../../../contracts/escrow/AccountingV2.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IEquivocationDisputes} from "../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {Commitments} from "../../../contracts/libraries/Commitments.sol";
import {IJury} from "../../../contracts/jury/IJury.sol";
import {CompactSignatures} from "../../../contracts/libraries/CompactSignatures.sol";
import {Costs} from "../../../contracts/libraries/Costs.sol";
import {Votes} from "../../../contracts/jury/Votes.sol";
import {Court} from "../support/Court.sol";
import {vm} from "../support/Vm.sol";

// The vectors of protocol/vectors, which TypeScript reads too: both languages have to agree with the same file.
//
// costs.json
// └── every vector: the cost of the tokens at the prices
// commitments.json
// └── every offer, allocation, unlock, withdrawal, authorization and acknowledgement: the digest in its domain
//     (requests and responses: test/integration/vectors.test.ts)
// disputes.json
// ├── every vote: its commitment
// └── every consent: the digest that MeasuredDisputes has at its deployment
// signatures.json
// ├── every signed type: the right signature recovers the claimed signer; those by somebody else, for another contract or
// │   chain, and the twin's high s recover whom the file says, and not the claimed signer
// └── every malformed one: somebody else is recovered, or nobody
contract VectorsTest is Court {
    function recover(
        IAccountingV2.CompactSignature calldata signature,
        bytes32 digest
    ) external pure returns (address) {
        return CompactSignatures.recover(signature, digest);
    }

    /// I28: contract and TypeScript read the same file and find the same costs.
    function test_CostsAreThoseOfTheVectors() public view {
        string memory json = vm.readFile("protocol/vectors/costs.json");
        uint256 count = 0;
        for (string memory path = _item("vectors", 0); vm.keyExistsJson(json, path); path = _item("vectors", ++count)) {
            uint256 cost = Costs.costUp(
                uint32(_number(json, path, ".inboundTokens")),
                uint32(_number(json, path, ".outboundTokens")),
                uint96(_number(json, path, ".inboundPrice")),
                uint96(_number(json, path, ".outboundPrice"))
            );
            assertEq(cost, _number(json, path, ".cost"), path);
        }
        assertTrue(count > 10, "the file has vectors");
    }

    /// I28: contract and TypeScript read the same file and find the same commitments of votes.
    function test_VotesAreThoseOfTheVectors() public view {
        string memory json = vm.readFile("protocol/vectors/disputes.json");
        uint256 count = 0;
        for (string memory path = _item("votes", 0); vm.keyExistsJson(json, path); path = _item("votes", ++count)) {
            bytes32 commitment = Votes.hash(
                vm.parseJsonBytes32(json, string.concat(path, ".disputeId")),
                _number(json, path, ".round"),
                vm.parseJsonAddress(json, string.concat(path, ".juror")),
                IJury.Choice(_number(json, path, ".choice")),
                vm.parseJsonBytes32(json, string.concat(path, ".salt"))
            );
            assertEq(commitment, vm.parseJsonBytes32(json, string.concat(path, ".commitment")), path);
        }
        assertTrue(count > 5, "the file has votes");
    }

    /// I28: contract and TypeScript read the same file and find the same digests of consents.
    function test_ConsentsAreThoseOfTheVectors() public {
        deployCourt();
        string memory json = vm.readFile("protocol/vectors/disputes.json");
        uint256 count = 0;
        for (
            string memory path = _item("consents", 0);
            vm.keyExistsJson(json, path);
            path = _item("consents", ++count)
        ) {
            _standAt(vm.parseJsonString(json, string.concat(path, ".domain")));
            bytes32 separator = vm.parseJsonBytes32(json, string.concat(path, ".domainSeparator"));
            assertEq(accounting.domainSeparator(), separator, path);
            bytes32 digest = evidence.hashConsent(
                vm.parseJsonAddress(json, string.concat(path, ".challenger")),
                vm.parseJsonBytes32(json, string.concat(path, ".requestHash"))
            );
            assertEq(digest, vm.parseJsonBytes32(json, string.concat(path, ".digest")), path);
        }
        assertEq(count, 2 * 3, "two at each deployment");
    }

    /// I28: contract and TypeScript read the same file and find the same signers.
    function test_SignersOfEveryTypeAreThoseOfTheVectors() public view {
        string memory json = vm.readFile("protocol/vectors/signatures.json");
        uint256 count = 0;
        uint256 right = 0;
        for (string memory path = _item("types", 0); vm.keyExistsJson(json, path); path = _item("types", ++count)) {
            (address recovered, bool isClaimed) = _recovered(json, path);
            assertEq(recovered, vm.parseJsonAddress(json, string.concat(path, ".recovered")), path);
            if (isClaimed) ++right;
        }
        assertEq(right, 11, "eleven types");
        assertEq(count, 5 * 11, "four wrong ones for each right one");
    }

    function test_MalformedSignaturesRecoverNobodyClaimed() public view {
        string memory json = vm.readFile("protocol/vectors/signatures.json");
        uint256 count = 0;
        for (
            string memory path = _item("malformed", 0);
            vm.keyExistsJson(json, path);
            path = _item("malformed", ++count)
        ) {
            (, bool isClaimed) = _recovered(json, path);
            assertTrue(!isClaimed, path);
        }
        assertTrue(count > 5, "the file has malformed ones");
    }

    function hashOffer(IEquivocationDisputes.ModelOffer calldata offer) external pure returns (bytes32) {
        return Commitments.hashStruct(offer);
    }

    /// I28: contract and TypeScript read the same file and find the same digests.
    function test_DigestsAreThoseOfTheVectors() public view {
        string memory json = vm.readFile("protocol/vectors/commitments.json");
        uint256 hashed = 0;
        uint256 count = 0;
        for (string memory path = _item("digests", 0); vm.keyExistsJson(json, path); path = _item("digests", ++count)) {
            bytes32 structHash = _structHash(json, path);
            if (structHash == bytes32(0)) continue;
            string memory domain = _domain(json, vm.parseJsonString(json, string.concat(path, ".domain")));
            bytes32 separator = vm.parseJsonBytes32(json, string.concat(domain, ".domainSeparator"));
            bytes32 digest = vm.parseJsonBytes32(json, string.concat(path, ".digest"));
            assertEq(MessageHashUtils.toTypedDataHash(separator, structHash), digest, path);
            ++hashed;
        }
        assertEq(hashed, 3 * 6 * 2, "two values of six types at three deployments");
    }

    /// Zero for the types that the integration test reads.
    function _structHash(string memory json, string memory path) private view returns (bytes32) {
        string memory name = vm.parseJsonString(json, string.concat(path, ".type"));
        path = string.concat(path, ".value");
        if (_equal(name, "ModelOffer")) return this.hashOffer(_offer(json, path));
        if (_equal(name, "Allocation")) return _allocation(json, path);
        if (_equal(name, "Unlock")) return _unlock(json, path);
        if (_equal(name, "Withdrawal")) return _withdrawal(json, path);
        if (_equal(name, "SignerAuthorization")) return _authorization(json, path);
        if (_equal(name, "ResponseAck")) return _acknowledgement(json, path);
        return bytes32(0);
    }

    function _allocation(string memory json, string memory path) private pure returns (bytes32) {
        return
            Commitments.hashAllocation(
                vm.parseJsonAddress(json, string.concat(path, ".client")),
                vm.parseJsonAddress(json, string.concat(path, ".executor")),
                uint96(_number(json, path, ".amount")),
                _number(json, path, ".nonce"),
                uint40(_number(json, path, ".deadline"))
            );
    }

    function _unlock(string memory json, string memory path) private pure returns (bytes32) {
        return
            Commitments.hashUnlock(
                vm.parseJsonAddress(json, string.concat(path, ".client")),
                vm.parseJsonAddress(json, string.concat(path, ".executor")),
                uint96(_number(json, path, ".amount")),
                _number(json, path, ".nonce"),
                uint40(_number(json, path, ".deadline"))
            );
    }

    function _withdrawal(string memory json, string memory path) private pure returns (bytes32) {
        return
            Commitments.hashWithdrawal(
                vm.parseJsonAddress(json, string.concat(path, ".client")),
                vm.parseJsonAddress(json, string.concat(path, ".to")),
                _number(json, path, ".amount"),
                _number(json, path, ".nonce"),
                uint40(_number(json, path, ".deadline"))
            );
    }

    function _authorization(string memory json, string memory path) private pure returns (bytes32) {
        return
            Commitments.hashSignerAuthorization(
                vm.parseJsonAddress(json, string.concat(path, ".principal")),
                vm.parseJsonAddress(json, string.concat(path, ".signer")),
                uint40(_number(json, path, ".deadline")),
                _number(json, path, ".nonce")
            );
    }

    function _acknowledgement(string memory json, string memory path) private pure returns (bytes32) {
        return
            Commitments.hashResponseAck(
                vm.parseJsonBytes32(json, string.concat(path, ".requestHash")),
                vm.parseJsonBytes32(json, string.concat(path, ".responseHash"))
            );
    }

    function _offer(
        string memory json,
        string memory path
    ) private pure returns (IEquivocationDisputes.ModelOffer memory offer) {
        offer.executor = vm.parseJsonAddress(json, string.concat(path, ".executor"));
        offer.offerId = uint64(_number(json, path, ".offerId"));
        offer.model = keccak256(bytes(vm.parseJsonString(json, string.concat(path, ".model"))));
        offer.weightsHash = vm.parseJsonBytes32(json, string.concat(path, ".weightsHash"));
        offer.profileHash = vm.parseJsonBytes32(json, string.concat(path, ".profileHash"));
        offer.inboundPrice = uint96(_number(json, path, ".inboundPrice"));
        offer.outboundPrice = uint96(_number(json, path, ".outboundPrice"));
        offer.maxContext = uint32(_number(json, path, ".maxContext"));
        offer.validUntil = uint40(_number(json, path, ".validUntil"));
    }

    /// Whom a vector's signature recovers, and whether that is who it is claimed for; the file says the same.
    function _recovered(
        string memory json,
        string memory path
    ) private view returns (address recovered, bool isClaimed) {
        IAccountingV2.CompactSignature memory signature = IAccountingV2.CompactSignature(
            vm.parseJsonBytes32(json, string.concat(path, ".signature.r")),
            vm.parseJsonBytes32(json, string.concat(path, ".signature.vs"))
        );
        recovered = this.recover(signature, vm.parseJsonBytes32(json, string.concat(path, ".digest")));
        isClaimed = recovered == vm.parseJsonAddress(json, string.concat(path, ".claimed"));
        assertTrue(isClaimed == vm.parseJsonBool(json, string.concat(path, ".valid")), path);
    }

    /// Puts the contracts where a deployment of the vectors is: on its chain, and AccountingV2 at its address.
    function _standAt(string memory name) private {
        string memory json = vm.readFile("protocol/vectors/commitments.json");
        string memory domain = _domain(json, name);
        address place = vm.parseJsonAddress(json, string.concat(domain, ".verifyingContract"));
        vm.etch(place, address(accounting).code);
        vm.chainId(_number(json, domain, ".chainId"));
        accounting = AccountingV2(place);
        evidence = deployEvidence();
    }

    function _domain(string memory json, string memory name) private view returns (string memory path) {
        uint256 count = 0;
        for (path = _item("domains", 0); vm.keyExistsJson(json, path); path = _item("domains", ++count)) {
            if (_equal(vm.parseJsonString(json, string.concat(path, ".domain")), name)) return path;
        }
        revert False("no such domain");
    }

    function _equal(string memory one, string memory other) private pure returns (bool) {
        return keccak256(bytes(one)) == keccak256(bytes(other));
    }

    function _item(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]");
    }

    /// @dev Integers stand there as decimal text, since JSON's numbers are not exact.
    function _number(string memory json, string memory path, string memory field) private pure returns (uint256) {
        return vm.parseUint(vm.parseJsonString(json, string.concat(path, field)));
    }
}
