// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IAccountingV2} from "../../contracts/interfaces/IAccountingV2.sol";
import {IDisputeManager} from "../../contracts/interfaces/IDisputeManager.sol";
import {Commitments} from "../../contracts/libraries/Commitments.sol";
import {IJury} from "../../contracts/interfaces/IJury.sol";
import {CompactSignatures} from "../../contracts/libraries/CompactSignatures.sol";
import {Costs} from "../../contracts/libraries/Costs.sol";
import {Votes} from "../../contracts/libraries/Votes.sol";
import {TestBase, vm} from "./support/Vm.sol";

// The vectors of protocol/vectors, which TypeScript reads too: both languages have to agree with the same file.
//
// costs.json
// └── every vector: the cost of the tokens at the prices
// commitments.json
// └── every offer (requests and responses: test/integration/vectors.test.ts): the digest in its domain
// disputes.json
// └── every vote: its commitment
// signatures.json
// └── every vector
//     ├── when it is valid, the claimed signer is recovered
//     └── when it is not, somebody else is, or nobody
contract VectorsTest is TestBase {
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
        for (string memory path = _path(0); vm.keyExistsJson(json, path); path = _path(++count)) {
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
        string memory path = ".votes[0]";
        while (vm.keyExistsJson(json, path)) {
            bytes32 commitment = Votes.hash(
                vm.parseJsonBytes32(json, string.concat(path, ".disputeId")),
                _number(json, path, ".round"),
                vm.parseJsonAddress(json, string.concat(path, ".juror")),
                IJury.Choice(_number(json, path, ".choice")),
                vm.parseJsonBytes32(json, string.concat(path, ".salt"))
            );
            assertEq(commitment, vm.parseJsonBytes32(json, string.concat(path, ".commitment")), path);
            path = string.concat(".votes[", vm.toString(++count), "]");
        }
        assertTrue(count > 5, "the file has votes");
    }

    /// I28: contract and TypeScript read the same file and find the same signers.
    function test_SignersAreThoseOfTheVectors() public view {
        string memory json = vm.readFile("protocol/vectors/signatures.json");
        uint256 count = 0;
        for (string memory path = _path(0); vm.keyExistsJson(json, path); path = _path(++count)) {
            IAccountingV2.CompactSignature memory signature = IAccountingV2.CompactSignature(
                vm.parseJsonBytes32(json, string.concat(path, ".signature.r")),
                vm.parseJsonBytes32(json, string.concat(path, ".signature.vs"))
            );
            address recovered = this.recover(signature, vm.parseJsonBytes32(json, string.concat(path, ".digest")));
            address claimed = vm.parseJsonAddress(json, string.concat(path, ".claimed"));
            bool valid = vm.parseJsonBool(json, string.concat(path, ".valid"));
            assertTrue((recovered == claimed) == valid, path);
        }
        assertTrue(count > 5, "the file has vectors");
    }

    function hashOffer(IDisputeManager.ModelOffer calldata offer) external pure returns (bytes32) {
        return Commitments.hashStruct(offer);
    }

    /// I28: contract and TypeScript read the same file and find the same digests of offers.
    function test_OffersAreThoseOfTheVectors() public view {
        string memory json = vm.readFile("protocol/vectors/commitments.json");
        uint256 offers = 0;
        uint256 count = 0;
        for (string memory path = _digest(0); vm.keyExistsJson(json, path); path = _digest(++count)) {
            if (!_equal(vm.parseJsonString(json, string.concat(path, ".type")), "ModelOffer")) continue;
            bytes32 separator = _separatorOf(json, vm.parseJsonString(json, string.concat(path, ".domain")));
            bytes32 structHash = this.hashOffer(_offer(json, string.concat(path, ".value")));
            bytes32 digest = vm.parseJsonBytes32(json, string.concat(path, ".digest"));
            assertEq(MessageHashUtils.toTypedDataHash(separator, structHash), digest, path);
            ++offers;
        }
        assertTrue(offers > 5, "the file has offers");
    }

    function _offer(
        string memory json,
        string memory path
    ) private pure returns (IDisputeManager.ModelOffer memory offer) {
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

    function _separatorOf(string memory json, string memory domain) private view returns (bytes32) {
        uint256 index = 0;
        string memory path = ".domains[0]";
        while (vm.keyExistsJson(json, path)) {
            bool found = _equal(vm.parseJsonString(json, string.concat(path, ".domain")), domain);
            if (found) return vm.parseJsonBytes32(json, string.concat(path, ".domainSeparator"));
            path = string.concat(".domains[", vm.toString(++index), "]");
        }
        revert False("no such domain");
    }

    function _equal(string memory one, string memory other) private pure returns (bool) {
        return keccak256(bytes(one)) == keccak256(bytes(other));
    }

    function _digest(uint256 index) private pure returns (string memory) {
        return string.concat(".digests[", vm.toString(index), "]");
    }

    function _path(uint256 index) private pure returns (string memory) {
        return string.concat(".vectors[", vm.toString(index), "]");
    }

    /// @dev Integers stand there as decimal text, since JSON's numbers are not exact.
    function _number(string memory json, string memory path, string memory field) private pure returns (uint256) {
        return vm.parseUint(vm.parseJsonString(json, string.concat(path, field)));
    }
}
